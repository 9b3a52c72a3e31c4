import Datasets
import LinearAlgebra
import NeuralNetwork

/// A data set as a run's settings want it.
package struct PreparedSets<Scalar: BLASScalar> {
  /// Rows to train on.
  package let training: PreparedDataset<Scalar>
  /// Rows held out, or nil for none.
  package let validation: PreparedDataset<Scalar>?
  /// What is done to both, found on the rows to train on.
  package let preprocessing: Preprocessing
}

/// From settings and data to a trainer: all that a run is made of before its first iteration.
extension RunRecord.Settings {
  /// Splits off the held-out rows and prepares both parts.
  package func sets<Scalar>(
    of data: Dataset, as _: Scalar.Type
  ) throws -> PreparedSets<Scalar> {
    let split = try data.split(validation, by: split)
    let preprocessing = try Preprocessing.fitted(
      to: split.training, divisor: pixelScale, subtractMean: subtractMean)
    return PreparedSets(
      training: split.training.prepared(with: preprocessing),
      validation: split.validation.count == 0
        ? nil : split.validation.prepared(with: preprocessing),
      preprocessing: preprocessing)
  }

  /// A trainer of a fresh network whose weights and batches have streams of their own.
  package func seededTrainer<Scalar>(
    seed: UInt64, on sets: PreparedSets<Scalar>
  ) throws -> Trainer<Scalar, SeededRandom> {
    var weights = SeededRandom(seed: seed, purpose: "weights")
    return try trainer(
      freshNetwork(on: sets, using: &weights), on: sets,
      random: SeededRandom(seed: seed, purpose: "batches"))
  }

  /// A trainer of a fresh network with one stream of NumPy's for the weights and then the batches.
  package func numPyTrainer<Scalar>(
    seed: UInt64, on sets: PreparedSets<Scalar>
  ) throws -> Trainer<Scalar, NumPyRandom> {
    var stream = NumPyRandom(seed: UInt32(seed))
    let fresh = freshNetwork(on: sets, using: &stream)
    return try trainer(fresh, on: sets, random: stream)
  }

  package func freshNetwork<Scalar>(
    on sets: PreparedSets<Scalar>, using random: inout some RandomStream
  ) -> Network<Scalar> {
    Network(
      inputSize: sets.training.featureCount, network.layers, loss: network.loss,
      initializer: network.initializer, using: &random)
  }

  private func trainer<Scalar, Random>(
    _ network: Network<Scalar>, on sets: PreparedSets<Scalar>, random: Random
  ) throws -> Trainer<Scalar, Random> {
    try Trainer(network, rowCount: sets.training.count, settings: training, random: random)
  }
}
