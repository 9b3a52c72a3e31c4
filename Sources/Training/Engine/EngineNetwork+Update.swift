import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The second phase of a step: the gradient and the update of a worker's part of every parameter. The
/// one place where a gradient becomes an update: the penalty's gradient, clipping, weight decay, the
/// optimizer's rule, the maximum norm, and the average.
extension EngineNetwork {
  /// Whether all gradients are stored before any update, since clipping needs their common norm.
  var waitsForNorm: Bool {
    if case .norm = settings.clipping { return true }
    return false
  }

  func update(_ batch: Batch, _ team: Team) {
    forEachPart(team) { slot, rows in
      if slot.isSplit && isFused(slot) { return updateFused(slot, batch, team) }
      forEachPiece(of: slot, rows) { piece in
        let gradient = computeGradient(
          slot, batch, rows: piece, to: scratch[team.worker].base, team)
        update(slot, rows: piece, gradient: gradient)
      }
    }
  }

  /// Computes and stores a worker's part of every parameter's gradient, the penalty's included, with the
  /// norm of each row.
  func computeGradients(_ batch: Batch, _ team: Team) {
    forEachPart(team) { slot, rows in
      let gradient = computeGradient(
        slot, batch, rows: rows, to: slot.gradient.map { $0 + rows.lowerBound * slot.stride }, team)
      for row in rows {
        let start = gradient + (row - rows.lowerBound) * slot.stride
        norms.base[slot.firstRow + row] = Double(Scalar.nrm2(count: slot.columns, start))
      }
    }
  }

  func updateByStoredGradients(_ team: Team) {
    let factor = clippingFactor
    forEachPart(team) { slot, rows in
      guard let part = storedGradient(of: slot, row: rows.lowerBound) else { return }
      if factor < 1 {
        withUnsafePointer(to: Scalar(factor)) {
          Scalar.combine(
            .multiply, count: rows.count * slot.stride, UnsafePointer(part), .each, $0, .same,
            into: part)
        }
      }
      update(slot, rows: rows, gradient: part)
    }
  }

  /// Calls `body` with each parameter and a worker's rows of it; a layer that is not packed belongs to a
  /// single worker.
  func forEachPart(_ team: Team, _ body: (ParameterSlot<Scalar>, Range<Int>) -> Void) {
    for slot in slots {
      let rows = slot.rows(of: team.worker, workers: team.count)
      // Fused updates are split by columns: every worker has some of all rows.
      if !rows.isEmpty || slot.isSplit { body(slot, rows) }
    }
  }

  /// Calls `body` with a few rows at a time, whose gradient stays in cache.
  func forEachPiece(
    of slot: ParameterSlot<Scalar>, _ rows: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    if !slot.isSplit { return body(rows) }
    let size = Self.pieceRows(stride: slot.stride)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
      body(start..<min(start + size, rows.upperBound))
    }
  }
}

// MARK: - Gradients

extension EngineNetwork {
  /// Computes the gradient of some rows of a parameter, penalty and clipping by value included.
  ///
  /// - Parameter room: where to write it, unless the layer has a place of its own for it.
  /// - Returns: its place.
  private func computeGradient(
    _ slot: ParameterSlot<Scalar>, _ batch: Batch, rows: Range<Int>,
    to room: UnsafeMutablePointer<Scalar>?, _ team: Team
  ) -> UnsafeMutablePointer<Scalar> {
    let gradient: UnsafeMutablePointer<Scalar>
    if let sums {
      if slot.isSplit, plan.rankCount == 1, let room {
        gradient = room
        addBlocks(0..<blocks.count, of: slot, batch, rows: rows, into: gradient, team)
      } else {
        gradient = slot.isSplit ? sums.total(of: slot, rows: rows) : sums.smallTotal(of: slot)
      }
    } else if slot.isSplit, let room {
      gradient = room
      computeGradient(slot, batch, block: 0, rows: rows, into: gradient)
    } else {
      gradient = addParts(slot, batch)
    }
    addPenaltyGradient(slot, rows: rows, to: gradient)
    if case .value(let limit) = settings.clipping {
      let limit = Scalar(limit)
      Scalar.clip(
        count: rows.count * slot.stride, from: -limit, through: limit, gradient, into: gradient,
        workers: 1)
    }
    return gradient
  }

