import Perceptron

/// What is timed of a network's training: whole steps, their phases, and their two big products as
/// plain calls of BLAS.
enum StepContenders {
  static let whole = "step"
  static let gradients = "loss + gradient"
  static let phases = ["draw", "gather", "forward", "loss", "backward", "update"]
  static let products = "X·W1 and Xᵀ·dH"

  private static let settings = SGDSettings(learningRate: 1e-3, regularization: 0.25)

  /// Whole steps, their phases and the products for one size, after a check of the losses.
  ///
  /// - Parameter network: what is trained, the size's own network.
  /// - Throws: `WrongResult` where three steps' losses are not what double precision gives.
  static func steps(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> [Contender] {
    let work = try checkedWork(size, network, on: data)
    let laps = Laps(phases)
    return [
      Contender(
        subject: size.description, variant: whole, countsAllocations: true,
        prepare: work.reset, run: { work.take() }),
      Contender(
        subject: size.description, variant: "phases", laps: laps, prepare: work.reset,
        run: { work.take(marking: laps) }),
      bigProducts(size),
    ]
  }

  /// Loss and gradients on one batch that stays, their phases and the products.
  ///
  /// - Parameter network: what they are computed of, the size's own network.
  /// - Throws: `WrongResult` where three steps' losses are not what double precision gives.
  static func lossAndGradients(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> [Contender] {
    let work = try checkedWork(size, network, on: data)
    let laps = Laps(Array(phases[2...4]))
    return [
      Contender(
        subject: size.description, variant: gradients, countsAllocations: true,
        prepare: work.reset, run: { work.computeGradients() }),
      Contender(
        subject: size.description, variant: "phases", laps: laps, prepare: work.reset,
        run: {
          laps.start()
          work.computeGradients(marking: laps)
        }),
      bigProducts(size),
    ]
  }

  private static func checkedWork(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> TrainingWork<Float> {
    var settings = settings
    settings.batchSize = size.batch
    let work = TrainingWork(
      network, on: data.prepared(with: NetworkSize.preprocessing), settings: settings)
    let reference = TrainingWork(
      size.network(of: Double.self), on: data.prepared(with: NetworkSize.preprocessing),
      settings: settings)
    for batch in 0..<3 {
      try WrongResult.check(
        "\(size), loss of step \(batch)", Double(work.take(batch: batch)),
        near: reference.take(batch: batch), tolerance: 1e-4)
    }
    return work
  }

  /// X·W1 and Xᵀ·dH, one after the other.
  private static func bigProducts(_ size: NetworkSize) -> Contender {
    var random = SeededRandom(seed: 0, purpose: "bench products")
    let x = Tensor<Float>.uniform([size.batch, size.inputs], using: &random)
    let weights = Tensor<Float>.uniform([size.inputs, size.hidden], using: &random)
    let upstream = Tensor<Float>.uniform([size.batch, size.hidden], using: &random)
    var hidden = Tensor<Float>.zeros([size.batch, size.hidden])
    var gradient = Tensor<Float>.zeros([size.inputs, size.hidden])
    return Contender(
      subject: size.description, variant: products,
      operations: 2 * size.inputProduct(rows: size.batch).operations,
      run: {
        multiply(x, weights, into: &hidden)
        multiply(x, transposeA: true, upstream, into: &gradient)
      })
  }
}
