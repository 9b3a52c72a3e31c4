import Perceptron

/// What is timed of a network's training: whole steps, their phases, the same steps by OpenBLAS, and
/// their two big products as plain calls of it.
enum StepContenders {
  static let whole = "step"
  static let gradients = "loss + gradient"
  static let wholes = [whole, gradients]
  static let byBLAS = "all by OpenBLAS"
  static let phases = ["draw", "gather", "forward", "loss", "backward", "update"]
  static let products = "X·W1 and Xᵀ·dH"

  private static let settings = TrainerSettings(
    learningRate: 1e-3, penalty: .l2(0.25), sampling: .replacement)

  /// Whole steps, their phases and the products for one size, after a check.
  ///
  /// - Parameter network: what is trained, the size's own network.
  /// - Throws: `WrongResult` where the steps are not what double precision gives; see ``StepCheck``.
  static func steps(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> [Contender] {
    let work = try checkedWork(size, network, on: data)
    let operations = size.operations
    let laps = Laps(phases, operations: operations)
    return [
      Contender(
        subject: size.description, variant: whole, operations: operations.values.reduce(0, +),
        countsAllocations: true, prepare: work.reset, run: { work.take() }),
      Contender(
        subject: size.description, variant: "phases", laps: laps,
        prepare: work.reset,
        run: { work.take(marking: laps) }),
      bigProducts(size),
    ] + (try byBLAS(size, network, on: data) { $0.take() })
  }

  /// Whole steps alone, after the same check.
  ///
  /// - Parameter subject: their name, where the size's own does not tell them apart.
  /// - Throws: `WrongResult` where the steps are not what double precision gives; see ``StepCheck``.
  static func wholeSteps(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset, as subject: String
  ) throws -> Contender {
    let work = try checkedWork(size, network, on: data)
    return Contender(
      subject: subject, variant: whole, prepare: work.reset, run: { work.take() })
  }

  /// Loss and gradients on one batch that stays, their phases and the products.
  ///
  /// - Parameter network: what they are computed of, the size's own network.
  /// - Throws: `WrongResult` where the steps are not what double precision gives; see ``StepCheck``.
  static func lossAndGradients(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> [Contender] {
    let work = try checkedWork(size, network, on: data)
    let operations = size.operations.values.reduce(0, +)
    let forward = size.operations["forward", default: 0]
    // All gradients are computed backward where nothing is updated.
    let laps = Laps(
      Array(phases[2...4]),
      operations: ["forward": forward, "backward": operations - forward])
    return [
      Contender(
        subject: size.description, variant: gradients, operations: operations,
        countsAllocations: true, prepare: work.reset, run: { work.computeGradients() }),
      Contender(
        subject: size.description, variant: "phases", laps: laps,
        prepare: work.reset,
        run: {
          laps.start()
          work.computeGradients(marking: laps)
        }),
      bigProducts(size),
    ] + (try byBLAS(size, network, on: data) { $0.computeGradients() })
  }

  /// The same with every product by OpenBLAS, unless they all are anyway.
  private static func byBLAS(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset,
    run: @escaping (TrainingWork<Float>) -> Void
  ) throws -> [Contender] {
    if ProductPath.chosen == .blas { return [] }
    let work = try checkedWork(size, network, on: data, path: .blas)
    return [
      Contender(
        subject: size.description, variant: byBLAS, prepare: work.reset, run: { run(work) })
    ]
  }

  private static func checkedWork(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset,
    path: ProductPath = .chosen
  ) throws -> TrainingWork<Float> {
    var settings = settings
    settings.batchSize = size.batch
    let work = TrainingWork(
      network.network, on: data.prepared(with: NetworkSize.preprocessing), settings: settings,
      path: path)
    try StepCheck(size, on: data, settings: settings).run(work)
    return work
  }

  /// X·W1 and Xᵀ·dH, one after the other.
  private static func bigProducts(_ size: NetworkSize) -> Contender {
    let forward = PlainProduct(size.inputProduct(rows: size.batch))
    let backward = PlainProduct(
      Product(
        name: "Xᵀ·dH", rows: size.inputs, inner: size.batch, columns: size.hidden,
        transposeA: true))
    return Contender(
      subject: size.description, variant: products,
      operations: 2 * size.inputProduct(rows: size.batch).operations, usesAllThreads: true,
      run: {
        forward.run()
        backward.run()
      })
  }
}
