import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Training, part by part, of the classic toy network: 4 inputs, 10 hidden units, 3 classes, on 5 rows,
/// in `Double`. All random numbers come from ``NumPyRandom``, so that NumPy computes the same.
///
///     let lesson = try Lesson()
///     print(lesson.loss, lesson.history.loss[99])
///     try Report(of: lesson).writePage(to: "lesson.html", .missing("not drawn"))
public struct Lesson: Sendable {
  /// The rows, [5, 4]: 10 times normal deviates of seed 1.
  public let x: Tensor<Double>
  /// The class of each row.
  public let labels: [Int]
  /// The fresh network: weights of 0.1 times normal deviates of seed 0, biases of 0.
  public let network: TwoLayerNet<Double>
  /// λ of the loss whose gradient is followed.
  public let regularization = 0.05

  /// The hidden units' sums, X·W1 + b1, [5, 10].
  public let sums: Tensor<Double>
  /// The hidden units' activations, max(0, sums), [5, 10].
  public let activations: Tensor<Double>
  /// The scores, [5, 3].
  public let scores: Tensor<Double>
  /// The probabilities, [5, 3].
  public let probabilities: Tensor<Double>
  /// The cross-entropy of each row, [5].
  public let rowLosses: Tensor<Double>
  /// The penalty, λ(ΣW1² + ΣW2²).
  public let penalty: Double
  /// The mean of the rows' losses plus the penalty.
  public let loss: Double

  /// The loss's gradient with respect to the scores, (p − y) / 5, [5, 3].
  public let scoreGradient: Tensor<Double>
  /// The loss's gradient with respect to the activations, [5, 10].
  public let flow: Tensor<Double>
  /// 1 where a unit is on, 0 where it is off, [5, 10].
  public let mask: Tensor<Double>
  /// The loss's gradient with respect to the sums, flow where the unit is on, [5, 10].
  public let sumGradient: Tensor<Double>
  /// The loss's gradient for every parameter, with the penalty's part.
  public let gradients: Parameters<Double>

  /// Some entries of the gradient beside centered differences of the loss.
  public let checks: [GradientCheckEntry]
  /// The check of every entry.
  public let gradientCheck: GradientCheckReport

  /// The learning rate of the step and the first one of the training.
  public let learningRate = 0.1
  /// The network after a single step.
  public let stepped: TwoLayerNet<Double>
  /// The loss after a single step.
  public let lossAfterStep: Double

  /// The settings of the hundred steps.
  public let settings: SGDSettings
  /// The network after them.
  public let trained: TwoLayerNet<Double>
  /// The loss of each of their batches.
  public let history: History

  /// Computes all parts.
  ///
  /// - Throws: `TrainingError` where a loss is not finite; these are.
  public init() throws {
    var random = NumPyRandom(seed: 0)
    let network = TwoLayerNet<Double>(
      inputSize: 4, hiddenSize: 10, classCount: 3, scale: 0.1, using: &random)
    var rows = NumPyRandom(seed: 1)
    let x = Tensor<Double>.normal([5, 4], standardDeviation: 10, using: &rows)
    let labels = [0, 1, 2, 2, 1]
    (self.network, self.x, self.labels) = (network, x, labels)

    sums = matmul(x, network.hidden.weights) + network.hidden.bias
    activations = sums.map { max(0, $0) }
    scores = matmul(activations, network.output.weights) + network.output.bias
    probabilities = softmax(scores)
    rowLosses = SoftmaxLoss<Double>().rowLosses(scores, .labels(labels))
    penalty = network.network.value(of: .l2(regularization))
    let computed = network.lossAndGradients(of: x, labels: labels, regularization: regularization)
    (loss, gradients) = (computed.loss, computed.gradients.parameters)

    scoreGradient = SoftmaxLoss<Double>().gradient(scores, .labels(labels))
    flow = matmul(scoreGradient, network.output.weights, transposeB: true)
    mask = sums.map { $0 > 0 ? 1 : 0 }
    sumGradient = mask * flow

    let objective = network.objective(on: x, labels: labels, regularization: regularization)
    checks = GradientCheck().compare(Self.checkedEntries(of: gradients), of: objective)
    gradientCheck = GradientCheck().run(objective)

    stepped = Self.step(network, along: gradients, learningRate: learningRate)
    lossAfterStep = stepped.loss(of: x, labels: labels, regularization: regularization)

    settings = SGDSettings(learningRate: learningRate)
    (trained, history) = try Self.train(
      network, on: x, labels, settings: settings, random: random)
    drawn = random
  }

  /// The random stream after the weights were drawn.
  private let drawn: NumPyRandom
}

extension Lesson {
  /// The units that are off in every row.
  var silentUnits: [Int] {
    let onCounts = mask.sum(axis: 0)
    return (0..<onCounts.count).filter { onCounts[$0] == 0 }
  }

  /// The loss with a single score raised.
  func loss(raisingScoreOf row: Int, _ name: Int, by change: Double) -> Double {
    var raised = scores
    raised[row, name] += change
    return SoftmaxLoss<Double>().rowLosses(raised, .labels(labels)).mean() + penalty
  }

  /// The loss after a step of another length from the fresh network.
  func lossAfterStep(learningRate: Double) -> Double {
    Self.step(network, along: gradients, learningRate: learningRate)
      .loss(of: x, labels: labels, regularization: regularization)
  }

  /// The network and the losses after the hundred steps with another λ, all else being equal.
  func training(
    regularization: Double
  ) throws -> (network: TwoLayerNet<Double>, history: History) {
    var settings = settings
    settings.regularization = regularization
    return try Self.train(network, on: x, labels, settings: settings, random: drawn)
  }

  private static func step(
    _ network: TwoLayerNet<Double>, along gradients: Parameters<Double>, learningRate: Double
  ) -> TwoLayerNet<Double> {
    var stepped = network
    for name in gradients.names { stepped.parameters[name] -= learningRate * gradients[name] }
    return stepped
  }

  private static func train(
    _ network: TwoLayerNet<Double>, on x: Tensor<Double>, _ labels: [Int], settings: SGDSettings,
    random: NumPyRandom
  ) throws -> (network: TwoLayerNet<Double>, history: History) {
    var (trained, random) = (network, random)
    let data = Dataset(x, labels: labels).prepared(with: .none, as: Double.self)
    let history = try trained.train(on: data, settings: settings, using: &random)
    return (trained, history)
  }

  /// The largest entry of each parameter's gradient, and a weight of W1 whose unit is off in all rows.
  private static func checkedEntries(
    of gradients: Parameters<Double>
  ) -> [(parameter: String, position: Int)] {
    var entries = GradientCheck.largestEntries(of: gradients, count: gradients.names.count)
    if let silent = gradients["b1"].elements.firstIndex(of: 0) {
      entries.insert(("W1", silent), at: 1)
    }
    return entries
  }
}
