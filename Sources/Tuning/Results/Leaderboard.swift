import PerceptronFiles
import PerceptronTraining

extension Study {
  /// The trials from the best to the worst.
  public var leaderboard: Leaderboard { Leaderboard(configurations, of: definition) }
}

/// Trials from the best to the worst: completed trials by their results, then running, pruned and
/// interrupted ones by their last value, then all others. Ties are in the order of the trials'
/// numbers.
///
/// Repeats of a point stand together and are ranked by their mean: first the points whose repeats
/// are all done. Filters leave points out; the rest can be exported, see ``csv`` and ``json``.
public struct Leaderboard: Sendable, Equatable {
  /// The value that trials are compared by.
  public let goal: Goal
  /// The names of the space's parameters.
  public let parameterNames: [String]
  /// The number of trials of each point of the space.
  public let repeats: Int
  /// The points of the space, the best first.
  public private(set) var configurations: [Configuration]
  /// The trials, the best first.
  public var trials: [Trial] { configurations.flatMap(\.trials) }

  init(_ configurations: [Configuration], of definition: StudyDefinition) {
    goal = definition.goal
    parameterNames = definition.space.parameters.map(\.name)
    repeats = definition.trialsPerPoint
    let goal = goal
    self.configurations = configurations.stablySorted { first, second in
      let (group, other) = (Self.group(of: first), Self.group(of: second))
      if group != other { return group < other }
      return group == 2
        ? first.id < second.id
        : goal.ranks(first.value ?? .nan, first.id, before: second.value ?? .nan, second.id)
    }
  }

  /// 0 for points with a result, 1 for those with an intermediate value, 2 for others.
  private static func group(of own: Configuration) -> Int {
    let state = own.state
    if state == .done { return 0 }
    return state == .diverged || state == .failed || own.value == nil ? 2 : 1
  }

  /// Only the points that satisfy a predicate.
  public func filter(_ isIncluded: (Configuration) -> Bool) -> Leaderboard {
    var copy = self
    copy.configurations = configurations.filter(isIncluded)
    return copy
  }

  /// Only the points in one of these states.
  public func filter(_ states: Trial.State...) -> Leaderboard {
    filter { states.contains($0.state) }
  }

  /// Only the points in which a parameter is set to `value`; 1 and 1.0 are one value.
  public func filter(_ parameter: String, is value: ParameterValue) -> Leaderboard {
    filter { $0.parameters[parameter] == value }
  }

  /// Only the first `count` points: without repeats, as many trials.
  public func prefix(_ count: Int) -> Leaderboard {
    var copy = self
    copy.configurations = Array(configurations.prefix(count))
    return copy
  }
}

/// Tables for other programs: a row for each trial in the leaderboard's order, with columns
/// `trial`, every parameter, `status`, the goal, `train_accuracy` or another metric's name with `train_`,
/// `final_loss`, `iterations`, `seconds`.
///
/// Pruned and interrupted trials have their last values. A repeated point has one row: `trials`
/// instead of `trial`, means, after the goal the standard deviation over the completed repeats, as
/// `validation_accuracy_sd`, and their number, `repeats_done`; `iterations` is the maximum,
/// `seconds` the sum. A result column with the name of a parameter gets the prefix `trial_`; the
/// goal replaces a result column of its name.
extension Leaderboard {
  /// Comma-separated values (RFC 4180, with bare line feeds) under a line of names; missing values
  /// are empty.
  public var csv: String {
    let columns = columns
    return CSV.text(
      [columns.map(\.name)]
        + configurations.map { own in columns.map { $0.cell(own)?.description ?? "" } })
  }

  /// A JSON list of objects with the columns' names; missing values are null, and numbers that are
  /// not finite are the strings `nan`, `inf` and `-inf`.
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
        (goal.trainingColumn, { $0.trainingValue.map(Self.number) }),
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

  /// A number without the sign of a NaN.
  private static func number(_ value: Double) -> ParameterValue {
    .number(value.isNaN ? .nan : value)
  }
}

/// An object of the JSON list, with its keys in order.
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
      try container.encode(cell, forKey: Key(stringValue: name))
    }
  }
}
