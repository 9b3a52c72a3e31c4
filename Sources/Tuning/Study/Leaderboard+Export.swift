import Foundation
import PerceptronFiles
import PerceptronTraining

/// Tables for other programs: a row for each trial in the leaderboard's order, with columns
/// `trial`, every parameter, `status`, the goal, `train_accuracy`, `final_loss`, `iterations`,
/// `seconds`.
///
/// A trial that was pruned or interrupted has the last values that it showed. Where each point of the
/// space is repeated, it has one row: `trials` instead of `trial`, means, after the goal its standard
/// deviation over the repeats that are done, as `validation_accuracy_sd`, and how many those are,
/// `repeats_done`; `iterations` is the most of a repeat, `seconds` the time of all. A column about
/// results whose name a parameter has, as `iterations`, is called `trial_iterations`; the goal takes
/// the place of one that has its name.
extension Leaderboard {
  /// As comma-separated values (RFC 4180, with bare line feeds) under a line of names; what is not
  /// there is empty.
  public var csv: String {
    let columns = columns
    return CSV.text(
      [columns.map(\.name)]
        + configurations.map { own in columns.map { $0.cell(own)?.description ?? "" } })
  }

  /// As a JSON list of objects with the columns' names; what is not there is null, and numbers that
  /// are not finite are the strings `nan`, `inf` and `-inf`.
  public var json: String {
    get throws {
      let columns = columns
      let names = columns.map(\.name)
      return try configurations.map { own in
        Row(names: names, cells: columns.map { $0.cell(own) })
      }.json + "\n"
    }
  }

  private typealias Column = (name: String, cell: (Configuration) -> ParameterValue?)

  /// The columns, each with a name of its own.
  private var columns: [Column] {
    let parameters = parameterNames.map { name -> Column in (name, { $0.parameters[name] }) }
    let ofRepeats: [Column] =
      repeats == 1
      ? []
      : [
        (goal.name + "_sd", { $0.deviation.map(Self.number) }),
        ("repeats_done", { .integer($0.doneCount) }),
      ]
    let results: [Column] =
      [
        ("status", { .text($0.state.rawValue) }), (goal.name, { $0.value.map(Self.number) }),
      ] + ofRepeats + [
        ("train_accuracy", { $0.trainAccuracy.map(Self.number) }),
        ("final_loss", { $0.finalLoss.map(Self.number) }),
        ("iterations", { $0.iterations.map { .integer($0) } }),
        ("seconds", { $0.hasBegun ? .number($0.seconds) : nil }),
      ]
    // The goal comes second among the results.
    let others = results.enumerated().filter { $0.offset == 1 || $0.element.name != goal.name }
    let number: [Column] =
      goal.name == "trial"
      ? []
      : [
        repeats == 1
          ? ("trial", { .integer($0.id) })
          : ("trials", { .text($0.trials.map { "\($0.id)" }.joined(separator: " ")) })
      ]
    return number.map(own) + parameters + others.map { own($0.element) }
  }

  private func own(_ column: Column) -> Column {
    parameterNames.contains(column.name) ? ("trial_" + column.name, column.cell) : column
  }

  /// A number without a NaN's sign, which means nothing.
  private static func number(_ value: Double) -> ParameterValue {
    .number(value.isNaN ? .nan : value)
  }
}

/// An object of the JSON list.
private struct Row: Encodable {
  struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let names: [String]
  let cells: [ParameterValue?]

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, cell) in zip(names, cells) {
      let key = Key(stringValue: name)
      if let cell {
        try container.encode(cell, forKey: key)
      } else {
        try container.encodeNil(forKey: key)
      }
    }
  }
}
