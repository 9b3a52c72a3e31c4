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

  let packed: PackedWeights<Scalar>
  /// The optimizer's state of the packed parameters, one for each state tensor.
  private let packedStates: [PackedWeights<Scalar>]
  private let packedAverage: PackedWeights<Scalar>?
  /// Whether the tensors of the network are up to date, and those of optimizer state and average.
  private var isUnpacked = true
  private var isStateUnpacked = true

  let layout: Network<Scalar>.Workspace.Layout
  let memory: AlignedBuffer<Scalar>
  /// The loss of each row.
  let losses: AlignedBuffer<Scalar>
  let slots: UnsafeMutableBufferPointer<ParameterSlot<Scalar>>
  /// The number of parts of the batch that give partial gradients of parameters that are not split. It
  /// depends on the batch size alone.
  let partCount: Int
  /// Whether a worker takes one part through all layers and back before the next, so that it stays in
  /// cache.
  let isProcessedInParts: Bool
  /// The partial gradients of each part, layer by layer, part by part, except of packed weights. All are
  /// added to the first part's.
  let gradients: UnsafeMutableBufferPointer<[Tensor<Scalar>]>
  /// The gradients of the packed parameters, where they are stored.
  private var packedGradients: PackedWeights<Scalar>?
  /// All rows of the batch, and each worker's own.
  let whole: Network<Scalar>.Share
  let shares: UnsafeMutableBufferPointer<Network<Scalar>.Share>
  /// The rows of each part of a large batch.
  let parts: UnsafeMutableBufferPointer<Network<Scalar>.Share>
  /// Each worker's room for the gradient of some rows of packed weights.
  let scratch: [AlignedBuffer<Scalar>]
  /// The sums of squares and of magnitudes of each row of each parameter, and the norm of its gradient.
  /// Since they are added up row by row, it does not matter which worker computed which.
  let squares: AlignedBuffer<Double>
  let magnitudes: AlignedBuffer<Double>
  let norms: AlignedBuffer<Double>
  let rowCount: Int

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
    _ average: WeightAverage<Scalar>?, settings: TrainerSettings, workers: Int,
    path: ProductPath
  ) {
    self.network = network
    self.optimizer = optimizer
    self.average = average
    self.settings = settings
    let packed = PackedWeights(of: network, path: path)
    self.packed = packed
    let stateCount = optimizer.optimizer.stateCount
    packedStates = (0..<stateCount).map { _ in PackedWeights(zerosFor: network, path: path) }
    packedAverage = average.map { PackedWeights(of: $0.network, path: path) }
    let rows = settings.batchSize
    let layout = Network<Scalar>.Workspace.Layout(of: network, rows: rows, purpose: .training)
    let memory = AlignedBuffer<Scalar>(count: layout.count, repeating: 0)
    (self.layout, self.memory) = (layout, memory)
    losses = AlignedBuffer(count: rows, repeating: 0)
    whole = .init(of: rows, layout, base: memory.base, packed: packed)
    func shares(_ count: Int) -> UnsafeMutableBufferPointer<Network<Scalar>.Share> {
      let all = UnsafeMutableBufferPointer<Network<Scalar>.Share>.allocate(capacity: count)
      for index in 0..<count {
        let own = share(of: rows, worker: index, workers: count)
        all.initializeElement(
          at: index, to: .init(own, of: rows, layout, base: memory.base, packed: packed))
      }
      return all
    }
    self.shares = shares(workers)
    partCount = max(rows / Self.partSize, 1)
    parts = shares(partCount)
    isProcessedInParts =
      partCount >= 4 * workers
      && !network.layers.contains { $0.needsWholeBatch(in: .training(seed: 0)) }
    let slots = ParameterSlot.slots(of: network, packed, workers: workers, stateCount: stateCount)
    self.slots = .allocate(capacity: slots.count)
    _ = self.slots.initialize(from: slots)
    gradients = .allocate(capacity: network.layers.count * partCount)
    for index in gradients.indices {
      let layer = network.layers[index % network.layers.count]
      let isPacked = packed.table[index % network.layers.count] != nil
      gradients.initializeElement(
        at: index,
        to: layer.parameters.enumerated().map { position, parameter in
          .zeros(isPacked && position == 0 ? [0] : parameter.shape)
        })
    }
    let widest = slots.lazy.filter(\.isPacked).map(\.stride).max() ?? 0
    scratch = (0..<workers).map { _ in
      AlignedBuffer(count: widest == 0 ? 0 : max(widest, Self.scratchSize), repeating: 0)
    }
    rowCount = slots.reduce(0) { $0 + $1.rows }
    squares = AlignedBuffer(count: rowCount, repeating: 0)
    magnitudes = AlignedBuffer(count: rowCount, repeating: 0)
    norms = AlignedBuffer(count: rowCount, repeating: 0)
    packStates()
    if case .norm = settings.clipping { allocateGradients() }
  }

  deinit {
    shares.deallocate()
    parts.deallocate()
    for slot in slots { slot.states.deallocate() }
    slots.deinitialize().deallocate()
    gradients.deinitialize().deallocate()
  }

  /// The number of scalars of gradient that a worker computes at a time: few enough to stay in a
  /// core's cache with the parameters that they update.
  static var scratchSize: Int { 1 << 15 }

  /// The approximate number of rows of a part of a large batch.
  static var partSize: Int { 512 }
}

// MARK: - Packing

extension EngineNetwork {
  private func packStates() {
    for (state, target) in packedStates.enumerated() {
      target.pack { optimizer.state(state, at: parameterIndex(layer: $0, position: $1)) }
    }
    for index in slots.indices where slots[index].isPacked {
      slots[index].parameter = address(of: slots[index], in: packed)
      slots[index].average = packedAverage.flatMap { address(of: slots[index], in: $0) }
      for (state, packed) in packedStates.enumerated() {
        guard let address = address(of: slots[index], in: packed) else { continue }
        slots[index].states.initializeElement(at: state, to: address)
      }
    }
  }

  private func parameterIndex(layer: Int, position: Int) -> Int {
    network.parameterPlaces.firstIndex { $0.layer == layer && $0.position == position } ?? 0
  }

  private func address(
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
      for (state, source) in packedStates.enumerated() {
        for slot in slots where slot.isPacked {
          optimizer.updateState(state, at: slot.index) {
            source.unpack(layer: slot.layer, position: slot.position, into: &$0)
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
        if !slots[place.index].isSplit {
          return (place.name, gradients[place.layer][place.position])
        }
        var gradient = Tensor<Scalar>.zeros(network.parameter(at: place).shape)
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
    step.pass = .training(seed: stream.next())
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
    network.updateStatistics(rows: settings.batchSize, layout, memory: memory.base)
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
