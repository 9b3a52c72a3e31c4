import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining

/// The work of a search: which trials are trained together, and what that costs.
struct SearchWork {
  /// A network that is trained once for one or several trials.
  struct Member {
    /// The trials in the order of their iterations: each is a prefix of the next.
    var trials: [RunPrefix]
    var settings: Experiment
    let inputSize: Int

    var iterations: Int { trials.last?.iterations ?? 0 }

    /// Whether it may be trained beside others.
    func sharesBatches(_ method: NetworkSearch.Method) -> Bool {
      // NumPy's stream draws the batches after the network's own weights, so none are shared.
      method == .sideBySide && settings.random == .fast
    }

    var operations: Double { cost.operations }
    /// The approximate memory of training it beside others.
    fileprivate var bytes: Double { cost.parameterBytes + cost.activationBytes }
    private var cost: TrainingCost {
      TrainingCost(
        inputSize: inputSize, layers: settings.network.layers,
        scalarSize: settings.precision == .float ? 4 : 8, settings.training)
    }
  }

  /// A unit that is trained at a time.
  enum Unit {
    /// Networks trained side by side.
    case group([Member])
    /// Networks trained each on its own.
    case alone([Member])
  }

  private(set) var units: [Unit] = []

  /// Divides trials into units.
  ///
  /// - Parameters:
  ///   - trials: the numbers of the trials to train.
  ///   - settings: the settings of all trials of the study.
  ///   - memory: the maximum number of bytes side by side.
  init(
    of trials: [Int], _ settings: [Experiment], method: NetworkSearch.Method,
    memory: Int, data: Dataset
  ) {
    let members = Self.members(trials, settings, merges: method == .sideBySide, data)
    var groups: [(key: Experiment.Shared, members: [Member], bytes: Double)] = []
    var alone: [Member] = []
    for member in members {
      guard member.sharesBatches(method) else {
        alone.append(member)
        continue
      }
      let key = member.settings.shared
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
    // Networks on their own share a unit if they share the prepared data.
    for member in alone {
      if case .alone(let others)? = units.last, let first = others.first,
        first.settings.preparation == member.settings.preparation
      {
        units[units.count - 1] = .alone(others + [member])
      } else {
        units.append(.alone([member]))
      }
    }
  }

  /// A network for each trial, or with `merges` for all that differ in their iterations only.
  static func members(
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
        let longest = members[position].settings.training
        if iterations > longest.iterations(rowCount: data.count - own.validation) {
          members[position].settings = own
        }
      } else {
        positions[key] = members.count
        members.append(
          Member(
            trials: [prefix], settings: own, inputSize: own.largestInputCount(of: data.features)))
      }
    }
    for index in members.indices {
      members[index].trials = members[index].trials.stablySorted {
        ($0.iterations, $0.trial) < ($1.iterations, $1.trial)
      }
    }
    return members
  }

  /// The trials that pruning compares: the longest of each network, whether it waits or has ended.
  static func representatives(
    of settings: [Experiment], method: NetworkSearch.Method, data: Dataset
  ) -> Set<Int> {
    let all = members(Array(settings.indices), settings, merges: method == .sideBySide, data)
    return Set(all.compactMap { $0.trials.last?.trial })
  }

  var operations: Double {
    units.reduce(0) {
      $0 + $1.members.reduce(0) { $0 + $1.operations * Double($1.iterations) }
    }
  }

  var byPrecision: [(precision: Experiment.Precision, units: [Unit])] {
    Experiment.Precision.allCases.compactMap { precision in
      let own = units.filter { $0.members.first?.settings.precision == precision }
      return own.isEmpty ? nil : (precision, own)
    }
  }
}

struct RunPrefix: Codable, Equatable {
  let trial: Int
  let iterations: Int
}

extension SearchWork.Unit {
  var members: [SearchWork.Member] {
    switch self {
    case .group(let members), .alone(let members): members
    }
  }
}

// MARK: - Sharing

extension Experiment {
  fileprivate var withoutLength: Experiment {
    var copy = self
    copy.training.length = .iterations(0)
    return copy
  }

  /// Whether a shorter run is the beginning of a longer one: nothing depends on the length.
  fileprivate var canBeAPrefix: Bool {
    !training.schedule.dependsOnLength && training.earlyStopping == nil
  }

  /// What networks side by side share: all but the network and the training settings that may
  /// differ.
  struct Shared: Hashable {
    let settings: Experiment
    let training: TrainerSettings
  }

  var shared: Shared {
    var copy = self
    copy.network = .init(layers: [], initializer: .heNormal)
    copy.training = TrainerSettings()
    copy.training.seed = training.seed
    return Shared(settings: copy, training: training.shared)
  }

  /// What determines the prepared rows: all but the network, its training and the generator.
  var preparation: Experiment {
    var copy = self
    copy.network = .init(layers: [], initializer: .heNormal)
    (copy.training, copy.random) = (TrainerSettings(), .fast)
    return copy
  }
}
