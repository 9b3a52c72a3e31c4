import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The progress of a training run after an iteration.
public struct TrainingProgress: Sendable {
  /// The network's position among the trainer's; 0 where there is one.
  public let member: Int
  /// The iteration that has just been made, counted from 0.
  public let iteration: Int
  /// The run's number of iterations.
  public let iterations: Int
  /// The loss of the iteration's batch, before its update.
  public let loss: Double
  /// The learning rate of its update.
  public let learningRate: Double
  /// The metric that the run goes by.
  public let metric: Metric
  /// The evaluation after it, if there was one.
  public let epoch: History.Epoch?
}

/// How a training run goes on.
public enum TrainingDirective: Sendable, Equatable {
  /// Make the next iteration.
  case proceed
  /// End the run now; the network keeps what it has learned.
  case stop
  /// Make the next iterations with this learning rate, a finite number of 0 or more. It stands in place
  /// of the schedule's until a callback sets another one; the schedule goes on unseen.
  case setLearningRate(Double)
  /// Make the next iterations with the schedule's learning rate again.
  case followSchedule
}

/// A network of a ``Trainer`` after an iteration, with its batch. Valid while the callback runs; network
/// and batch are copied on access and cost nothing otherwise.
public struct TrainingMoment<Scalar: BLASScalar> {
  /// The run's progress.
  public let progress: TrainingProgress
  let engine: TrainingEngine<Scalar>
  /// The network's position among those in the engine.
  let place: Int

  /// The network's position among the trainer's; 0 where there is one.
  public var member: Int { progress.member }
  /// The network after the update.
  public var network: Network<Scalar> { engine.network(at: place) }
  /// The batch of the iteration: features [rows, inputs], and their targets, with the rows' weights.
  public var batch: (features: Tensor<Scalar>, targets: Targets<Scalar>) {
    (engine.features, engine.batchTargets)
  }
}

/// The end of a call of ``Trainer/run(on:validation:callbacks:)`` for one network.
public struct TrainingEnd<Scalar: BLASScalar> {
  /// The network's position among the trainer's; 0 where there is one.
  public let member: Int
  /// The network as the last update left it; nil where the run diverged.
  public let network: Network<Scalar>?
  /// The number of iterations since the beginning of the run.
  public let iterations: Int
}

/// An action after each iteration of a run.
public struct TrainingCallback<Scalar: BLASScalar> {
  let body: (TrainingMoment<Scalar>) throws -> TrainingDirective
  var end: (TrainingEnd<Scalar>) throws -> Void = { _ in }

  /// Calls `body` after each iteration. The network's run ends where it returns `stop`, and throws what
  /// it throws.
  ///
  ///     // Halves the learning rate after each evaluation.
  ///     .perform {
  ///       $0.progress.epoch == nil ? .proceed : .setLearningRate($0.progress.learningRate / 2)
  ///     }
  ///
  /// A learning rate that it sets is that network's alone, and part of a checkpoint: a resumed run goes on
  /// with it. Where several callbacks set one, the last of them counts.
  ///
  /// - Parameter end: called once the run is over, whatever ended it: its length, early stopping, a
  ///   callback, a cancellation or an error. The run throws what it throws, unless it has failed before.
  public static func perform(
    _ body: @escaping (TrainingMoment<Scalar>) throws -> TrainingDirective,
    atEnd end: @escaping (TrainingEnd<Scalar>) throws -> Void = { _ in }
  ) -> TrainingCallback {
    TrainingCallback(body: body, end: end)
  }

  /// Calls `body` with the numbers of each iteration of each network.
  public static func progress(_ body: @escaping (TrainingProgress) -> Void) -> TrainingCallback {
    TrainingCallback {
      body($0.progress)
      return .proceed
    }
  }

  /// Ends the run after an iteration whose loss is above `limit`. A loss that is NaN or infinite
  /// ends every run with an error.
  public static func stop(whenLossIsAbove limit: Double) -> TrainingCallback {
    TrainingCallback { $0.progress.loss > limit ? .stop : .proceed }
  }

  /// Writes a line for each iteration of the first network to a CSV file during the run: iteration, loss,
  /// learning_rate, batch_accuracy, validation_accuracy; the accuracies are empty without an evaluation, and
  /// another metric that the run goes by stands in their place under its name.
  ///
  /// - Parameter path: the file; one that is there is replaced, or continued where its last line is
  ///   that of the iteration before the first one that is logged.
  /// - Throws: `FileError` from the run, where it cannot be written.
  public static func csvLog(to path: String) -> TrainingCallback {
    let log = CSVLog(path: path)
    return TrainingCallback {
      if $0.member == 0 { try log.write($0.progress) }
      return .proceed
    }
  }
}

private final class CSVLog {
  private let path: String
  private var file: FileHandle?

  init(path: String) { self.path = path }

  func write(_ progress: TrainingProgress) throws {
    do {
      let file = try file ?? open(before: progress)
      self.file = file
      let metric = progress.metric
      let train = progress.epoch?.batch[metric].map(plain) ?? ""
      let validation = progress.epoch?.validationValue(of: metric).map(plain) ?? ""
      let line =
        "\(progress.iteration),\(progress.loss),\(progress.learningRate),\(train),\(validation)\n"
      try file.write(contentsOf: Data(line.utf8))
    } catch {
      throw FileError(path, "the log cannot be written: \(error.localizedDescription)")
    }
  }

  /// Opens the file at its end where it leads to the iteration, and makes it anew elsewhere.
  private func open(before progress: TrainingProgress) throws -> FileHandle {
    let iteration = progress.iteration
    let url = URL(fileURLWithPath: path)
    let lines = (try? String(contentsOf: url, encoding: .utf8))?.split(separator: "\n") ?? []
    let last = iteration == 0 ? nil : lines.firstIndex { $0.hasPrefix("\(iteration - 1),") }
    let name = progress.metric.rawValue.replacing("-", with: "_")
    let header = "iteration,loss,learning_rate,batch_\(name),validation_\(name)\n"
    let text = last.map { lines[...$0].joined(separator: "\n") + "\n" } ?? header
    try Data(text.utf8).write(to: url)
    let file = try FileHandle(forWritingTo: url)
    try file.seekToEnd()
    return file
  }
}
