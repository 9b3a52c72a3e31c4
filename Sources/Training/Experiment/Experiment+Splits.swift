import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork

/// The rows of a data set without test set that are held out for the end.
public struct TestSplit: Codable, Hashable, Sendable {
  /// The number or share of rows.
  public var size: SplitSize
  /// The choice of the rows.
  public var rule: ValidationSplit

  /// Creates a choice.
  public init(_ size: SplitSize, by rule: ValidationSplit) { (self.size, self.rule) = (size, rule) }
}

extension LoadedData {
  /// The data with some of its training rows as its test set.
  ///
  /// - Throws: `DatasetError` where there is a test set already, and as `Dataset.holdOutTest(_:by:)`.
  public func holdingOut(_ test: TestSplit) throws -> LoadedData {
    if self.test != nil {
      throw DatasetError("a test set of \(test.size) cannot be held out: the data has its own")
    }
    if validationCount > 0 {
      throw DatasetError(
        "a test set of \(test.size) cannot be held out: the data has a validation set of its own")
    }
    let (training, held) = try self.training.holdOutTest(test.size, by: test.rule)
    return LoadedData(name: name, kind: kind, training: training, test: held)
  }
}

extension Experiment {
  /// The largest number of inputs of a network on some features, for estimates of its cost.
  package func largestInputCount(of features: Features) -> Int {
    let prepared = features.largestPreparedCount
    if case .number(let count)? = projection?.count { return min(count, prepared) }
    return prepared
  }

  /// The metric that early stopping, schedules and studies go by.
  package var metric: Metric { training.metric ?? Metric.defaults(for: task)[0] }
}

/// One of the folds of a cross-validation.
public struct Fold: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The fold's number, from 1.
  public var number: Int
  /// The number of folds.
  public var count: Int

  /// Creates a choice.
  public init(_ number: Int, of count: Int) { (self.number, self.count) = (number, count) }

  /// `2 of 5`.
  public var description: String { "\(number) of \(count)" }

  func check() throws {
    try InvalidSetting.demand(count >= 2, "folds", count, "at least 2")
    try InvalidSetting.demand((1...count).contains(number), "fold", number, "1 to \(count)")
  }
}

/// Weights of classes in the loss.
public enum ClassWeights: Hashable, Sendable {
  /// rows / (classes · rows of the class) by the training rows, as scikit-learn's `balanced`: every class
  /// that occurs counts the same.
  case balanced
  /// A weight for each class.
  case list([Double])

  /// The weight of each class; 0 for one that does not occur among balanced ones.
  ///
  /// - Parameter data: the training rows.
  func values(for data: Dataset) -> [Double] {
    switch self {
    case .list(let weights): return weights
    case .balanced:
      var sums = [Double](repeating: 0, count: data.classCount)
      for (row, label) in data.labels.enumerated() { sums[label] += data.weights?[row] ?? 1 }
      let total = sums.reduce(0, +)
      let occurring = Double(sums.count { $0 > 0 })
      return sums.map { $0 > 0 ? total / (occurring * $0) : 0 }
    }
  }

  func check(for schema: TargetSchema) throws {
    if schema.kind != .classes {
      throw InvalidSetting(
        name: "class weights", value: description, expected: "none: the targets are \(schema)")
    }
    var settings = TrainerSettings()
    settings.classWeights =
      if case .list(let weights) = self {
        weights
      } else {
        [Double](repeating: 1, count: schema.names.count)
      }
    try settings.check(rowCount: .max)
    try settings.check(for: schema)
  }
}

/// As text and in JSON `balanced`, or weights such as `1,2.5`.
extension ClassWeights: LosslessStringConvertible, Codable {
  /// Reads a text; nil for another.
  public init?(_ text: String) {
    if text == "balanced" {
      self = .balanced
      return
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let weights = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    if weights.count != parts.count { return nil }
    self = .list(weights)
  }

  /// The text.
  public var description: String {
    switch self {
    case .balanced: "balanced"
    case .list(let weights): weights.map { plain($0) }.joined(separator: ",")
    }
  }

  /// Decodes the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let weights = ClassWeights(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected balanced or weights such as 1,2.5, found \(text)"
      )
    }
    self = weights
  }

  /// Encodes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
