import PerceptronDatasets
import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The phases of a training step, in their order.
package enum StepPhase: CaseIterable, Sendable { case gather, forward, loss, backward, update }

/// Steps of mini-batch training on a group of networks, often of one, that share their batches: gather
/// rows, compute losses and gradients, update. It owns all memory that a step takes, so that steps
/// allocate nothing.
///
/// A step has two phases. First each worker takes its share of the batch's rows: it gathers them, and
/// runs every network's layers forward, its loss, and the gradients backward. After a barrier each
/// takes its share of every large weight matrix: it computes the gradient and updates the weights. With
/// plain gradient descent both are one product, W ← βW + α·upstreamᵀ·input; with other optimizers the
/// gradient of a few rows at a time is used while it is in cache. Smaller parameters belong to one
/// worker each.
///
/// Every sum is added up in an order that depends on shapes alone. So neither the number of workers nor
/// the other networks change a bit.
///
/// A *share* is the rows of one worker; a *part* is a fixed piece of a large batch, whose gradients are
/// summed in order; a *piece* is what a worker handles at a time so that it stays in cache; a *tile* is what
/// a kernel keeps in registers.
///
/// With ``TrainerSettings/blocks``, the batch is cut into *blocks*, and each rank of a communicator takes
/// some of them through the first phase. Then the ranks exchange the blocks' gradients, each updates its
/// rows of every large weight matrix, and they exchange the updated weights. Nor does the number of
/// ranks change a bit.
///
/// Used by one thread at a time.
package final class TrainingEngine<Scalar: BLASScalar> {
  package var workers: Int { lease.pool.count }
  /// Called in worker 0 at the end of each phase of a step, for timing. A step on a batch that was
  /// gathered before has no gather phase. A loss that is not finite leaves the update without work.
  package var phaseEnded: ((StepPhase) -> Void)?

  /// The error of an exchange with other ranks, after which no step can be made.
  package private(set) var failure: (any Error)?

  let batchSize: Int
  /// The blocks of the batch, and those of this rank.
  let plan: BlockPlan
  private let lease: WorkerPool.Lease
  private(set) var networks: [EngineNetwork<Scalar>]
  private var rows: [Int]
  /// Of the whole batch.
  private var targets: TargetBuffer<Scalar>
  private let memory: AlignedBuffer<Scalar>
  /// This rank's rows of the batch, rows × inputs. They are padded where the products that read them allow
  /// that.
  private let x: MutableRowBlock<Scalar>
  private let job: UnsafeMutablePointer<Job?>
  private var work: WorkerPool.Work = { _ in }
  /// What the last batch was gathered from, where it has rows of other ranks.
  private var source: PreparedDataset<Scalar>?

  private struct Job {
    let batch: EngineNetwork<Scalar>.Batch
    /// This rank's rows of the batch in the data.
    let rows: UnsafeBufferPointer<Int>
    /// Where to gather them from, or nil where they have been.
    let features: UnsafePointer<PreparedFeatures<Scalar>>?
    let updates: Bool
  }

  package struct Member {
    let network: Network<Scalar>
    let optimizer: OptimizerState<Scalar>
    let average: WeightAverage<Scalar>?
    let settings: TrainerSettings

    package init(
      _ network: Network<Scalar>, _ optimizer: OptimizerState<Scalar>,
      _ average: WeightAverage<Scalar>? = nil, settings: TrainerSettings
    ) {
      self.network = network
      self.optimizer = optimizer
      self.average = average
      self.settings = settings
    }
  }

  /// - Parameters:
  ///   - members: at least one, all of the same input size and batch size.
  ///   - count: the number of workers to take, or nil for as many as suit the work.
  ///   - path: how products are computed.
  ///   - communicator: the ranks that share each step, at most as many as blocks.
  package init(
    _ members: [Member], workers count: Int?, path: ProductPath = .chosen,
    communicator: any Communicator = SoloCommunicator()
  ) {
    let batchSize = members[0].settings.batchSize
    let inputSize = members[0].network.inputSize
    require(
      members.allSatisfy {
        $0.settings.batchSize == batchSize && $0.network.inputSize == inputSize
          && $0.settings.blocks == members[0].settings.blocks
      }, "TrainingEngine: networks of different inputs or batches")
    self.batchSize = batchSize
    let plan = BlockPlan(
      batchSize: batchSize, blocks: members[0].settings.blocks ?? 1, rank: communicator.rank,
      of: communicator.size)
    self.plan = plan
    let ownRows = plan.ownRows.count
    let suitable = members.map { $0.network.suitableWorkers(rows: ownRows, purpose: .training) }
    lease = WorkerPool.Lease(workers: count ?? suitable.max() ?? 1)
    // Fewer than requested if the system creates no more threads.
    let workers = lease.pool.count
    networks = members.map {
      EngineNetwork(
        $0.network, $0.optimizer, $0.average, settings: $0.settings, plan: plan, workers: workers,
        path: path, communicator: communicator)
    }
    rows = [Int](repeating: 0, count: batchSize)
    targets = TargetBuffer(rows: batchSize, classWeights: members[0].settings.classWeights)
    let canPad = networks.allSatisfy { $0.packed.table[0] != nil }
    let stride = canPad ? PackedLayer<Scalar>.stride(columns: inputSize) : inputSize
    memory = AlignedBuffer(count: ownRows * stride, repeating: 0)
    x = MutableRowBlock(base: memory.base, rows: ownRows, columns: inputSize, stride: stride)
    job = .allocate(capacity: 1)
    job.initialize(to: nil)
    BLASLibrary.demandBuffers(threads: workers)
    work = { [unowned(unsafe) self] in self.work(as: $0) }
  }

  deinit { job.deinitialize(count: 1).deallocate() }
}

