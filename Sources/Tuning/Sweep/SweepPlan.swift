import PerceptronDatasets
import PerceptronNeuralNetwork
import PerceptronTraining

/// Which trials are trained together.
struct SweepPlan {
  /// A network that is trained once, for one or several trials.
  struct Member {
    /// The trials, by their iterations: each is a prefix of the next.
    var trials: [RunPrefix]
    /// The settings of the longest.
    var settings: Experiment
    /// How many numbers a row of its input has.
    let inputSize: Int

    /// How many iterations are made.
    var iterations: Int { trials.last?.iterations ?? 0 }
    /// How many operations an iteration takes.
    var operations: Double { cost.operations }
    /// About how much memory it takes beside others.
    fileprivate var bytes: Double { cost.parameterBytes + cost.activationBytes }
    private var cost: TrainingCost {
      TrainingCost(
        inputSize: inputSize, layers: settings.network.layers,
        scalarSize: settings.precision == .float ? 4 : 8, settings.training)
    }
  }

  /// What is trained at a time.
  enum Unit {
    /// Networks side by side.
    case group([Member])
    /// Networks that are trained each on its own.
    case alone([Member])
  }

  private(set) var units: [Unit] = []
  private let method: NetworkSearch.Method

  /// The plan for some trials.
  ///
  /// - Parameters:
  ///   - trials: those to be trained, by their numbers.
  ///   - settings: those of all trials.
  ///   - memory: how many bytes are side by side at most.
  init(
    of trials: [Int], _ settings: [Experiment], method: NetworkSearch.Method,
    memory: Int, data: Dataset
  ) {
    self.method = method
    let members = Self.members(trials, settings, merges: method == .sideBySide, data)
    var groups: [(key: SharedSearchSettings, members: [Member], bytes: Double)] = []
    var alone: [Member] = []
    for member in members {
      // NumPy's stream draws batches after the network's own weights.
      guard method == .sideBySide, member.settings.random == .fast else {
        alone.append(member)
        continue
      }
      let key = SharedSearchSettings(member.settings)
      let bytes = member.bytes
      if let index = groups.lastIndex(where: { $0.key == key && $0.bytes + bytes <= Double(memory) }
      ) {
        groups[index].members.append(member)
        groups[index].bytes += bytes
      } else {
        groups.append((key, [member], bytes))
      }
    }
    units = groups.map { .group($0.members) }
    // Alone, they need the same preparation of the data.
    for member in alone {
      if case .alone(let others)? = units.last, let first = others.first,
        first.settings.hasSamePreparation(as: member.settings)
      {
        units[units.count - 1] = .alone(others + [member])
      } else {
        units.append(.alone([member]))
      }
    }
  }

  /// A network for each trial, or for all that differ in their iterations only.
  private static func members(
    _ trials: [Int], _ settings: [Experiment], merges: Bool, _ data: Dataset
  ) -> [Member] {
    var members: [Member] = []
    var positions: [Experiment: Int] = [:]
    for trial in trials {
      let own = settings[trial]
      let iterations = own.training.iterations(rowCount: data.count - own.validation)
      let prefix = RunPrefix(trial: trial, iterations: iterations)
      let key = own.withoutLength
      if merges, own.canBeAPrefix, let position = positions[key] {
        members[position].trials.append(prefix)
        if iterations
          > members[position].settings.training.iterations(
            rowCount: data.count - own.validation)
        {
          members[position].settings = own
        }
      } else {
        positions[key] = members.count
        members.append(
          Member(trials: [prefix], settings: own, inputSize: data.featureCount))
      }
    }
    for index in members.indices {
      members[index].trials.sort { ($0.iterations, $0.trial) < ($1.iterations, $1.trial) }
    }
    return members
  }

  /// The trials that stand for all of a network's in what the study compares on the way: of each network
  /// the longest one, whether its trials wait or have ended.
  static func representatives(
    of settings: [Experiment], method: NetworkSearch.Method, data: Dataset
  ) -> Set<Int> {
    let all = members(
      Array(settings.indices), settings, merges: method == .sideBySide, data)
    return Set(all.compactMap { $0.trials.last?.trial })
  }

  /// How many operations all of it takes.
  var operations: Double {
    units.reduce(0) {
      $0 + $1.members.reduce(0) { $0 + $1.operations * Double($1.iterations) }
    }
  }

  /// The units of each scalar type.
  var byPrecision: [(precision: Experiment.Precision, units: [Unit])] {
    Experiment.Precision.allCases.compactMap { precision in
      let own = units.filter { $0.members.first?.settings.precision == precision }
      return own.isEmpty ? nil : (precision, own)
    }
  }
}

/// A trial and how many iterations it has.
struct RunPrefix: Codable, Equatable {
  let trial: Int
  let iterations: Int
}

extension SweepPlan.Unit {
  var members: [SweepPlan.Member] {
    switch self {
    case .group(let members), .alone(let members): members
    }
  }
}

// MARK: - What may be shared

extension Experiment {
  /// The settings without how long the run is.
  fileprivate var withoutLength: Experiment {
    var copy = self
    copy.training.length = .iterations(0)
    return copy
  }

  /// Whether a shorter run is the beginning of a longer one: nothing looks at the length.
  fileprivate var canBeAPrefix: Bool {
    switch training.schedule {
    case .cosine, .custom: false
    default: training.earlyStopping == nil
    }
  }

  /// Whether the data is prepared in the same way.
  fileprivate func hasSamePreparation(as other: Experiment) -> Bool {
    precision == other.precision && validation == other.validation && split == other.split
      && pixelScale == other.pixelScale && subtractMean == other.subtractMean
  }
}

/// What the settings of networks side by side have in common: all of them but the network and, of its
/// training, what may differ.
private struct SharedSearchSettings: Equatable {
  private let settings: Experiment
  private let training: SharedSettings
  /// What the batches are drawn from.
  private let seed: UInt64

  init(_ settings: Experiment) {
    var shared = settings
    shared.network = .init(layers: [], initializer: .heNormal)
    shared.training = TrainerSettings()
    self.settings = shared
    training = settings.training.shared
    seed = settings.training.seed
  }
}
