import LinearAlgebra
import NeuralNetwork

/// Batches that are computed elsewhere, and the gradient that goes back there.
extension TrainingPlan {
  /// Takes a batch that is not gathered from a data set.
  ///
  /// - Parameters:
  ///   - classes: one for each row.
  ///   - write: writes the features, rows × inputs.
  package func give(
    labels classes: [Int], _ write: (_ features: MutableRowBlock<Scalar>) -> Void
  ) {
    require(
      classes.count == batchSize, "TrainingPlan: \(classes.count) labels for \(batchSize) rows")
    labels = classes
    features.withMutableRows(write)
  }

  /// The gradient of the last step's loss with respect to the output of the first layer of
  /// `network`, which has parameters: rows × outputs, until the next step.
  package func firstUpstream(in network: Network<Scalar>) -> RowBlock<Scalar> {
    network.upstream(of: 0, .init(of: batchSize, layout, base: memory.base))
  }
}
