// PAGE-BEGIN
import Perceptron

/// Trains a network on the digits in a loop of its own and returns its accuracy on the test set.
func ownLoop() throws -> Double {
  let preprocessing = try Preprocessing.fitted(
    to: Digits.training, divisor: Digits.divisor, subtractMean: true)
  let training = Digits.training.prepared(with: preprocessing, as: Float.self)

  var weights = SeededRandom(seed: 0, purpose: "weights")
  var batches = SeededRandom(seed: 0, purpose: "batches")
  var masks = SeededRandom(seed: 0, purpose: "dropout")
  var net = Network<Float>(
    inputSize: 64,
    [.affine(outputs: 64), .batchNorm(), .relu, .dropout(rate: 0.2), .affine(outputs: 10)],
    using: &weights)
  var optimizer = OptimizerState(.adam(), for: net)

  let size = 50
  var x = Tensor<Float>.zeros([size, 64])
  var labels = [Int](repeating: 0, count: size)
  for epoch in 1...20 {
    var sum = 0.0
    let order = batches.permutation(training.count)
    let starts = stride(from: 0, through: order.count - size, by: size)
    for start in starts {
      training.gather(Array(order[start..<start + size]), into: &x, labels: &labels)
      // Dropout draws its masks from a stream; a network without it needs none.
      let (loss, gradients) = net.lossAndGradients(of: x, .labels(labels), using: &masks)
      // The step also updates the running statistics of batch normalization.
      optimizer.step(&net, gradients: gradients, learningRate: 3e-3)
      sum += Double(loss)
    }
    print("epoch", epoch, "loss", sum / Double(Array(starts).count))
  }
  return net.evaluate(on: Digits.test.prepared(with: preprocessing)).accuracy
}

/// Makes a step by the mean gradient of several batches of equal size, clipped to a norm of 1.
func step(
  _ net: inout Network<Float>, _ optimizer: inout OptimizerState<Float>,
  by batches: [(x: Tensor<Float>, labels: [Int])]
) {
  var gradients = Gradients(zerosFor: net)
  for (x, labels) in batches {
    gradients += net.lossAndGradients(of: x, .labels(labels), penalty: .l2(1e-4)).gradients
  }
  gradients /= Float(batches.count)
  GradientClipping.norm(maximum: 1).apply(to: &gradients)
  optimizer.step(&net, gradients: gradients, learningRate: 1e-3)
}
// PAGE-END
