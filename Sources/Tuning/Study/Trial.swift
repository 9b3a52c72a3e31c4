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

  /// The last known training accuracy.
  public var trainAccuracy: Double? {
    result?.trainAccuracy ?? measurements.last { $0.trainAccuracy != nil }?.trainAccuracy
  }

  /// The result's value or, without a result, the last measured one.
  public var value: Double? { result?.value ?? measurements.last { $0.compared != nil }?.compared }
}

/// The result of a completed trial.
public struct TrialResult: Codable, Equatable, Sendable {
  /// The value that trials are compared by: the validation accuracy, or an objective's value.
  public var value: Double
  /// The accuracy on the training set.
  public var trainAccuracy: Double?
  /// The last batch's loss.
  public var finalLoss: Double?
  /// The number of iterations.
  public var iterations: Int?
  /// The running time in seconds.
  public var seconds: Double
  /// The number of rows that ``value`` is the accuracy on; nil if it is no accuracy or that is
  /// unknown.
  public var rowCount: Int?

  /// Creates a result.
  public init(
    value: Double, trainAccuracy: Double? = nil, finalLoss: Double? = nil,
    iterations: Int? = nil, seconds: Double, rowCount: Int? = nil
  ) {
    self.value = value
    self.trainAccuracy = trainAccuracy
    self.finalLoss = finalLoss
    self.iterations = iterations
    self.seconds = seconds
    self.rowCount = rowCount
  }
}

/// A measurement of a running trial.
public struct Measurement: Codable, Equatable, Sendable {
  /// The number of iterations so far.
  public var iteration: Int
  /// The last batch's loss; it may be infinite or NaN.
  public var loss: Double?
  /// The accuracy on the training set, or a part of it.
  public var trainAccuracy: Double?
  /// The accuracy on the validation set.
  public var validationAccuracy: Double?
  /// The value to compare, if it is not the validation accuracy.
  public var value: Double?
  /// The running time so far in seconds.
  public var seconds: Double?

  /// Creates a measurement.
  public init(
    iteration: Int, loss: Double? = nil, trainAccuracy: Double? = nil,
    validationAccuracy: Double? = nil, value: Double? = nil, seconds: Double? = nil
  ) {
    self.iteration = iteration
    self.loss = loss
    self.trainAccuracy = trainAccuracy
    self.validationAccuracy = validationAccuracy
    self.value = value
    self.seconds = seconds
  }

  /// The value that running trials are compared by: ``value``, or the validation accuracy.
  public var compared: Double? { value ?? validationAccuracy }
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
