public import CPerceptronInterface
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Trains a new network.
@c @implementation
public func perceptron_train(
  _ examples: UnsafePointer<perceptron_examples>!, _ settings: UnsafePointer<CChar>!,
  _ observer: UnsafePointer<perceptron_observer>!
) -> OpaquePointer! {
  catching(nil) {
    let examples = try required(examples, "examples").pointee
    let settings: String? = if let settings { String(cString: settings) } else { nil }
    return Handle.make(
      Training(
        try makeLearner(
          Dataset(examples), settings, examples.represented(), Observer(observer))))
  }
}

/// Goes on with other rows.
@c @implementation
public func perceptron_training_continue(
  _ training: OpaquePointer!, _ examples: UnsafePointer<perceptron_examples>!, _ epochs: Int,
  _ observer: UnsafePointer<perceptron_observer>!
) -> CInt {
  catching(-1) {
    let examples = try required(examples, "examples").pointee
    try Handle.object(training, as: Training.self).learner.goOn(
      with: Dataset(examples), representing: examples.represented(),
      epochs: checkedCount(epochs, "epochs"), Observer(observer))
    return 0
  }
}

/// The model that has been learned so far.
@c @implementation
public func perceptron_training_model(_ training: OpaquePointer!) -> OpaquePointer! {
  catching(nil) {
    Handle.make(try Model(Handle.object(training, as: Training.self).learner.model))
  }
}

/// The description of a training as JSON.
@c @implementation
public func perceptron_training_description(
  _ training: OpaquePointer!
) -> UnsafePointer<CChar>! {
  catching(nil) {
    let training = try Handle.object(training, as: Training.self)
    let text = CText(try training.learner.facts.jsonLine)
    training.description = text
    return UnsafePointer(text.pointer)
  }
}

/// The number of iterations so far.
@c @implementation
public func perceptron_training_iteration_count(_ training: OpaquePointer!) -> Int {
  catching(0) { try Handle.object(training, as: Training.self).learner.losses.count }
}

/// Copies the loss of each iteration.
@c @implementation
public func perceptron_training_losses(
  _ training: OpaquePointer!, _ losses: UnsafeMutablePointer<Double>!, _ capacity: Int
) {
  catching(()) {
    if capacity == 0 { return }
    let target = try required(losses, "losses")
    let losses = try Handle.object(training, as: Training.self).learner.losses
    // More than any array has are all of them.
    for (index, loss) in losses.prefix(capacity < 0 ? .max : capacity).enumerated() {
      target[index] = loss
    }
  }
}

/// All of a training as bytes.
@c @implementation
public func perceptron_training_encode(
  _ training: OpaquePointer!, _ size: UnsafeMutablePointer<Int>!
) -> UnsafeMutableRawPointer! {
  catching(nil) {
    try allocated(Handle.object(training, as: Training.self).learner.archive().bytes(), size)
  }
}

/// The training of such bytes.
@c @implementation
public func perceptron_training_decode(_ bytes: UnsafeRawPointer!, _ size: Int) -> OpaquePointer! {
  catching(nil) {
    let bytes = UnsafeRawBufferPointer(
      start: try required(bytes, "bytes"), count: try checkedCount(size, "size"))
    return Handle.make(
      Training(try makeLearner(TensorArchive(bytes, named: Learner<Float>.archiveName))))
  }
}

/// Frees a training.
@c @implementation
public func perceptron_training_free(_ training: OpaquePointer!) {
  Handle.free(training, as: Training.self)
}

/// A training that C holds.
final class Training {
  let learner: any AnyLearner
  /// The last one asked for.
  var description: CText?

  init(_ learner: any AnyLearner) { self.learner = learner }
}

extension perceptron_examples {
  /// The number of rows that these stand for.
  fileprivate func represented() throws -> Double {
    if represented_count == 0 { return Double(row_count) }
    if represented_count > 0 && represented_count.isFinite { return represented_count }
    throw ArgumentError(
      "represented_count is \(wholeOrPlain(represented_count)), expected a finite number, 0 or more"
    )
  }
}

/// Told of the progress of a training at most as often as C wants.
struct Observer {
  private let observer: perceptron_observer?
  private var last: ContinuousClock.Instant?
  private var evaluation: History.Epoch?
  /// Whether C has ended the training.
  private(set) var hasStopped = false

  init(_ observer: UnsafePointer<perceptron_observer>?) { self.observer = observer?.pointee }

  /// Whether there is anyone to tell.
  var isThere: Bool { observer?.progress != nil }

  /// Tells of an iteration if it is time; returns whether the training goes on.
  mutating func tell(_ progress: TrainingProgress) -> TrainingDirective {
    guard let observer, let call = observer.progress else { return .proceed }
    if let epoch = progress.epoch { evaluation = epoch }
    let now = ContinuousClock.now
    let isLast = progress.iteration + 1 == progress.iterations
    if let last, !isLast, last.duration(to: now) < .seconds(observer.interval) { return .proceed }
    last = now
    let metric = progress.metric
    let value = evaluation?.validationValue(of: metric) ?? evaluation?.batch[metric] ?? .nan
    let answer = metric.rawValue.withCString { name in
      var message = perceptron_progress(
        iteration: progress.iteration + 1, iteration_count: progress.iterations,
        loss: progress.loss, learning_rate: progress.learningRate, metric: name, value: value)
      return call(observer.context, &message)
    }
    if answer != 0 { hasStopped = true }
    return hasStopped ? .stop : .proceed
  }
}
