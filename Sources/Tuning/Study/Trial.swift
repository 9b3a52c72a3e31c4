/// One point of a study's search space, and what is known of it.
public struct Trial: Equatable, Sendable {
  /// How far a trial is.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// It has not begun, or was interrupted.
    case waiting
    /// It has begun.
    case running
    /// It was run to its end.
    case done
    /// Its loss or its value was NaN or infinite.
    case diverged
    /// It ended in an error.
    case failed
    /// It was given up since others did better.
    case pruned

    /// Whether nothing is left to do.
    public var isFinal: Bool { self != .waiting && self != .running }
  }

  /// Its number in the study, from 0.
  public let id: Int
  /// The number of its configuration among the study's, from 0: its own unless points are repeated.
  public let configuration: Int
  /// What the hyperparameters are set to.
  public internal(set) var parameters: Assignment
  /// How far it is.
  public internal(set) var state = State.waiting
  /// What it showed on its way, by iteration.
  public internal(set) var measurements: [Measurement] = []
  /// What came of it, where it is done.
  public internal(set) var result: TrialResult?
  /// Why it diverged or failed.
  public internal(set) var message: String?
  /// How long it has taken so far, as far as that was recorded.
  public internal(set) var seconds: Double = 0
  /// Where it diverged or was pruned.
  var end: End?
  /// When it ran.
  var times = Times()

  /// Where a trial without a result ended.
  struct End: Equatable {
    var iteration: Int?
    var loss: Double?
  }

  /// A trial that has not begun.
  init(id: Int, parameters: Assignment, configuration: Int) {
    self.id = id
    self.configuration = configuration
    self.parameters = parameters
  }

  /// The iterations made, as far as they are known.
  public var iterations: Int? {
    result?.iterations ?? end?.iteration ?? measurements.last?.iteration
  }

  /// The last loss that is known.
  public var finalLoss: Double? {
    result?.finalLoss ?? end?.loss ?? measurements.last { $0.loss != nil }?.loss
  }

  /// The last training accuracy that is known.
  public var trainAccuracy: Double? {
    result?.trainAccuracy ?? measurements.last { $0.trainAccuracy != nil }?.trainAccuracy
  }

  /// The result's value, or the last that was measured of a trial without a result.
  public var value: Double? {
    result?.value ?? measurements.last { $0.compared != nil }?.compared
  }
}
