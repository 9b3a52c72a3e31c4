import PerceptronNeuralNetwork

/// How the learning rate changes over a run: the settings. ``ScheduleState`` gives the rates.
///
/// Below, η₀ is the base rate, i the iteration, counted from 0, and T their number.
public enum Schedule: Codable, Hashable, Sendable {
  /// η₀ throughout.
  case constant
  /// The rate is multiplied by `factor` whenever an epoch ends.
  case epochDecay(factor: Double)
  /// The rate is multiplied by `factor` whenever another `epochs` epochs have ended.
  case step(epochs: Int, factor: Double)
  /// η₀·(i + 1)/w in the first w = `warmUp` iterations (Goyal and others 2017, §2.2), then
  /// η₁ + (η₀ − η₁)·(1 + cos(π·(i − w)/(T − w)))/2, where η₁ is `final`·η₀ (Loshchilov and Hutter
  /// 2017, eq. 5, without restarts).
  case cosine(warmUp: Int = 0, final: Double = 0)
  /// η₀ / (1 + `decay`·i): rates whose sum is infinite and whose squares' sum is not, as Robbins and
  /// Monro (1951) ask for.
  case inverse(decay: Double)
  /// The rate is multiplied by `factor`, down to `minimumRate`, when more than `patience` epochs one
  /// after the other have brought no better score than the best before: PyTorch's
  /// `ReduceLROnPlateau` with a threshold of 0.
  case reduceOnPlateau(factor: Double = 0.1, patience: Int = 10, minimumRate: Double = 0)
  /// The function that ``register(_:settings:_:)`` made known by this name. A file has the name and
  /// the settings; where it is read, the function has to be registered, too.
  case custom(name: String, settings: [String: Double])
}

extension Schedule {
  /// Throws `InvalidSetting` for a setting that makes no sense, and for a name that is not registered
  /// or was registered with other settings.
  public func check() throws {
    switch self {
    case .constant: break
    case .epochDecay(let factor): try InvalidSetting.demandPositive("decay", factor)
    case .step(let epochs, let factor):
      try InvalidSetting.demand(epochs >= 1, "epochs per step", epochs, "1 or more")
      try InvalidSetting.demandPositive("step factor", factor)
    case .cosine(let warmUp, let final):
      try InvalidSetting.demand(warmUp >= 0, "warm-up", warmUp, "0 iterations or more")
      try InvalidSetting.demand((0...1).contains(final), "final rate", final, "a share from 0 to 1")
    case .inverse(let decay): try InvalidSetting.demandNotNegative("decay", decay)
    case .reduceOnPlateau(let factor, let patience, let minimumRate):
      try InvalidSetting.demand(
        factor > 0 && factor < 1, "plateau factor", factor, "a number between 0 and 1")
      try InvalidSetting.demand(patience >= 0, "patience", patience, "0 epochs or more")
      try InvalidSetting.demandNotNegative("minimum rate", minimumRate)
    case .custom(let name, let settings): _ = try Self.registry.value(name, settings: settings)
    }
  }
}

// MARK: - Functions of your own

extension Schedule {
  /// Where a run is, for the rate of an iteration.
  public struct Position: Sendable {
    /// The rate that the run was given, η₀.
    public let baseRate: Double
    /// The iteration, counted from 0.
    public let iteration: Int
    /// How many iterations the run is to make.
    public let iterations: Int
    /// How many epochs have ended.
    public let endedEpochs: Int
  }

  /// The learning rate at a position, a number of 0 or more.
  typealias Rate = @Sendable (Position, CustomSettings) -> Double
  static let registry = Registry<Rate>(kind: "schedule", type: "Schedule")

  /// Makes a schedule of your own known by a name, for the whole process and in place of what had the
  /// name before.
  ///
  ///     Schedule.register("polynomial", settings: ["power"]) { position, settings in
  ///       let left = 1 - Double(position.iteration) / Double(position.iterations)
  ///       return position.baseRate * pow(left, settings["power"])
  ///     }
  ///     let schedule = Schedule.custom(name: "polynomial", settings: ["power": 0.9])
  ///
  /// - Parameters:
  ///   - name: what files call it. ``custom(name:settings:)`` refers to it.
  ///   - settings: the names of its settings; a schedule has to state all of them and no others.
  ///   - rate: the learning rate of an iteration, 0 or more: a function of nothing else, so that a run
  ///     that is resumed has the same rates.
  public static func register(
    _ name: String, settings: [String] = [],
    _ rate: @escaping @Sendable (_ position: Position, _ settings: CustomSettings) -> Double
  ) {
    registry.register(name, settings: settings, rate)
  }
}
