/// What one parameter's values did, whatever the others were set to.
public struct MarginalEffect: Sendable, Equatable {
  /// One of a parameter's values, or a part of its range.
  public enum Extent: Sendable, Equatable {
    /// One value.
    case value(ParameterValue)
    /// From `lower` to below `upper`, which belongs to the last part of the range.
    case range(lower: Double, upper: Double)
  }

  /// The trials with one of the values; means of repeats count as one trial.
  public struct Level: Sendable, Equatable {
    /// The values.
    public let extent: Extent
    /// How many trials are compared: see ``EffectBasis``.
    public let trials: Int
    /// How many diverged, which the other numbers leave out.
    public let diverged: Int
    /// The mean of the values that are compared, or nil where there is none.
    public let mean: Double?
    /// The best of these values.
    public let best: Double?
  }

  /// The parameter's name.
  public let name: String
  /// What it was set to, in the order of the space; values that no ended trial has are left out.
  public let levels: [Level]
  /// The share of the values' variance that this parameter explains alone, from 0 to 1: η² of a
  /// one-way analysis of variance (Fisher 1925), Σ n(mean − overall mean)² over the levels, by the
  /// sum of the squared deviations of all values from the overall mean.
  ///
  /// It is of the trials that are compared in which the parameter is set, and nil where their values
  /// are all the same, there is one level only, or no level has two trials. Few trials for each level make it
  /// large by chance: with k levels and n trials, a parameter without influence has
  /// (k − 1)/(n − 1) on average.
  public let importance: Double?
}

extension MarginalEffect.Extent: CustomStringConvertible {
  /// Such as `50` or `0.001–0.01`.
  public var description: String {
    switch self {
    case .value(let value): "\(value)"
    case .range(let lower, let upper): "\(lower)–\(upper)"
    }
  }
}
