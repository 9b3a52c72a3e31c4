import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct GradcheckCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "gradcheck",
    abstract: "Compare a network's gradients with centered differences of its loss.",
    discussion: """
      Without a run, checks a new network in double precision on the first rows of a data set, by \
      default one hidden layer of \(Self.hidden) units. Its biases are drawn from the same normal \
      distribution as its weights. Dropout masks are fixed, and normalization uses the statistics of \
      the rows. Features are preprocessed as by `perceptron train`.

      With the folder of a run, checks the trained network with its loss, penalty and weights of rows and \
      classes, in double precision, on a sample of each parameter's entries. The rows are those with the greatest loss \
      among the first \(RunGradientCheck.candidateCount) training rows, because the gradients of \
      confidently classified rows are too small to measure. The result is also written to \
      gradcheck.json in the folder, for `perceptron report`.

      Entries at a ReLU's kink and entries whose gradient is too small to measure are counted \
      separately; a parameter with a majority of such entries is undecided. Exit status 0 if every \
      relative error is below 1e-7, else 1; it is also 1 if too few entries could be compared.
      """)

  static let examples = [
    CommandExample("Check a small network on the digits.", "perceptron gradcheck"),
    CommandExample(
      "Check a deeper network with layer normalization.",
      "perceptron gradcheck --layers 30,20 --layer-norm --activation tanh"),
    CommandExample("Check the trained network of a run.", "perceptron gradcheck runs/digits-1"),
  ]

  @Argument(help: "Folder of a run whose network is checked. (default: a new network)")
  var folder: String?
  @Option(
    parsing: .unconditional,
    help: .init("L2 penalty factor. (default: \(Self.regularization))", valueName: "factor"))
  var regularization: Double?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Number of entries of each parameter to check. (default: all; \(RunGradientCheck.sampleSize) for a run)",
      valueName: "count"))
  var sample: Int?
  @Option(
    help: .init(
      "IDX file with a weight for each training row: a path, or a name within the data's folder. (default: 1 each)",
      valueName: "file"))
  var weights: String?
  @OptionGroup var options: CheckOptions<RunDataByDefault>

  func validate() throws {
    try require("--sample", sample, in: 1...Int.max)
    try require("--regularization", notNegative: regularization)
    let contradictions =
      (options.network.given + options.preparation.given).map { "--" + $0.hyperparameter.name }
      + (regularization == nil ? [] : ["--regularization"])
      + (weights == nil ? [] : ["--weights"])
      + (options.source.task == nil ? [] : ["--task"])
    if let folder, !contradictions.isEmpty {
      throw ValidationError(
        "\(contradictions.joined(separator: ", ")) cannot be used with a run, since "
          + "\(folder) has its own network, penalty, targets and preprocessing")
    }
  }

  /// The JSON output: the report with its verdict.
  private struct Result: Encodable {
    let passed: Bool
    let outcome: GradientCheckReport.Outcome
    let report: GradientCheckReport
  }

  func run() throws {
    let report: GradientCheckReport
    var lock: RunLock?
    if let folder {
      let check = try RunGradientCheck(folder: folder)
      report = try check.report(
        options.source, rows: options.rows, sample: sample, seed: options.seed)
      lock = check.lock
    } else {
      report = try checkFreshNetwork()
    }
    defer { withExtendedLifetime(lock) {} }
    let result = Result(passed: report.passed, outcome: report.outcome, report: report)
    // The result is printed even if the file cannot be written, and the other way around.
    let shown = Swift.Result {
      try Console.output(options.json ? result.json : report.text(columns: Console.tableColumns))
    }
    if let folder {
      try AtomicFile.write(
        Array((result.json + "\n").utf8), to: RunDirectory(path: folder).gradientCheckPath)
    }
    try shown.get()
    if !report.passed { throw ExitCode.failure }
  }

  private func checkFreshNetwork() throws -> GradientCheckReport {
    let (data, rows) = (try options.source.load(weights: weights), options.rows)
    if rows > data.training.count {
      throw ValidationError(
        "--rows is \(rows), but \(data.name) has only \(data.training.count) training rows")
    }
    var defaults = ExperimentDefaults.suiting(data)
    (defaults.hidden, defaults.scale) = (Self.hidden, Self.scale)
    let setup = try options.setup(for: data, defaults: defaults, scalarSize: 8, isPlain: true)
    let batch = data.training[rows: 0..<rows]
    let prepared = batch.prepared(with: setup.preprocessing, as: Double.self)
    let objective = NetworkObjective(
      try freshNetwork(setup), on: prepared.block(0..<rows), prepared.targets(0..<rows),
      penalty: .l2(regularization ?? Self.regularization), pass: .training(seed: options.seed))
    return GradientCheck(sampleSize: sample, seed: options.seed).run(objective)
  }

  /// The default width of the hidden layer and standard deviation of weights and biases.
  private static var hidden: Int { 20 }
  private static var scale: Double { 0.1 }
  private static var regularization: Double { 0.05 }

  /// A new network with random biases; without them a row of zeros puts every ReLU at its kink.
  private func freshNetwork(_ setup: CheckSetup) throws -> Network<Double> {
    var random = SeededRandom(seed: options.seed, purpose: "weights")
    var fresh: Network<Double> = setup.freshNetwork(using: &random)
    let scale = try options.hyperparameters.scale ?? Self.scale
    fresh.updateParameters { place, parameter in
      if place.name.hasPrefix("b") && parameter.rank == 1 && !place.name.hasPrefix("beta") {
        parameter = .normal(parameter.shape, standardDeviation: scale, using: &random)
      }
    }
    return fresh
  }
}

