import LinearAlgebra
import NeuralNetwork

extension TrainingPlan {
  /// How parameters are moved in a step.
  struct Update {
    let optimizer: Optimizer
    let rule: any OptimizerRule
    let learningRate: Double
    /// Which step it is, counted from 1.
    let number: Int

    /// The settings of the step of a parameter.
    func step(_ isPenalized: Bool) -> UpdateStep {
      UpdateStep(
        learningRate: learningRate,
        decay: isPenalized ? learningRate * optimizer.weightDecay : 0)
    }
  }

  /// The second phase: a worker's share of every parameter.
  func update(_ job: Job, _ update: Update, _ worker: Int) {
    if case .norm(let maximum) = clipping {
      computeGradients(job, worker)
      waitForOthers()
      let factor = clippingFactor(maximum: maximum)
      for slot in slots { move(slot, update, scaledBy: factor, worker) }
      return
    }
    for slot in slots {
      if !slot.isSplit {
        if worker == slot.owner { moveBySum(slot, update) }
      } else if isFused(slot, update) {
        descend(slot, job, update, worker)
      } else {
        moveInPieces(slot, job, update, worker)
      }
    }
  }

  /// Computes the gradients of a worker's share of every parameter, the penalty's included, where
  /// they are kept, and their norm.
  func computeGradients(_ job: Job, _ worker: Int) {
    var norm = 0.0
    for slot in slots {
      let rows = slot.rows(of: worker, workers: workers)
      guard !rows.isEmpty, let gradient = gradientBases[slot.place.index] else { continue }
      let start = gradient + rows.lowerBound * slot.columns
      if slot.isSplit {
        writeGradient(slot, job, rows: rows, to: start)
      } else {
        addSummands(slot, to: gradient)
      }
      addPenaltyGradient(slot, rows: rows, to: start)
      norm = hypotenuse(norm, Double(Scalar.nrm2(count: rows.count * slot.columns, start)))
    }
    sums[worker, .norm] = norm
  }
}

// MARK: - Gradients

extension TrainingPlan {
  /// target ← alpha·gradient + beta·target for some rows of a weight matrix.
  private func writeGradient(
    _ slot: ParameterSlot<Scalar>, _ job: Job, rows: Range<Int>,
    to target: UnsafeMutablePointer<Scalar>, alpha: Scalar = 1, beta: Scalar = 0
  ) {
    let network = job.network.pointee
    let whole = Network<Scalar>.Share(of: batchSize, layout, base: job.memory)
    AffineProducts.weightGradient(
      input: network.input(of: slot.place.layer, job.x.reading, whole),
      upstream: network.upstream(of: slot.place.layer, whole), rows: rows,
      into: MutableRowBlock(base: target, rows: rows.count, columns: slot.columns),
      alpha: alpha, beta: beta)
  }

  /// Adds up what the workers' shares of the batch give.
  private func addSummands(
    _ slot: ParameterSlot<Scalar>, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    for worker in 1..<max(slot.summandCount, 1) {
      summands[worker][slot.place.layer][slot.place.position].withUnsafeElements {
        guard let summand = $0.baseAddress else { return }
        Scalar.combine(
          .add, count: slot.count, UnsafePointer(gradient), .each, summand, .each, into: gradient)
      }
    }
  }

  private func addPenaltyGradient(
    _ slot: ParameterSlot<Scalar>, rows: Range<Int>, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    guard slot.place.isPenalized, penalty != .none, let parameter = slot.parameter else { return }
    penalty.addGradient(
      count: rows.count * slot.columns, of: parameter + rows.lowerBound * slot.columns,
      to: gradient)
  }

  /// What all gradients are multiplied by, from the norms that the workers left.
  private func clippingFactor(maximum: Double) -> Double {
    var norm = 0.0
    for worker in 0..<workers { norm = hypotenuse(norm, sums[worker, .norm]) }
    return GradientClipping.factor(norm: norm, maximum: maximum)
  }

  private func clampValues(_ gradient: UnsafeMutablePointer<Scalar>, count: Int) {
    if case .value(let limit) = clipping {
      Scalar.clamp(count: count, gradient, to: Scalar(limit))
    }
  }
}

// MARK: - Moves

