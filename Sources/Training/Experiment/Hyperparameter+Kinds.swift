import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork

// Functions that make the entries of the table, one for each kind of value.

extension Hyperparameter {
  typealias Field<Value> = any WritableKeyPath<Hyperparameters, Value?> & Sendable

  /// The range of valid numbers.
  enum Numbers {
    case positive, notNegative, belowOne

    var least: Double? { self == .positive ? nil : 0 }

    func contains(_ number: Double) -> Bool {
      switch self {
      case .positive: number.isFinite && number > 0
      case .notNegative: number.isFinite && number >= 0
      case .belowOne: number >= 0 && number < 1
      }
    }

    var expected: String {
      switch self {
      case .positive: "a number above 0"
      case .notNegative: "0 or a number above 0"
      case .belowOne: "at least 0 and less than 1"
      }
    }
  }

  init<Choice>(
    _ name: String, _ kind: Value.Kind, _ field: Field<Choice>, _ group: Group,
    _ placeholder: String, _ help: String, use: Use = .everywhere,
    value: @escaping @Sendable (Choice) -> Value,
    choice: @escaping @Sendable (Value) throws -> Choice
  ) {
    self.name = name
    title = name.replacing("-", with: " ")
    self.group = group
    self.use = use
    self.kind = kind
    self.placeholder = placeholder
    self.help = help
    chosen = { $0[keyPath: field].map(value) }
    choose = { $0[keyPath: field] = try choice($1) }
  }

  static func number(
    _ name: String, _ field: Field<Double>, _ range: Numbers, _ group: Group,
    _ placeholder: String, _ help: String
  ) -> Hyperparameter {
    Hyperparameter(name, .number, field, group, placeholder, help) {
      .number($0)
    } choice: { value in
      guard let number = value.number else {
        throw HyperparameterError(name, is: value, expected: "a number")
      }
      if range.contains(number) { return number }
      throw HyperparameterError(name, is: plain(number), expected: range.expected)
    }.with { $0.least = range.least }
  }

  static func integer(
    _ name: String, _ field: Field<Int>, _ range: ClosedRange<Int>, _ group: Group,
    _ placeholder: String, _ help: String, use: Use = .everywhere
  ) -> Hyperparameter {
    Hyperparameter(name, .integer, field, group, placeholder, help, use: use) {
      .integer($0)
    } choice: { value in
      if let integer = value.whole, range.contains(integer) { return integer }
      if value.whole == nil && !Value.isWhole(value.description) {
        throw HyperparameterError(name, is: value, expected: "a whole number")
      }
      let (lower, upper) = (range.lowerBound, range.upperBound)
      if upper == .max && value.whole != nil {
        throw HyperparameterError(name, is: value, expected: "at least \(lower)")
      }
      throw HyperparameterError(
        name, is: value, expected: "\(lower) to \(upper == .max ? "2⁶³ − 1" : "\(upper)")")
    }.with { $0.least = Double(range.lowerBound) }
  }

  static func seed(
    _ name: String, _ field: Field<UInt64>, _ group: Group, _ help: String
  ) -> Hyperparameter {
    Hyperparameter(name, .integer, field, group, "seed", help) {
      Value(seed: $0)
    } choice: { value in
      if let seed = UInt64(value.description) { return seed }
      throw HyperparameterError(name, is: value, expected: "a whole number from 0 to 2⁶⁴ − 1")
    }.unordered
  }

  static func flag(
    _ name: String, _ field: Field<Bool>, _ group: Group, _ help: String,
    isInvertible: Bool = false
  ) -> Hyperparameter {
    Hyperparameter(name, .flag, field, group, "true,false", help) {
      .flag($0)
    } choice: { value in
      if case .flag(let isOn) = value { return isOn }
      throw HyperparameterError("\(name) is \(value), expected true or false")
    }.with { $0.isInvertible = isInvertible }
  }

  /// One of a list, by name.
  static func choice<Choice>(
    _ name: String, _ field: Field<Choice>, _ group: Group, _ placeholder: String, _ help: String
  ) -> Hyperparameter
  where Choice: RawRepresentable<String> & CaseIterable & Sendable {
    let choices = Choice.allCases.map(\.rawValue)
    return Hyperparameter(name, .text, field, group, placeholder, help) {
      .text($0.rawValue)
    } choice: { value in
      if let choice = Choice(rawValue: value.description) { return choice }
      throw HyperparameterError(
        name, is: value, expected: "one of \(choices.joined(separator: ", "))")
    }.with { $0.choices = choices }
  }

