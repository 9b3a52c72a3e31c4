import PerceptronDatasets
import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Trainer {
  /// Trains until every network's length, early stopping, a callback or the cancellation of the task
  /// ends the run. After the last two, and in one process after an error thrown by a callback, another call
  /// continues it.
  ///
  /// - Parameters:
  ///   - training: the rows that batches are drawn from.
  ///   - validation: rows that metrics are measured on, never trained on.
  ///   - callbacks: called in this order after each iteration of each network, and told of the end.
  ///   - communicator: the processes that share each step, of which this is one; at most as many as
  ///     ``TrainerSettings/blocks``. See below.
  /// - Returns: the first network's history from the run's beginning.
  ///
  /// **Several ranks.** All ranks call this on equal trainers, with the same rows; what they train has the same
  /// bits for any number of ranks, if their processors are of one kind. Each draws all of a batch's row numbers
  /// and gathers only its own blocks' features: where the data's file is mapped into memory, features of
  /// other rows are not read. Each has the whole network, and the optimizer state of its own rows of
  /// large weights. Every rank evaluates all validation rows; rank 0's scores decide when a run ends and what
  /// becomes of its learning rate, as does the cancellation of its task. Callbacks run on all ranks, and what
  /// those of others than rank 0 return is ignored: so a callback that writes belongs on rank 0. After the run,
  /// rank 0's trainer has all of the optimizer state: it writes checkpoints, and others cannot. After an error
  /// of a callback or a lost rank, a run goes on from its last checkpoint alone, with any number of ranks.
  ///
  /// - Throws: `InvalidSetting` for a validation set without rows, and for data of a single class if the
  ///   network distinguishes more. If all networks have failed, ``TrainingMember/failure`` of the first:
  ///   `TrainingError.lossNotFinite` for a loss that is NaN or infinite,
  ///   `TrainingError.batchWithoutWeight` for a batch whose rows all have the weight 0, and
  ///   `TrainingError.parametersNotFinite` if the last update left such parameters. Errors of callbacks.
  ///   `InvalidSetting` for more ranks than blocks, for ranks that begin with different networks, settings
  ///   or random streams, and where another rank cannot begin; `RankLost` if a rank has left while others waited
  ///   for it (among the ranks of `MPICommunicator`, the loss of a process ends all).
  /// - Precondition: the data has the networks' input size, no more classes than they, and as many
  ///   rows as the trainer was made for.
  @discardableResult
  public mutating func run(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>? = nil,
    callbacks: [TrainingCallback<Scalar>] = [],
    communicator: any Communicator = SoloCommunicator()
  ) throws -> History {
    try run(
      on: training, validation: validation, callbacks: callbacks, communicator: communicator,
      watching: Watch())
  }

  /// What the caller does in addition to the callbacks.
  struct Watch {
    /// Called after each iteration with all networks; returns the positions of the members to stop.
    var group: ((GroupMoment<Scalar>) throws -> Set<Int>)?
    /// Whether the run is to be saved after so many iterations, and how.
    var isSaveDue: ((_ iterations: Int) -> Bool)?
    var save: ((Trainer) throws -> Void)?
  }

  @discardableResult
  mutating func run(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>?,
    callbacks: [TrainingCallback<Scalar>],
    communicator: any Communicator = SoloCommunicator(), watching watch: Watch
  ) throws -> History {
    let dealsState = try agree(with: communicator) { try check(training, validation) }
    let isAlone = communicator.size == 1
    let begun = members.indices.filter { canGoOn(members[$0]) }
    var failure: (any Error)?
    if !begun.isEmpty {
      let engine = TrainingEngine(
        begun.map {
          let member = members[$0]
          return .init(member.network, member.optimizer, member.average, settings: member.settings)
        }, workers: settings.workers, communicator: communicator)
      if dealsState {
        let complete = communicator.rank == 0 ? begun.map { members[$0].optimizer } : nil
        try engine.scatterOptimizer(complete)
      }
      var loop = Loop(
        training: training, validation: validation, callbacks: callbacks,
        metric: settings.metric ?? Metric.defaults(for: training.schema.kind)[0], watch: watch,
        positions: begun, engine: engine,
        agreement: isAlone
          ? nil
          : RankAgreement(
            communicator, count: IterationVerdict(networks: begun.count).numbers.count),
        verdict: IterationVerdict(networks: begun.count))
      loop.releaseOptimizer(of: &self)
      do {
        try loop.run(&self)
        try loop.gather()
      } catch {
        failure = error
        isBroken = !isAlone
      }
      loop.store(to: &self)
    }
    for index in begun { members[index].checkParameters() }
    // If a network diverges, the others continue; if none is left, the run has failed.
    let told = begun.isEmpty ? Array(members.indices) : begun
    if failure == nil, told.allSatisfy({ members[$0].failure != nil }) {
      failure = members[told[0]].failure
    }
    for index in told {
      let member = members[index]
      let end = TrainingEnd(
        member: index, network: member.failure == nil ? member.network : nil,
        iterations: member.iteration)
      for callback in callbacks {
        do { try callback.end(end) } catch { failure = failure ?? error }
      }
    }
    if let failure { throw failure }
    return history
  }

  private func check(
    _ training: PreparedDataset<Scalar>, _ validation: PreparedDataset<Scalar>?
  ) throws {
    for member in members {
      member.network.requireFit(training, "training data")
      if let validation { member.network.requireFit(validation, "validation data") }
      // A model has a name for each class.
      try InvalidSetting.demand(
        training.classCount != 1 || member.network.classCount == 1,
        "classes of the training data", 1, "the network's \(member.network.classCount)")
      try member.settings.check(for: training.schema)
    }
    require(
      validation.map { $0.schema.kind == training.schema.kind } ?? true,
      "Trainer: training targets are \(training.schema), those for validation "
        + "\(validation?.schema.description ?? "")")
    require(
      training.count == rowCount,
      "Trainer: \(training.count) training rows, the trainer was made for \(rowCount)")
    if let validation {
      try InvalidSetting.demand(
        validation.count > 0, "validation rows", validation.count,
        "at least 1, or no validation set")
    }
  }
}