  /// Where some rows' gradient is that ``computeGradients(_:_:)`` left.
  private func storedGradient(
    of slot: ParameterSlot<Scalar>, row: Int
  ) -> UnsafeMutablePointer<Scalar>? {
    if slot.isSplit, plan.rankCount == 1 { return slot.gradient.map { $0 + row * slot.stride } }
    guard let sums else { return ownGradient(of: slot, part: 0) }
    return slot.isSplit ? sums.sum(0, slot, row: row) : sums.small(0, slot)
  }

  /// Writes the gradient that a block gives for some rows of packed weights.
  func computeGradient(
    _ slot: ParameterSlot<Scalar>, _ batch: Batch, block: Int, rows: Range<Int>,
    into gradient: UnsafeMutablePointer<Scalar>
  ) {
    packed.table[slot.layer]?.weightGradient(
      input: network.input(of: slot.layer, batch.x, blocks[block]),
      upstream: network.upstream(of: slot.layer, blocks[block]), rows: rows,
      columns: 0..<slot.columns, into: gradient)
  }

  /// Computes the partial gradients of a worker's parts of a large batch, for parameters that are not
  /// split. In a batch of a single part, the worker that updates a parameter computes its gradient.
  func computeParts(_ batch: Batch, _ team: Team) {
    let own = share(of: parts.count, worker: team.worker, workers: team.count)
    let network = network
    for slot in slots where slot.isFirst {
      for part in own { computePart(part, of: slot, network, batch) }
    }
  }

  /// Computes a part's partial gradients of a layer's parameters, except packed weights. A layer that
  /// needs the whole batch has all of a block as its first part.
  func computePart(
    _ part: Int, of slot: ParameterSlot<Scalar>, _ network: Network<Scalar>, _ batch: Batch
  ) {
    let needsWhole = network.layers[slot.layer].needsWholeBatch(in: step.pass)
    let block = partBlocks[part]
    if needsWhole && part > firstParts[block] { return }
    let share = needsWhole ? blocks[block] : parts[part]
    let upstream = network.upstream(of: slot.layer, share)
    let place = part * network.layers.count + slot.layer
    if slot.isPacked {
      gradients[place][slot.position].withUnsafeMutableElements {
        guard let sums = $0.baseAddress else { return }
        Scalar.addRows(rows: upstream.rows, columns: upstream.columns, upstream.base, into: sums)
      }
      return
    }
    network.layers[slot.layer].parameterGradients(
      upstream: upstream,
      record: network.record(of: slot.layer, batch.x, pass: step.pass, share),
      into: &gradients[place])
    for own in gradients[place].indices {
      let count = slots[slot.index + own].columns
      require(
        gradients[place][own].count == count,
        "Trainer: \(name(of: slots[slot.index + own])) has \(count) elements, its layer left gradients of \(gradients[place].map(\.shape))"
      )
    }
  }

  /// Adds up the parts' partial gradients in their order.
  private func addParts(
    _ slot: ParameterSlot<Scalar>, _ batch: Batch
  ) -> UnsafeMutablePointer<Scalar> {
    if parts.count == 1 && slot.isFirst { computePart(0, of: slot, network, batch) }
    guard let sum = addParts(of: slot, inBlock: 0) else {
      fatalError("Trainer: \(name(of: slot)) has no gradient")
    }
    return sum
  }

  /// Adds the partial gradients of a block's parts to its first part's, in their order.
  func addParts(
    of slot: ParameterSlot<Scalar>, inBlock block: Int
  ) -> UnsafeMutablePointer<Scalar>? {
    let (first, end) = (firstParts[block], firstParts[block + 1])
    guard let sum = ownGradient(of: slot, part: first) else { return nil }
    if end == first + 1 || network.layers[slot.layer].needsWholeBatch(in: step.pass) { return sum }
    for part in first + 1..<end {
      guard let partial = ownGradient(of: slot, part: part) else { continue }
      add(slot.columns, partial, to: sum)
    }
    return sum
  }

  /// target ← target + terms.
  func add(
    _ count: Int, _ terms: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.combine(
      .add, count: count, UnsafePointer(target), .each, terms, .each, into: target)
  }

  private func name(of slot: ParameterSlot<Scalar>) -> String {
    network.parameterPlaces[slot.index].name
  }

  func ownGradient(
    of slot: ParameterSlot<Scalar>, part: Int
  ) -> UnsafeMutablePointer<Scalar>? {
    gradients[part * network.layers.count + slot.layer][slot.position]
      .withUnsafeMutableElements { $0.baseAddress }
  }

