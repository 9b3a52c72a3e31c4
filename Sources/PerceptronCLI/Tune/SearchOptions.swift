import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// The options that say which points of a space are tried, and when one is given up.
struct SearchOptions: ParsableArguments {
  @Option(
    help:
      "Which points are tried. (default: grid where every range says how many points it has, else sobol)"
  )
  var method: Method?
  @Option(
    parsing: .unconditional,
    help: .init("How many points, but for a grid, which has all. (default: 32)", valueName: "count")
  )
  var trials: Int?
  @Option(
    parsing: .unconditional,
    help: .init("What points are drawn from. (default: 0)", valueName: "seed"))
  var searchSeed: UInt64?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Train each network this many times, with seeds from --seed on, and compare by the mean. (default: 1)",
      valueName: "count"))
  var repeats: Int?
  @Flag(
    help:
      "Train one network after the other, to the last bit as train does, in place of many side by side."
  )
  var independent = false
  @Option(
    help:
      "Give up networks that do badly: by successive halving, hyperband, or the median of the others."
  )
  var prune: Rule = .none
  @Option(
    parsing: .unconditional,
    help: .init(
      "Iterations before the first network is given up. (default: 100)", valueName: "count"))
  var pruneMinimum: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "With halving and hyperband, one in so many goes on, to so many times the iterations. (default: 3)",
      valueName: "factor"))
  var pruneFactor: Int?

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case grid, random, sobol, halton
  }

  enum Rule: String, ExpressibleByArgument, CaseIterable {
    case none, halving, hyperband, median
  }

  func validate() throws {
    try require("--trials", trials, in: 1...100_000)
    try require("--repeats", repeats, in: 1...TrialSpace.mostRepeats)
    try require("--prune-minimum", pruneMinimum, in: 1...1_000_000_000)
    try require("--prune-factor", pruneFactor, in: 2...1000)
    if pruneMinimum != nil && prune == .none {
      throw ValidationError("--prune-minimum goes with --prune halving, hyperband or median")
    }
    if pruneFactor != nil && prune != .halving && prune != .hyperband {
      throw ValidationError("--prune-factor goes with --prune halving or hyperband")
    }
    if method == .grid, let (option, value) = ofDraws {
      throw ValidationError("\(option) is \(value), but --method grid tries all points")
    }
  }

  /// An option that means nothing to a grid, if one was given.
  private var ofDraws: (option: String, value: String)? {
    trials.map { ("--trials", "\($0)") } ?? searchSeed.map { ("--search-seed", "\($0)") }
  }

  /// Whether any of them was given.
  var isGiven: Bool {
    method != nil || ofDraws != nil || repeats != nil || independent || prune != .none
  }

  /// Which points of `space` are tried.
  func searchMethod(of space: SearchSpace) -> SearchMethod {
    let isGrid = ofDraws == nil && space.parameters.allSatisfy { $0.domain.hasPoints }
    let (count, seed) = (trials ?? 32, searchSeed ?? 0)
    return switch method ?? (isGrid ? .grid : .sobol) {
    case .grid: .grid
    case .random: .random(count: count, seed: seed)
    case .sobol: .sobol(count: count, seed: seed)
    case .halton: .halton(count: count, seed: seed)
    }
  }

  /// Throws where all trials end before the first could be given up.
  ///
  /// - Parameter rowCount: the training set's rows, held-out ones included.
  func check(_ settings: [Experiment], rowCount: Int) throws {
    let lengths = settings.map { $0.training.iterations(rowCount: rowCount - $0.validation) }
    guard prune != .none, let longest = lengths.max() else { return }
    let minimum = pruneMinimum ?? Self.pruneMinimum
    if minimum > longest {
      throw ValidationError(
        "--prune-minimum is \(minimum), but the longest trial has \(counted(longest, "iteration")), so "
          + "that none would be given up")
    }
  }

  private static let pruneMinimum = 100

  /// When trials are given up.
  var pruning: Pruning {
    let (minimum, factor) = (pruneMinimum ?? Self.pruneMinimum, pruneFactor ?? 3)
    return switch prune {
    case .none: .none
    case .halving: .successiveHalving(minimum: minimum, factor: factor)
    case .hyperband: .hyperband(minimum: minimum, factor: factor)
    case .median: .median(after: minimum, trials: 4)
    }
  }
}