// MARK: - The loop

extension Trainer {
  /// A call of `run` under way: the engine has the networks until they leave it.
  private struct Loop {
    let training: PreparedDataset<Scalar>
    let validation: PreparedDataset<Scalar>?
    let callbacks: [TrainingCallback<Scalar>]
    /// The metric that all networks go by.
    let metric: Metric
    let watch: Watch
    /// The position among the members of each network in the engine.
    var positions: [Int]
    let engine: TrainingEngine<Scalar>
    /// How several ranks agree; nil for one.
    let agreement: RankAgreement?
    /// What the last iteration's callbacks said.
    var verdict: IterationVerdict

    mutating func run(_ trainer: inout Trainer) throws {
      for index in positions {
        let left = trainer.members[index].iterations - trainer.iteration
        trainer.members[index].history.loss.reserveCapacity(trainer.iteration + min(left, 1 << 20))
      }
      try agree(&trainer)
      while !positions.isEmpty {
        try iterate(&trainer)
        if verdict.isSaveDue { try save(&trainer) }
        if verdict.isCancelled { break }
      }
    }

    /// Saves the run without the networks that have diverged in the last update.
    private mutating func save(_ trainer: inout Trainer) throws {
      try gather()
      store(to: &trainer)
      for index in positions { trainer.members[index].checkParameters() }
      try leave(Set(positions.filter { trainer.members[$0].failure != nil }), &trainer)
      if !positions.isEmpty { try watch.save?(trainer) }
      releaseOptimizer(of: &trainer)
    }

    /// Brings what other ranks have of the networks in the engine, as far as this rank needs it after them.
    func gather() throws {
      if agreement != nil { try engine.gather(optimizer: true) }
    }

    /// Frees the optimizer state of other ranks' rows.
    func releaseOptimizer(of trainer: inout Trainer) {
      if agreement == nil { return }
      engine.releaseOptimizer()
      for (place, index) in positions.enumerated() {
        trainer.members[index].optimizer = engine.state(at: place).optimizer
      }
    }

    /// Brings the members up to date whose networks are in the engine.
    func store(to trainer: inout Trainer) {
      for (place, index) in positions.enumerated() {
        trainer.members[index].take(engine.state(at: place))
      }
    }

