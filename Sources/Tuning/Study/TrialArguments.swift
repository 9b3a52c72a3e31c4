import PerceptronDatasets
import PerceptronFiles

/// Trials as options of `perceptron train`: each value is in one word with its option, as
/// `--hidden=50`.
package struct TrialArguments {
  /// The data set as it was named.
  package let source: String
  /// The data's format, where it is given.
  package let format: DatasetLibrary.Format?
  /// The text of each option that all trials share.
  package let fixed: [String: String]

  /// Why a trial is no network.
  package struct Refusal: Error {
    /// The reason, as a sentence without a full stop.
    package let message: String
  }

  /// The given options.
  package init(source: String, format: DatasetLibrary.Format?, fixed: [String: String]) {
    self.source = source
    self.format = format
    self.fixed = fixed
  }

  /// What `perceptron train` makes a trial's network of, its folder aside.
  ///
  /// - Throws: ``Refusal`` for widths and a depth that make no network.
  package func of(_ trial: Assignment) throws -> [String] { ofData + (try options(of: trial)) }

  /// The part of them that names the data.
  package var ofData: [String] {
    ["--data=" + source] + (format.map { ["--format=" + $0.rawValue] } ?? [])
  }

  /// A trial as options of `perceptron train`.
  private func options(of trial: Assignment) throws -> [String] {
    var widths: [Int: String] = [:]
    var depth: Int?
    var options: [String] = []
    for (name, value) in values(of: trial) {
      if let layer = Self.width(name) {
        widths[layer] = value.description
      } else if name == "depth" {
        depth = value.whole
        if depth ?? 0 < 1 { throw Refusal(message: "depth is \(value), expected at least 1") }
      } else {
        options += try option(name, value)
      }
    }
    let count = depth ?? widths.count
    if count == 0 { return options }
    if let missing = (1...count).first(where: { widths[$0] == nil }) {
      let known = depth.map { "depth is \($0)" } ?? "there are \(counted(widths.count, "width"))"
      throw Refusal(message: "\(known), but width-\(missing) is not set")
    }
    if let extra = widths.keys.filter({ $0 > count }).min() {
      throw Refusal(
        message:
          "depth is \(count), but width-\(extra) is set; in a file, "
          + "\"when\": {\"depth\": [\(extra)]} sets it only where there is such a layer")
    }
    let layers = (1...count).compactMap { widths[$0] }.joined(separator: ",")
    return options + ["--layers=" + layers]
  }

  /// What is fixed and what the trial sets.
  private func values(of trial: Assignment) -> [(String, ParameterValue)] {
    fixed.sorted { $0.key < $1.key }.map { name, text in
      if Self.flags.contains(name) { return (name, .flag(text == "true")) }
      return (name, Int(text).map { .integer($0) } ?? .text(text))
    } + trial.entries.map { ($0.name, $0.value) }
  }

  /// Options that have no value in `perceptron train`.
  private static let flags: Set = ["batch-norm", "layer-norm", "subtract-mean"]

  /// The option that sets a value; none for a flag that is off.
  private func option(_ name: String, _ value: ParameterValue) throws -> [String] {
    guard Self.flags.contains(name) else { return ["--\(name)=\(value)"] }
    guard case .flag(let isOn) = value else {
      throw Refusal(message: "\(name) is \(value), expected true or false")
    }
    if name == "subtract-mean" { return [isOn ? "--subtract-mean" : "--no-subtract-mean"] }
    return isOn ? ["--" + name] : []
  }

  /// Which layer's width has the name `width-1`, `width-2`, …, or nil for another name.
  package static func width(_ name: String) -> Int? {
    guard name.hasPrefix("width-"), let layer = Int(name.dropFirst(6)), layer >= 1,
      name == "width-\(layer)"
    else { return nil }
    return layer
  }
}
