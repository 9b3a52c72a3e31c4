import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A network in the engine with all of its data: its parameters in the layout that products read,
/// its optimizer state, the memory of its passes, and its settings.
///
/// In the engine, the parameters of large affine layers, their optimizer state and their averages are
/// packed; ``current`` and ``currentState`` bring the tensors up to date.
final class EngineNetwork<Scalar: BLASScalar> {
  let settings: TrainerSettings
  private(set) var network: Network<Scalar>
  private(set) var optimizer: OptimizerState<Scalar>
  private(set) var average: WeightAverage<Scalar>?

  /// The blocks of the batch, and those of this rank; a single block where the settings have none.
  let plan: BlockPlan
  /// What the blocks give and the ranks exchange; nil where the batch is a single block.
  private(set) var sums: BlockSums<Scalar>?

  let packed: PackedWeights<Scalar>
  /// The optimizer's state of this rank's rows of the packed parameters.
  let packedStates: OwnStates<Scalar>
  let packedAverage: PackedWeights<Scalar>?
  /// Whether the tensors of the network are up to date, and those of optimizer state and average.
  private var isUnpacked = true
  private var isStateUnpacked = true

  let layout: Network<Scalar>.Workspace.Layout
  let memory: AlignedBuffer<Scalar>
  /// The loss of each row of the whole batch.
  let losses: AlignedBuffer<Scalar>
  let slots: UnsafeMutableBufferPointer<ParameterSlot<Scalar>>
  /// The first of each own block's parts, which give partial gradients of parameters that are not split,
  /// and the number of all. How many a block has depends on its size alone.
  let firstParts: [Int]
  /// The own block of each part.
  let partBlocks: [Int]
  /// Whether a worker takes one part through all layers and back before the next, so that it stays in
  /// cache.
  let isProcessedInParts: Bool
  /// The partial gradients of each part, layer by layer, part by part, except of packed weights. All of a
  /// block are added to its first part's.
  let gradients: UnsafeMutableBufferPointer<[Tensor<Scalar>]>
  /// The gradients of the packed parameters, where they are stored.
  private var packedGradients: PackedWeights<Scalar>?
  /// All rows of each own block, and each worker's own rows.
  let blocks: UnsafeMutableBufferPointer<Network<Scalar>.Share>
  let shares: UnsafeMutableBufferPointer<Network<Scalar>.Share>
  /// The rows of each part of a large batch.
  let parts: UnsafeMutableBufferPointer<Network<Scalar>.Share>
  /// Each worker's room for the gradient of some rows of packed weights, and for the sums of blocks'
  /// gradients that wait to be added to each other, ``scratchLevel`` scalars each.
  let scratch: [AlignedBuffer<Scalar>]
  let scratchLevel: Int
  /// The sums of squares and of magnitudes of each row of each parameter, and the norm of its gradient.
  /// Since they are added up row by row, it does not matter which worker computed which.
  let squares: AlignedBuffer<Double>
  let magnitudes: AlignedBuffer<Double>
  let norms: AlignedBuffer<Double>
  let rowCount: Int

  /// What several ranks exchange; nil for one.
  private(set) var exchanges: RankExchanges?

  var learningRate = 0.0
  /// The loss of the last step, once it is known.
  var loss = Scalar.nan
  private(set) var step = Step()

  struct Step {
    var pass = Pass.inference
    /// The divisor of the sum of the rows' losses.
    var normalizer = Double.nan
    /// The share by which the average moves.
    var averageShare = 0.0
  }