  /// A text that `Choice` reads.
  static func text<Choice: LosslessStringConvertible & Sendable>(
    _ name: String, _ field: Field<Choice>, _ group: Group, _ placeholder: String, _ help: String,
    expected: String
  ) -> Hyperparameter {
    Hyperparameter(name, .text, field, group, placeholder, help) {
      .text($0.description)
    } choice: { value in
      if let choice = Choice(value.description) { return choice }
      throw HyperparameterError(name, is: value, expected: expected)
    }
  }

  /// The text for no layers.
  private static let noWidths = "none"

  /// Widths of layers, written `512,256`, or `none`; spaces do not matter.
  static func widths(
    _ name: String, _ field: Field<[Int]>, _ group: Group, _ help: String
  ) -> Hyperparameter {
    Hyperparameter(name, .text, field, group, "widths", help) {
      .text($0.isEmpty ? noWidths : $0.map(String.init).joined(separator: ","))
    } choice: { value in
      if value.description == noWidths { return [] }
      let parts = value.description.split(separator: ",", omittingEmptySubsequences: false)
      return try parts.map { part in
        let text = part.trimmingCharacters(in: .whitespaces)
        if !Value.isWhole(text) {
          throw HyperparameterError(
            name, is: value, expected: "widths separated by commas, such as 512,256, or none")
        }
        guard let width = Int(text), (1...largest).contains(width) else {
          throw HyperparameterError(name, is: text, expected: "1 to \(largest)")
        }
        return width
      }
    }
  }

  private func with(_ change: (inout Hyperparameter) -> Void) -> Hyperparameter {
    var changed = self
    change(&changed)
    return changed
  }

  /// - Parameter aliases: other names by which errors call it.
  func titled(_ title: String, _ aliases: String...) -> Hyperparameter {
    with { ($0.title, $0.aliases) = (title, aliases) }
  }

  /// - Parameter classic: the default of the classic experiment, where it is another.
  func byDefault(_ value: String, classic: String? = nil, own: String? = nil) -> Hyperparameter {
    let others = [
      classic.map { "\($0) for the classic network" }, own.map { "\($0) for data of your own" },
    ]
    let text = (others.compactMap { $0 } + [classic == nil && own == nil ? value : "else \(value)"])
      .joined(separator: ", ")
    return with { $0.help += " (default: \(text))" }
  }

  var departing: Hyperparameter { with { $0.departs = true } }
  var logarithmic: Hyperparameter { with { $0.isLogarithmic = true } }
  var unordered: Hyperparameter { with { $0.isOrdered = false } }
  var commaList: Hyperparameter { with { $0.isCommaList = true } }

  func shown(_ value: @escaping @Sendable (Experiment) -> Value?) -> Hyperparameter {
    with { $0.shown = value }
  }
}

extension Hyperparameter.Value {
  /// A seed; one beyond Int keeps its digits as text.
  package init(seed: UInt64) {
    self = Int(exactly: seed).map { .integer($0) } ?? .text("\(seed)")
  }

  /// Whether a text is a whole number, of any size.
  package static func isWhole(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let isDecimal = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    return isDecimal || Double(text).map { abs($0) >= 0x1p63 && $0.isFinite } ?? false
  }
}

// MARK: - Display

extension Hyperparameter {
  /// A layer with its width, where it has one of its own.
  static func displayName(_ layer: LayerSpecification) -> String {
    if case .affine(let outputs) = layer { "\(layer) \(outputs)" } else { "\(layer)" }
  }

  static func displayName(_ rule: EarlyStopping) -> String {
    "after \(counted(rule.patience, "evaluation")) without an improvement"
      + (rule.minimumImprovement > 0 ? " of \(rule.minimumImprovement)" : "")
      + (rule.restoresBest ? ", the best weights restored" : "")
  }

  /// A case with its values: `norm(maximum: 1)` as `norm, maximum 1`.
  static func displayName(_ value: some Sendable) -> String {
    let parts = "\(value)".split(separator: "(", maxSplits: 1)
    var name = ""
    for character in parts.first ?? "" {
      name += character.isUppercase ? " " + character.lowercased() : String(character)
    }
    guard parts.count == 2 else { return name }
    return name + ", " + parts[1].dropLast().replacing(":", with: "")
  }
}