// MARK: - Batches

extension TrainingEngine {
  package func draw(from sampler: inout BatchSampler, using random: inout some RandomStream) {
    sampler.draw(into: &rows, using: &random)
  }

  /// Makes the batch of the rows that `choice` gives for each position in it.
  package func choose(_ choice: (_ position: Int) -> Int) {
    for position in rows.indices { rows[position] = choice(position) }
  }

  package func gather(from data: PreparedDataset<Scalar>) {
    note(data)
    rows.withUnsafeBufferPointer { rows in
      data.features.gather(UnsafeBufferPointer(rebasing: rows[plan.ownRows]), into: x)
      targets.gather(rows, from: data)
    }
  }

  private func note(_ data: PreparedDataset<Scalar>) {
    if plan.rankCount > 1 { source = data }
  }

  /// The targets of the batch, copied, with the weights of its rows if there are any.
  package var batchTargets: Targets<Scalar> { targets.targets }

  /// The features of the batch, [rows, inputs], copied.
  package var features: Tensor<Scalar> {
    withBatch { x in
      Tensor(shape: [x.rows, x.columns]) { elements in
        guard let base = elements.baseAddress else { return }
        for row in 0..<x.rows {
          (base + row * x.columns).update(from: x.base + row * x.stride, count: x.columns)
        }
      }
    }
  }

  /// Calls `body` with the features of the whole batch; those of other ranks' rows are gathered anew.
  private func withBatch<Result>(_ body: (RowBlock<Scalar>) -> Result) -> Result {
    guard let source else { return body(x.reading) }
    let memory = AlignedBuffer<Scalar>(count: batchSize * x.stride, repeating: 0)
    let all = MutableRowBlock(
      base: memory.base, rows: batchSize, columns: x.columns, stride: x.stride)
    rows.withUnsafeBufferPointer { source.features.gather($0, into: all) }
    return withExtendedLifetime(memory) { body(all.reading) }
  }
}

// MARK: - Steps

