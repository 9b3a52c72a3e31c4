import LinearAlgebra
import NeuralNetwork
import Training

/// One of the networks that are trained side by side: everything of it but the product of its first
/// layer, which is computed for all of them at once.
///
/// The first layer's weights stand in the group's memory, a row of `inputSize` numbers for each unit,
/// so that those of one network are together and a product's result for a unit does not depend on
/// which networks stand beside it. With plain descent what is stored is V = W / `scale`: the penalty
/// and weight decay shrink all weights alike, which costs one multiplication of the scale.
///
/// Used by one worker at a time.
final class SweepRun<Scalar: BLASScalar> {
  /// The trials that this run answers: the same but for their number of iterations, in ascending
  /// order of it. Each is a prefix of the next.
  private(set) var trials: [RunPrefix]
  /// How many units the first layer has.
  let unitCount: Int
  /// The first of the rows that they take of the group's memory.
  var firstUnit = 0
  /// How many iterations were made.
  var iteration = 0
  /// The loss of the last batch, before its update, penalty included where it was asked for.
  private(set) var loss = Double.nan
  /// The learning rate of the last step, and whether its loss was not finite.
  private(set) var lastRate = 0.0
  private(set) var hasFailed = false
  /// Its part of the time of all steps, by its share of the units.
  var seconds = 0.0

  let member: SweepPlan.Member
  let settings: TrainerSettings
  let inputSize: Int
  /// The operations of an iteration.
  let operations: Double
  /// What the weights are, times the stored ones.
  private(set) var scale: Double
  private(set) var schedule: ScheduleState
  /// The score of the last evaluation, until the schedule has seen it.
  private(set) var lastScore: Double?
  private(set) var tail: Network<Scalar>
  private(set) var optimizer: OptimizerState<Scalar>
  private let plan: TrainingPlan<Scalar>
  private var examination: Network<Scalar>.Workspace
  /// What the optimizer keeps for the first layer's weights.
  let kept: [AlignedBuffer<Scalar>]
  private let keptBases: [UnsafeMutablePointer<Scalar>]
  private let firstIsPenalized: Bool

  /// A run that has not begun.
  ///
  /// - Parameters:
  ///   - member: its trials and settings.
  ///   - network: its first layer is affine.
  init(_ member: SweepPlan.Member, _ network: Network<Scalar>) {
    guard let first = network.layers[0] as? Affine<Scalar> else {
      fatalError("SweepRun: the first layer is \(network.layers[0].name), expected an affine one")
    }
    self.member = member
    trials = member.trials
    settings = member.settings.training
    operations = member.operations
    inputSize = network.inputSize
    unitCount = first.outputSize
    scale = 1
    firstIsPenalized = first.parameterKinds[0].isPenalized
    tail = Network(
      inputSize: first.outputSize,
      layers: [ShiftLayer(bias: first.bias)] + Array(network.layers.dropFirst()),
      loss: network.loss)
    optimizer = OptimizerState(settings.optimizer, for: tail)
    schedule = ScheduleState(
      settings.schedule, baseRate: settings.learningRate,
      iterations: member.iterations)
    var own = settings
    own.workers = 1
    plan = TrainingPlan(for: tail, settings: own)
    examination = Network.Workspace(
      for: tail, batchSize: settings.batchSize, purpose: .inference)
    kept = (0..<settings.optimizer.stateCount).map { [count = first.weights.count] _ in
      AlignedBuffer(count: count, repeating: 0)
    }
    keptBases = kept.map(\.base)
  }

  /// Takes a fresh run to where it was interrupted.
  func restore(_ progress: Progress, tail: Network<Scalar>, kept: Parameters<Scalar>) {
    iteration = progress.iteration
    scale = progress.scale
    schedule = progress.schedule
    lastScore = progress.lastScore
    seconds = progress.seconds
    self.tail = tail
    optimizer.tensors = kept
    optimizer.stepCount = progress.optimizerSteps
  }

  /// The rows of the group's memory that its units take.
  var units: Range<Int> { firstUnit..<firstUnit + unitCount }

  /// The iterations of the next of the trials.
  var nextEnd: Int? { trials.first?.iterations }

  /// Takes the trials that end at the current iteration off the list.
  func takeEnded() -> [RunPrefix] {
    let ended = trials.prefix { $0.iterations <= iteration }
    trials.removeFirst(ended.count)
    return Array(ended)
  }
}

// MARK: - Steps

extension SweepRun {
  /// Whether the first layer's update is a single product, with the shrinkage in the scale.
  var isScaled: Bool {
    settings.optimizer.method == .sgd && settings.clipping == .none && settings.penalty.l1 == 0
  }

  /// The middle of a step: from the first layer's products to the gradient with respect to them.
  ///
  /// - Parameters:
  ///   - products: V·xᵀ, units × batch; what is left there is the factor G of the update
  ///     V ← V + G·x, or without a scale the gradient itself.
  ///   - weights: V, units × inputs.
  ///   - labels: the batch's classes.
  ///   - wantsPenalty: whether the loss is to have the first layer's part of the penalty.
  /// - Returns: whether the loss is finite; where it is not, the first layer does not move, and the run is
  ///   over.
  func step(
    _ products: UnsafeMutablePointer<Scalar>, weights: UnsafeMutablePointer<Scalar>,
    labels: [Int], wantsPenalty: Bool
  ) -> Bool {
    let rate = schedule.rate(at: iteration)
    lastRate = rate
    hasFailed = false
    let batchSize = settings.batchSize
    plan.give(labels: labels) { x in
      Scalar.transpose(rows: unitCount, columns: batchSize, products, into: x.base)
      multiply(x.base, count: x.count, by: scale)
    }
    loss = Double(
      plan.step(&tail, by: &optimizer, learningRate: rate, on: nil, iteration: iteration))
    if wantsPenalty { loss += firstPenalty(weights) }
    let count = unitCount * batchSize
    guard loss.isFinite else {
      // Of no consequence for the weights, in whatever product they take part.
      Scalar.fill(count: count, products, with: 0)
      hasFailed = true
      return false
    }
    let upstream = plan.firstUpstream(in: tail)
    Scalar.transpose(rows: batchSize, columns: unitCount, upstream.base, into: products)
    if isScaled {
      shrink(weights, rate: rate)
      multiply(products, count: count, by: -rate / scale)
    }
    iteration += 1
    return true
  }

