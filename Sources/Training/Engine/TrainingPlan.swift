import Datasets
import LinearAlgebra
import NeuralNetwork

/// Steps of mini-batch training on one network, batch size and number of workers: draw rows, gather
/// them, compute loss and gradients, update. It owns all memory that a step takes, so that steps
/// allocate nothing.
///
/// A step has two phases. First each worker takes its share of the batch's rows: it gathers them,
/// runs the layers forward, the loss, and the gradients backward. After a barrier each takes its
/// share of every large weight matrix's rows: it computes their gradient and moves them. With plain
/// gradient descent both are one product, W ← βW + α·inputᵀ·upstream; with other optimizers the
/// gradient of a few rows at a time is used while it is in cache. Smaller parameters' gradients are
/// sums of what the shares of the batch give.
///
/// Used by one thread at a time.
package final class TrainingPlan<Scalar: BLASScalar> {
  let penalty: Penalty
  let clipping: GradientClipping
  private let maxNorm: MaxNorm?
  /// What dropout's masks are drawn from.
  private let seed: UInt64
  /// How many workers there are.
  package let workers: Int
  private let lease: WorkerPool.Lease
  private var rows: [Int]
  /// The class of each row of the batch.
  package internal(set) var labels: [Int]
  /// The batch, [rows, inputs].
  package internal(set) var features: Tensor<Scalar>
  /// Called in worker 0 at the end of each phase, for whoever times them: gather, where the step
  /// does, forward, loss, backward, update. So often in every step: a loss that is not finite leaves
  /// the update without work and ends it all the same.
  package var phaseEnded: (() -> Void)?

  let batchSize: Int
  let layout: Network<Scalar>.Workspace.Layout
  let memory: AlignedBuffer<Scalar>
  private let losses: AlignedBuffer<Scalar>
  let slots: UnsafeMutableBufferPointer<ParameterSlot<Scalar>>
  /// Whether a layer has a weight matrix whose gradient is split.
  let splitLayers: [Bool]
  /// Of each worker, what it adds to the gradients of the parameters that are not split.
  let summands: UnsafeMutableBufferPointer<[[Tensor<Scalar>]]>
  /// Of each slot, worker 0's summand once the passes are done: there its gradient is added up, or
  /// written where it is split and kept.
  let gradientBases: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>?>
  /// Of each worker, room for the gradient of some rows of a weight matrix.
  let scratch: [AlignedBuffer<Scalar>]
  let sums: WorkerSums
  /// What the workers are at.
  private let job: UnsafeMutablePointer<Job?>
  private var work: WorkerPool.Work = { _ in }
  /// Whether there is room for the gradients of all parameters.
  private(set) var keepsGradients = false

  /// Steps of networks like `network`.
  package init(for network: Network<Scalar>, settings: TrainerSettings) {
    penalty = settings.penalty
    clipping = settings.clipping
    maxNorm = settings.maxNorm.map { MaxNorm($0) }
    seed = settings.seed
    batchSize = settings.batchSize
    lease = WorkerPool.lease(
      workers: settings.workers ?? network.suitableWorkers(rows: batchSize, purpose: .training))
    // Fewer than asked for where the system makes no more threads.
    let workers = lease.pool.count
    self.workers = workers
    rows = [Int](repeating: 0, count: batchSize)
    labels = rows
    features = .zeros([batchSize, network.inputSize])
    layout = .init(of: network, rows: batchSize, purpose: .training, shares: workers)
    memory = AlignedBuffer(count: layout.count, repeating: 0)
    losses = AlignedBuffer(count: batchSize, repeating: 0)
    let slots = ParameterSlot.slots(
      of: network, workers: workers, stateCount: settings.optimizer.stateCount)
    self.slots = .allocate(capacity: slots.count)
    _ = self.slots.initialize(from: slots)
    splitLayers = network.layers.indices.map { layer in
      slots.contains { $0.isSplit && $0.place.layer == layer }
    }
    summands = .allocate(capacity: workers)
    let own = Self.summands(for: slots, of: network)
    for worker in 0..<workers {
      summands.initializeElement(at: worker, to: own.map { $0.map { .zeros($0) } })
    }
    let widest = slots.lazy.filter(\.isSplit).map(\.columns).max() ?? 0
    scratch = (0..<workers).map { _ in
      AlignedBuffer(count: max(widest, widest == 0 ? 0 : Self.scratchSize), repeating: 0)
    }
    gradientBases = .allocate(capacity: slots.count)
    gradientBases.initialize(repeating: nil)
    sums = WorkerSums(workers: workers)
    job = .allocate(capacity: 1)
    job.initialize(to: nil)
    if case .norm = clipping { keepGradients() }
    BLASLibrary.demandBuffers(threads: workers)
    work = { [unowned(unsafe) self] in self.work(as: $0) }
  }

  deinit {
    for slot in slots { slot.kept.deallocate() }
    slots.deinitialize().deallocate()
    summands.deinitialize().deallocate()
    gradientBases.deinitialize().deallocate()
    job.deinitialize(count: 1).deallocate()
  }
}

// MARK: - Memory

extension TrainingPlan {
  /// How many scalars of gradient a worker computes at a time: few enough to stay in a core's own cache,
  /// and many, since every product prepares the batch anew. Measured at 784-512-256-10 with Adam, 2¹⁸ take
  /// 6 % less time than 2¹⁵.
  static var scratchSize: Int { 1 << 18 }