extension TrainingPlan {
  /// Whether a step is a single product: plain descent, and what it shrinks the weights by is either
  /// nothing or so much that 1 less it is rounded by no more than a thousandth of it.
  ///
  /// Less would be lost or distorted, the same way in every step.
  private func isFused(_ slot: ParameterSlot<Scalar>, _ update: Update) -> Bool {
    let shrinkage = shrinkage(of: slot, update)
    return update.optimizer.method == .sgd && clipping == .none && penalty.l1 == 0
      && (shrinkage == 0 || abs(shrinkage) > 256 * Double(Scalar.ulpOfOne))
  }

  /// The part of its weights that a step of plain descent takes away: decay + 2·rate·λ.
  private func shrinkage(of slot: ParameterSlot<Scalar>, _ update: Update) -> Double {
    update.step(slot.place.isPenalized).decay
      + (slot.place.isPenalized ? 2 * update.learningRate * penalty.l2 : 0)
  }

  /// W ← (1 − decay − 2·rate·λ)·W − rate·gradient for a worker's rows, in one product.
  private func descend(
    _ slot: ParameterSlot<Scalar>, _ job: Job, _ update: Update, _ worker: Int
  ) {
    let rows = slot.rows(of: worker, workers: workers)
    guard !rows.isEmpty, let parameter = slot.parameter else { return }
    writeGradient(
      slot, job, rows: rows, to: parameter + rows.lowerBound * slot.columns,
      alpha: -Scalar(update.learningRate), beta: Scalar(1 - shrinkage(of: slot, update)))
  }

  /// Computes the gradient of a worker's rows, some at a time, and moves these while it is in cache.
  private func moveInPieces(
    _ slot: ParameterSlot<Scalar>, _ job: Job, _ update: Update, _ worker: Int
  ) {
    let all = slot.rows(of: worker, workers: workers)
    let gradient = scratch[worker].base
    let size = max(Self.scratchSize / slot.columns, 1)
    var start = all.lowerBound
    while start < all.upperBound {
      let rows = start..<min(start + size, all.upperBound)
      writeGradient(slot, job, rows: rows, to: gradient)
      addPenaltyGradient(slot, rows: rows, to: gradient)
      clampValues(gradient, count: rows.count * slot.columns)
      move(slot, update, rows: rows, gradient: gradient)
      start = rows.upperBound
    }
  }

  /// Adds up the gradient of a parameter that is not split, and moves it.
  private func moveBySum(_ slot: ParameterSlot<Scalar>, _ update: Update) {
    guard let gradient = gradientBases[slot.place.index] else { return }
    addSummands(slot, to: gradient)
    addPenaltyGradient(slot, rows: 0..<slot.rows, to: gradient)
    clampValues(gradient, count: slot.count)
    move(slot, update, rows: 0..<slot.rows, gradient: gradient)
  }

  /// Moves a worker's share of a parameter by the gradient that is kept, times a factor.
  private func move(
    _ slot: ParameterSlot<Scalar>, _ update: Update, scaledBy factor: Double, _ worker: Int
  ) {
    let rows = slot.rows(of: worker, workers: workers)
    guard !rows.isEmpty, let kept = gradientBases[slot.place.index] else { return }
    let gradient = kept + rows.lowerBound * slot.columns
    if factor < 1 {
      withUnsafePointer(to: Scalar(factor)) {
        Scalar.combine(
          .multiply, count: rows.count * slot.columns, UnsafePointer(gradient), .each, $0, .same,
          into: gradient)
      }
    }
    move(slot, update, rows: rows, gradient: gradient)
  }

  /// Moves some rows of a parameter by their gradient.
  private func move(
    _ slot: ParameterSlot<Scalar>, _ update: Update, rows: Range<Int>,
    gradient: UnsafePointer<Scalar>
  ) {
    guard let parameter = slot.parameter else { return }
    let offset = rows.lowerBound * slot.columns
    update.rule.apply(
      ParameterUpdate(
        count: rows.count * slot.columns, update.step(slot.place.isPenalized),
        number: update.number, gradient: gradient, kept: UnsafeBufferPointer(slot.kept),
        offset: offset, parameter: parameter + offset))
  }
}
