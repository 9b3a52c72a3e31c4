/// The mean and the covariance of the columns of rows, added up block by block, so that the rows need not
/// be in memory together, nor as floating-point numbers.
///
///     var moments = RowMoments(columnCount: 3)
///     moments.add(someRows)
///     moments.add(moreRows)
///     let covariance = moments.covariance  // [3, 3]
///
/// Blocks are centered by their own mean before their products are added up, and then put together by the
/// pairwise update of Chan, Golub and LeVeque ("Updating Formulae and a Pairwise Algorithm for Computing
/// Sample Variances", 1979): means that are much larger than the differences cost no digits. A block's
/// products are in its own precision, the sums over blocks in double precision.
public struct RowMoments: Sendable {
  /// The number of rows whose weight is not 0.
  public private(set) var count = 0
  /// The sum of the rows' weights.
  public private(set) var weight = 0.0
  /// The weighted mean of each column, [columns]; 0 before any rows.
  public private(set) var mean: Tensor<Double>
  /// The sums of products of centered columns; of [columns, columns] the upper triangle alone.
  private(set) var products: Tensor<Double>

  /// The moments of no rows.
  public init(columnCount: Int) {
    mean = .zeros([columnCount])
    products = .zeros([columnCount, columnCount])
  }

  /// What the sums of products are divided by: rows − 1, or with weights, whose scale does not matter,
  /// weight · (rows − 1) / rows.
  var divisor: Double { weight * Double(count - 1) / Double(count) }

  /// The covariance of the columns, [columns, columns]: for a matrix that is in memory as a whole, see
  /// ``Tensor/covariance(correction:)``.
  ///
  /// - Precondition: at least two rows.
  public var covariance: Tensor<Double> {
    require(count >= 2, "RowMoments: the covariance of \(count) rows, expected at least 2")
    var covariance = products / divisor
    covariance.withMutableRows { Double.mirrorTriangle(isUpper: true, size: $0.rows, $0.base) }
    return covariance
  }

  /// Adds rows.
  ///
  /// - Parameters:
  ///   - rows: [rows, columns]. Many at a time, such as 2,000, cost less than a few.
  ///   - weights: a weight for each row; nil for 1 each. Rows of equal weights have the covariance of
  ///     rows without.
  /// - Precondition: as many columns as the moments have; weights are finite and not negative.
  /// - Complexity: O(rows·columns² + columns²).
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public mutating func add<Scalar>(_ rows: Tensor<Scalar>, weights: [Double]? = nil) {
    let columns = mean.count
    require(
      rows.rank == 2 && rows.shape[1] == columns,
      "RowMoments: rows of shape \(rows.shape) to moments of \(columns) columns")
    if let weights { checkWeights(weights, rows: rows.shape[0], "RowMoments") }
    let added = weights?.reduce(0, +) ?? Double(rows.shape[0])
    if added == 0 || columns == 0 { return }

    // The sums of what the block's rounded mean leaves: 0 but for rounding.
    var block = rows
    let (center, rest) = Self.center(&block, weights, total: added)
    var own = Tensor<Scalar>.zeros([columns, columns])
    block.withRows { block in
      own.withMutableRows {
        Scalar.gram(rows: block.rows, columns: columns, block.base, into: $0.base)
      }
    }

    let whole = weight + added
    let share = weight * added / whole
    let shift = center.indices.map { center[$0] + rest[$0] / added - mean[position: $0] }
    products.withMutableRows { sums in
      own.withRows { own in
        shift.withUnsafeBufferPointer { shift in
          rest.withUnsafeBufferPointer { rest in
            for row in 0..<columns {
              let (target, source) = (sums.base + row * columns, own.base + row * columns)
              let (across, left) = (share * shift[row], rest[row] / added)
              for column in row..<columns {
                target[column] +=
                  Double(source[column]) - left * rest[column] + across * shift[column]
              }
            }
          }
        }
      }
    }
    mean += Tensor(shift.map { $0 * added / whole })
    weight = whole
    count += weights?.count { $0 > 0 } ?? rows.shape[0]
  }

  /// Subtracts a block's weighted mean, rounded, and multiplies each row by the root of its weight.
  ///
  /// - Returns: that mean, and the weighted sum of what is left of each column.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private static func center<Scalar: BLASScalar>(
    _ block: inout Tensor<Scalar>, _ weights: [Double]?, total: Double
  ) -> (center: [Double], rest: [Double]) {
    let columns = block.shape[1]
    var sums = [Double](repeating: 0, count: columns)
    var rest = sums
    block.withMutableRows { block in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<block.rows {
          let (own, weight) = (block.base + row * columns, weights?[row] ?? 1)
          for column in 0..<columns { sums[column] += weight * Double(own[column]) }
        }
        for column in 0..<columns { sums[column] = Double(Scalar(sums[column] / total)) }
        rest.withUnsafeMutableBufferPointer { rest in
          for row in 0..<block.rows {
            let (own, weight) = (block.base + row * columns, weights?[row] ?? 1)
            let root = Scalar(weight.squareRoot())
            for column in 0..<columns {
              let left = own[column] - Scalar(sums[column])
              rest[column] += weight * Double(left)
              own[column] = left * root
            }
          }
        }
      }
    }
    return (sums, rest)
  }
}

/// Traps unless there is a weight for each row, finite and not negative.
func checkWeights(_ weights: [Double], rows: Int, _ operation: String) {
  require(
    weights.count == rows, "\(operation): \(weights.count) weights of \(rows) rows")
  if let row = weights.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
    fatalError(
      "\(operation): a weight of \(weights[row]) of row \(row), expected a finite number from 0 up")
  }
}