extension TrainingEngine {
  /// Makes a step of every network: updates every parameter and the layers' statistics. A network whose
  /// loss is not finite is not updated. Among several ranks, see ``failure`` afterwards.
  ///
  /// - Parameters:
  ///   - data: what the chosen rows are gathered from; nil where they have been.
  ///   - iteration: which one it is, for dropout's masks.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func step(on data: PreparedDataset<Scalar>?, iteration: Int) {
    require(failure == nil, "TrainingEngine: a step after an exchange has failed")
    run(on: data, iteration: iteration, updates: true)
    for network in networks where network.loss.isFinite { exchange(network) { $0.weights } }
    if failure != nil { return }
    for network in networks { network.completeStep() }
    phaseEnded?(.update)
  }

  package func setLearningRate(_ rate: Double, at position: Int) {
    networks[position].learningRate = rate
  }

  package func learningRate(at position: Int) -> Double { networks[position].learningRate }

  /// The loss of a network's last step, before its update, penalty included.
  package func loss(at position: Int) -> Scalar { networks[position].loss }

  /// Whether a row of the last step's batch has a weight above 0, with the loss's own weights.
  package func hasWeight(at position: Int) -> Bool { networks[position].step.normalizer != 0 }

  /// Computes the losses of the batch that was gathered last, penalty included, and stores the gradients.
  ///
  /// - Parameter iteration: which one it is, for dropout's masks.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func computeLossesAndGradients(iteration: Int) {
    require(plan.rankCount == 1, "TrainingEngine: gradients of several ranks")
    for network in networks { network.allocateGradients() }
    run(on: nil, iteration: iteration, updates: false)
    phaseEnded?(.backward)
  }

  private func run(on data: PreparedDataset<Scalar>?, iteration: Int, updates: Bool) {
    if let data { note(data) }
    rows.withUnsafeBufferPointer { rows in
      if let data { targets.gather(rows, from: data) }
      targets.withBlock { targets in
        for network in networks { network.begin(iteration: iteration, targets, updates: updates) }
      }
      let own = UnsafeBufferPointer(rebasing: rows[plan.ownRows])
      targets.withBlock(plan.ownRows) { targets in
        let batch = EngineNetwork<Scalar>.Batch(x: x.reading, targets: targets)
        guard let data else {
          return run(Job(batch: batch, rows: own, features: nil, updates: updates))
        }
        withUnsafePointer(to: data.features) {
          run(Job(batch: batch, rows: own, features: $0, updates: updates))
        }
      }
    }
  }

  private func run(_ job: Job) {
    self.job.pointee = job
    BLASLibrary.withSingleThread { lease.run(work) }
    self.job.pointee = nil
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func work(as worker: Int) {
    guard let job = job.pointee else { return }
    let team = Team(worker: worker, pool: lease.pool)
    let own = share(of: x.rows, worker: worker, workers: team.count)
    if let features = job.features {
      features.pointee.gather(UnsafeBufferPointer(rebasing: job.rows[own]), into: x.rows(own))
      endPhase(.gather, worker)
    }
    let isProcessedInParts = networks.allSatisfy(\.isProcessedInParts)
    if isProcessedInParts {
      // A worker's parts are not exactly the rows that it gathers.
      team.waitForOthers()
      for network in networks {
        network.addPenalty(team)
        network.runParts(job.batch, team)
      }
      endPhase(.forward, worker)
      endPhase(.loss, worker)
    } else {
      for network in networks {
        network.addPenalty(team)
        network.runForward(job.batch, team)
      }
      endPhase(.forward, worker)
      for network in networks { network.computeLosses(job.batch, network.shares[worker]) }
      endPhase(.loss, worker)
      for network in networks { network.runBackward(job.batch, team) }
    }
    team.waitForOthers()
    if plan.count == 1 {
      if worker == 0 { noteLosses() }
      if job.updates { endPhase(.backward, worker) }
      if networks[0].parts.count > 1 && !isProcessedInParts {
        for network in networks { network.computeParts(job.batch, team) }
        team.waitForOthers()
      }
    } else {
      addBlocks(job.batch, isProcessedInParts, team)
      if failure != nil { return }
      if job.updates { endPhase(.backward, worker) }
    }
    if !job.updates {
      for network in networks { network.computeGradients(job.batch, team) }
      return
    }
    update(job.batch, team)
  }

  private func noteLosses() {
    for network in networks { network.loss = network.computedLoss }
  }

  /// Adds up what the own blocks give, and exchanges it with other ranks.
  private func addBlocks(
    _ batch: EngineNetwork<Scalar>.Batch, _ isProcessedInParts: Bool, _ team: Team
  ) {
    for network in networks {
      if !isProcessedInParts { network.computeParts(batch, team) }
      network.addSplitNodes(batch, team)
    }
    team.waitForOthers()
    for network in networks { network.addSmallNodes(team) }
    team.waitForOthers()
    if team.worker == 0 {
      for network in networks { exchange(network) { $0.sums } }
      noteLosses()
    }
    team.waitForOthers()
  }

  /// Makes an exchange with other ranks, if there are any, unless one has failed.
  private func exchange(
    _ network: EngineNetwork<Scalar>, _ choice: (RankExchanges) -> Exchange
  ) {
    guard let exchanges = network.exchanges, failure == nil else { return }
    do {
      try exchanges.communicator.perform(choice(exchanges))
    } catch {
      failure = error
    }
  }

  /// Updates a worker's part of every network whose loss is finite; all workers agree on these.
  private func update(_ batch: EngineNetwork<Scalar>.Batch, _ team: Team) {
    var waits = false
    for network in networks where network.computedLoss.isFinite {
      if network.waitsForNorm {
        network.computeGradients(batch, team)
        waits = true
      } else {
        network.update(batch, team)
      }
    }
    if !waits { return }
    team.waitForOthers()
    if plan.rankCount > 1 {
      if team.worker == 0 {
        for network in networks where network.waitsForNorm && network.computedLoss.isFinite {
          exchange(network) { $0.norms }
        }
      }
      team.waitForOthers()
      if failure != nil { return }
    }
    for network in networks where network.waitsForNorm && network.computedLoss.isFinite {
      network.updateByStoredGradients(team)
    }
  }

  private func endPhase(_ phase: StepPhase, _ worker: Int) {
    if worker == 0 { phaseEnded?(phase) }
  }
}