  init(
    _ network: Network<Scalar>, _ optimizer: OptimizerState<Scalar>,
    _ average: WeightAverage<Scalar>?, settings: TrainerSettings, plan: BlockPlan, workers: Int,
    path: ProductPath, communicator: any Communicator
  ) {
    self.plan = plan
    self.network = network
    self.optimizer = optimizer
    self.average = average
    self.settings = settings
    let packed = PackedWeights(of: network, path: path)
    self.packed = packed
    let stateCount = optimizer.optimizer.stateCount
    packedAverage = average.map { PackedWeights(of: $0.network, path: path) }
    let rows = plan.ownRows.count
    let layout = Network<Scalar>.Workspace.Layout(
      of: network, rows: rows, purpose: .training,
      blocks: (plan.count, plan.rows(ofBlock: 0).count))
    let memory = AlignedBuffer<Scalar>(count: layout.count, repeating: 0)
    (self.layout, self.memory) = (layout, memory)
    losses = AlignedBuffer(count: plan.batchSize, repeating: 0)
    func shares(
      _ ranges: [BlockPieces.Rows]
    ) -> UnsafeMutableBufferPointer<Network<Scalar>.Share> {
      Self.allocated(
        ranges.map {
          .init($0.rows, of: rows, layout, base: memory.base, packed: packed, block: $0.block)
        })
    }
    self.shares = shares(
      (0..<workers).map { .init(rows: share(of: rows, worker: $0, workers: workers), block: 0) })
    let pieces = BlockPieces(plan, partSize: Self.partSize)
    blocks = shares(pieces.blocks)
    parts = shares(pieces.parts)
    (firstParts, partBlocks) = (pieces.firstParts, pieces.partBlocks)
    isProcessedInParts =
      max(rows / Self.partSize, 1) >= 4 * workers
      && !network.layers.contains { $0.needsWholeBatch(in: .training(seed: 0)) }
    let slots = ParameterSlot.slots(
      of: network, packed, workers: workers, stateCount: stateCount, rank: plan.rank,
      of: plan.rankCount)
    packedStates = OwnStates(slots, stateCount: stateCount)
    self.slots = Self.allocated(slots)
    gradients = Self.partialGradients(of: network, packed, parts: parts.count)
    scratchLevel = Self.scratchLevel(of: slots)
    let levels = plan.ownBlocks.count.bitWidth - plan.ownBlocks.count.leadingZeroBitCount
    let scratchCount = levels * scratchLevel
    scratch = (0..<workers).map { _ in AlignedBuffer(count: scratchCount, repeating: 0) }
    rowCount = slots.reduce(0) { $0 + $1.rows }
    squares = AlignedBuffer(count: rowCount, repeating: 0)
    magnitudes = AlignedBuffer(count: rowCount, repeating: 0)
    norms = AlignedBuffer(count: rowCount, repeating: 0)
    packStates()
    if plan.count > 1 {
      sums = BlockSums(plan, Array(slots))
      if plan.rankCount > 1 { exchanges = makeExchanges(with: communicator) }
    }
    if case .norm = settings.clipping, plan.rankCount == 1 { allocateGradients() }
  }

  private static func allocated<Element>(
    _ elements: [Element]
  ) -> UnsafeMutableBufferPointer<Element> {
    let all = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = all.initialize(from: elements)
    return all
  }

  /// Zeros for the gradients of each part, layer by layer, except those of packed weights.
  private static func partialGradients(
    of network: Network<Scalar>, _ packed: PackedWeights<Scalar>, parts: Int
  ) -> UnsafeMutableBufferPointer<[Tensor<Scalar>]> {
    let layers = network.layers.indices.map { index in
      network.layers[index].parameters.enumerated().map { position, parameter in
        packed.table[index] != nil && position == 0 ? [0] : parameter.shape
      }
    }
    // Tensors of their own for each part: workers write to them at the same time.
    return allocated(
      (0..<parts).flatMap { _ in layers.map { shapes in shapes.map { Tensor.zeros($0) } } })
  }

  deinit {
    blocks.deallocate()
    shares.deallocate()
    parts.deallocate()
    for slot in slots { slot.states.deallocate() }
    slots.deinitialize().deallocate()
    gradients.deinitialize().deallocate()
  }

  /// The number of scalars of gradient that a worker computes at a time, of any of the parameters.
  private static func scratchLevel(of slots: [ParameterSlot<Scalar>]) -> Int {
    slots.lazy.filter(\.isSplit).map { pieceRows(stride: $0.stride) * $0.stride }.max() ?? 0
  }

  /// The number of rows of packed weights whose gradient a worker computes at a time: few enough to stay in
  /// a core's cache with the parameters that they update, but no fewer than 64, since all of the layer's
  /// input is read for them.
  static func pieceRows(stride: Int) -> Int { max((1 << 15) / max(stride, 1) / 8 * 8, 64) }

  /// The approximate number of rows of a part of a large batch.
  static var partSize: Int { 512 }
}

// MARK: - Packing

extension EngineNetwork {
  private func packStates() {
    for index in slots.indices where slots[index].isPacked {
      slots[index].parameter = address(of: slots[index], in: packed)
      slots[index].average = packedAverage.flatMap { address(of: slots[index], in: $0) }
      for state in slots[index].states.indices {
        slots[index].states.initializeElement(
          at: state, to: packedStates.address(of: slots[index], state))
        // Before the first step all are zeros.
        if optimizer.stepCount == 0 || optimizer.isElsewhere && slots[index].isSplit { continue }
        packedStates.pack(optimizer.state(state, at: index), slots[index], state)
      }
    }
    releaseStates()
  }

