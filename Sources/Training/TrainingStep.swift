import Datasets
import LinearAlgebra
import NeuralNetwork

/// One step of mini-batch stochastic gradient descent after another, with the memory that it takes:
/// draw rows, gather them, compute loss and gradients, update.
package struct TrainingStep<Scalar: BLASScalar> {
  private let regularization: Scalar
  private var sampler: BatchSampler
  private var rows: [Int]
  private var workspace: TwoLayerNet<Scalar>.Workspace
  /// The batch, [rows, inputs].
  package private(set) var features: Tensor<Scalar>
  /// The class of each row of the batch.
  package private(set) var labels: [Int]

  /// Steps of `network` on a training set of `rowCount` rows.
  package init(for network: TwoLayerNet<Scalar>, rowCount: Int, settings: SGDSettings) {
    regularization = Scalar(settings.regularization)
    sampler = BatchSampler(settings.sampling, rowCount: rowCount)
    rows = [Int](repeating: 0, count: settings.batchSize)
    labels = [Int](repeating: 0, count: settings.batchSize)
    features = .zeros([settings.batchSize, network.inputSize])
    workspace = TwoLayerNet.Workspace(for: network, batchSize: settings.batchSize)
  }

  /// Chooses the batch's rows.
  package mutating func draw(using random: inout some RandomStream) {
    sampler.draw(into: &rows, using: &random)
  }

  /// Makes the batch of the rows that `choice` gives for each position in it.
  package mutating func choose(_ choice: (_ position: Int) -> Int) {
    for position in rows.indices { rows[position] = choice(position) }
  }

  /// Fetches the chosen rows and their classes.
  package mutating func gather(from data: PreparedDataset<Scalar>) {
    data.gather(rows, into: &features, labels: &labels)
  }

  /// The batch's loss, penalty included; keeps the gradients.
  package mutating func lossAndGradients(of network: TwoLayerNet<Scalar>) -> Scalar {
    features.withRows { features in
      labels.withUnsafeBufferPointer { labels in
        network.lossAndGradients(
          of: features, labels: labels, regularization: regularization, in: &workspace)
      }
    }
  }

  /// The gradients that were computed last, under the parameters' names.
  package var gradients: Parameters<Scalar> { workspace.gradients }

  /// Moves every parameter against its gradient.
  package func update(_ network: inout TwoLayerNet<Scalar>, learningRate: Double) {
    network.descend(workspace, learningRate: Scalar(learningRate))
  }
}

// MARK: - The parts of lossAndGradients, for whoever times them

extension TrainingStep {
  /// Leaves activations and scores in the step's memory.
  package mutating func forward(_ network: TwoLayerNet<Scalar>) {
    features.withRows { network.forward($0, in: &workspace) }
  }

  /// Turns scores into probabilities and returns the loss.
  package mutating func loss(_ network: TwoLayerNet<Scalar>) -> Scalar {
    labels.withUnsafeBufferPointer {
      network.loss(labels: $0, regularization: regularization, in: &workspace)
    }
  }

  /// Turns probabilities into gradients.
  package mutating func backward(_ network: TwoLayerNet<Scalar>) {
    features.withRows { features in
      labels.withUnsafeBufferPointer {
        network.backward(
          features, labels: $0, regularization: regularization, in: &workspace)
      }
    }
  }
}