/// Checks the gradients of a run's trained network.
struct RunGradientCheck {
  /// The default number of entries of each parameter that are checked.
  static var sampleSize: Int { 200 }
  /// The number of training rows that the batch is chosen from, unless the batch is larger.
  static var candidateCount: Int { 1000 }

  /// Keeps other runs out of the folder, so that the result belongs to the model in it.
  let lock: RunLock
  private let folder: String
  private let record: RunRecord
  private let model: TrainedModel<Double>

  /// Reads the run in a folder.
  ///
  /// - Throws: `FileError` if there is no run, the run has no model, or it is in progress.
  init(folder: String) throws {
    self.folder = folder
    try requireFolder(folder, of: "a run")
    let directory = RunDirectory(path: folder)
    lock = try directory.lock()
    if Study.exists(at: folder) {
      throw FileError(folder, "expected the folder of a run, found that of a study")
    }
    switch try ModelFile.read(folder).model {
    case .float(let model):
      self.model = TrainedModel(
        network: Network(model.network), preprocessing: model.preprocessing,
        schema: model.schema)
    case .double(let model): self.model = model
    }
    record = try directory.record()
    if record.settings.ensemble != nil {
      throw FileError(
        folder,
        "expected the run of a single network, found an ensemble; check a run without --ensemble")
    }
  }

  /// Checks the network on training rows; `source` says where data is that was moved.
  func report(
    _ source: DataOptions<RunDataByDefault>, rows: Int, sample: Int?, seed: UInt64
  ) throws -> GradientCheckReport {
    let found = try RunData(of: record, given: source.givenData, format: source.format)
    let data = found.loaded
    try ModelFile.requireFit(model, to: data.training, path: folder, of: data.name)
    try found.requireSame()
    let settings = record.settings
    let trained = try naming(data.name) {
      try settings.weighted(settings.parts(of: data.training).training)
    }
    if rows > trained.count {
      throw ValidationError(
        "--rows is \(rows), but the run in \(folder) has only \(trained.count) training rows")
    }
    let candidates = min(max(rows, Self.candidateCount), trained.count)
    try MemoryDemand(
      inputSize: model.network.inputSize, layers: settings.network.layers, batchSize: candidates,
      scalarSize: 8
    ).check(sizes: "the network of \(folder)", batchOption: "--rows")
    let objective = hardest(
      rows, of: trained[rows: 0..<candidates], penalty: settings.training.penalty,
      pass: .training(seed: seed))
    return GradientCheck(sampleSize: sample ?? Self.sampleSize, seed: seed).run(objective)
  }

  /// The objective on the `count` rows with the greatest losses, in data order. The gradients of
  /// confidently classified rows are too small for differences to measure, so that a check of a well
  /// trained network on arbitrary rows would be undecided.
  private func hardest(
    _ count: Int, of candidates: Dataset, penalty: Penalty, pass: Pass
  ) -> NetworkObjective {
    func objective(on rows: Dataset, penalty: Penalty, pass: Pass) -> NetworkObjective {
      let all = 0..<rows.count
      let prepared = rows.prepared(with: model.preprocessing, as: Double.self)
      return NetworkObjective(
        model.network, on: prepared.block(all), prepared.targets(all), penalty: penalty, pass: pass)
    }
    let losses = objective(on: candidates, penalty: .none, pass: .inference).probe().rowLosses
    let order = (0..<candidates.count).sorted { a, b in
      // Equal losses are ordered by row, so that the choice is deterministic.
      (losses[position: b], a) < (losses[position: a], b)
    }
    return objective(
      on: candidates.subset(rows: order.prefix(count).sorted()), penalty: penalty, pass: pass)
  }
}
