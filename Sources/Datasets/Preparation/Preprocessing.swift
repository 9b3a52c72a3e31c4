import PerceptronFiles
import PerceptronLinearAlgebra

/// The preprocessing of features, a list of steps with an optional projection onto principal components
/// behind them, and of targets that are numbers.
///
/// It is fitted to training data and stored with the model, which applies it to all later data.
public struct Preprocessing: Hashable, Sendable {
  /// The steps in their order. On one column, missing cells are filled first, then a logarithm is taken,
  /// then the numbers are scaled.
  public let steps: [PreparationStep]
  /// The columns of the table that it was fitted to; nil where the features are not those of a table.
  public let columns: [FeatureColumn]?
  /// The ``Features/magnitude`` of the features that it was fitted to, before all steps; nil where
  /// that is not known.
  public let magnitude: Double?
  /// The scaling of targets that are numbers, so that networks learn numbers of about ±1; nil for none.
  public let targets: TargetScaling?
  /// The principal components that features are projected onto after all steps; nil for none.
  public let projection: PrincipalComponents?

  /// Features as they are.
  public static let none = Preprocessing()

  /// Steps for the columns of a table or the features of examples.
  ///
  /// - Precondition: each step's values are finite and as many as its columns, divisors are above 0, a column
  ///   has at most one imputation and one logarithm, in this order and before its scaling; the magnitude
  ///   is finite and not negative; and a projection has at least one component, of as many columns as the
  ///   steps make features.
  public init(
    steps: [PreparationStep], columns: [FeatureColumn]? = nil, magnitude: Double? = nil,
    targets: TargetScaling? = nil, projection: PrincipalComponents? = nil
  ) {
    if let problem = Preprocessing.problem(steps, columns, magnitude: magnitude, projection) {
      fatalError("Preprocessing: \(problem)")
    }
    self.steps = steps
    self.columns = columns
    self.magnitude = magnitude
    self.targets = targets
    self.projection = projection
  }

  /// Division by `divisor`, then subtraction of `mean`.
  ///
  /// - Precondition: the divisor is finite and above 0, the means are finite, and so is the magnitude,
  ///   which is not negative.
  public init(
    divisor: Double = 1, mean: [Double]? = nil, magnitude: Double? = nil,
    targets: TargetScaling? = nil
  ) {
    let scaling: [PreparationStep] = divisor == 1 ? [] : [.divide(by: divisor)]
    self.init(
      steps: scaling + (mean.map { [.subtract($0)] } ?? []), magnitude: magnitude,
      targets: targets)
  }

  /// The divisor of all features; 1 for none.
  public var divisor: Double {
    for case .divide(let divisor) in steps { return divisor }
    return 1
  }

  /// The mean of each feature that is subtracted; nil for none.
  public var mean: [Double]? {
    for case .subtract(let mean) in steps { return mean }
    return nil
  }

  /// Whether there are no steps but one division, and the subtraction of a mean after it.
  var isUniform: Bool {
    let rest = steps.drop { if case .divide = $0 { true } else { false } }
    return steps.count - rest.count <= 1 && rest.count <= 1
      && rest.allSatisfy { if case .subtract = $0 { true } else { false } }
  }

  /// Whether there are steps for single columns.
  public var isByColumn: Bool { !isUniform }

  /// What becomes of a column, step by step, in words: `missing cells become 34`, `less 31.2, divided by 4.5`.
  ///
  /// - Precondition: `column` is one of the columns.
  public func steps(of column: Int) -> [String] { steps.compactMap { $0.text(of: column) } }

  private static func problem(
    _ steps: [PreparationStep], _ columns: [FeatureColumn]?, magnitude: Double?,
    _ projection: PrincipalComponents?
  ) -> String? {
    if let magnitude, !(magnitude.isFinite && magnitude >= 0) {
      return "the magnitude \(magnitude) is not a finite number from 0 up"
    }
    if let problem = PreparationStep.problem(steps, columnCount: columns?.count) { return problem }
    return projection.flatMap {
      Preprocessing(steps: steps, columns: columns).problem(projectingOnto: $0)
    }
  }
}

