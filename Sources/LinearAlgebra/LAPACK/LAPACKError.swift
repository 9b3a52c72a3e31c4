/// Why a decomposition was not made.
public enum LAPACKError: Error, Sendable, Equatable {
  /// An element of the matrix is infinite or NaN: what was to be done, the element's row and column,
  /// and its value.
  case notFinite(operation: String, row: Int, column: Int, value: Double)
  /// LAPACK gave up: the routine, and its info.
  case failed(routine: String, info: Int)
}

extension LAPACKError: CustomStringConvertible {
  /// One sentence that says what was expected and what came.
  public var description: String {
    switch self {
    case .notFinite(let operation, let row, let column, let value):
      "\(operation): element (\(row), \(column)) is \(value), expected a finite number"
    case .failed(let routine, let info):
      // LAPACKE_WORK_MEMORY_ERROR and LAPACKE_TRANSPOSE_MEMORY_ERROR.
      info == -1010 || info == -1011
        ? "\(routine): there is not enough memory" : "\(routine): LAPACK's info is \(info)"
    }
  }
}
