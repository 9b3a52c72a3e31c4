import ArgumentParser
import Foundation
import Perceptron

/// `perceptron train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a two-layer network and save it with its history.",
    discussion: """
      The loss is softmax cross-entropy plus λ(ΣW1² + ΣW2²), with no factor ½. Settings that are \
      not given are ones that do well on the data: see the README. Ctrl-C finishes the current \
      iteration, saves what there is, and exits with status 130.
      """)

  @OptionGroup var source: DataOptions

  @Option(help: "Width of the hidden layer.") var hidden: Int?
  @Option(help: "Step along the negative gradient, at first.") var learningRate: Double?
  @Option(help: "What the learning rate is multiplied by once per epoch. (default: 0.95)")
  var decay: Double?
  @Option(help: "λ, the factor of the penalty on squared weights.") var regularization: Double?
  @Option(help: "How many steps to make.") var iterations: Int?
  @Option(help: "Rows per step. (default: 200)") var batch: Int?
  @Option(help: "Standard deviation of the fresh weights.") var scale: Double?
  @Option(help: "What weights and batches are drawn from.") var seed: UInt64 = 0
  @Option(help: "How many of the last rows to hold out for validation; 0 for none.")
  var validation: Int?
  @Option(help: "Scalar type of the network.") var precision: Precision = .float
  @Option(help: "fast, or numpy for the stream of NumPy's RandomState(seed): weights, then batches.")
  var random: RandomKind = .fast
  @Option(help: "Draw batches with replacement, or a permutation per epoch.")
  var sampling: Sampling = .replacement
  @Option(help: "What each feature is divided by, such as 255 to turn bytes into 0…1.")
  var pixelScale: Double?
  @Flag(inversion: .prefixedNo, help: "Subtract the mean of the training rows.")
  var subtractMean: Bool?
  @Option(name: [.short, .long], help: "Folder for the run. (default: the next free runs/NAME-N)")
  var output: String?
  @Flag(help: "Replace an earlier run in the folder.") var overwrite = false
  @Flag(help: "Show no progress.") var quiet = false
  @Flag(help: "Print the run's record as JSON.") var json = false

  enum Precision: String, ExpressibleByArgument, CaseIterable {
    case float, double
  }

  enum RandomKind: String, ExpressibleByArgument, CaseIterable {
    case fast, numpy
  }

  func validate() throws {
    if let hidden, hidden < 1 { throw ValidationError("--hidden is \(hidden), expected at least 1") }
    if let validation, validation < 0 {
      throw ValidationError("--validation is \(validation), expected 0 or more")
    }
    if let scale, !(scale.isFinite && scale >= 0) {
      throw ValidationError("--scale is \(scale), expected 0 or a number above 0")
    }
    if let pixelScale, !(pixelScale.isFinite && pixelScale > 0) {
      throw ValidationError("--pixel-scale is \(pixelScale), expected a number above 0")
    }
    if random == .numpy && seed > UInt32.max {
      throw ValidationError("--seed is \(seed), expected at most 2³² − 1 with --random numpy")
    }
  }

  func run() throws {
    Interruption.install()
    let data = try source.load()
    let settings = try settings(for: data)
    let directory = RunDirectory(path: output ?? RunDirectory.nextFree(named: data.name))
    do {
      try directory.create(overwrite: overwrite)
    } catch let error as FileError where !overwrite && directory.holdsModel {
      throw FileError(error.path, error.message + "; choose another --output, or --overwrite it")
    }
    let session = TrainingSession(
      data: data, settings: settings, seed: seed, directory: directory, isQuiet: quiet)
    let record =
      switch precision {
      case .float: try session.run(Float.self)
      case .double: try session.run(Double.self)
      }
    print(json ? try record.json : session.summary(of: record))
    if record.results.status == .interrupted { throw ExitCode(Interruption.status) }
  }

  /// The settings given, completed by those that do well on `data`.
  private func settings(for data: LoadedData) throws -> RunRecord.Settings {
    let defaults = TrainingDefaults(for: data)
    let training = SGDSettings(
      learningRate: learningRate ?? defaults.learningRate,
      learningRateDecay: decay ?? defaults.decay,
      regularization: regularization ?? defaults.regularization,
      iterations: iterations ?? defaults.iterations, batchSize: batch ?? defaults.batch,
      sampling: sampling)
    let validation = validation ?? defaults.validation
    if validation >= data.training.count {
      throw ValidationError(
        "--validation is \(validation), but \(data.name) has only \(data.training.count) training rows")
    }
    do {
      try training.check(rowCount: data.training.count - validation)
    } catch {
      throw ValidationError("\(error)")
    }
    return RunRecord.Settings(
      data: data.name, hidden: hidden ?? defaults.hidden, training: training,
      scale: scale ?? defaults.scale, validation: validation, precision: precision.rawValue,
      random: random.rawValue, pixelScale: pixelScale ?? data.divisor,
      subtractMean: subtractMean ?? data.isBytes)
  }
}

extension Sampling: ExpressibleByArgument {}
