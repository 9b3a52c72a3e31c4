/// What has to be the same for a study to be gone on with.
public struct StudyDefinition: Codable, Equatable, Sendable {
  /// The hyperparameters and their values.
  public var space: SearchSpace
  /// Which points of the space are tried.
  public var method: SearchMethod
  /// What trials are compared by.
  public var goal: Goal
  /// When a trial is given up before its end.
  public var pruning: Pruning
  /// Whatever else determines the trials' numbers, by its name: a digest of the data, settings that
  /// are the same for all trials, a seed.
  public var context: [String: String]

  /// The given definition.
  public init(
    space: SearchSpace, method: SearchMethod, goal: Goal = .validationAccuracy,
    pruning: Pruning = .none, context: [String: String] = [:]
  ) {
    self.space = space
    self.method = method
    self.goal = goal
    self.pruning = pruning
    self.context = context
  }
}

// MARK: - JSON

/// JSON does not tell 1.0 from 1. What is read from it gets the kinds of numbers back that it had,
/// as far as these can be known: numbers of a range, and all of a list in which one has a fraction,
/// are such numbers.
extension StudyDefinition {
  /// This definition, read from JSON.
  var restored: StudyDefinition {
    var copy = self
    for index in space.parameters.indices {
      if case .values(let values) = space.parameters[index].domain {
        copy.space.parameters[index].domain = .values(values.withOneKindOfNumber)
      }
    }
    for index in space.parameters.indices {
      for (name, values) in space.parameters[index].condition {
        copy.space.parameters[index].condition[name] = values.map { copy.restored($0, of: name) }
      }
    }
    return copy
  }

  /// An assignment that was read from JSON.
  func restored(_ assignment: Assignment) -> Assignment {
    Assignment(
      assignment.entries.map { Assignment.Entry($0.name, restored($0.value, of: $0.name)) })
  }

  private func restored(_ value: ParameterValue, of name: String) -> ParameterValue {
    guard let parameter = space.parameters.first(where: { $0.name == name }) else { return value }
    return switch (parameter.domain, value) {
    case (.numbers, .integer(let integer)): .number(Double(integer))
    case (.values(let values), .integer):
      values.first { $0 == value } ?? values.first { $0.isSame(as: value) } ?? value
    default: value
    }
  }
}

extension [ParameterValue] {
  fileprivate var withOneKindOfNumber: [ParameterValue] {
    let hasFraction = contains { if case .number = $0 { true } else { false } }
    return map {
      if hasFraction, case .integer(let value) = $0 { .number(Double(value)) } else { $0 }
    }
  }
}

extension ParameterValue {
  /// Whether the two are one value, whatever kinds of number they are.
  func isSame(as other: ParameterValue) -> Bool {
    if let number, let otherNumber = other.number { return number == otherNumber }
    return self == other
  }
}