    private mutating func iterate(_ trainer: inout Trainer) throws {
      let current = trainer.iteration
      engine.draw(from: &trainer.sampler, using: &trainer.random)
      engine.step(on: training, iteration: current)
      if let failure = engine.failure { throw failure }
      for (place, index) in positions.enumerated() {
        trainer.members[index].stepped(
          loss: Double(engine.loss(at: place)), hasWeight: engine.hasWeight(at: place))
      }
      trainer.iteration += 1
      let isEvaluated = try endEpochs(after: current, &trainer)
      verdict.reset()
      if !callbacks.isEmpty {
        for (place, index) in positions.enumerated() where trainer.members[index].failure == nil {
          let moment = TrainingMoment(
            progress: progress(of: trainer.members[index], after: current, place, isEvaluated),
            engine: engine, place: place)
          for callback in callbacks {
            verdict.add(try callback.body(moment), place)
          }
        }
      }
      var leaving = Set<Int>()
      if let group = watch.group {
        let moment = GroupMoment(
          iteration: current, isEvaluated: isEvaluated, members: positions, engine: engine,
          all: trainer.members)
        leaving.formUnion(try group(moment))
      }
      verdict.isSaveDue = watch.isSaveDue?(trainer.iteration) ?? false
      verdict.isCancelled = Task.isCancelled
      try agree(&trainer)
      for (place, index) in positions.enumerated() where verdict.leaves(place) {
        leaving.insert(index)
      }
      try leave(leaving, &trainer)
    }

    /// Decides on rank 0 which networks leave and at which learning rates the others go on.
    private mutating func agree(_ trainer: inout Trainer) throws {
      if (agreement?.communicator.rank ?? 0) == 0 {
        for (place, index) in positions.enumerated() {
          if let rate = verdict.rates[place] { try trainer.members[index].schedule.setRate(rate) }
          let member = trainer.members[index]
          if member.isFinished {
            verdict.leave(place)
          } else {
            verdict.setNextRate(member.schedule.rate(at: trainer.iteration), place)
          }
        }
      }
      try agreement?.agree(&verdict.numbers)
      for place in positions.indices {
        engine.setLearningRate(verdict.nextRate(place), at: place)
      }
    }

    private func progress(
      of member: TrainingMember<Scalar>, after current: Int, _ place: Int, _ isEvaluated: Bool
    ) -> TrainingProgress {
      TrainingProgress(
        member: positions[place], iteration: current, iterations: member.iterations,
        loss: Double(engine.loss(at: place)), learningRate: engine.learningRate(at: place),
        metric: metric,
        epoch: isEvaluated ? member.history.epochs.last : nil)
    }

    /// Takes networks out of the engine, the members at some positions.
    private mutating func leave(_ leaving: Set<Int>, _ trainer: inout Trainer) throws {
      if leaving.isEmpty { return }
      try gather()
      for (place, index) in positions.enumerated() where leaving.contains(index) {
        trainer.members[index].take(engine.state(at: place))
      }
      engine.remove(at: Set(positions.indices.filter { leaving.contains(positions[$0]) }))
      positions.removeAll { leaving.contains($0) }
      releaseOptimizer(of: &trainer)
    }

    /// Evaluates and ends epochs where due: the one place that knows what follows an iteration.
    ///
    /// - Returns: whether the networks were evaluated.
    private func endEpochs(after current: Int, _ trainer: inout Trainer) throws -> Bool {
      let settings = trainer.members[positions[0]].settings
      let events = settings.evaluation.events(
        after: current, batchSize: settings.batchSize, rowCount: trainer.rowCount)
      if events.evaluation { try evaluate(after: current, &trainer) }
      for index in positions { trainer.members[index].epochsEnded(events.epochs) }
      return events.evaluation
    }

    private func evaluate(after current: Int, _ trainer: inout Trainer) throws {
      if agreement != nil { try engine.gather(optimizer: false) }
      let places = positions.indices.filter { trainer.members[positions[$0]].failure == nil }
      let metrics = trainer.settings.metrics(for: training.schema.kind)
      let held = validation.map { engine.evaluate(places, on: $0, metrics: metrics) }
      let batch = engine.batchMetrics(places, metrics, of: training)
      for (order, place) in places.enumerated() {
        let epoch = History.Epoch(
          iteration: current, batch: batch[order], validation: held?[order].metrics,
          validationLoss: held?[order].loss,
          learningRate: engine.learningRate(at: place))
        trainer.members[positions[place]].evaluated(epoch) {
          let state = engine.state(at: place)
          return state.average?.network ?? state.network
        }
      }
    }
  }
}
