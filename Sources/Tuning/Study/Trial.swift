import Foundation

/// A trial of a study: hyperparameters, state, measurements and result.
public struct Trial: Equatable, Sendable {
  /// The state of a trial.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// Not begun, or interrupted.
    case waiting
    /// Running.
    case running
    /// Completed.
    case done
    /// The loss or the value was NaN or infinite.
    case diverged
    /// Ended by an error.
    case failed
    /// Stopped early because other trials did better.
    case pruned

    /// Whether the trial has ended.
    public var isFinal: Bool { self != .waiting && self != .running }
  }

  /// The number in the study, from 0.
  public let id: Int
  /// The number of its configuration, from 0; equal to ``id`` unless points are repeated.
  public let configuration: Int
  /// The values of the hyperparameters.
  public internal(set) var parameters: Assignment
  /// The state.
  public internal(set) var state = State.waiting
  /// The measurements so far, by iteration.
  public internal(set) var measurements: [Measurement] = []
  /// The result of a completed trial.
  public internal(set) var result: TrialResult?
  /// Why it diverged or failed.
  public internal(set) var message: String?
  /// The recorded running time in seconds.
  public internal(set) var seconds: Double = 0
  /// The last iteration and loss of a trial that diverged or was pruned.
  var endIteration: Int?, endLoss: Double?
  var times = Times()

  /// The last known iteration.
  public var iterations: Int? {
    result?.iterations ?? endIteration ?? measurements.last?.iteration
  }

  /// The last known loss.
  public var finalLoss: Double? {
    result?.finalLoss ?? endLoss ?? measurements.last { $0.loss != nil }?.loss
  }

  /// The last known value of the goal's metric on training rows.
  public var trainingValue: Double? {
    result?.trainingValue ?? measurements.last { $0.trainingValue != nil }?.trainingValue
  }

  /// The result's value or, without a result, the last measured one.
  public var value: Double? { result?.value ?? measurements.last { $0.value != nil }?.value }
}

/// The result of a completed trial.
public struct TrialResult: Codable, Equatable, Sendable {
  /// The value that trials are compared by: the goal's metric on the validation set, or an objective's
  /// value.
  public var value: Double
  /// The goal's metric on the training set.
  public var trainingValue: Double?
  /// The last batch's loss.
  public var finalLoss: Double?
  /// The number of iterations.
  public var iterations: Int?
  /// The running time in seconds.
  public var seconds: Double
  /// The number of rows that ``value`` was measured on; nil if that is unknown.
  public var rowCount: Int?
  /// Whether these rows have weights, so that their number does not say how sure the value is; nil if
  /// not.
  public var isWeighted: Bool?

  /// Creates a result.
  public init(
    value: Double, trainingValue: Double? = nil, finalLoss: Double? = nil,
    iterations: Int? = nil, seconds: Double, rowCount: Int? = nil, isWeighted: Bool? = nil
  ) {
    self.value = value
    self.trainingValue = trainingValue
    self.finalLoss = finalLoss
    self.iterations = iterations
    self.seconds = seconds
    self.rowCount = rowCount
    self.isWeighted = isWeighted
  }
}

/// A measurement of a running trial.
public struct Measurement: Codable, Equatable, Sendable {
  /// The number of iterations so far.
  public var iteration: Int
  /// The last batch's loss; it may be infinite or NaN.
  public var loss: Double?
  /// The goal's metric on the training set, or a part of it.
  public var trainingValue: Double?
  /// The mean loss of the validation set, without the penalty.
  public var validationLoss: Double?
  /// The value that running trials are compared by: the goal's metric on the validation set, or an
  /// objective's value.
  public var value: Double?
  /// The running time so far in seconds.
  public var seconds: Double?

  /// Creates a measurement.
  public init(
    iteration: Int, loss: Double? = nil, trainingValue: Double? = nil,
    validationLoss: Double? = nil, value: Double? = nil, seconds: Double? = nil
  ) {
    self.iteration = iteration
    self.loss = loss
    self.trainingValue = trainingValue
    self.validationLoss = validationLoss
    self.value = value
    self.seconds = seconds
  }
}

