/// The hyperparameters that a search tries, each with the values it may take.
public struct SearchSpace: Hashable, Sendable {
  /// A hyperparameter.
  public struct Parameter: Hashable, Sendable {
    /// Its name, such as `learning-rate`.
    public var name: String
    /// What it may be set to.
    public var domain: Domain
    /// What other parameters, by their names, have to be set to one of for this one to be set at
    /// all, such as `["depth": [.integer(2), .integer(3)]]` for the width of a second layer. One
    /// about a parameter that is not set itself does not hold.
    public var condition: [String: [ParameterValue]]

    /// The given parameter.
    public init(
      _ name: String, _ domain: Domain, when condition: [String: [ParameterValue]] = [:]
    ) {
      self.name = name
      self.domain = domain
      self.condition = condition
    }
  }

  /// How numbers of a range lie between its ends.
  public enum Scale: String, Hashable, Sendable, Codable {
    /// Evenly.
    case linear
    /// Evenly in their logarithms.
    case logarithmic = "log"
  }

  /// What a parameter may be set to.
  public enum Domain: Hashable, Sendable {
    /// One of these: numbers, texts or flags.
    case values([ParameterValue])
    /// A number from `lower` to `upper`; a grid has `points` of them, both ends included, and needs
    /// to know how many.
    case numbers(lower: Double, upper: Double, scale: Scale = .linear, points: Int? = nil)
    /// A whole number from `lower` to `upper`; a grid has `points` of them, or all.
    case integers(lower: Int, upper: Int, scale: Scale = .linear, points: Int? = nil)
  }

  /// The parameters in the order in which they are set; a condition is about ones before.
  public var parameters: [Parameter]

  /// The given parameters.
  public init(_ parameters: [Parameter]) { self.parameters = parameters }
}

/// Which points of a space are tried.
public enum SearchMethod: Hashable, Sendable, Codable {
  /// Every combination, the last parameter's values changing fastest.
  case grid
  /// So many points, drawn at random.
  case random(count: Int, seed: UInt64)
  /// So many points of Sobol's sequence, which fill the space evenly, scrambled by a seed.
  case sobol(count: Int, seed: UInt64)
  /// So many points of Halton's sequence, scrambled by a seed.
  case halton(count: Int, seed: UInt64)
}
