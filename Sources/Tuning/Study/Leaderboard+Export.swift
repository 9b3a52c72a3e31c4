import Foundation
import Serialization
import Training

/// Tables for other programs: a row for each trial in the leaderboard's order, with columns
/// `trial`, every parameter, `status`, the goal, `train_accuracy`, `final_loss`, `iterations`,
/// `seconds`.
///
/// A trial that was pruned or interrupted has the last values that it showed. A column about
/// results whose name a parameter has, as `iterations`, is called `trial_iterations`.
extension Leaderboard {
  /// As comma-separated values (RFC 4180, with bare line feeds) under a line of names; what is not
  /// there is empty.
  public var csv: String {
    CSV.text([columns] + trials.map { cells(of: $0).map { $0?.description ?? "" } })
  }

  /// As a JSON list of objects with the columns' names; what is not there is null, and numbers that
  /// are not finite are the strings `nan`, `inf` and `-inf`.
  public var json: String {
    get throws { try trials.map { Row(names: columns, cells: cells(of: $0)) }.json + "\n" }
  }

  /// The columns' names.
  private var columns: [String] {
    let results = ["status", goal.name, "train_accuracy", "final_loss", "iterations", "seconds"]
    return [own("trial")] + parameterNames + results.map(own)
  }

  private func own(_ name: String) -> String {
    parameterNames.contains(name) ? "trial_" + name : name
  }

  private func cells(of trial: Trial) -> [ParameterValue?] {
    let hasBegun = trial.state != .waiting || !trial.measurements.isEmpty
    return [.integer(trial.id)] + parameterNames.map { trial.parameters[$0] } + [
      .text(trial.state.rawValue), trial.value.map(Self.number),
      trial.trainAccuracy.map(Self.number), trial.finalLoss.map(Self.number),
      trial.iterations.map { .integer($0) }, hasBegun ? .number(trial.seconds) : nil,
    ]
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
