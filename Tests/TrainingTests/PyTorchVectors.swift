import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// What PyTorch makes of training steps: the output of scripts/make-pytorch-vectors.
struct PyTorchVectors: Decodable, Sendable {
  /// Tensors' elements, row by row.
  typealias Named = [String: [Double]]

  /// The rows that a step sees.
  struct Batch: Decodable, Sendable {
    let x: [Double], labels: [Int]?, values: [Double]?
  }

  /// What training has made of a network.
  struct State: Decodable, Sendable {
    let parameters: Named, statistics: Named
  }

  /// Which of a batch's targets a run takes.
  enum TargetKind: String, Decodable, Sendable {
    case labels, values
  }

  /// One step for each batch, with one loss and one optimizer.
  struct Run: Decodable, Sendable {
    let loss: LossSpecification, targets: TargetKind, penalty: Penalty
    let clipping: GradientClipping, optimizer: Optimizer, learningRate: Double
    /// The loss before each step, the penalty included, and the norm of all gradients.
    let losses: [Double], norms: [Double]
    /// Of the first step, before clipping.
    let gradients: Named
    /// After the first step and after the last.
    let first: State, last: State
    /// For the first batch, after the last step, at inference.
    let outputs: [Double]
  }

  /// A network before its first step, and what it is trained on.
  struct NetworkCase: Decodable, Sendable {
    let name: String, inputSize: Int, layers: [LayerSpecification]
    let initial: Named
    let batches: [Batch]
    let runs: [Run]
  }

  let networks: [NetworkCase]

  static let shared = Resource.decode(Self.self, from: "pytorch")
}

/// One run of one network, as a test's argument.
struct PyTorchCase: Sendable, CustomTestStringConvertible {
  let network: PyTorchVectors.NetworkCase, run: PyTorchVectors.Run

  static let all = PyTorchVectors.shared.networks.flatMap { network in
    network.runs.map { PyTorchCase(network: network, run: $0) }
  }

  var testDescription: String {
    "\(network.name): \(run.loss.description), \(run.optimizer.method)"
  }

  /// The network before its first step.
  func initial<Scalar: BLASScalar>(_: Scalar.Type) throws -> Network<Scalar> {
    var random = SeededRandom(seed: 0, purpose: "test")
    var result = Network<Scalar>(
      inputSize: network.inputSize, network.layers, loss: run.loss, using: &random)
    result.parameters = try tensors(network.initial, like: result.parameters)
    return result
  }

  /// The inputs of a step, counted from 0.
  func inputs<Scalar: BLASScalar>(_ step: Int) -> Tensor<Scalar> {
    matrix(network.batches[step].x, columns: network.inputSize)
  }

  /// The targets of a step, counted from 0.
  func targets<Scalar: BLASScalar>(_ step: Int, outputs: Int) throws -> Targets<Scalar> {
    let batch = network.batches[step]
    switch run.targets {
    case .labels: return .labels(try #require(batch.labels))
    case .values: return .values(matrix(try #require(batch.values), columns: outputs))
    }
  }

  /// The numbers under the names and in the shapes of `form`.
  func tensors<Scalar: BLASScalar, Other: BLASScalar>(
    _ numbers: PyTorchVectors.Named, like form: Parameters<Other>
  ) throws -> Parameters<Scalar> {
    #expect(numbers.keys.sorted() == form.names.sorted())
    return Parameters(
      try form.map { name, tensor in
        let elements = try #require(numbers[name]).map { Scalar($0) }
        return (name, Tensor(elements, shape: tensor.shape))
      })
  }

  /// The numbers as rows of `columns`.
  func matrix<Scalar: BLASScalar>(_ numbers: [Double], columns: Int) -> Tensor<Scalar> {
    Tensor(numbers.map { Scalar($0) }, shape: [numbers.count / columns, columns])
  }
}