  func address(
    of slot: ParameterSlot<Scalar>, in packed: PackedWeights<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? {
    packed.table[slot.layer].map { slot.position == 0 ? $0.weights : $0.bias }
  }

  /// The network as the last step left it.
  var current: Network<Scalar> {
    if !isUnpacked {
      packed.unpack(into: &network)
      isUnpacked = true
    }
    return network
  }

  /// The optimizer state and the average as the last step left them.
  var currentState: (optimizer: OptimizerState<Scalar>, average: WeightAverage<Scalar>?) {
    if !isStateUnpacked {
      // Those of weights that are dealt to several ranks are gathered.
      for slot in slots where slot.isPacked && !(slot.isSplit && plan.rankCount > 1) {
        for state in slot.states.indices {
          optimizer.updateState(state, at: slot.index) {
            packedStates.unpack(slot, state, into: &$0)
          }
        }
      }
      if let packedAverage {
        average?.updateParameters { place, parameter in
          packedAverage.unpack(layer: place.layer, position: place.position, into: &parameter)
        }
      }
      isStateUnpacked = true
    }
    return (optimizer, average)
  }

  /// Gives the optimizer the states of split weights that were gathered from all ranks.
  func restoreOptimizer(_ states: [(index: Int, tensors: [Tensor<Scalar>])]) {
    for (index, tensors) in states { optimizer.restore(tensors, at: index) }
  }

  /// Frees the optimizer's states of split weights where ranks have their own rows of them.
  func releaseStates() {
    if plan.rankCount > 1 { optimizer.release(slots.filter(\.isSplit).map(\.index)) }
  }

  /// The network to evaluate: the average where there is one.
  var evaluated: Predictor<Scalar>.Member {
    if let packedAverage, let average { return (average.network, packedAverage) }
    return (network, packed)
  }

  func allocateGradients() {
    if packedGradients != nil { return }
    let room = PackedWeights(zerosFor: network, path: packed.path)
    packedGradients = room
    for index in slots.indices where slots[index].isSplit {
      slots[index].gradient = address(of: slots[index], in: room)
    }
  }

  /// The stored gradients under the parameters' names.
  var storedGradients: Parameters<Scalar> {
    Parameters(
      network.parameterPlaces.map { place in
        let slot = slots[place.index]
        var gradient = Tensor<Scalar>.zeros(network.parameter(at: place).shape)
        if !slot.isSplit {
          guard let sums else { return (place.name, gradients[place.layer][place.position]) }
          gradient.withUnsafeMutableElements {
            $0.baseAddress?.update(from: sums.small(0, slot), count: slot.count)
          }
          return (place.name, gradient)
        }
        packedGradients?.unpack(layer: place.layer, position: place.position, into: &gradient)
        return (place.name, gradient)
      })
  }
}

// MARK: - Steps

extension EngineNetwork {
  /// Begins a step, which updates the parameters or only computes their gradients. Dropout's masks
  /// depend on the iteration.
  func begin(iteration: Int, _ targets: TargetBlock<Scalar>, updates: Bool) {
    var stream = SeededRandom(seed: settings.seed, purpose: "dropout", index: UInt64(iteration))
    step.pass = .training(seed: stream.next(), firstRow: plan.ownRows.lowerBound)
    step.normalizer = Double(network.loss.normalizer(of: targets, rows: settings.batchSize))
    if updates { prepareForUpdate() } else { prepareForReading() }
  }

  /// Finds the addresses of the parameters that are not packed, their optimizer state and their averages,
  /// made unique for in-place updates. They are valid until the step ends.
  private func prepareForUpdate() {
    (isUnpacked, isStateUnpacked) = (false, false)
    network.updateParameters { place, parameter in
      if slots[place.index].isPacked { return }
      optimizer.findStates(at: place.index, count: parameter.count, in: slots[place.index].states)
      parameter.withUnsafeMutableElements {
        require(
          $0.count == slots[place.index].columns,
          "Trainer: \(place.name) has \($0.count) elements, not \(slots[place.index].columns)")
        slots[place.index].parameter = $0.baseAddress
      }
    }
    guard average != nil else { return }
    step.averageShare = average?.beginUpdate() ?? 0
    average?.updateParameters { place, parameter in
      if slots[place.index].isPacked { return }
      slots[place.index].average = parameter.withUnsafeMutableElements { $0.baseAddress }
    }
  }

  /// Finds the addresses of the parameters that are not packed, for reading only.
  private func prepareForReading() {
    for place in network.parameterPlaces where !slots[place.index].isPacked {
      slots[place.index].parameter = network.parameter(at: place).withUnsafeElements {
        UnsafeMutablePointer(mutating: $0.baseAddress)
      }
    }
  }

  /// Updates the layers' statistics after a step whose loss was finite.
  func completeStep() {
    if !loss.isFinite { return }
    optimizer.stepCount += 1
    for block in 0..<plan.count {
      network.updateStatistics(
        rows: plan.rows(ofBlock: block).count, layout, memory: memory.base, block: block)
    }
    average?.updateStatistics(with: network, share: step.averageShare)
  }

  /// The batch's loss with the penalty, once all rows are through. Each worker computes it, with the
  /// same result.
  var computedLoss: Scalar {
    let sum = Scalar.sum(count: settings.batchSize, losses.base)
    let loss = (sum / Scalar(step.normalizer)).withoutNaNSign
    let penalty = settings.penalty
    if penalty == .none { return loss }
    let (squares, magnitudes) = (Scalar(total(squares)), Scalar(total(magnitudes)))
    return loss + penalty.value(sumOfSquares: squares, absoluteSum: magnitudes)
  }

  /// The sum over the rows of the penalized parameters.
  private func total(_ numbers: AlignedBuffer<Double>) -> Double {
    var total = 0.0
    for slot in slots where slot.isPenalized {
      for row in slot.firstRow..<slot.firstRow + slot.rows { total += numbers.base[row] }
    }
    return total
  }
}
