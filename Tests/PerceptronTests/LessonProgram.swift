import Perceptron

/// What the lesson's program computes.
struct LessonResults {
  var scores, p, rowLosses, g, flow, d: Tensor<Double>
  var loss, slope, lossAfter, share: Double
  var gradients: Parameters<Double>, byHand: Parameters<Double>
  var check: GradientCheckReport
  var history: History
  var before, after: Tensor<Double>
}

/// The lines of Swift that `perceptron lesson` shows, in order.
func lesson() throws -> LessonResults {
  var random = NumPyRandom(seed: 0)
  let net = TwoLayerNet<Double>(
    inputSize: 4, hiddenSize: 10, classCount: 3, scale: 0.1, using: &random)
  var rows = NumPyRandom(seed: 1)
  let x = Tensor<Double>.normal([5, 4], standardDeviation: 10, using: &rows)
  let labels = [0, 1, 2, 2, 1]

  let sums = matmul(x, net.hidden.weights) + net.hidden.bias
  let activations = sums.map { max(0, $0) }
  let scores = matmul(activations, net.output.weights) + net.output.bias
  // The same in one call: net.scores(of: x)

  let p = softmax(scores)
  let rowLosses = SoftmaxLoss<Double>().rowLosses(scores, .labels(labels))
  let squares = net.hidden.weights.sumOfSquares() + net.output.weights.sumOfSquares()
  let loss = rowLosses.mean() + 0.05 * squares
  // The same in one call; regularization is λ:
  // net.loss(of: x, labels: labels, regularization: 0.05)

  var g = p
  for (row, label) in labels.enumerated() { g[row, label] -= 1 }
  g /= 5

  let dW2 = matmul(activations, g, transposeA: true) + 2 * 0.05 * net.output.weights
  let db2 = g.sum(axis: 0)

  let flow = matmul(g, net.output.weights, transposeB: true)
  let mask = sums.map { $0 > 0 ? 1 : 0 }
  let d = mask * flow

  let dW1 = matmul(x, d, transposeA: true) + 2 * 0.05 * net.hidden.weights
  let db1 = d.sum(axis: 0)
  // All four in one call:
  let gradients = net.lossAndGradients(of: x, labels: labels, regularization: 0.05).gradients

  func lossAdding(_ change: Double, to position: Int, of name: String) -> Double {
    var moved = net
    moved.parameters[name][position: position] += change
    return moved.loss(of: x, labels: labels, regularization: 0.05)
  }
  let above = lossAdding(1e-5, to: 12, of: "W1")  // Position 12 is in row 1, column 2.
  let below = lossAdding(-1e-5, to: 12, of: "W1")
  let slope = (above - below) / 2e-5
  // Every entry of every parameter:
  let check = GradientCheck().run(net, on: x, labels: labels, regularization: 0.05)

  var stepped = net
  for name in gradients.names { stepped.parameters[name] -= 0.1 * gradients[name] }
  let lossAfter = stepped.loss(of: x, labels: labels, regularization: 0.05)

  // The rows as they are, without preprocessing:
  let data = Dataset(x, labels: labels).prepared(with: .none, as: Double.self)
  let settings = SGDSettings(
    learningRate: 0.1, learningRateDecay: 0.95, regularization: 5e-6, iterations: 100,
    batchSize: 200)
  var trained = net
  let history = try trained.train(on: data, settings: settings, using: &random)

  let before = net.predictProbabilities(x)
  let after = trained.predictProbabilities(x)
  let share = accuracy(of: trained.predict(x), labels: labels)

  return LessonResults(
    scores: scores, p: p, rowLosses: rowLosses, g: g, flow: flow, d: d, loss: loss, slope: slope,
    lossAfter: lossAfter, share: share, gradients: gradients.parameters,
    byHand: ["W1": dW1, "b1": db1, "W2": dW2, "b2": db2], check: check, history: history,
    before: before, after: after)
}
