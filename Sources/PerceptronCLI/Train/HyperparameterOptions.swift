import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// Some entries of the table of hyperparameters, as a type.
protocol HyperparameterSelection {
  static func includes(_ hyperparameter: Hyperparameter) -> Bool
}

/// A group of the table.
protocol HyperparameterGroup: HyperparameterSelection {
  static var group: Hyperparameter.Group { get }
}

extension HyperparameterGroup {
  static func includes(_ hyperparameter: Hyperparameter) -> Bool { hyperparameter.group == group }
}

enum NetworkGroup: HyperparameterGroup { static let group = Hyperparameter.Group.network }
enum TrainingGroup: HyperparameterGroup { static let group = Hyperparameter.Group.training }
enum PreparationGroup: HyperparameterGroup {
  static let group = Hyperparameter.Group.preparation
}
enum ValidationGroup: HyperparameterGroup { static let group = Hyperparameter.Group.validation }
enum NumbersGroup: HyperparameterGroup { static let group = Hyperparameter.Group.numbers }

typealias NetworkOptions = HyperparameterOptions<NetworkGroup>
typealias PreparationOptions = HyperparameterOptions<PreparationGroup>

/// The options of some hyperparameters, one for each entry of the table.
///
/// ArgumentParser finds options by reflection and decodes them by name; both derive from the table.
struct HyperparameterOptions<Selection: HyperparameterSelection>: ParsableArguments,
  CustomReflectable
{
  /// The values given, in the order of the table.
  private(set) var given: [(hyperparameter: Hyperparameter, value: Hyperparameter.Value)] = []

  private static var hyperparameters: [Hyperparameter] {
    Hyperparameter.all.filter { Selection.includes($0) && $0.use != .trials }
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let options = try decoder.container(keyedBy: OptionKey.self)
    given = try Self.hyperparameters.compactMap { hyperparameter in
      let key = OptionKey(hyperparameter)
      let value: Hyperparameter.Value? =
        switch (hyperparameter.kind, hyperparameter.isInvertible) {
        case (.flag, true):
          try options.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map { .flag($0) }
        case (.flag, false):
          try options.decode(Flag<Bool>.self, forKey: key).wrappedValue ? .flag(true) : nil
        default:
          try options.decode(Option<Hyperparameter.Value?>.self, forKey: key).wrappedValue
        }
      return value.map { (hyperparameter, $0) }
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: Self.hyperparameters.map { ($0.name, Self.definition($0)) })
  }

  private static func definition(_ hyperparameter: Hyperparameter) -> Any {
    let name = NameSpecification.customLong(hyperparameter.name)
    let choices = hyperparameter.choices.joined(separator: ", ")
    let help = ArgumentHelp(
      namingOptions(hyperparameter.help) + (choices.isEmpty ? "" : " (values: \(choices))"),
      valueName: hyperparameter.placeholder)
    if hyperparameter.kind == .flag {
      if hyperparameter.isInvertible {
        return Flag<Bool?>(name: name, inversion: .prefixedNo, help: help)
      }
      return Flag<Bool>(wrappedValue: false, name: name, help: help)
    }
    let completion =
      hyperparameter.choices.isEmpty ? nil : CompletionKind.list(hyperparameter.choices)
    return Option<Hyperparameter.Value?>(
      name: name, parsing: .unconditional, help: help, completion: completion
    ) { text in
      do {
        return try hyperparameter.value(parsing: text)
      } catch {
        throw ValidationError("expected a \(hyperparameter.kind == .integer ? "whole " : "")number")
      }
    }
  }

  func validate() throws { _ = try namingOptions { try Hyperparameters(choosing: given) } }
}

struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ hyperparameter: Hyperparameter) { stringValue = hyperparameter.name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

// MARK: - Names of options

/// Replaces names of hyperparameters in backticks by their options.
///
/// Without a regular expression, which the parsing of every command would spend half of its time on.
func namingOptions(_ text: String) -> String {
  var parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
  for place in stride(from: 1, to: parts.count - 1, by: 2) {
    parts[place] = Hyperparameter.isName(parts[place]) ? "--\(parts[place])" : "`\(parts[place])`"
  }
  // A backtick without a second one.
  if parts.count.isMultiple(of: 2) { parts[parts.count - 1] = "`" + parts[parts.count - 1] }
  return parts.joined()
}

extension Hyperparameter {
  /// Whether a text is made of lowercase letters, digits and hyphens, and begins with a letter.
  fileprivate static func isName(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy {
      isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
  }
}

/// Calls `body`; errors about hyperparameters and settings name their options.
func namingOptions<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as HyperparameterError {
    throw ValidationError(namingOptions(error.message))
  } catch let error as InvalidSetting {
    let name = Hyperparameter.meant(by: error.name).map { "--" + $0.name } ?? error.name
    throw ValidationError("\(name) is \(error.value), expected \(error.expected)")
  }
}

extension Hyperparameters {
  /// The options of `perceptron train`; throws for a depth and widths that make no layers.
  var arguments: [String] {
    get throws {
      try withLayers().entries.flatMap { hyperparameter, value -> [String] in
        let option = "--" + hyperparameter.name
        if case .flag(let isOn) = value {
          if isOn { return [option] }
          return hyperparameter.isInvertible ? ["--no-" + hyperparameter.name] : []
        }
        let text = value.description
        return text.hasPrefix("-") ? ["\(option)=\(text)"] : [option, text]
      }
    }
  }

  /// The option for the sizes of a network's hidden layers, with its value.
  func sizes(of network: NetworkSettings) -> String {
    let widths = network.layers.dropLast().compactMap {
      if case .affine(let outputs) = $0 { "\(outputs)" } else { nil }
    }
    return (layers == nil ? "--hidden " : "--layers ")
      + (widths.isEmpty ? "none" : widths.joined(separator: ","))
  }
}
