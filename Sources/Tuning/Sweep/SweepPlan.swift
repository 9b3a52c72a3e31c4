import Datasets
import NeuralNetwork
import Training

/// Which trials are trained together.
struct SweepPlan {
  /// A network that is trained once, for one or several trials.
  struct Member {
    /// The trials, by their iterations: each is a prefix of the next.
    var trials: [RunPrefix]
    /// The settings of the longest.
    var settings: RunRecord.Settings
    /// How many numbers a row of its input has.
    let inputSize: Int

    /// How many iterations are made.
    var iterations: Int { trials.last?.iterations ?? 0 }
    /// How many operations an iteration takes.
    var operations: Double {
      settings.network.operations(inputSize: inputSize, batchSize: settings.training.batchSize)
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
    of trials: [Int], _ settings: [RunRecord.Settings], method: NetworkSearch.Method,
    memory: Int, data: Dataset
  ) {
    self.method = method
    let members = Self.members(trials, settings, merges: method == .sideBySide, data)
    var groups: [(key: RunRecord.Settings, members: [Member], bytes: Int)] = []
    var alone: [Member] = []
    for member in members {
      guard method == .sideBySide, member.settings.canStandBesideOthers else {
        alone.append(member)
        continue
      }
      let key = member.settings.sharedBySideBySide
      let bytes = member.bytes
      if let index = groups.lastIndex(where: { $0.key == key && $0.bytes + bytes <= memory }) {
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
    _ trials: [Int], _ settings: [RunRecord.Settings], merges: Bool, _ data: Dataset
  ) -> [Member] {
    var members: [Member] = []
    var positions: [RunRecord.Settings: Int] = [:]
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
    of settings: [RunRecord.Settings], method: NetworkSearch.Method, data: Dataset
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
  var byPrecision: [(precision: RunRecord.Precision, units: [Unit])] {
    RunRecord.Precision.allCases.compactMap { precision in
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

extension SweepPlan.Member {
  /// About how much memory it takes in a group: its weights with what the optimizer keeps of them, and
  /// a batch on its way through the layers and back.
  fileprivate var bytes: Int {
    var numbers = 0
    let copies = 1 + settings.training.optimizer.stateCount
    let batchSize = settings.training.batchSize
    for (inputs, outputs) in settings.network.products(inputSize: inputSize) {
      numbers += outputs * (inputs * copies + 4 * batchSize)
    }
    return numbers * (settings.precision == .float ? 4 : 8)
  }
}

// MARK: - What may be shared

extension RunRecord.Settings {
  /// The settings without how long the run is.
  fileprivate var withoutLength: RunRecord.Settings {
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

  /// Whether the network's first layer can be part of a matrix that other networks share.
  fileprivate var canStandBesideOthers: Bool {
    guard case .affine? = network.layers.first, random == .fast else { return false }
    switch training.clipping {
    // The norm is that of all gradients together, of which the first layer's come last.
    case .norm: return false
    case .none, .value: break
    }
    return training.earlyStopping == nil && training.averageDecay == nil
      && training.maxNorm == nil
  }

  /// The settings, with what networks side by side may differ in made the same.
  fileprivate var sharedBySideBySide: RunRecord.Settings {
    var copy = withoutLength
    copy.network = .init(layers: [], initializer: .heNormal)
    let shared = copy.training
    copy.training = TrainerSettings(
      learningRate: 1, length: .iterations(0), batchSize: shared.batchSize,
      sampling: shared.sampling, evaluation: shared.evaluation, seed: shared.seed)
    return copy
  }

  /// Whether the data is prepared in the same way.
  fileprivate func hasSamePreparation(as other: RunRecord.Settings) -> Bool {
    precision == other.precision && validation == other.validation && split == other.split
      && pixelScale == other.pixelScale && subtractMean == other.subtractMean
  }
}

extension RunRecord.NetworkSettings {
  /// The inputs and outputs of each affine layer.
  fileprivate func products(inputSize: Int) -> [(inputs: Int, outputs: Int)] {
    var width = inputSize
    return layers.compactMap { layer in
      guard case .affine(let outputs) = layer else { return nil }
      defer { width = outputs }
      return (width, outputs)
    }
  }

  /// The operations of an iteration's products: forward, for the weights' gradient and, but for the
  /// first layer, for the input's.
  fileprivate func operations(inputSize: Int, batchSize: Int) -> Double {
    products(inputSize: inputSize).enumerated().reduce(0) { sum, layer in
      sum + (layer.offset == 0 ? 4 : 6) * Double(batchSize)
        * Double(layer.element.inputs) * Double(layer.element.outputs)
    }
  }
}