// MARK: - The networks

extension TrainingEngine {
  /// The network at a position as the last step left it.
  package func network(at position: Int) -> Network<Scalar> { networks[position].current }

  /// The gradients that ``computeLossesAndGradients(iteration:)`` stored, under the parameters' names.
  package func gradients(at position: Int) -> Parameters<Scalar> {
    networks[position].storedGradients
  }

  /// The network at a position with its optimizer state and average, as the last step left them.
  package func state(
    at position: Int
  ) -> (
    network: Network<Scalar>, optimizer: OptimizerState<Scalar>, average: WeightAverage<Scalar>?
  ) {
    let (optimizer, average) = networks[position].currentState
    return (networks[position].current, optimizer, average)
  }

  /// Brings what ranks have of their own rows to all ranks, or to rank 0: the averages of weights to all, and
  /// optimizer state to rank 0 if it is wanted. All ranks call it. Then the state of the networks is complete,
  /// but for the optimizer state on other ranks.
  package func gather(optimizer wanted: Bool) throws {
    for network in networks {
      exchange(network) { $0.averages }
      if let failure { throw failure }
      if wanted { try network.gatherStates() }
    }
  }

  /// Brings each rank the optimizer state of its rows from rank 0. All ranks call it.
  ///
  /// - Parameter complete: the state on rank 0, nil on others.
  package func scatterOptimizer(_ complete: [OptimizerState<Scalar>]?) throws {
    for (place, network) in networks.enumerated() {
      try network.scatterStates(complete?[place])
    }
  }

  /// Frees what ``gather(optimizer:)`` has brought to rank 0.
  package func releaseOptimizer() {
    for network in networks { network.releaseStates() }
  }

  package func remove(at positions: Set<Int>) {
    networks = networks.indices.filter { !positions.contains($0) }.map { networks[$0] }
  }

  /// Losses and metrics of the networks at some positions, or of the averages of their weights, on a data
  /// set.
  package func evaluate(
    _ positions: [Int], on data: PreparedDataset<Scalar>, metrics: [Metric]? = nil
  ) -> [Evaluation] {
    if positions.isEmpty { return [] }
    return predictor(positions, rowCount: min(Network<Scalar>.blockSize, data.count))
      .evaluate(on: data, metrics: metrics)
  }

  /// Metrics of the networks at some positions, or of the averages of their weights, on the batch's rows.
  ///
  /// - Parameter data: what the batch was gathered from.
  package func batchMetrics(
    _ positions: [Int], _ metrics: [Metric], of data: PreparedDataset<Scalar>
  ) -> [MetricValues] {
    if positions.isEmpty { return [] }
    let predictor = predictor(positions, rowCount: batchSize)
    let outputs = withBatch { x in
      predictor.outputs(rowCount: batchSize) { rows, _ in x.rows(rows) }
    }
    let batch = metrics == [.accuracy] ? nil : data.subset(rows: rows)
    return zip(predictor.losses, outputs).map { loss, outputs in
      if case .labels(let labels) = targets.targets.kind, batch == nil, data.weights == nil {
        return [.accuracy: accuracy(of: loss.classes(of: outputs), labels: labels)]
      }
      let found = Predictions(
        outputs, loss: loss, schema: data.schema, scaling: data.preprocessing.targets)
      return (batch ?? data.subset(rows: rows)).values(of: metrics, for: found)
    }
  }

  private func predictor(_ positions: [Int], rowCount: Int) -> Predictor<Scalar> {
    Predictor(for: positions.map { networks[$0].evaluated }, rowCount: rowCount, workers: workers)
  }
}
