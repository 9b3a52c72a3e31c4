import PerceptronLinearAlgebra

/// A two-layer network's numbers as NumPy computed them in double precision: scores, loss and
/// gradients of a fresh network, and the histories and parameters of a training run.
public struct ReferenceCase: Sendable {
  /// The batch, [rows, inputs], and its classes.
  public let x: Tensor<Double>, labels: [Int]
  /// The fresh parameters, under `W1`, `b1`, `W2` and `b2`.
  public let initial: [String: Tensor<Double>]
  /// What the fresh network makes of the batch.
  public let scores: Tensor<Double>, loss: Double, gradients: [String: Tensor<Double>]
  /// λ of that loss.
  public let regularization: Double
  /// How the training run was made.
  public let settings: Settings
  /// The loss of each iteration, and the accuracies of each epoch; validation is on the batch.
  public let losses: [Double], trainAccuracy: [Double], validationAccuracy: [Double]
  /// The parameters after the run.
  public let trained: [String: Tensor<Double>]

  /// The settings of the training run.
  public struct Settings: Decodable, Sendable {
    /// The learning rate at first, its decay per epoch, and λ.
    public let lr: Double, decay: Double, reg: Double
    /// The number of iterations, and of the rows of each.
    public let iters: Int, batch: Int
  }

  /// The classic 4-10-3 check: weights from seed 0, scale 0.1.
  public static let toy = ReferenceCase("toy")
  /// A 12-8-5 network: weights from seed 7, scale 0.1.
  public static let case12x8x5 = ReferenceCase("case_12_8_5")

  private init(_ name: String) {
    let file = Resource.decode(File.self, from: name)
    x = Self.matrix(file.X)
    labels = file.y
    initial = file.initial.tensors
    scores = Self.matrix(file.scores)
    loss = file.loss
    gradients = file.gradients.tensors
    regularization = file.regularization
    settings = file.training
    losses = file.history.loss
    trainAccuracy = file.history.train_accuracy
    validationAccuracy = file.history.validation_accuracy
    trained = file.trained.tensors
  }

  private static func matrix(_ rows: [[Double]]) -> Tensor<Double> {
    Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
  }

  /// The JSON as `reference_net.py` writes it.
  private struct File: Decodable {
    let X: [[Double]], y: [Int]
    let initial: Named, gradients: Named, trained: Named
    let scores: [[Double]], regularization: Double, loss: Double
    let training: Settings
    let history: Histories

    struct Named: Decodable {
      let W1: [[Double]], b1: [Double], W2: [[Double]], b2: [Double]

      var tensors: [String: Tensor<Double>] {
        [
          "W1": ReferenceCase.matrix(W1), "b1": Tensor(b1), "W2": ReferenceCase.matrix(W2),
          "b2": Tensor(b2),
        ]
      }
    }

    struct Histories: Decodable {
      let loss: [Double], train_accuracy: [Double], validation_accuracy: [Double]
    }
  }
}
