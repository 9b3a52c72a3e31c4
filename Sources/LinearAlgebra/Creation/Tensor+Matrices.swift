// Tensors of a given pattern.

extension Tensor {
  /// A tensor of ones.
  public static func ones(_ shape: Shape) -> Tensor { Tensor(shape: shape, repeating: 1) }

  /// A matrix with ones on a diagonal and zeros beside it.
  ///
  /// - Parameters:
  ///   - columns: as many as rows unless given.
  ///   - offset: how far the diagonal is above the main one, negative below it.
  /// - Precondition: neither extent is negative.
  public static func eye(_ rows: Int, _ columns: Int? = nil, offset: Int = 0) -> Tensor {
    let columns = columns ?? rows
    var matrix = Tensor.zeros(Shape(rows: rows, columns: columns))
    matrix.withUnsafeMutableElements { elements in
      for row in 0..<rows where row + offset >= 0 && row + offset < columns {
        elements[row * columns + row + offset] = 1
      }
    }
    return matrix
  }

  /// The square matrix with `vector` on a diagonal and zeros beside it.
  ///
  /// - Parameters:
  ///   - vector: [n].
  ///   - offset: how far the diagonal is above the main one, negative below it.
  /// - Returns: [n + |offset|, n + |offset|].
  /// - Precondition: rank 1.
  public static func diagonal(_ vector: Tensor, offset: Int = 0) -> Tensor {
    require(vector.rank == 1, "diagonal: a vector is needed, not shape \(vector.shape)")
    let size = vector.count + Int(offset.magnitude)
    var matrix = Tensor.zeros(Shape(rows: size, columns: size))
    matrix.withUnsafeMutableElements { elements in
      vector.withUnsafeElements { vector in
        let (top, left) = (Swift.max(-offset, 0), Swift.max(offset, 0))
        for index in vector.indices {
          elements[(top + index) * size + left + index] = vector[index]
        }
      }
    }
    return matrix
  }

  /// A row for each label: 1 in the label's column, 0 in the others.
  ///
  /// - Returns: [labels.count, classes].
  /// - Precondition: labels are in 0..<classes.
  public static func oneHot(_ labels: [Int], classes: Int) -> Tensor {
    var rows = Tensor.zeros(Shape(rows: labels.count, columns: classes))
    rows.withUnsafeMutableElements { rows in
      for (row, label) in labels.enumerated() {
        require(
          label >= 0 && label < classes,
          "oneHot: label \(label) of row \(row), expected one of 0..<\(classes)")
        rows[row * classes + label] = 1
      }
    }
    return rows
  }
}
