/// An error of linear algebra.
public enum LAPACKError: Error, Sendable, Equatable {
  /// An element of an argument is infinite or NaN: the operation, the argument where there are several, the
  /// element's row and column (0 of a vector), and its value.
  case notFinite(
    operation: String, argument: String? = nil, row: Int, column: Int, value: Double)
  /// The matrix is singular: the operation, and the zero-based index of the first zero pivot.
  case singular(operation: String, pivot: Int)
  /// A matrix that should be positive definite is not: the operation, and the size of the first leading
  /// minor that is not positive.
  case notPositiveDefinite(operation: String, minor: Int)
  /// The matrix is so close to a singular one that no digit of a solution is certain.
  case illConditioned(operation: String, reciprocalCondition: Double)
  /// The result is beyond the largest number of its type.
  case overflow(operation: String)
  /// LAPACK gave up: the routine, and its info.
  case failed(routine: String, info: Int)
  /// There are more rows or columns than the routine can count: the operation, their number, and the most
  /// that it takes.
  case tooLarge(operation: String, size: Int, limit: Int)
}

extension LAPACKError: CustomStringConvertible {
  /// One sentence that says what was expected and what came.
  public var description: String {
    switch self {
    case .notFinite(let operation, let argument, let row, let column, let value):
      "\(operation): element (\(row), \(column))\(argument.map { " of \($0)" } ?? "") is \(value), "
        + "expected a finite number"
    case .singular(let operation, let pivot):
      "\(operation): the matrix is singular, pivot \(pivot) is 0"
    case .notPositiveDefinite(let operation, let minor):
      "\(operation): the matrix is not positive definite, its leading minor of size \(minor) is not above 0"
    case .illConditioned(let operation, let reciprocalCondition):
      "\(operation): the matrix is nearly singular, its reciprocal condition is \(reciprocalCondition); "
        + "minimumReciprocalCondition: 0 lets it pass"
    case .overflow(let operation): "\(operation): the result is too large for its type"
    case .failed(let routine, let info): "\(routine): LAPACK's info is \(info)"
    case .tooLarge(let operation, let size, let limit):
      "\(operation): \(size) rows or columns, expected at most \(limit)"
    }
  }
}
