import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// What a run's network makes of rows that it was not trained on.
public struct RunEvaluation: Sendable, Equatable {
  /// What the rows are, such as `the test set`.
  public var rows: String
  /// Their classes and those that are predicted.
  public var confusion: ConfusionMatrix
  /// Their loss, without any penalty.
  public var loss: Double
  /// The rows whose wrong class the network is surest of, the surest first.
  public var mistakes: [Mistake]
  /// A picture of each mistake, or nil where rows are no pictures.
  public var pictures: [Image]?

  /// The given evaluation.
  ///
  /// - Precondition: a picture, if there are any, for each mistake.
  public init(
    rows: String, confusion: ConfusionMatrix, loss: Double, mistakes: [Mistake] = [],
    pictures: [Image]? = nil
  ) {
    require(
      pictures.map { $0.count == mistakes.count } ?? true,
      "RunEvaluation: \(pictures?.count ?? 0) pictures for \(mistakes.count) mistakes")
    self.rows = rows
    self.confusion = confusion
    self.loss = loss
    self.mistakes = mistakes
    self.pictures = pictures
  }

  /// What a network makes of the given data.
  ///
  /// - Parameters:
  ///   - network: the run's network.
  ///   - data: rows of its input size, of no more classes than it.
  ///   - rows: what they are, such as `the test set`.
  ///   - mistakes: how many mistakes to tell of at most.
  public init<Scalar: BLASScalar>(
    of network: Network<Scalar>, on data: PreparedDataset<Scalar>, rows: String, mistakes: Int = 12
  ) {
    let surest = network.surestMistakes(on: data, count: mistakes)
    self.init(
      rows: rows, confusion: network.confusionMatrix(on: data),
      loss: network.evaluate(on: data).loss, mistakes: surest,
      pictures: data.dataset.images(rows: surest.map(\.row)))
  }
}