// Earlier versions compared accuracies alone and named them so.

extension TrialResult {
  private enum CodingKeys: CodingKey {
    case value, trainingValue, finalLoss, iterations, seconds, rowCount, isWeighted
    case trainAccuracy
  }

  /// Decodes a result; earlier versions wrote `trainAccuracy`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func find<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
      try values.decodeIfPresent(Value.self, forKey: key)
    }
    self.init(
      value: try values.decode(Double.self, forKey: .value),
      trainingValue: try find(.trainingValue) ?? find(.trainAccuracy),
      finalLoss: try find(.finalLoss), iterations: try find(.iterations),
      seconds: try values.decode(Double.self, forKey: .seconds), rowCount: try find(.rowCount),
      isWeighted: try find(.isWeighted))
  }

  /// Encodes a result.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(value, forKey: .value)
    try values.encodeIfPresent(trainingValue, forKey: .trainingValue)
    try values.encodeIfPresent(finalLoss, forKey: .finalLoss)
    try values.encodeIfPresent(iterations, forKey: .iterations)
    try values.encode(seconds, forKey: .seconds)
    try values.encodeIfPresent(rowCount, forKey: .rowCount)
    try values.encodeIfPresent(isWeighted, forKey: .isWeighted)
  }
}

extension Measurement {
  private enum CodingKeys: CodingKey {
    case iteration, loss, trainingValue, validationLoss, value, seconds
    case trainAccuracy, validationAccuracy
  }

  /// Decodes a measurement; earlier versions wrote `trainAccuracy` and `validationAccuracy`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func find(_ key: CodingKeys) throws -> Double? {
      try values.decodeIfPresent(Double.self, forKey: key)
    }
    self.init(
      iteration: try values.decode(Int.self, forKey: .iteration), loss: try find(.loss),
      trainingValue: try find(.trainingValue) ?? find(.trainAccuracy),
      validationLoss: try find(.validationLoss),
      value: try find(.value) ?? find(.validationAccuracy), seconds: try find(.seconds))
  }

  /// Encodes a measurement.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(iteration, forKey: .iteration)
    try values.encodeIfPresent(loss, forKey: .loss)
    try values.encodeIfPresent(trainingValue, forKey: .trainingValue)
    try values.encodeIfPresent(validationLoss, forKey: .validationLoss)
    try values.encodeIfPresent(value, forKey: .value)
    try values.encodeIfPresent(seconds, forKey: .seconds)
  }
}

extension Trial {
  struct Times: Equatable {
    /// From each start to the last record before the next start.
    var stretches: [ClosedRange<Date>] = []
    /// Whether the time of a start was not recorded.
    var isPartlyUnknown = false
    var ended: Date?
  }

  /// The periods in which the trial ran: from each start or resumption to the last record before
  /// the next. Trials that are trained side by side begin together. Empty if the journal has no
  /// times.
  public var stretches: [ClosedRange<Date>] { times.stretches }

  /// When the trial first began; nil if it has not or that is unknown.
  public var began: Date? { times.isPartlyUnknown ? nil : times.stretches.first?.lowerBound }

  /// When the trial ended; nil if it has not or that is unknown.
  public var ended: Date? { times.ended }
}

extension Trial.Times {
  /// Notes the time of an event, in seconds since 1970.
  mutating func note(_ event: StudyEvent, at time: Double?) {
    guard let time else {
      if case .begun = event { isPartlyUnknown = true }
      return
    }
    let date = Date(timeIntervalSince1970: time)
    if case .begun = event {
      stretches.append(date...date)
    } else if let last = stretches.last {
      // A clock may be set back.
      stretches[stretches.count - 1] = last.lowerBound...max(date, last.upperBound)
    }
    if event.isFinal { ended = date }
  }
}
