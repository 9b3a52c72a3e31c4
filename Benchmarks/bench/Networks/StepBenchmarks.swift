import Perceptron

/// The benchmarks of training: whole steps, their phases, the same steps by OpenBLAS, and their two big
/// products as direct calls of OpenBLAS.
enum StepBenchmarks {
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
  /// - Parameter network: a network of this size.
  /// - Throws: `WrongResult` if the steps differ from double precision; see ``StepCheck``.
  static func steps(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> [Benchmark] {
    let work = try checkedWork(size, network, on: data)
    let operations = size.operations
    let timer = PhaseTimer(phases, operations: operations)
    return [
      Benchmark(
        subject: size.description, variant: whole, operations: operations.values.reduce(0, +),
        countsAllocations: true, prepare: work.reset, run: { work.take() }),
      Benchmark(
        subject: size.description, variant: "phases", timer: timer,
        prepare: work.reset,
        run: { work.take(marking: timer) }),
      bigProducts(size),
    ] + (try byBLAS(size, network, on: data) { $0.take() })
  }

  /// Whole steps alone, after the same check.
  ///
  /// - Parameter subject: the name, if that of the size is ambiguous.
  /// - Throws: `WrongResult` if the steps differ from double precision; see ``StepCheck``.
  static func wholeSteps(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset, as subject: String
  ) throws -> Benchmark {
    let work = try checkedWork(size, network, on: data)
    return Benchmark(
      subject: subject, variant: whole, prepare: work.reset, run: { work.take() })
  }

  /// Loss and gradients of a fixed batch, their phases and the products.
  ///
  /// - Parameter network: a network of this size.
  /// - Throws: `WrongResult` if the steps differ from double precision; see ``StepCheck``.
  static func lossAndGradients(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset
  ) throws -> [Benchmark] {
    let work = try checkedWork(size, network, on: data)
    let operations = size.operations.values.reduce(0, +)
    let forward = size.operations["forward", default: 0]
    // Without an update, all gradients are computed in the backward phase.
    let timer = PhaseTimer(
      Array(phases[2...4]),
      operations: ["forward": forward, "backward": operations - forward])
    return [
      Benchmark(
        subject: size.description, variant: gradients, operations: operations,
        countsAllocations: true, prepare: work.reset, run: { work.computeGradients() }),
      Benchmark(
        subject: size.description, variant: "phases", timer: timer,
        prepare: work.reset,
        run: {
          timer.start()
          work.computeGradients(marking: timer)
        }),
      bigProducts(size),
    ] + (try byBLAS(size, network, on: data) { $0.computeGradients() })
  }

  /// The same with every product by OpenBLAS; empty if OpenBLAS is used anyway.
  private static func byBLAS(
    _ size: NetworkSize, _ network: TwoLayerNet<Float>, on data: Dataset,
    run: @escaping (TrainingWork<Float>) -> Void
  ) throws -> [Benchmark] {
    if ProductPath.chosen == .blas { return [] }
    let work = try checkedWork(size, network, on: data, path: .blas)
    return [
      Benchmark(
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
  private static func bigProducts(_ size: NetworkSize) -> Benchmark {
    let forward = PlainProduct(size.inputProduct(rows: size.batch))
    let backward = PlainProduct(
      Product(
        name: "Xᵀ·dH", rows: size.inputs, inner: size.batch, columns: size.hidden,
        transposeA: true))
    return Benchmark(
      subject: size.description, variant: products,
      operations: 2 * size.inputProduct(rows: size.batch).operations, usesAllThreads: true,
      run: {
        forward.run()
        backward.run()
      })
  }
}
