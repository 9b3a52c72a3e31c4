import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// The results of a gradient check, parameter by parameter. Printed, a table and a verdict.
public struct GradientCheckReport: Sendable, Codable {
  /// The result for one entry.
  enum Finding {
    /// The slope of the loss, for comparison with the analytic gradient.
    case compared(Double)
    /// Slope and gradient are both 0 up to rounding, over wide steps too.
    case zero
    /// There is no slope: a ReLU's input changes sign within the step.
    case kink
    /// They agree as far as the slope can be measured, but not to the tolerance: the entry is too small.
    case unresolved
    /// The same, but of an entry that is not small: the loss is too large or too uneven.
    case unmeasurable
  }

  /// The outcome of a check.
  public enum Outcome: String, Sendable, Codable {
    /// Every parameter's largest relative error is below the tolerance.
    case passed
    /// Some parameter's largest relative error is not.
    case failed
    /// No compared entry is wrong, but too many could not be compared.
    case undecided
  }

  /// The findings for one parameter.
  public struct Parameter: Sendable, Codable {
    /// The parameter's name, such as `W1`.
    public let name: String
    /// The parameter's extents.
    public let shape: [Int]
    /// Entries that were compared.
    public private(set) var checkedCount = 0
    /// Entries that were left out because a ReLU's input changes sign within the step.
    public private(set) var kinkCount = 0
    /// Entries that agree as far as they can be measured, but not to the tolerance.
    public private(set) var unresolvedCount = 0
    /// Those of them that are not small beside the parameter's other entries.
    private(set) var unmeasurableCount = 0
    /// Compared entries whose slope and gradient are not both exactly 0.
    private(set) var tellingCount = 0
    /// The largest relative error, 0 where nothing was compared.
    public private(set) var largestError = 0.0
    /// The indices of the entry with the largest error.
    public private(set) var index: [Int] = []
    /// The analytic gradient at that entry.
    public private(set) var analytic = 0.0
    /// The centered difference at that entry.
    public private(set) var numeric = 0.0

    init(name: String, shape: Shape) {
      self.name = name
      self.shape = shape.dimensions
    }

    mutating func record(_ finding: Finding, position: Int, analytic: Double) {
      switch finding {
      case .zero: checkedCount += 1
      case .kink: kinkCount += 1
      case .unresolved: unresolvedCount += 1
      case .unmeasurable:
        unresolvedCount += 1
        unmeasurableCount += 1
      case .compared(let numeric):
        checkedCount += 1
        if analytic != 0 || numeric != 0 { tellingCount += 1 }
        let error = GradientCheckReport.relativeError(analytic, numeric)
        if error > largestError || index.isEmpty {
          largestError = error
          index = indices(at: position, in: shape)
          self.analytic = analytic
          self.numeric = numeric
        }
      }
    }

    /// Whether the parameter has entries, but too few were compared to say that it is right: none,
    /// or fewer nonzero ones than were left out, or some large ones could not be measured.
    public var isUndecided: Bool {
      !shape.contains(0)
        && (checkedCount == 0 || tellingCount < unresolvedCount + kinkCount
          || unmeasurableCount > 0)
    }

    /// Whether slope and gradient of every compared entry are 0, which says little.
    var isAllZero: Bool { checkedCount > 0 && tellingCount == 0 }
  }

  /// The findings in the network's order.
  public let parameters: [Parameter]
  /// The relative error that every parameter must stay below.
  public let tolerance: Double

  /// The outcome of the check.
  public var outcome: Outcome {
    if parameters.contains(where: { !($0.largestError < tolerance) }) { return .failed }
    return parameters.isEmpty || parameters.contains(where: \.isUndecided) ? .undecided : .passed
  }

  /// Whether every parameter passes, and enough entries were compared to say so.
  public var passed: Bool { outcome == .passed }

  /// Gradients below this size count as zero when they are compared.
  static let floor = 1e-8

  /// |a − b| / max(1e-8, |a| + |b|); infinite where either is NaN or infinite.
  public static func relativeError(_ a: Double, _ b: Double) -> Double {
    guard a.isFinite && b.isFinite else { return .infinity }
    return (a - b).magnitude / max(floor, a.magnitude + b.magnitude)
  }
}

extension GradientCheckReport: CustomStringConvertible {
  /// A table with a line for each parameter, and the verdict.
  public var description: String { text(columns: nil) }

  /// The description in at most `columns` characters a line: without the table's least important columns.
  package func text(columns: Int?) -> String {
    let header = [
      "parameter", "shape", "checked", "kinks", "unresolved", "error", "at", "analytic", "numeric",
    ]
    let rows = parameters.map { parameter in
      [
        parameter.name, parameter.shape.map(String.init).joined(separator: "×"),
        "\(parameter.checkedCount)", "\(parameter.kinkCount)", "\(parameter.unresolvedCount)",
        Self.scientific(parameter.largestError, digits: 1), "\(parameter.index)",
        Self.scientific(parameter.analytic, digits: 7),
        Self.scientific(parameter.numeric, digits: 7),
      ]
    }
    let ranks = [0, 4, 1, 2, 3, 0, 5, 6, 6]
    return TextTable([header] + rows, wordColumns: 2, ranks: ranks).text(columns: columns) + "\n"
      + verdict
  }

  /// One sentence: passed, failed or undecided, and by what.
  public var verdict: String {
    let limit = Self.scientific(tolerance, digits: 0)
    switch outcome {
    case .passed:
      let zero = parameters.filter(\.isAllZero).map(\.name).joined(separator: ", ")
      return "gradient check passed: every relative error is below \(limit)"
        + (zero.isEmpty ? "" : "; all gradients of \(zero) are 0")
    case .failed:
      let wrong = parameters.filter { !($0.largestError < tolerance) }.map(\.name)
      return "gradient check FAILED: relative error of \(wrong.joined(separator: ", ")) "
        + "not below \(limit)"
    case .undecided:
      let open = parameters.filter(\.isUndecided).map(\.name).joined(separator: ", ")
      return "gradient check UNDECIDED: too few entries of \(open) could be compared; features or "
        + "weights of another size, or other rows, may help"
    }
  }

  /// A number as `1.2e-07`.
  private static func scientific(_ value: Double, digits: Int) -> String {
    // The sign of a NaN means nothing.
    value.isNaN ? "nan" : String(format: "%.\(digits)e", value)
  }
}

/// The index along each dimension of a position in row-major order.
func indices(at position: Int, in dimensions: [Int]) -> [Int] {
  var rest = position
  var indices: [Int] = []
  for extent in dimensions.reversed() {
    indices.insert(rest % extent, at: 0)
    rest /= extent
  }
  return indices
}
