import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What a name in a graph stands for, as far as nodes have been read.
enum ONNXValue {
  case constant(Constant)
  case rows(Rows)
  /// A part of GELU's formula x·½·(1 + erf(x / √2)).
  case gelu(GELUPart, of: Rows)
  case prediction(Prediction)

  /// Numbers or texts that do not depend on the input.
  struct Constant {
    var tensor: ONNXTensor
    /// Whether it is a matrix whose rows and columns are exchanged.
    var isTransposed = false
    /// Whether its numbers are those of half precision, though it may have another type.
    var isOfHalves = false
  }

  /// Numbers for each row of the input: what a step computes.
  struct Rows {
    /// The position of the step.
    var step: Int
    /// The extents of a row, nil where one is not known: one for plain features, none for a single number.
    var extents: [Int?]
    /// Whether they are integers, which only a cast makes numbers of.
    var areIntegers = false

    /// The same numbers in other extents.
    func with(_ extents: [Int?]) -> Rows {
      Rows(step: step, extents: extents, areIntegers: areIntegers)
    }

    /// The number of numbers in a row, if it is known.
    var width: Int? {
      extents.reduce(1) { count, extent in
        guard let count, let extent else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        return overflow ? nil : product
      }
    }
  }

  enum GELUPart {
    /// erf(x / √2).
    case error
    /// 1 + erf(x / √2).
    case sum
    /// ½·(1 + erf(x / √2)).
    case half
    /// x·(1 + erf(x / √2)).
    case product
  }

  /// What is predicted of scores.
  struct Prediction {
    enum Form {
      /// The softmax of the scores, or its logarithm.
      case softmax
      /// 1 − p and p, where p is the sigmoid of the scores.
      case sides
      /// Which of several is largest.
      case index
      /// Which of several probabilities are above one half.
      case flags
    }

    var form: Form
    /// The scores.
    var scores: Rows
    /// Whether probabilities are the sigmoids of the scores.
    var isLogistic: Bool
    /// The names of the classes, where the graph has them.
    var names: [String]?
  }
}

/// A function of each number of rows, (x − shift) / divisor, with one shift and one divisor for all columns or for
/// each.
struct ONNXScaling: Equatable {
  var shifts: [Double] = [0]
  var divisors: [Double] = [1]

  /// The number of columns, if it is one for each.
  var width: Int? {
    let count = max(shifts.count, divisors.count)
    return count == 1 ? nil : count
  }

  /// This function, then another one: ((x − a) / b − c) / d = (x − (a + b·c)) / (b·d).
  func then(_ next: ONNXScaling) -> ONNXScaling {
    func pair(_ a: [Double], _ b: [Double], _ combine: (Double, Double) -> Double) -> [Double] {
      if a.count == 1 { return b.map { combine(a[0], $0) } }
      if b.count == 1 { return a.map { combine($0, b[0]) } }
      return zip(a, b).map(combine)
    }
    return ONNXScaling(
      shifts: pair(shifts, pair(divisors, next.shifts, *), +),
      divisors: pair(divisors, next.divisors, *))
  }

  func shift(_ column: Int) -> Double { shifts.count == 1 ? shifts[0] : shifts[column] }
  func divisor(_ column: Int) -> Double { divisors.count == 1 ? divisors[0] : divisors[column] }

  /// Whether all numbers, and those of the same function as a product and a sum, are finite and the factors
  /// not 0.
  var isRegular: Bool {
    shifts.allSatisfy(\.isFinite) && divisors.allSatisfy { $0.isNormal && (1 / $0).isNormal }
      && (0..<(width ?? 1)).allSatisfy { (shift($0) / divisor($0)).isFinite }
  }
  /// Whether preprocessing can be this function.
  var keepsOrder: Bool { divisors.allSatisfy { $0 > 0 } }
}
