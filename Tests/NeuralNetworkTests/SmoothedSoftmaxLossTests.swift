import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// The softmax loss with label smoothing and class weights, against NumPy's evaluation of what
/// PyTorch documents for `cross_entropy(s, l, weight=w, label_smoothing=a)`, with C classes:
///
///     lp = scipy.special.log_softmax(s, 1); W = w[l].sum(); r = np.arange(4)
///     loss = ((1 - a) * -(w[l] * lp[r, l]).sum() + a / C * -(w * lp).sum()) / W
///     t = a / C * np.tile(w, (4, 1)); t[r, l] += (1 - a) * w[l]
///     gradient = (t.sum(1, keepdims=True) * np.exp(lp) - t) / W
@Suite("Softmax loss with label smoothing")
struct SmoothedSoftmaxLossTests {
  static let scores: Tensor<Double> = [[1, 2, -1], [0.5, -3, 2], [0, 0, 0], [4, 1, 1]]
  static let labels = [1, 0, 2, 2]

  struct Reference: Sendable {
    let smoothing: Double
    let weights: [Double]?
    let loss: Double
    let gradient: Tensor<Double>
  }

  static let references = [
    Reference(
      smoothing: 0.1, weights: nil, loss: 1.5873635988826673,
      gradient: [
        [0.05654078175227145, -0.056987205158773035, 0.00044642340650159935],
        [-0.18797681118846185, -0.0069636850434217695, 0.19494049623188361],
        [0.075, 0.075, -0.15],
        [0.21902741629485217, 0.002986291852573937, -0.22201370814742608],
      ]),
    Reference(
      smoothing: 0, weights: [0.5, 2, 1.5], loss: 1.4257783214557609,
      gradient: [
        [0.09436234921542513, -0.10713290447336683, 0.01277055525794172],
        [-0.07441581012913764, 0.0004980539236042051, 0.07391775620553344],
        [0.09090909090909091, 0.09090909090909091, -0.18181818181818182],
        [0.24802990868529326, 0.01234868202098975, -0.260378590706283],
      ]),
    Reference(
      smoothing: 0.1, weights: [0.5, 2, 1.5], loss: 1.4847024140503222,
      gradient: [
        [8.8186634544607942e-02, -9.1440595536375818e-02, 3.2539609917679054e-03],
        [-6.5606323938539365e-02, -1.1540149210340548e-02, 7.7146473148879915e-02],
        [8.6868686868686873e-02, 7.7777777777777779e-02, -1.6464646464646468e-01],
        [2.4224371778070922e-01, 9.0262321766631064e-05, -2.4233398010247581e-01],
      ]),
  ]

  @Test("Loss and gradient are PyTorch's", arguments: 0..<3)
  func reference(index: Int) {
    let reference = Self.references[index]
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let loss = SoftmaxLoss<Scalar>(
        labelSmoothing: reference.smoothing, classWeights: reference.weights)
      let scores = Tensor<Scalar>(Self.scores)
      expectClose(
        loss(scores, .labels(Self.labels)), reference.loss, tolerance: Scalar.testTolerance)
      expectClose(loss.gradient(scores, .labels(Self.labels)), reference.gradient)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Weights of 1 and next to no smoothing come to the plain loss")
  func plain() {
    let scores = Tensor<Double>.sample([9, 5])
    let labels = Targets<Double>.labels((0..<9).map { $0 % 5 })
    let weighted = SoftmaxLoss<Double>(classWeights: [1, 1, 1, 1, 1])
    let smoothed = SoftmaxLoss<Double>(labelSmoothing: 1e-15)
    for loss in [weighted, smoothed] {
      expectClose(loss(scores, labels), SoftmaxLoss<Double>()(scores, labels), tolerance: 1e-13)
      expectClose(
        loss.gradient(scores, labels), SoftmaxLoss<Double>().gradient(scores, labels))
    }
  }

  @Test("Scores of ±1e30 give finite losses and gradients, NaN shows")
  func extremes() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let loss = SoftmaxLoss<Scalar>(labelSmoothing: 0.2, classWeights: [1, 2])
      let scores: Tensor<Scalar> = [[1e30, -1e30], [0, 1e30]]
      // Of the first row 0.1 · 2 · 2e30, of the second 0.1 · 1e30, divided by 1 + 2.
      expectClose(
        Double(loss(scores, .labels([0, 1]))) / 5e29, 1.0 / 3, tolerance: Scalar.testTolerance)
      #expect(loss.gradient(scores, .labels([0, 1])).firstNonFinite() == nil)
      #expect(loss([[.init(Scalar.nan), 1]], .labels([1])).isNaN)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A batch of labels with weight 0 has the loss NaN; among others they are left out")
  func zeroWeights() {
    let loss = SoftmaxLoss<Double>(classWeights: [0, 1])
    #expect("\(loss([[1, 2]], .labels([0])))" == "nan")
    #expect(loss.gradient([[1, 2]], .labels([0])).elements.allSatisfy { $0.isNaN })
    let both = loss([[1, 2], [3, -1]], .labels([0, 1]))
    expectClose(both, SoftmaxLoss<Double>()([[3, -1]], .labels([1])), tolerance: 1e-15)
  }

  @Test("Class weights must be one per class, not negative, and not all 0")
  func traps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = SoftmaxLoss<Float>(classWeights: [1, 2])(.zeros([1, 3]), .labels([1]))
    }
    expectMessage(result, "SoftmaxLoss: 2 class weights for 3 classes")
    await #expect(processExitsWith: .failure) {
      _ = SoftmaxLoss<Float>(classWeights: [1, -2])
    }
    await #expect(processExitsWith: .failure) { _ = SoftmaxLoss<Float>(labelSmoothing: 1) }
  }
}
