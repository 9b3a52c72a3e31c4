import PerceptronNeuralNetwork

/// When a run is evaluated. An epoch is a pass over as many rows as the training set has.
public enum EvaluationRule: Hashable, Sendable {
  /// After a number of epochs: at the iteration that takes the last row of one.
  case epochs(Int)
  /// After a number of iterations.
  case iterations(Int)
  /// After the first iteration of every epoch, 0 included. An epoch has max(rows / batch, 1)
  /// iterations, as a real number.
  ///
  /// The schedule counts as the classic NumPy formulation does, by `iteration % length == 0` in
  /// floating point: every epoch where the batch divides the rows, and few or none otherwise.
  case epochBegins
  /// Never.
  case never

  package struct Events: Equatable {
    /// The number of epochs that have ended, or begun with ``EvaluationRule/epochBegins``: more
    /// than one where a batch has more rows than the set.
    package var epochs: Int
    package var evaluation: Bool
  }

  /// The events after `iteration`, counted from 0.
  package func events(after iteration: Int, batchSize: Int, rowCount: Int) -> Events {
    let before = Self.epochs(in: iteration, batchSize, rowCount)
    let ended = Self.epochs(in: iteration + 1, batchSize, rowCount) - before
    switch self {
    case .epochBegins:
      let length = max(Double(rowCount) / Double(batchSize), 1)
      let isExact = Double(iteration).truncatingRemainder(dividingBy: length) == 0
      // Whether a multiple of the length lies above the iteration before and not above this one.
      let isFirst = iteration == 0 || before > Self.epochs(in: iteration - 1, batchSize, rowCount)
      return Events(epochs: isExact ? 1 : 0, evaluation: isFirst || isExact)
    case .epochs(let interval):
      return Events(epochs: ended, evaluation: (before + ended) / interval > before / interval)
    case .iterations(let interval):
      return Events(epochs: ended, evaluation: (iteration + 1) % interval == 0)
    case .never: return Events(epochs: ended, evaluation: false)
    }
  }

  /// The number of whole epochs in a number of iterations.
  private static func epochs(in iterations: Int, _ batchSize: Int, _ rowCount: Int) -> Int {
    let (rows, overflow) = iterations.multipliedReportingOverflow(by: batchSize)
    return overflow
      ? Int(Double(iterations) * Double(batchSize) / Double(rowCount)) : rows / rowCount
  }

  func check() throws {
    switch self {
    case .epochs(let interval), .iterations(let interval):
      try InvalidSetting.demand(interval >= 1, "evaluation interval", interval, "at least 1")
    case .epochBegins, .never: break
    }
  }
}

/// As `{"epochs": 1}`, `{"iterations": 100}`, `{"epochBegins": true}` or `{"never": true}`.
extension EvaluationRule: Codable {
  private enum Key: CodingKey { case epochs, iterations, epochBegins, never }

  /// Decodes one of them.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if let interval = try values.decodeIfPresent(Int.self, forKey: .epochs) {
      self = .epochs(interval)
    } else if let interval = try values.decodeIfPresent(Int.self, forKey: .iterations) {
      self = .iterations(interval)
    } else {
      let isNever = try values.decodeIfPresent(Bool.self, forKey: .never) == true
      if !isNever { _ = try values.decode(Bool.self, forKey: .epochBegins) }
      self = isNever ? .never : .epochBegins
    }
  }

  /// Encodes one key.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .epochs(let interval): try values.encode(interval, forKey: .epochs)
    case .iterations(let interval): try values.encode(interval, forKey: .iterations)
    case .epochBegins: try values.encode(true, forKey: .epochBegins)
    case .never: try values.encode(true, forKey: .never)
    }
  }
}
