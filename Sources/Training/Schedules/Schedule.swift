import PerceptronFiles
import PerceptronNeuralNetwork

/// A learning rate schedule. ``ScheduleState`` computes the rates.
///
/// Below, η₀ is the base rate, i the iteration, counted from 0, and T the number of iterations.
public struct Schedule: Sendable {
  let settings: any ScheduleSettings

  init(_ settings: any ScheduleSettings) { self.settings = settings }

  /// Throws `InvalidSetting` for a setting that makes no sense, and for a name that is not registered
  /// or was registered with other settings.
  public func check() throws { try settings.rule().check() }

  /// Whether a shorter run has other rates than the beginning of a longer one.
  package var dependsOnLength: Bool { (try? settings.rule().dependsOnLength) ?? true }

  var needsScores: Bool { (try? settings.rule().needsScores) ?? false }
}

extension Schedule: Hashable, Codable, CustomStringConvertible {
  /// Whether both are the same schedule with the same settings.
  public static func == (a: Self, b: Self) -> Bool { a.settings.isEqual(to: b.settings) }

  /// Hashes the settings.
  public func hash(into hasher: inout Hasher) { settings.hash(into: &hasher) }

  /// Decodes a schedule's settings, which stand under its name.
  public init(from decoder: any Decoder) throws {
    let types = Self.all.map { type(of: $0.schedule().settings) } + [CustomSchedule.self]
    let found = try NamedSettingsCoding.decode(from: decoder, as: types)
    guard let settings = found as? any ScheduleSettings else {
      fatalError("Schedule: \(found) is no schedule")
    }
    self.init(settings)
  }

  /// Encodes the settings under the schedule's name.
  public func encode(to encoder: any Encoder) throws {
    try NamedSettingsCoding.encode(settings, to: encoder)
  }

  /// The name and the settings for people, such as `epoch decay, factor 0.95`.
  public var description: String { settings.displayName }
}

// MARK: - The list

extension Schedule {
  /// The schedules that are known by name. A new one is a file with its rule and its entry, and a
  /// line here.
  public static let all: [Entry] = [.constant, .epochDecay, .step, .cosine, .inverse, .plateau]

  /// A named schedule, made of numbers of which each schedule has some.
  public struct Entry: NamedEntry {
    /// The same as ``Schedule/all``.
    public static var allCases: [Entry] { Schedule.all }
    /// The name, such as `epoch-decay`.
    public let rawValue: String
    /// A sentence about it.
    public let help: String
    /// The numbers that it has.
    public let parameters: Set<Parameter>
    private let make: @Sendable (_ values: [Parameter: Double], _ epochs: Double) -> Schedule

    init(
      _ name: String, _ help: String, _ parameters: Set<Parameter> = [],
      _ make: @escaping @Sendable (_ values: [Parameter: Double], _ epochs: Double) -> Schedule
    ) {
      rawValue = name
      self.help = help
      self.parameters = parameters
      self.make = make
    }

    /// The schedule with some values.
    ///
    /// - Parameters:
    ///   - values: those that are missing have defaults.
    ///   - epochs: the number of epochs of the run, for the defaults.
    public func schedule(_ values: [Parameter: Double] = [:], epochs: Double = 1) -> Schedule {
      make(values, epochs)
    }
  }

  /// A number of an ``Entry``.
  public enum Parameter: CaseIterable, Sendable {
    /// The factor, or coefficient, by which the rate falls.
    case decay
    /// The number of epochs between steps.
    case stepEpochs
    /// The number of iterations in which the rate rises at first.
    case warmUp
  }
}

// MARK: - Rules

/// The settings of a schedule: of a built-in one, its rule itself.
protocol ScheduleSettings: NamedSettings {
  /// Throws `InvalidSetting` where there is no rule of these settings.
  func rule() throws -> any ScheduleRule
}

extension ScheduleSettings where Self: ScheduleRule {
  func rule() -> any ScheduleRule { self }
}

protocol ScheduleRule: Sendable {
  /// Throws `InvalidSetting` for a setting that makes no sense.
  func check() throws
  /// Whether a shorter run has other rates than the beginning of a longer one.
  var dependsOnLength: Bool { get }
  /// Whether rates depend on the scores of evaluations.
  var needsScores: Bool { get }
  func rate(at position: Schedule.Position) -> Double
  /// The next epoch's rate: what ``Schedule/Position/epochRate`` becomes when an epoch ends.
  func epochRate(after position: Schedule.Position, score: Double?, _ plateau: inout Plateau)
    -> Double
}

extension ScheduleRule {
  func check() throws {}
  var dependsOnLength: Bool { false }
  var needsScores: Bool { false }
  func rate(at position: Schedule.Position) -> Double { position.epochRate }
  func epochRate(
    after position: Schedule.Position, score: Double?, _ plateau: inout Plateau
  ) -> Double { position.epochRate }
}

extension Schedule {
  /// The position in a run for which a rate is computed.
  public struct Position: Sendable {
    /// The rate that the run was given, η₀.
    public let baseRate: Double
    /// The iteration, counted from 0.
    public let iteration: Int
    /// The run's number of iterations.
    public let iterations: Int
    /// The number of epochs that have ended.
    public let endedEpochs: Int
    /// The rate that the ended epochs have led to.
    let epochRate: Double
  }
}

// MARK: - Schedules of your own

extension Schedule {
  /// The function that ``register(_:settings:_:)`` registered under this name. Files hold the name and
  /// the settings; a program that reads them must have registered the function, too.
  public static func custom(name: String, settings: [String: Double]) -> Schedule {
    Schedule(CustomSchedule(name: name, settings: settings))
  }

  /// The learning rate at a position, a number of 0 or more.
  typealias Rate = @Sendable (Position, CustomSettings) -> Double
  static let registry = Registry<Rate>(kind: "schedule", type: "Schedule")

  /// Registers a schedule of your own under a name, for the whole process; it replaces any earlier
  /// schedule of that name.
  ///
  ///     Schedule.register("polynomial", settings: ["power"]) { position, settings in
  ///       let left = 1 - Double(position.iteration) / Double(position.iterations)
  ///       return position.baseRate * pow(left, settings["power"])
  ///     }
  ///     let schedule = Schedule.custom(name: "polynomial", settings: ["power": 0.9])
  ///
  /// - Parameters:
  ///   - name: its name in files. ``custom(name:settings:)`` refers to it.
  ///   - settings: the names of its settings; a schedule has to state all of them and no others.
  ///   - rate: the learning rate of an iteration, 0 or more: a function of nothing else, so that a
  ///     resumed run has the same rates.
  public static func register(
    _ name: String, settings: [String] = [],
    _ rate: @escaping @Sendable (_ position: Position, _ settings: CustomSettings) -> Double
  ) {
    registry.register(name, settings: settings, rate)
  }
}

private struct CustomSchedule: ScheduleSettings {
  static let name = "custom"
  let name: String
  let settings: [String: Double]

  func rule() throws -> any ScheduleRule {
    let (rate, settings) = try Schedule.registry.value(name, settings: settings)
    return RegisteredSchedule(rate: rate, settings: settings)
  }

  var displayName: String { CustomSettings.displayName(name, settings) }
}

private struct RegisteredSchedule: ScheduleRule {
  let rate: Schedule.Rate
  let settings: CustomSettings
  var dependsOnLength: Bool { true }

  func rate(at position: Schedule.Position) -> Double { rate(position, settings) }
}
