import Datasets
import LinearAlgebra
import NeuralNetwork
import Training

/// Networks that are trained side by side on the same batches.
///
/// Their first layers' weights stand one below the other in one matrix, units × inputs, so that a batch
/// is gathered once, and the first layers' products and gradients are one wide product each way. What
/// comes after the first layer is each network's own, and one worker's at a time. A network's numbers
/// depend neither on the others nor on the number of workers.
///
/// Used by one thread at a time.
final class SweepGroup<Scalar: BLASScalar> {
  /// The networks that are still trained.
  private(set) var runs: [SweepRun<Scalar>]
  /// How many iterations were made.
  private(set) var iteration = 0
  let data: PreparedDataset<Scalar>
  let batchSize: Int
  let inputSize: Int
  private(set) var random: SeededRandom
  private(set) var sampler: BatchSampler
  private var rows: [Int]
  private(set) var labels: [Int]
  var features: Tensor<Scalar>
  let packed: PackedBatch<Scalar>
  let lease: WorkerPool.Lease
  let workers: Int
  /// V of all networks, units × inputs.
  private let weights: AlignedBuffer<Scalar>
  /// V·xᵀ, units × batch.
  private let products: AlignedBuffer<Scalar>
  /// Of each worker, room for the gradient of some units.
  private let scratch: [AlignedBuffer<Scalar>]
  /// Which worker has which of the runs.
  private var owners: [Int] = []

  /// Networks that have not begun.
  ///
  /// - Parameters:
  ///   - members: runs with their fresh networks; their settings agree in the batch size, the sampling
  ///     and the seed.
  ///   - data: what is trained on.
  ///   - random: what batches are drawn from.
  ///   - workers: how many threads share the work.
  init(
    _ members: [(run: SweepRun<Scalar>, network: Network<Scalar>)],
    on data: PreparedDataset<Scalar>, random: SeededRandom, workers: Int
  ) {
    precondition(!members.isEmpty, "SweepGroup: no networks")
    let settings = members[0].run.settings
    runs = members.map(\.run)
    self.data = data
    self.random = random
    batchSize = settings.batchSize
    inputSize = data.featureCount
    sampler = BatchSampler(settings.sampling, rowCount: data.count)
    rows = [Int](repeating: 0, count: batchSize)
    labels = rows
    features = .zeros([batchSize, inputSize])
    packed = PackedBatch(rows: batchSize, inputSize: inputSize)
    lease = WorkerPool.lease(workers: workers)
    // Fewer than asked for where the system makes no more threads.
    let workers = lease.pool.count
    self.workers = workers
    let units = members.reduce(0) { $0 + $1.run.unitCount }
    weights = AlignedBuffer(count: units * inputSize, repeating: 0)
    products = AlignedBuffer(count: units * batchSize, repeating: 0)
    let needsScratch = runs.contains { !$0.isScaled }
    scratch = (0..<workers).map { [inputSize] _ in
      AlignedBuffer(count: needsScratch ? Self.pieceSize * inputSize : 0, repeating: 0)
    }
    BLASLibrary.demandBuffers(threads: workers)
    place(members)
  }

  /// Writes the fresh networks' weights one below the other.
  private func place(_ members: [(run: SweepRun<Scalar>, network: Network<Scalar>)]) {
    var unit = 0
    for (run, network) in members {
      run.firstUnit = unit
      unit += run.unitCount
      network.parameter(at: network.parameterPlaces[0]).withUnsafeElements {
        guard let base = $0.baseAddress else { return }
        Scalar.transpose(
          rows: inputSize, columns: run.unitCount, base, into: weights(of: run))
      }
    }
    deal()
  }

  func weights(of run: SweepRun<Scalar>) -> UnsafeMutablePointer<Scalar> {
    weights.base + run.firstUnit * inputSize
  }

  /// Where a run's products with some rows begin.
  func products(of run: SweepRun<Scalar>, rows: Int) -> UnsafeMutablePointer<Scalar> {
    products.base + run.firstUnit * rows
  }

  /// How many units' gradients a worker computes at a time where they are not one product.
  private static var pieceSize: Int { 24 }

  /// Gives every run a worker, the longest ones first to whoever has the least to do.
  private func deal() {
    owners = [Int](repeating: 0, count: runs.count)
    var loads = [Int](repeating: 0, count: workers)
    for index in runs.indices.sorted(by: { runs[$0].unitCount > runs[$1].unitCount }) {
      let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      owners[index] = least
      loads[least] += runs[index].unitCount
    }
  }

  /// How many rows of the matrix the runs take.
  private var unitCount: Int { runs.reduce(0) { $0 + $1.unitCount } }
}

// MARK: - Steps

