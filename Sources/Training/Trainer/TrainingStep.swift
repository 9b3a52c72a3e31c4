import Datasets
import LinearAlgebra
import NeuralNetwork

/// One step of mini-batch training after another, with the memory that it takes: draw rows, gather
/// them, compute loss and gradients, update.
package struct TrainingStep<Scalar: BLASScalar> {
  private let penalty: Penalty
  private let clipping: GradientClipping
  private let maxNorm: MaxNorm?
  /// What dropout's masks are drawn from.
  private let seed: UInt64
  private var rows: [Int]
  private var workspace: Network<Scalar>.Workspace
  /// The batch, [rows, inputs].
  package private(set) var features: Tensor<Scalar>
  /// The class of each row of the batch.
  package private(set) var labels: [Int]

  /// Steps of networks like `network`.
  package init(for network: Network<Scalar>, settings: TrainerSettings) {
    penalty = settings.penalty
    clipping = settings.clipping
    maxNorm = settings.maxNorm.map { MaxNorm($0) }
    seed = settings.seed
    rows = [Int](repeating: 0, count: settings.batchSize)
    labels = [Int](repeating: 0, count: settings.batchSize)
    features = .zeros([settings.batchSize, network.inputSize])
    workspace = Network.Workspace(for: network, batchSize: settings.batchSize)
  }

  /// Chooses the batch's rows.
  package mutating func draw(
    from sampler: inout BatchSampler, using random: inout some RandomStream
  ) {
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
  ///
  /// - Parameter iteration: which one it is, for dropout's masks.
  package mutating func lossAndGradients(of network: Network<Scalar>, iteration: Int) -> Scalar {
    let pass = pass(iteration)
    return features.withRows { features in
      labels.withUnsafeBufferPointer { labels in
        network.lossAndGradients(
          of: features, .labels(labels), penalty: penalty, pass: pass, in: &workspace)
      }
    }
  }

  /// Every iteration has masks of its own.
  private func pass(_ iteration: Int) -> Pass {
    var stream = SeededRandom(seed: seed, purpose: "dropout", index: UInt64(iteration))
    return .training(seed: stream.next())
  }

  /// The gradients that were computed last, under the parameters' names.
  package func gradients(of network: Network<Scalar>) -> Parameters<Scalar> {
    network.gradients(in: workspace)
  }

  /// Moves every parameter by its gradient, and the layers' statistics by what was seen.
  package mutating func update(
    _ network: inout Network<Scalar>, by optimizer: inout OptimizerState<Scalar>,
    learningRate: Double
  ) {
    clipping.apply(to: &workspace)
    optimizer.step(&network, gradients: workspace, learningRate: learningRate)
    maxNorm?.apply(to: &network)
    network.updateStatistics(from: workspace)
  }
}

// MARK: - The parts of lossAndGradients, for whoever times them

extension TrainingStep {
  /// Leaves activations and scores in the step's memory.
  package mutating func forward(_ network: Network<Scalar>) {
    features.withRows { network.forward($0, pass: pass(0), in: &workspace) }
  }

  /// Turns scores into what the loss keeps and returns the loss.
  package mutating func loss(_ network: Network<Scalar>) -> Scalar {
    labels.withUnsafeBufferPointer {
      network.loss(.labels($0), penalty: penalty, in: &workspace)
    }
  }

  /// Turns what the loss kept into gradients.
  package mutating func backward(_ network: Network<Scalar>) {
    features.withRows { features in
      labels.withUnsafeBufferPointer {
        network.backward(
          features, .labels($0), penalty: penalty, pass: pass(0), in: &workspace)
      }
    }
  }
}
