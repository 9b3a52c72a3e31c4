import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
@testable import PerceptronNeuralNetwork

/// What NumPy makes of optimizers and schedules: the output of scripts/make-optimizer-vectors.
struct OptimizerVectors: Decodable, Sendable {
  typealias Named = [String: [Double]]

  /// A few steps of one optimizer.
  struct Run: Decodable, Sendable {
    let optimizer: Optimizer, clipping: GradientClipping
    /// The norm of all gradients in each step, before clipping.
    let norms: [Double]
    /// The parameters after the first step and after the last.
    let first: Named, last: Named
    /// What the optimizer keeps after the last.
    let kept: Named
  }

  struct MaxNormCase: Decodable, Sendable {
    let limit: Double, limited: Named
  }

  struct ScheduleCase: Decodable, Sendable {
    let schedule: Schedule, rates: [Double]
  }

  let shapes: [String: [Int]]
  let learningRate: Double
  let initial: Named
  /// Of each step.
  let gradients: [Named]
  let runs: [Run]
  let maxNorm: MaxNormCase
  let iterationsPerEpoch: Int
  /// Of each epoch.
  let scores: [Double]
  let schedules: [ScheduleCase]

  static let shared = Resource.decode(Self.self, from: "optimizers")

  /// The network of the initial parameters, with room for gradients.
  func network<Scalar: BLASScalar>(
    _: Scalar.Type
  ) -> (network: Network<Scalar>, workspace: Network<Scalar>.Workspace) {
    let network = Network<Scalar>(
      inputSize: 3,
      layers: [
        Affine(weights: tensor(initial, "W1"), bias: tensor(initial, "b1")), ReLU<Scalar>(),
        Affine(weights: tensor(initial, "W2"), bias: tensor(initial, "b2")),
      ])
    return (network, Network.Workspace(for: network, batchSize: 1))
  }

  /// Puts the gradients of a step, counted from 0, where the backward pass would have left them.
  func setGradients<Scalar: BLASScalar>(
    of step: Int, in workspace: inout Network<Scalar>.Workspace, for network: Network<Scalar>
  ) {
    for place in network.parameterPlaces {
      workspace.gradients[place.layer][place.position] = tensor(gradients[step], place.name)
    }
  }

  /// A parameter, or something kept for one under a name such as `W1.velocity`.
  func tensor<Scalar: BLASScalar>(_ numbers: Named, _ name: String) -> Tensor<Scalar> {
    Tensor(numbers[name]!.map { Scalar($0) }, shape: Shape(shapes[String(name.prefix(2))]!))
  }
}