extension SweepGroup {
  /// Makes a step of every network.
  ///
  /// - Parameter wantsPenalty: whether the losses are to have the penalty's part of the first layers.
  /// - Returns: the networks whose loss was not finite; they have not moved and are to be removed.
  func step(wantsPenalty: Bool) -> [SweepRun<Scalar>] {
    sampler.draw(into: &rows, using: &random)
    for position in rows.indices { labels[position] = data.labels[rows[position]] }
    var isFinite = [Bool](repeating: true, count: runs.count)
    isFinite.withUnsafeMutableBufferPointer { isFinite in
      rows.withUnsafeBufferPointer { rows in
        features.withMutableRows { x in
          run { [self] worker in
            gather(rows, into: x, worker)
            lease.pool.waitForOthers()
            multiply(units(of: worker), rows: batchSize)
            lease.pool.waitForOthers()
            for index in runs.indices where owners[index] == worker {
              let run = runs[index]
              isFinite[index] = run.step(
                products(of: run, rows: batchSize), weights: weights(of: run), labels: labels,
                wantsPenalty: wantsPenalty)
            }
            lease.pool.waitForOthers()
            update(units(of: worker), worker)
          }
        }
      }
    }
    iteration += 1
    return runs.indices.filter { !isFinite[$0] }.map { runs[$0] }
  }

  func run(_ work: (_ worker: Int) -> Void) {
    withoutActuallyEscaping(work) { work in
      BLASLibrary.withSingleThread { lease.run(work) }
    }
  }

  private func gather(
    _ rows: UnsafeBufferPointer<Int>, into x: MutableRowBlock<Scalar>, _ worker: Int
  ) {
    let own = PackedBatch<Scalar>.share(of: rows.count, worker: worker, workers: workers)
    data.features.gather(UnsafeBufferPointer(rebasing: rows[own]), into: x.rows(own))
    packed.pack(own, of: x.reading, forUpdates: true)
  }

  /// A worker's part of the matrix's rows.
  func units(of worker: Int) -> Range<Int> {
    share(of: unitCount, worker: worker, workers: workers)
  }

  /// Writes V·xᵀ for some units and the packed batch of `rows` rows.
  func multiply(_ units: Range<Int>, rows: Int) {
    packed.multiply(
      weights.base + units.lowerBound * inputSize, units: units.count, rows: rows,
      into: products.base + units.lowerBound * rows)
  }

  /// Moves the weights of some units, whose part of the products the runs have turned into factors or
  /// gradients.
  private func update(_ units: Range<Int>, _ worker: Int) {
    for run in runs where !run.isScaled && !run.hasFailed { move(run, units, worker) }
    for range in unitRanges(of: runs.lazy.filter(\.isScaled)) {
      let own = range.clamped(to: units)
      writeGradient(own, adds: true, to: weights.base + own.lowerBound * inputSize)
    }
  }

  /// The rows of the matrix that some runs take, neighbours' as one.
  func unitRanges(of some: some Sequence<SweepRun<Scalar>>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for run in some {
      if let last = ranges.last, last.upperBound == run.firstUnit {
        ranges[ranges.count - 1] = last.lowerBound..<run.units.upperBound
      } else {
        ranges.append(run.units)
      }
    }
    return ranges
  }

  /// Moves a run's units a few at a time: always the same ones together, since the end of a vector may
  /// be computed in another way than its middle. A worker has the pieces that begin in `units`.
  private func move(
    _ run: SweepRun<Scalar>, _ units: Range<Int>, _ worker: Int
  ) {
    let gradient = scratch[worker].base
    for start in stride(from: run.firstUnit, to: run.units.upperBound, by: Self.pieceSize)
    where units.contains(start) {
      let piece = start..<min(start + Self.pieceSize, run.units.upperBound)
      writeGradient(piece, adds: false, to: gradient)
      run.move(
        weights.base + start * inputSize, gradient: gradient, first: start - run.firstUnit,
        count: piece.count, rate: run.lastRate)
    }
  }

  /// target = G·x, or target ← target + G·x, for some units.
  private func writeGradient(
    _ units: Range<Int>, adds: Bool, to target: UnsafeMutablePointer<Scalar>
  ) {
    packed.multiply(
      factors: products.base + units.lowerBound * batchSize, units: units.count, rows: batchSize,
      adds: adds, into: target)
  }
}

// MARK: - Members

extension SweepGroup {
  /// Takes a fresh group's batches to where they were when it was interrupted.
  func restore(iteration: Int, random: SeededRandom, order: [Int], used: Int) {
    self.iteration = iteration
    self.random = random
    let sampling = runs.first?.settings.sampling ?? .replacement
    sampler =
      sampling == .replacement
      ? BatchSampler(sampling, rowCount: data.count)
      : BatchSampler(sampling, rowCount: data.count, order: order, used: used)
  }
}

extension SweepGroup {
  /// Takes networks out; the others close up.
  func remove(_ leaving: [SweepRun<Scalar>]) {
    if leaving.isEmpty { return }
    runs.removeAll { run in leaving.contains { $0 === run } }
    var unit = 0
    for run in runs {
      if run.firstUnit != unit {
        let source = weights(of: run)
        run.firstUnit = unit
        weights(of: run).update(from: source, count: run.unitCount * inputSize)
      }
      unit += run.unitCount
    }
    deal()
  }
}