// MARK: - The columns that come of it

extension Preprocessing {
  /// The number of features that networks see of examples with `count` features.
  public func outputCount(of count: Int) -> Int { projection?.count ?? stepCount(of: count) }

  /// The number of features that the steps make of `count` features.
  private func stepCount(of count: Int) -> Int {
    steps.reduce(count) { total, step in
      switch step {
      case .impute(_, _, let indicated): total + indicated.count
      case .oneHot(let columns, let categories, let unknown):
        total - columns.count + categories.reduce(0) { $0 + $1.count }
          + (unknown == .other ? columns.count : 0)
      default: total
      }
    }
  }

  /// The number of features that it takes where that is known, from a table's columns, a mean or principal
  /// components: features that are not those of a table have no steps that make others of them.
  public var inputCount: Int? { columns?.count ?? mean?.count ?? projection?.columnCount }

  /// The names of the features that networks see: `age`, `age is missing`, `city=Rome`; of principal components
  /// `pc1`, `pc2`, …. Nil for other features that are not those of a table.
  public var outputNames: [String]? {
    if let projection { return (0..<projection.count).map { "pc\($0 + 1)" } }
    return columns.map { columns in
      ColumnPlan(self, columns: columns).layout.map { place in
        let name = columns[place.column].name
        return switch place.meaning {
        case .number: name
        case .indicator: "\(name) is missing"
        case .category(let category): "\(name)=\(category)"
        case .other: "\(name)=other"
        }
      }
    }
  }
}

extension Preprocessing {
  /// The column of the table that each of the features that networks see was made of. Nil where the
  /// features are not those of a table, or principal components, each of which is made of all columns.
  public var outputColumns: [Int]? {
    if projection != nil { return nil }
    return columns.map { ColumnPlan(self, columns: $0).layout.map(\.column) }
  }
}

// MARK: - JSON

/// `divisor` and `mean` where there are no other steps, as in earlier versions; else `steps` and `columns`.
extension Preprocessing: Codable {
  private enum CodingKeys: CodingKey {
    case divisor, mean, steps, columns, magnitude, targets, projection
  }

  /// Decodes the fields.
  ///
  /// - Throws: `DecodingError` also where the values are not what
  ///   ``init(steps:columns:magnitude:targets:projection:)`` takes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    magnitude = try container.decodeIfPresent(Double.self, forKey: .magnitude)
    targets = try container.decodeIfPresent(TargetScaling.self, forKey: .targets)
    columns = try container.decodeIfPresent([FeatureColumn].self, forKey: .columns)
    projection = try container.decodeIfPresent(PrincipalComponents.self, forKey: .projection)
    if let steps = try container.decodeIfPresent([PreparationStep].self, forKey: .steps) {
      self.steps = steps
    } else {
      let divisor = try container.decode(Double.self, forKey: .divisor)
      let mean = try container.decodeIfPresent([Double].self, forKey: .mean)
      steps =
        (divisor == 1 ? [] : [.divide(by: divisor)]) + (mean.map { [.subtract($0)] } ?? [])
    }
    if let problem = Preprocessing.problem(steps, columns, magnitude: magnitude, projection) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: problem))
    }
  }

  /// Encodes the fields.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if isUniform {
      try container.encode(divisor, forKey: .divisor)
      try container.encodeIfPresent(mean, forKey: .mean)
    } else {
      try container.encode(steps, forKey: .steps)
    }
    try container.encodeIfPresent(columns, forKey: .columns)
    try container.encodeIfPresent(magnitude, forKey: .magnitude)
    try container.encodeIfPresent(targets, forKey: .targets)
    try container.encodeIfPresent(projection, forKey: .projection)
  }
}