  private func addPenaltyGradient(
    _ slot: ParameterSlot<Scalar>, rows: Range<Int>, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    let penalty = settings.penalty
    guard slot.isPenalized, penalty != .none, let parameter = slot.parameter else { return }
    penalty.addGradient(
      count: rows.count * slot.stride, of: parameter + rows.lowerBound * slot.stride,
      to: gradient)
  }

  /// The factor by which clipping scales all gradients, from the norms of their rows.
  private var clippingFactor: Double {
    guard case .norm(let maximum) = settings.clipping else { return 1 }
    var norm = 0.0
    for row in 0..<rowCount { norm = hypotenuse(norm, norms.base[row]) }
    return GradientClipping.factor(norm: norm, maximum: maximum)
  }
}

// MARK: - Updates

extension EngineNetwork {
  private func updateStep(_ slot: ParameterSlot<Scalar>) -> UpdateStep {
    UpdateStep(
      learningRate: learningRate,
      decay: slot.isPenalized ? learningRate * optimizer.optimizer.weightDecay : 0)
  }

  /// Whether an update is a single product: plain descent whose shrinkage of the weights is either 0 or
  /// large enough that rounding changes it by at most a thousandth. A smaller one would be distorted in
  /// the same way in every step.
  private func isFused(_ slot: ParameterSlot<Scalar>) -> Bool {
    let shrinkage = shrinkage(of: slot)
    return plan.count == 1 && optimizer.isPlainDescent && settings.clipping == .none
      && settings.penalty.l1 == 0
      && settings.maxNorm == nil && average == nil
      && (shrinkage == 0 || abs(shrinkage) > 256 * Double(Scalar.ulpOfOne))
  }

  /// The share of its weights that a step of plain descent takes off: decay + 2·rate·λ.
  private func shrinkage(of slot: ParameterSlot<Scalar>) -> Double {
    updateStep(slot).decay
      + (slot.isPenalized ? 2 * learningRate * settings.penalty.l2 : 0)
  }

  /// W ← (1 − decay − 2·rate·λ)·W − rate·gradient for a worker's columns, in one product.
  private func updateFused(_ slot: ParameterSlot<Scalar>, _ batch: Batch, _ team: Team) {
    guard let parameter = slot.parameter, let layer = packed.table[slot.layer] else { return }
    let columns = slot.columns(of: team.worker, workers: team.count)
    layer.weightGradient(
      input: network.input(of: slot.layer, batch.x, blocks[0]),
      upstream: network.upstream(of: slot.layer, blocks[0]), rows: 0..<slot.rows,
      columns: columns, into: parameter + columns.lowerBound,
      alpha: -Scalar(learningRate), beta: Scalar(1 - shrinkage(of: slot)))
  }

  /// Updates some rows of a parameter, its maximum norm and its average.
  private func update(
    _ slot: ParameterSlot<Scalar>, rows: Range<Int>, gradient: UnsafePointer<Scalar>
  ) {
    guard let parameter = slot.parameter else { return }
    let (offset, count) = (rows.lowerBound * slot.stride, rows.count * slot.stride)
    optimizer.rule.apply(
      ParameterUpdate(
        count: count, updateStep(slot), number: optimizer.stepCount + 1, gradient: gradient,
        states: UnsafeBufferPointer(slot.states), offset: offset, parameter: parameter + offset))
    if let limit = settings.maxNorm, slot.isPenalized {
      limitNorms(slot, rows: rows, of: parameter, to: limit)
    }
    if let average = slot.average {
      WeightAverage.update(
        count: count, average + offset, share: step.averageShare, to: parameter + offset)
    }
  }

  /// Limits the norm of each unit's incoming weights.
  private func limitNorms(
    _ slot: ParameterSlot<Scalar>, rows: Range<Int>, of parameter: UnsafeMutablePointer<Scalar>,
    to limit: Double
  ) {
    if slot.isSplit {
      for row in rows {
        // A row as a matrix of one column.
        Scalar.limitColumnNorms(
          rows: slot.columns, columns: 1, parameter + row * slot.stride, to: limit)
      }
    } else {
      let shape = network.layers[slot.layer].parameter(at: slot.position).shape
      Scalar.limitColumnNorms(
        rows: shape.rowCount, columns: shape.columnCount, parameter, to: limit)
    }
  }
}
