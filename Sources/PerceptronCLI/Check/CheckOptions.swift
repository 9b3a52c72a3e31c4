import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// The options of commands that check a network on a few rows of a data set.
struct CheckOptions<Default: DefaultData>: ParsableArguments {
  @OptionGroup(title: "Data") var source: DataOptions<Default>
  @OptionGroup(title: "Data") var preparation: PreparationOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @Option(
    parsing: .unconditional,
    help: .init("Number of training rows to check on.", valueName: "count"))
  var rows = 20
  @Option(parsing: .unconditional, help: "Random seed.") var seed: UInt64 = 0
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    try require("--rows", rows, in: 1...Hyperparameter.largest)
    var chosen = try hyperparameters
    // What single precision cannot hold is refused for runs only.
    chosen.precision = .double
    try namingOptions {
      try chosen.check()
      try chosen.checkBatch(rows, named: "rows")
    }
  }

  var hyperparameters: Hyperparameters {
    get throws {
      try namingOptions { try Hyperparameters(choosing: network.given + preparation.given) }
    }
  }

  /// Completes the options by `defaults`, and throws a `ValidationError` for a network that does not suit
  /// the data or does not fit in memory.
  ///
  /// - Parameters:
  ///   - scalarSize: bytes of a number of the network.
  ///   - isPlain: whether features are preprocessed as for the classic network.
  func setup(
    for data: LoadedData, defaults: ExperimentDefaults, scalarSize: Int, isPlain: Bool
  ) throws -> CheckSetup {
    let chosen = try hyperparameters
    let settings = chosen.network(
      for: data.training.schema, defaults: defaults,
      isPlain: chosen.isPlainNetwork && data.training.schema.kind == .classes)
    try namingOptions { try settings.check(for: data.training) }
    try MemoryDemand(
      inputSize: data.training.features.largestPreparedCount, layers: settings.layers,
      batchSize: rows, scalarSize: scalarSize
    ).check(sizes: chosen.sizes(of: settings), batchOption: "--rows")
    let preparation = chosen.preparation(for: data, isPlain: isPlain)
    let preprocessing = try naming(data.name) {
      try Preprocessing.fitted(
        to: data.training, divisor: preparation.divisor, subtractMean: preparation.subtractMean,
        columns: preparation.columns ?? ColumnPreparation(), projection: chosen.projection)
    }
    return CheckSetup(
      network: settings,
      inputSize: preprocessing.outputCount(of: data.training.featureCount),
      preprocessing: preprocessing)
  }
}

/// A valid network and the preprocessing of its data.
struct CheckSetup {
  let network: NetworkSettings
  let inputSize: Int
  let preprocessing: Preprocessing

  /// A network with random weights.
  func freshNetwork<Scalar: BLASScalar>(using random: inout SeededRandom) -> Network<Scalar> {
    Network(
      inputSize: inputSize, network.layers, loss: network.loss,
      initializer: network.initializer, using: &random)
  }
}
