import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// The hyperparameters of the table as options of `perceptron tune`, each with a list or a range of
/// values.
struct RangeOptions: ParsableArguments, CustomReflectable {
  /// All texts given for each hyperparameter, in the order of the table.
  private var texts: [(hyperparameter: Hyperparameter, texts: [String])] = []
  /// The flags of train that were given in their negated form.
  private var negated: [Hyperparameter] = []

  static let tunable = Hyperparameter.all.filter { $0.use != .runs }
  private static let invertible = tunable.filter(\.isInvertible)

  init() {}

  init(from decoder: any Decoder) throws {
    let options = try decoder.container(keyedBy: OptionKey.self)
    texts = try Self.tunable.map {
      ($0, try options.decode(Option<[String]>.self, forKey: OptionKey($0)).wrappedValue)
    }
    negated = try Self.invertible.filter {
      try options.decode(Flag<Bool>.self, forKey: Self.negation($0)).wrappedValue
    }
  }

  private static func negation(_ hyperparameter: Hyperparameter) -> OptionKey {
    OptionKey(stringValue: "no-" + hyperparameter.name)
  }

  var customMirror: Mirror {
    // Options of train, which validate() refuses with advice.
    let negations = Self.invertible.map { hyperparameter -> (String?, Any) in
      let name = Self.negation(hyperparameter).stringValue
      return (name, Flag<Bool>(wrappedValue: false, name: .customLong(name), help: .hidden))
    }
    return Mirror(
      self, children: Self.tunable.map { ($0.name, Self.definition($0)) } + negations)
  }

  private static func definition(_ hyperparameter: Hyperparameter) -> Option<[String]> {
    let values: String =
      switch hyperparameter.kind {
      case .number: "numbers"
      case .integer: "integers"
      case .text: "values"
      case .flag: "true,false"
      }
    let scale = hyperparameter.isLogarithmic ? " (log scale)" : ""
    return Option(
      wrappedValue: [], name: .customLong(hyperparameter.name), parsing: .unconditionalSingleValue,
      help: .init(namingOptions(hyperparameter.summary) + scale, valueName: values)
    ) { text in
      if hyperparameter.kind == .flag && text.hasPrefix("-") {
        throw ValidationError("expected true, false or true,false after it in tune")
      }
      return text
    }
  }

  func validate() throws {
    if let first = negated.first {
      throw ValidationError(
        "--no-\(first.name) is not an option of tune; use --\(first.name) false")
    }
  }

  /// The text of each hyperparameter that was given, in the order of the table; throws
  /// `ValidationError` for an option that was given twice.
  var given: [(hyperparameter: Hyperparameter, text: String)] {
    get throws {
      try texts.compactMap { hyperparameter, texts in
        if texts.count > 1 {
          throw ValidationError(
            "--\(hyperparameter.name) is given twice, \(texts[0]) and \(texts[1]); "
              + "give all values in one list")
        }
        return texts.first.map { (hyperparameter, $0) }
      }
    }
  }
}

/// The options of the search method and of pruning.
struct SearchOptions: ParsableArguments {
  @Option(
    help:
      "Search method. (default: grid if every range has a number of points, else sobol)"
  )
  var method: Method?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Number of points to try, except by grid, which tries all; with --resume, the number that the study is extended to. (default: \(Self.trials))",
      valueName: "count")
  )
  var trials: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Seed of the search method. (default: \(Self.searchSeed))", valueName: "seed"))
  var searchSeed: UInt64?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Train each network this many times, with consecutive seeds from --seed, and rank by the mean; with --folds, on every fold each time. (default: 1)",
      valueName: "count"))
  var repeats: Int?
  @Flag(
    help:
      "Train the networks one at a time, bit for bit as train does, instead of side by side."
  )
  var independent = false
  @Option(
    help:
      "Stop unpromising trials early, by successive halving, hyperband, or the median of the other trials."
  )
  var prune: Rule = .none
  @Option(
    parsing: .unconditional,
    help: .init(
      "Iterations before a trial can be pruned. (default: \(Self.pruneMinimum))", valueName: "count"
    ))
  var pruneMinimum: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Reduction factor η of halving and hyperband: one trial in η continues, to η times the iterations. (default: \(Self.pruneFactor))",
      valueName: "factor"))
  var pruneFactor: Int?

  private static let trials = 32
  private static let searchSeed: UInt64 = 0
  private static let pruneMinimum = 100
  private static let pruneFactor = 3

  enum Method: String, ExpressibleByArgument, CaseIterable { case grid, random, sobol, halton }
  enum Rule: String, ExpressibleByArgument, CaseIterable { case none, halving, hyperband, median }

  func validate() throws {
    try require("--trials", trials, in: 1...100_000)
    try require("--repeats", repeats, in: 1...TrialSpace.mostRepeats)
    try require("--prune-minimum", pruneMinimum, in: 1...1_000_000_000)
    try require("--prune-factor", pruneFactor, in: 2...1000)
    if pruneMinimum != nil && prune == .none {
      throw ValidationError("--prune-minimum requires --prune halving, hyperband or median")
    }
    if pruneFactor != nil && prune != .halving && prune != .hyperband {
      throw ValidationError("--prune-factor requires --prune halving or hyperband")
    }
    if method == .grid, let (option, value) = ofDraws {
      throw ValidationError("\(option) is \(value), but --method grid tries all points")
    }
  }

  /// A given option that means nothing to a grid.
  private var ofDraws: (option: String, value: String)? {
    trials.map { ("--trials", "\($0)") } ?? searchSeed.map { ("--search-seed", "\($0)") }
  }

  /// Whether any option was given that a study which is resumed has already.
  var isGivenAnew: Bool {
    method != nil || searchSeed != nil || repeats != nil || independent || prune != .none
  }

  func searchMethod(of space: SearchSpace) -> SearchMethod {
    let isGrid = ofDraws == nil && space.parameters.allSatisfy { $0.domain.hasPoints }
    let (count, seed) = (trials ?? Self.trials, searchSeed ?? Self.searchSeed)
    return switch method ?? (isGrid ? .grid : .sobol) {
    case .grid: .grid
    case .random: .random(count: count, seed: seed)
    case .sobol: .sobol(count: count, seed: seed)
    case .halton: .halton(count: count, seed: seed)
    }
  }

  /// Throws `ValidationError` if all trials end before the first could be pruned.
  ///
  /// - Parameter rowCount: the training set's rows, held-out ones included.
  func check(_ experiments: [Experiment], rowCount: Int) throws {
    let lengths = experiments.map { $0.training.iterations(rowCount: rowCount - $0.validation) }
    guard prune != .none, let longest = lengths.max() else { return }
    let minimum = pruneMinimum ?? Self.pruneMinimum
    if minimum > longest {
      throw ValidationError(
        "--prune-minimum is \(minimum), but the longest trial has \(counted(longest, "iteration")), so "
          + "that none would be pruned")
    }
  }

  var pruning: Pruning {
    let (minimum, factor) = (pruneMinimum ?? Self.pruneMinimum, pruneFactor ?? Self.pruneFactor)
    return switch prune {
    case .none: .none
    case .halving: .successiveHalving(minimum: minimum, factor: factor)
    case .hyperband: .hyperband(minimum: minimum, factor: factor)
    case .median: .median(after: minimum, trials: 4)
    }
  }
}
