import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// Against NumPy, with
///
///     x = np.array([[1, -2], [3, 0.5], [-1, 4], [0.5, 1]]); e = 1e-5
///     u = np.array([[1, 0.5], [-2, 1], [0.25, -1], [3, 2]])
///     gamma = np.array([2, -0.5]); beta = np.array([0.25, 1])
@Suite("Batch normalization")
struct BatchNormTests {
  static let x: Tensor<Double> = [[1, -2], [3, 0.5], [-1, 4], [0.5, 1]]
  static let upstream: Tensor<Double> = [[1, 0.5], [-2, 1], [0.25, -1], [3, 2]]

  static func layer<Scalar: BLASScalar>(_: Scalar.Type) -> BatchNorm<Scalar> {
    BatchNorm(
      gamma: [2, -0.5], beta: [0.25, 1], runningMean: [0.5, 1], runningVariance: [4, 0.25])
  }

  @Test("A training pass normalizes by the batch's own moments, and its gradients go through them")
  func training() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = Self.layer(Scalar.self)
      let (x, upstream) = (Tensor<Scalar>(Self.x), Tensor<Scalar>(Self.upstream))
      let pass = Pass.training(seed: 0)
      // m, v = x.mean(0), x.var(0); xh = (x - m) / np.sqrt(v + e); xh * gamma + beta
      expectClose(
        layer.forward(x, pass: pass),
        [
          [0.42474038448598816, 1.6741411977013851], [3.2205865362617994, 1.0879314605697459],
          [-2.3711057672898233, 0.26723782858545075], [-0.2742211534579646, 0.970689513143418],
        ] as Tensor<Double>)
      let (parameters, input) = layer.backward(upstream: upstream, input: x, pass: pass)
      // (u * xh).sum(0); u.sum(0)
      expectClose(
        parameters["gamma"], [-3.9971862951169803, -2.1982865142436476] as Tensor<Double>)
      expectClose(parameters["beta"], [2.25, 2.5] as Tensor<Double>)
      // gamma / np.sqrt(v + e) * (u - u.mean(0) - xh * (u * xh).mean(0))
      expectClose(
        input,
        [
          [0.7336422393490196, 0.203057836098164], [-1.5073126899457214, -0.06526876284258304],
          [-2.267614365935885, 0.19218051474254164], [3.041284816532587, -0.3299695879981226],
        ] as Tensor<Double>)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Inference uses the running moments, which the gradients take as given")
  func inference() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = Self.layer(Scalar.self)
      let (x, upstream) = (Tensor<Scalar>(Self.x), Tensor<Scalar>(Self.upstream))
      // m, v = [0.5, 1], [4, 0.25]; the rest as above
      expectClose(
        layer.forward(x),
        [
          [0.7499993750011719, 3.99994000179994], [2.749996875005859, 1.49999000029999],
          [-1.2499981250035155, -1.9999400017999398], [0.25, 1],
        ] as Tensor<Double>)
      let (parameters, input) = layer.backward(upstream: upstream, input: x)
      expectClose(
        parameters["gamma"], [-2.4374969531307125, -9.999800005999798] as Tensor<Double>)
      expectClose(parameters["beta"], [2.25, 2.5] as Tensor<Double>)
      // u * gamma / np.sqrt(v + e)
      expectClose(
        input,
        [
          [0.9999987500023437, -0.49999000029998997], [-1.9999975000046875, -0.9999800005999799],
          [0.24999968750058593, 0.9999800005999799], [2.999996250007031, -1.9999600011999599],
        ] as Tensor<Double>)
    }
    for type in scalarTypes { check(type) }
  }

  /// What training batches of some rows make of a fresh layer's statistics.
  static func statistics<Scalar: BLASScalar>(
    after batches: [Tensor<Scalar>], momentum: Double = 0.1
  ) -> [Tensor<Scalar>] {
    let columns = batches[0].shape[1]
    var net = Network<Scalar>(
      inputSize: columns, layers: [BatchNorm<Scalar>(size: columns, momentum: momentum)],
      loss: SquaredError<Scalar>())
    for batch in batches {
      var workspace = Network<Scalar>.Workspace(for: net, batchSize: batch.shape[0])
      batch.withRows { net.forward($0, pass: .training(seed: 0), in: &workspace) }
      net.updateStatistics(from: workspace)
    }
    return [net.statistics["running_mean.0"], net.statistics["running_variance.0"]]
  }

  @Test("A training batch moves the running mean and the running, unbiased, variance")
  func running() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>(Self.x)
      let once = Self.statistics(after: [x])
      // 0.9 * 0 + 0.1 * x.mean(0); 0.9 * 1 + 0.1 * x.var(0, ddof=1)
      expectClose(once[0], [0.0875, 0.0875] as Tensor<Double>)
      expectClose(once[1], [1.1729166666666666, 1.50625] as Tensor<Double>)
      let all = Self.statistics(after: [x, x + 3], momentum: 1)
      expectClose(all[0], [3.875, 3.875] as Tensor<Double>)
      expectClose(all[1], [2.7291666666666665, 6.0625] as Tensor<Double>)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A training batch of one row gives beta, moves no statistics and sends nothing back")
  func oneRow() {
    let layer = Self.layer(Double.self)
    let row: Tensor<Double> = [[17, -4]]
    #expect(layer.forward(row, pass: .training(seed: 0)) == [[0.25, 1]])
    let (parameters, input) = layer.backward(
      upstream: [[3, 4]], input: row, pass: .training(seed: 0))
    #expect(input == [[0, 0]] && parameters["gamma"] == [0, 0] && parameters["beta"] == [3, 4])
    #expect(Self.statistics(after: [row]) == [[0, 0], [1, 1]])
    #expect(Self.statistics(after: [Tensor<Double>.zeros([0, 2])]) == [[0, 0], [1, 1]])
  }

  @Test(
    "A constant column has its number as the mean and no variance, though its sum is rounded",
    arguments: [2, 3, 7, 33, 100, 1001])
  func constant(rows: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let numbers: [Scalar] = [1e6 / 7, -1 / 3, 1e-3, 12345.678]
      let x = Tensor(
        (0..<rows * 4).map { numbers[$0 % 4] }, shape: [rows, 4])
      let layer = BatchNorm<Scalar>(size: 4)
      let pass = Pass.training(seed: 0)
      #expect(layer.forward(x, pass: pass) == .zeros([rows, 4]))
      let statistics = Self.statistics(after: [x], momentum: 1)
      #expect(statistics == [Tensor(numbers), .zeros([4])])
      // Only the mean of the upstream gradient is taken off, times 1 / √epsilon.
      let upstream = Tensor<Scalar>.sample([rows, 4], seed: 3)
      let (parameters, input) = layer.backward(upstream: upstream, input: x, pass: pass)
      #expect(parameters["gamma"] == .zeros([4]))
      let expected = (upstream - upstream.mean(axis: 0)) / Scalar(1e-5).squareRoot()
      expectClose(input + 1000, expected + 1000)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A column far from 0 keeps its variance")
  func offset() {
    func check<Scalar: BLASScalar>(_: Scalar.Type, offset: Scalar) {
      // Spacings are exact at this distance, so that the outputs are those without it.
      let x: Tensor<Scalar> = [[-3], [-1], [0], [4]]
      let layer = BatchNorm<Scalar>(size: 1)
      expectClose(
        layer.forward(x + offset, pass: .training(seed: 0)),
        layer.forward(x, pass: .training(seed: 0)))
    }
    check(Float.self, offset: 0x1p20)
    check(Double.self, offset: 1e12)
  }

  @Test("A constant column gives beta")
  func constant() {
    let x = Tensor<Float>(shape: [6, 1], repeating: 12.5)
    let y = BatchNorm<Float>(size: 1).forward(x, pass: .training(seed: 0))
    #expect(y == .zeros([6, 1]))
  }

  @Test("In a network the parameters are gamma1 and beta1, which no penalty is about")
  func names() {
    var random = SeededRandom(seed: 1)
    let net = Network<Double>(
      inputSize: 3, [.affine(outputs: 4), .batchNorm(), .affine(outputs: 2)], using: &random)
    #expect(net.parameters.names == ["W1", "b1", "gamma1", "beta1", "W2", "b2"])
    #expect(
      net.parameterPlaces.map(\.isPenalized) == [true, false, false, false, true, false])
    #expect(net.statistics.names == ["running_mean.1", "running_variance.1"])
    let (gamma, beta) = (net.parameters["gamma1"], net.parameters["beta1"])
    #expect(gamma == [1, 1, 1, 1] && beta == [0, 0, 0, 0])
  }

  @Test("Tensors of different lengths and statistics of another shape trap")
  func traps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = BatchNorm<Float>(
        gamma: [1, 1], beta: [0, 0], runningMean: [0], runningVariance: [1, 1])
    }
    expectMessage(result, "BatchNorm: gamma, beta, mean and variance of shapes", "[1]")
    await #expect(processExitsWith: .failure) {
      var layer = BatchNorm<Float>(size: 2)
      layer.statistics = [[0, 0], [1]]
    }
  }
}
