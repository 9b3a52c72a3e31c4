import PerceptronCommandSupport
import Perceptron
import PerceptronTraining

/// Steps of training whose products are the kernels', held against the same steps by OpenBLAS.
struct ProductPathCheck: Encodable {
  let scalar: String
  /// The largest difference of the losses, and of a parameter's norm after the steps, relative to it.
  let worstDifference: Double
  /// The difference that rounding can explain.
  let limit: Double
  var passed: Bool { worstDifference <= limit }

  private static var stepCount: Int { 3 }
  private static var batchSize: Int { 50 }
  /// Layers that kernels for packed weights take, and one for small layers.
  private static var widths: [Int] { [70, 33, 10] }

  /// Checks steps on the digits in a scalar type.
  init<Scalar: BLASScalar>(_ type: Scalar.Type) {
    let (kernels, blas) = (Self.outcome(type, .kernels), Self.outcome(type, .blas))
    let differences = zip(kernels, blas).map { found, expected in
      (found - expected).sumOfSquares().squareRoot() / expected.sumOfSquares().squareRoot()
    }
    scalar = "\(type)"
    // NaN is no agreement.
    worstDifference = differences.max { !($0 >= $1) }.map { $0.isNaN ? .infinity : $0 } ?? 0
    limit = Double(Scalar.ulpOfOne) * Double(Self.widths.reduce(Self.batchSize, +))
  }

  /// The losses of some steps, and the parameters after them.
  private static func outcome<Scalar: BLASScalar>(
    _: Scalar.Type, _ path: ProductPath
  ) -> [Tensor<Double>] {
    var random = SeededRandom(seed: 0, purpose: "doctor")
    let hidden = widths.dropLast().flatMap { [LayerSpecification.affine(outputs: $0), .relu] }
    let network = Network<Scalar>(
      inputSize: 64, hidden + [.affine(outputs: widths[widths.count - 1])], using: &random)
    let settings = TrainerSettings(learningRate: 0.1, batchSize: batchSize)
    let engine = TrainingEngine(
      [.init(network, OptimizerState(settings.optimizer, for: network), settings: settings)],
      workers: nil, path: path)
    engine.setLearningRate(settings.learningRate, at: 0)
    let data = Digits.training.prepared(with: Preprocessing(divisor: 16), as: Scalar.self)
    let losses = (0..<stepCount).map { step in
      engine.choose { step * batchSize + $0 }
      engine.step(on: data, iteration: step)
      return Double(engine.loss(at: 0))
    }
    return [Tensor(losses)]
      + engine.network(at: 0).parameters.map { Tensor<Double>($0.tensor) }
  }

  /// The verdict and what it rests on.
  var summary: String {
    "\(passed ? "right" : "WRONG"): \(Self.stepCount) steps by kernels and by OpenBLAS, "
      + "worst difference \(scientific(worstDifference)) (limit \(scientific(limit)))"
  }
}