  /// What the first layer's weights add to the loss.
  private func firstPenalty(_ weights: UnsafePointer<Scalar>) -> Double {
    if settings.penalty == .none || !firstIsPenalized { return 0 }
    let count = unitCount * inputSize
    let (l1, l2) = (settings.penalty.l1, settings.penalty.l2)
    let magnitudes = l1 == 0 ? 0 : l1 * Double(Scalar.sumOfMagnitudes(count: count, weights))
    let squares = l2 == 0 ? 0 : l2 * Double(Scalar.sumOfSquares(count: count, weights))
    return scale * scale * squares + abs(scale) * magnitudes
  }

  /// Makes the scale smaller as the penalty and the decay do the weights. Before it goes far from 1,
  /// the weights themselves take it over.
  private func shrink(_ weights: UnsafeMutablePointer<Scalar>, rate: Double) {
    if !firstIsPenalized { return }
    scale *= 1 - rate * (settings.optimizer.weightDecay + 2 * settings.penalty.l2)
    if (0x1p-10...0x1p10).contains(scale) { return }
    multiply(weights, count: unitCount * inputSize, by: scale)
    scale = 1
  }

  private func multiply(
    _ numbers: UnsafeMutablePointer<Scalar>, count: Int, by factor: Double
  ) {
    if factor == 1 { return }
    withUnsafePointer(to: Scalar(factor)) {
      Scalar.combine(
        .multiply, count: count, UnsafePointer(numbers), .each, $0, .same, into: numbers)
    }
  }

  /// Moves some units' weights by their gradient, where that is not a single product.
  ///
  /// - Parameters:
  ///   - gradient: of the loss without the penalty, units × inputs.
  ///   - first: the first of the units.
  ///   - rate: the learning rate of the step.
  func move(
    _ weights: UnsafeMutablePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>,
    first: Int, count units: Int, rate: Double
  ) {
    let count = units * inputSize
    if firstIsPenalized && settings.penalty != .none {
      settings.penalty.addGradient(count: count, of: weights, to: gradient)
    }
    if case .value(let limit) = settings.clipping {
      Scalar.clamp(count: count, gradient, to: Scalar(limit))
    }
    let offset = first * inputSize
    let decay = firstIsPenalized ? rate * settings.optimizer.weightDecay : 0
    keptBases.withUnsafeBufferPointer {
      optimizer.rule.apply(
        ParameterUpdate(
          count: count, UpdateStep(learningRate: rate, decay: decay),
          number: optimizer.stepCount, gradient: gradient, kept: $0, offset: offset,
          parameter: weights))
    }
  }

  /// Tells the schedule of the epochs that have ended.
  ///
  /// - Parameter score: that of an evaluation after this step, or nil where there was none.
  func epochsEnded(_ count: Int, score: Double?) {
    if let score { lastScore = score }
    for _ in 0..<count {
      schedule.epochEnded(score: lastScore)
      lastScore = nil
    }
  }
}

// MARK: - Examination

extension SweepRun {
  /// How many rows are classified rightly.
  ///
  /// - Parameters:
  ///   - products: V·xᵀ, units × `rows`.
  ///   - labels: as many as rows, at most a batch of them.
  func countRight(_ products: UnsafePointer<Scalar>, labels: ArraySlice<Int>) -> Int {
    let rows = labels.count
    let features = Tensor<Scalar>(shape: [rows, unitCount]) { x in
      guard let base = x.baseAddress else { return }
      Scalar.transpose(rows: unitCount, columns: rows, products, into: base)
      multiply(base, count: x.count, by: scale)
    }
    features.withRows { tail.forward($0, pass: .inference, in: &examination) }
    let classes = tail.loss.classes(of: examination.outputs)
    return zip(classes, labels).count { $0 == $1 }
  }

  /// Whether every number of it is finite.
  func isFinite(_ weights: UnsafePointer<Scalar>) -> Bool {
    Scalar.indexOfNonFinite(count: unitCount * inputSize, weights) == nil
      && (Array(tail.parameters) + Array(tail.statistics))
        .allSatisfy { $0.tensor.firstNonFinite() == nil }
  }

  /// The whole network as it is now.
  func network(_ weights: UnsafePointer<Scalar>) -> Network<Scalar> {
    let first = Tensor<Scalar>(shape: [inputSize, unitCount]) { target in
      guard let base = target.baseAddress else { return }
      Scalar.transpose(rows: unitCount, columns: inputSize, weights, into: base)
      multiply(base, count: target.count, by: scale)
    }
    guard let shift = tail.layers[0] as? ShiftLayer<Scalar> else {
      fatalError("SweepRun: the tail begins with \(tail.layers[0].name)")
    }
    return Network(
      inputSize: inputSize,
      layers: [Affine(weights: first, bias: shift.bias)] + Array(tail.layers.dropFirst()),
      loss: tail.loss)
  }
}
