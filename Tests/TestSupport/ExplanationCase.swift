import PerceptronLinearAlgebra

/// One example's way through a trained 12-8-5 network as NumPy computed it: the output of
/// scripts/make-explanation-vectors. The network gets the example wrong; the margin is the score of the
/// class that it predicts less that of the true one.
public struct ExplanationCase: Decodable, Sendable {
  /// A matrix as JSON holds it.
  public struct Matrix: Decodable, Sendable {
    /// [rows, columns].
    public let tensor: Tensor<Double>

    /// The rows of an array of arrays.
    public init(from decoder: any Decoder) throws {
      let rows = try [[Double]](from: decoder)
      tensor = Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
    }
  }

  /// A vector as JSON holds it.
  public struct Vector: Decodable, Sendable {
    /// [elements].
    public let tensor: Tensor<Double>

    /// The elements of an array.
    public init(from decoder: any Decoder) throws {
      tensor = Tensor(try [Double](from: decoder))
    }
  }

  /// A tensor for each parameter.
  public struct Named: Decodable, Sendable {
    public let W1: Matrix, b1: Vector, W2: Matrix, b2: Vector

    /// The tensors under `W1`, `b1`, `W2` and `b2`.
    public var tensors: [(name: String, tensor: Tensor<Double>)] {
      [("W1", W1.tensor), ("b1", b1.tensor), ("W2", W2.tensor), ("b2", b2.tensor)]
    }
  }

  /// The forward pass of the example.
  public struct Forward: Decodable, Sendable {
    /// input·W1 by input and unit, [inputs, units].
    public let inputContributions: Matrix
    /// input·W1 of each unit; with the bias; after the ReLU.
    public let products: Vector, sums: Vector, hidden: Vector
    /// hidden·W2 by unit and class, [units, classes].
    public let hiddenContributions: Matrix
    /// Of each class.
    public let scores: Vector, probabilities: Vector
  }

  /// The gradients of the example's loss without the penalty.
  public struct Gradients: Decodable, Sendable {
    /// With respect to the scores, p − y; the hidden units; their sums before the ReLU; the inputs.
    public let scores: Vector, hidden: Vector, sums: Vector, input: Vector
    /// With respect to the parameters.
    public let W1: Matrix, b1: Vector, W2: Matrix, b2: Vector

    /// Those of the parameters, by name.
    public var parameters: [(name: String, tensor: Tensor<Double>)] {
      [("W1", W1.tensor), ("b1", b1.tensor), ("W2", W2.tensor), ("b2", b2.tensor)]
    }
  }

  /// factor·(ΣW1² + ΣW2²).
  public struct Penalty: Decodable, Sendable {
    public let factor: Double, value: Double, gradients: Named
  }

  /// A step on the example alone, against the gradients of loss and penalty.
  public struct Step: Decodable, Sendable {
    /// The learning rate.
    public let rate: Double
    /// The parameters after the step, and the example's loss and the penalty with them.
    public let parameters: Named, loss: Double, penalty: Double
  }

  /// Integrated gradients of the margin, from the baseline.
  public struct IntegratedGradients: Decodable, Sendable {
    public let contributions: Vector, baselineMargin: Double
    /// The number of units that turn on or off on the way.
    public let switches: Int
  }

  /// The other rows from near to far in the hidden layer's space.
  public struct Nearest: Decodable, Sendable {
    public let rows: [Int], distances: [Double]
  }

  /// All rows, [rows, inputs], and their classes.
  public let x: Matrix, labels: [Int]
  /// Those of the trained network.
  public let parameters: Named
  /// The example, its class, and the class that is predicted.
  public let row: Int, label: Int, predicted: Int
  /// The example's passes and its loss without the penalty.
  public let forward: Forward, loss: Double, gradients: Gradients
  /// The penalty, and a step.
  public let penalty: Penalty, step: Step
  /// The example's margin, and its gradient with respect to the inputs.
  public let margin: Double, saliency: Vector
  /// The mean row, and by how much the margin falls where it replaces one input.
  public let baseline: Vector, occlusion: Vector
  /// What each input contributes to the margin.
  public let integratedGradients: IntegratedGradients
  /// The other rows by their distance.
  public let nearest: Nearest

  /// The case.
  public static let shared = Resource.decode(ExplanationCase.self, from: "explanation")

  /// The example, [1, inputs].
  public var example: Tensor<Double> { x.tensor[rows: row..<row + 1] }
}