  /// The shapes of what a worker adds to gradients; none where the gradient is split.
  private static func summands(
    for slots: [ParameterSlot<Scalar>], of network: Network<Scalar>
  ) -> [[Shape]] {
    var shapes = network.layers.map { $0.parameters.map(\.shape) }
    for slot in slots where slot.isSplit { shapes[slot.place.layer][slot.place.position] = [0] }
    return shapes
  }

  /// Makes room for the gradients of all parameters.
  private func keepGradients() {
    if keepsGradients { return }
    keepsGradients = true
    for slot in slots where slot.isSplit {
      summands[0][slot.place.layer][slot.place.position] = .zeros([slot.rows, slot.columns])
    }
  }
}

// MARK: - Batches

extension TrainingPlan {
  /// Chooses the batch's rows.
  package func draw(from sampler: inout BatchSampler, using random: inout some RandomStream) {
    sampler.draw(into: &rows, using: &random)
  }

  /// Makes the batch of the rows that `choice` gives for each position in it.
  package func choose(_ choice: (_ position: Int) -> Int) {
    for position in rows.indices { rows[position] = choice(position) }
  }

  /// Fetches the chosen rows and their classes.
  package func gather(from data: PreparedDataset<Scalar>) {
    data.gather(rows, into: &features, labels: &labels)
  }
}

// MARK: - Steps

// Compiled for each scalar type, as what they call of `Network`, whose file says why.
extension TrainingPlan {
  /// Makes a step: moves every parameter of `network` against the gradient of the batch's loss, and
  /// the layers' statistics by what was seen. Where the loss is not finite, nothing moves.
  ///
  /// - Parameters:
  ///   - data: what the chosen rows are gathered from; nil where they have been.
  ///   - iteration: which one it is, for dropout's masks.
  /// - Returns: the loss before the step, penalty included.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func step(
    _ network: inout Network<Scalar>, by optimizer: inout OptimizerState<Scalar>,
    learningRate: Double, on data: PreparedDataset<Scalar>?, iteration: Int
  ) -> Scalar {
    network.updateParameters { place, parameter in
      parameter.withUnsafeMutableElements {
        require(
          $0.count == slots[place.index].count,
          "TrainingPlan: \(place.name) has \($0.count) elements, not \(slots[place.index].count)")
        slots[place.index].parameter = $0.baseAddress
      }
      optimizer.findKept(at: place.index, count: parameter.count, in: slots[place.index].kept)
    }
    let update = Update(
      optimizer: optimizer.optimizer, rule: optimizer.rule, learningRate: learningRate,
      number: optimizer.stepCount + 1)
    defer { phaseEnded?() }
    let loss = run(on: network, data, update, iteration: iteration)
    if !loss.isFinite { return loss }
    optimizer.stepCount += 1
    maxNorm?.apply(to: &network)
    network.updateStatistics(rows: batchSize, layout, memory: memory.base)
    return loss
  }

  /// The loss of the batch that was gathered last, penalty included; keeps the gradients.
  ///
  /// - Parameter iteration: which one it is, for dropout's masks.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func lossAndGradients(of network: Network<Scalar>, iteration: Int) -> Scalar {
    keepGradients()
    for place in network.parameterPlaces {
      slots[place.index].parameter = network.parameter(at: place).withUnsafeElements {
        // For reading alone: without an update nothing is written to it.
        UnsafeMutablePointer(mutating: $0.baseAddress)
      }
    }
    let loss = run(on: network, nil, nil, iteration: iteration)
    phaseEnded?()
    return loss
  }

  /// The gradients that ``lossAndGradients(of:iteration:)`` kept, under the parameters' names.
  package var gradients: Parameters<Scalar> {
    Parameters(slots.map { ($0.place.name, summands[0][$0.place.layer][$0.place.position]) })
  }

  private func run(
    on network: Network<Scalar>, _ data: PreparedDataset<Scalar>?, _ update: Update?,
    iteration: Int
  ) -> Scalar {
    features.withMutableRows { x in
      rows.withUnsafeBufferPointer { rows in
        labels.withUnsafeMutableBufferPointer { labels in
          data?.gatherLabels(of: rows, into: labels)
          let targets = TargetBlock<Scalar>.labels(UnsafeBufferPointer(labels))
          return withUnsafePointer(to: network) { pointer in
            job.pointee = Job(
              network: pointer, rows: rows, x: x, targets: targets,
              normalizer: network.loss.divisor(of: targets, rows: batchSize),
              pass: pass(iteration), memory: memory.base, losses: losses.base, update: update)
            return run(data)
          }
        }
      }
    }
  }

  private func run(_ data: PreparedDataset<Scalar>?) -> Scalar {
    defer { job.pointee = nil }
    func run() -> Scalar {
      BLASLibrary.withSingleThread { lease.run(work) }
      return job.pointee?.loss ?? .nan
    }
    guard let data else { return run() }
    return withUnsafePointer(to: data.features) {
      job.pointee?.features = $0
      return run()
    }
  }

  /// Every iteration has masks of its own.
  private func pass(_ iteration: Int) -> Pass {
    var stream = SeededRandom(seed: seed, purpose: "dropout", index: UInt64(iteration))
    return .training(seed: stream.next())
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func work(as worker: Int) {
    guard var own = job.pointee else { return }
    runPasses(own, worker)
    lease.pool.waitForOthers()
    // Everyone computes the same loss, so that all agree on whether to go on.
    own.loss = loss(of: own)
    if worker == 0 { job.pointee?.loss = own.loss }
    if let update = own.update {
      if own.loss.isFinite { self.update(own, update, worker) }
    } else {
      computeGradients(own, worker)
    }
  }

  /// Waits for the other workers in the middle of their work.
  func waitForOthers() { lease.pool.waitForOthers() }
}
