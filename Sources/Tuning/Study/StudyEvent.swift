/// Something that happened in a study.
enum StudyEvent: Codable {
  /// A trial began, or began again with what it had shown up to an iteration.
  case begun(trial: Int, from: Int)
  case measured(trial: Int, measurement: Measurement)
  case done(trial: Int, result: TrialResult)
  case diverged(trial: Int, iteration: Int?, loss: Double?, seconds: Double, message: String)
  case failed(trial: Int, message: String, seconds: Double)
  case pruned(trial: Int, iteration: Int, seconds: Double)
  case note(kind: String, values: [String: String])
}

/// Something that whoever drives a study wants to be found in its journal.
public struct StudyNote: Codable, Equatable, Sendable {
  /// What it is about, such as `resumed`.
  public var kind: String
  /// What there is to say.
  public var values: [String: String]

  /// The given note.
  public init(_ kind: String, _ values: [String: String] = [:]) {
    self.kind = kind
    self.values = values
  }
}

extension StudyEvent {
  /// The trial that it is about.
  var trial: Int? {
    switch self {
    case .begun(let trial, _), .measured(let trial, _), .done(let trial, _),
      .diverged(let trial, _, _, _, _), .failed(let trial, _, _), .pruned(let trial, _, _):
      trial
    case .note: nil
    }
  }

  /// Whether a trial has ended by it.
  var isFinal: Bool {
    switch self {
    case .begun, .measured, .note: false
    case .done, .diverged, .failed, .pruned: true
    }
  }
}
