import PerceptronDatasets

/// The defaults of training on data of one's own: a table, pictures, or arrays.
///
/// One rule for all sizes, found by experiment on tables of standardized features, from 24 to 75,000 rows.
/// The penalty, which weakens as rows are added, keeps small tables from being learned by heart; the
/// length lets it work, so that early stopping, which costs validation rows, brought nothing more.
package struct OwnDataDefaults: Equatable, Sendable {
  package static let hidden = 100
  package static let schedule = Schedule.Entry.cosine
  package static let smallBatch = 32
  package static let largeBatch = 128
  /// The number of rows from which batches are large.
  package static let largeRowCount = 5000
  package static let epochs = 100
  package static let leastIterations = 2000
  package static let mostIterations = 10_000
  /// The number of features above which ``mostIterations`` is halved, for the sake of time.
  package static let manyFeatures = 256
  /// λ · rows for classes and labels, and λ · rows · columns for numbers.
  package static let classPenalty = 1.0
  package static let numberPenalty = 8.0
  package static let mostPenalty = 0.05
  /// λ · rows for toys, whose boundaries are sharp.
  package static let toyPenalty = 0.1
  /// A tenth of the rows is held out for validation, at most ``mostValidation``.
  package static let validationDivisor = 10
  package static let mostValidation = 1000

  private let rowCount: Int
  private let featureCount: Int
  /// Coefficient λ of the L2 penalty.
  package let regularization: Double

  /// Defaults for a training set of which `rowCount` rows are trained on.
  ///
  /// - Parameter isToy: whether it is a ``Toy``.
  package init(_ training: Dataset, rowCount: Int, isToy: Bool = false) {
    let schema = training.schema
    let penalty =
      switch schema.kind {
      case .classes, .labels: isToy ? Self.toyPenalty : Self.classPenalty
      // Squared error is a mean over the columns, so that each counts less.
      case .numbers: Self.numberPenalty / Double(max(schema.names.count, 1))
      }
    self.rowCount = max(rowCount, 1)
    featureCount = training.featureCount
    regularization = min(penalty / Double(self.rowCount), Self.mostPenalty)
  }

  package var batchSize: Int {
    min(rowCount < Self.largeRowCount ? Self.smallBatch : Self.largeBatch, rowCount)
  }

  /// ``epochs`` epochs, within the limits of iterations.
  package func iterations(batchSize: Int) -> Int {
    let most = featureCount > Self.manyFeatures ? Self.mostIterations / 2 : Self.mostIterations
    return min(max(Self.epochs * rowCount / batchSize, Self.leastIterations), most)
  }

  /// An optimizer's learning rate on standardized features; with the rates that momentum and nesterov have
  /// elsewhere, numbers as targets made some runs diverge.
  package func learningRate(of optimizer: Optimizer.Entry) -> Double {
    switch optimizer {
    case .adam, .adamW: 0.005
    case .momentum, .nesterov: 0.01
    default: optimizer.learningRate
    }
  }
}
