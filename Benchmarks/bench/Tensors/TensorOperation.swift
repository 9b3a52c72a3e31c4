import Perceptron

/// An operation on tensors that is compared with NumPy's of the same name in `tensor_peer.py`.
struct TensorOperation<Scalar: BLASScalar> {
  typealias Operands = TensorOperands<Scalar>

  let name: String
  /// Does the operation, and returns its result: a tensor, a mask, a number, positions, or an array of those.
  let run: (inout Operands) -> Any

  init(_ name: String, _ run: @escaping (inout Operands) -> Any) {
    self.name = name
    self.run = run
  }

  /// The piece of work for matrices of `rows` × `columns`.
  static func entry(
    _ name: String, rows: Int, columns: Int, _ precision: PeerProtocol.Precision
  ) -> PeerWorks.Entry {
    PeerWorks.Entry(
      title: "\(precision.rawValue): \(name)",
      work: .init(
        kind: .tensor, layers: [columns], batch: 0, rows: rows, precision: precision,
        operation: name))
  }

  /// All operations, in the order of the table.
  static var all: [TensorOperation] {
    arithmetic + comparisons + functions + reductions + order + slices + joining
  }

  private static var arithmetic: [TensorOperation] {
    let factor = 1.001 as Scalar
    return [
      .init("x + y") { $0.x + $0.positive }, .init("x · y") { $0.x * $0.positive },
      .init("x / y") { $0.x / $0.positive }, .init("x + 1") { $0.x + 1 },
      .init("2 · x") { 2 * $0.x }, .init("1 / y") { 1 / $0.positive }, .init("-x") { -$0.x },
      .init("x - row") { $0.x - $0.row }, .init("x / column") { $0.x / $0.column },
      .init("x · 3 columns") { $0.narrow * $0.three },
      .init("(x - row) / row + y") { ($0.x - $0.row) / $0.row + $0.positive },
      change("y += x") { $0 += $1.x }, change("y *= 1.001") { y, _ in y *= factor },
      change("y += row") { $0 += $1.row }, change("y -= column") { $0 -= $1.column },
    ]
  }

  private static var comparisons: [TensorOperation] {
    [
      .init("x < y") { $0.x .< $0.positive }, .init("x > 0") { $0.x .> 0 },
      .init("x < row") { $0.x .< $0.row },
      .init("mask and not mask") { $0.isPositive .& .!$0.isLarge },
      .init("where(mask, y, x)") { $0.x.replacing(with: $0.positive, where: $0.isPositive) },
      .init("where(mask, 0, x)") { $0.x.replacing(with: 0, where: $0.isPositive) },
      .init("count of trues") { $0.isPositive.trueCount() },
      .init("any, axis 0") { $0.isPositive.any(axis: 0) },
      .init("all, axis 1") { $0.isPositive.all(axis: 1) },
    ]
  }

  private static var functions: [TensorOperation] {
    let (half, two, three) = (0.5 as Scalar, 2 as Scalar, 3 as Scalar)
    return [
      .init("exp") { exp($0.x) }, .init("expm1") { expm1($0.x) },
      .init("log") { log($0.positive) }, .init("log1p") { log1p($0.positive) },
      .init("sqrt") { sqrt($0.positive) }, .init("tanh") { tanh($0.x) },
      .init("sigmoid") { sigmoid($0.x) }, .init("sin") { sin($0.x) }, .init("cos") { cos($0.x) },
      .init("erf") { erf($0.x) }, .init("abs") { abs($0.x) }, .init("sign") { sign($0.x) },
      .init("floor") { floor($0.x) }, .init("ceil") { ceil($0.x) },
      .init("trunc") { trunc($0.x) }, .init("round") { round($0.x) },
      .init("y to the x") { pow($0.positive, $0.x) }, .init("x squared") { pow($0.x, two) },
      .init("x cubed") { pow($0.x, three) }, .init("y to the ½") { pow($0.positive, half) },
      .init("2 to the x") { pow(two, $0.x) },
      .init("minimum") { minimum($0.x, $0.positive) },
      .init("maximum with 0") { maximum($0.x, 0) },
      .init("clip") { $0.x.clipped(to: -half...half) },
      change("sqrt in place") { y, _ in y.apply(.sqrt) },
      change("clip in place") { y, _ in y.clip(to: half...two) },
    ]
  }

  private static var reductions: [TensorOperation] {
    byAxis("sum", { $0.x.sum(axis: $1) }, { $0.x.sum() })
      + byAxis("product", { $0.nearOne.product(axis: $1) }, { $0.nearOne.product() })
      + byAxis("mean", { $0.positive.mean(axis: $1) }, { $0.positive.mean() })
      + byAxis("variance", { $0.x.variance(axis: $1) }, { $0.x.variance() })
      + byAxis(
        "standard deviation", { $0.x.standardDeviation(axis: $1) }, { $0.x.standardDeviation() })
      + byAxis("min", { $0.x.min(axis: $1) }, { $0.x.min() })
      + byAxis("max", { $0.x.max(axis: $1) }, { $0.x.max() })
      + byAxis("argmin", { $0.x.argmin(axis: $1) }, { $0.x.argmin() })
      + byAxis("argmax", { $0.x.argmax(axis: $1) }, { $0.x.argmax() })
      + byAxis("norm", { $0.x.norm(axis: $1) }, { $0.x.norm() })
      + byAxis("log-sum-exp", { $0.x.logSumExp(axis: $1) }, { $0.x.logSumExp() })
      + alongAxis("cumulative sum") { $0.positive.cumulativeSum(axis: $1) }
      + alongAxis("cumulative product") { $0.nearOne.cumulativeProduct(axis: $1) }
      + alongAxis("difference") { $0.x.difference(axis: $1) }
      + [
        .init("covariance") { $0.x.covariance() }, .init("correlation") { $0.x.correlation() },
      ]
  }

  private static var order: [TensorOperation] {
    byAxis("median", { $0.x.median(axis: $1) }, { $0.x.median() })
      + byAxis("quantile", { $0.x.quantile(0.25, axis: $1) }, { $0.x.quantile(0.25) })
      + byAxis("sort", { $0.x.sorted(axis: $1) }, { $0.x.flattened().sorted(axis: 0) })
      + byAxis("argsort", { $0.x.argsort(axis: $1) }, { $0.x.flattened().argsort(axis: 0) })
      + alongAxis("top 10") { operands, axis in
        let (values, _) = operands.x.topK(10, axis: axis)
        return values
      }
      + [
        .init("unique") { $0.x.unique() },
        .init("unique, counts") { operands in
          let (values, counts) = operands.x.uniqueCounts()
          return [values, counts] as [Any]
        },
        .init("histogram") { $0.x.histogram(bins: 50).counts },
      ]
  }

  private static var slices: [TensorOperation] {
    [
      .init("column") { $0.x[.all, 1] }, .init("100 columns") { $0.x[.all, 100..<200] },
      .init("third of the rows") { $0.x[($0.x.shape[0] / 3)..<($0.x.shape[0] / 3 * 2)] },
      .init("every second column") { $0.x[.all, .stride(from: 0, by: 2)] },
      .init("list of rows") { $0.x[rows: $0.rows] },
      .init("list of columns") { $0.x[.all, $0.columns] },
      .init("elements by mask") { $0.x[$0.isPositive] },
      .init("rows by mask") { $0.x[$0.x[.all, 0] .> 0] },
      change("column = column") { $0[.all, 1..<2] = $1.column },
      change("block = 0") { y, _ in y[100..<200, 100...] = Tensor(0) },
      change("elements by mask = 1") { $0[$1.isPositive] = Tensor(1) },
    ]
  }

  private static var joining: [TensorOperation] {
    [
      .init("transposed") { $0.x.transposed() }, .init("rows flipped") { $0.x.flipped(axis: 0) },
      .init("columns flipped") { $0.x.flipped(axis: 1) },
      .init("concatenate, axis 0") { concatenate([$0.x, $0.positive], axis: 0) },
      .init("concatenate, axis 1") { concatenate([$0.x, $0.positive], axis: 1) },
      .init("stack, last axis") { stack([$0.x, $0.positive], axis: 2) },
      .init("padded") { $0.x.padded([(1, 1), (0, 2)], with: 1) },
      .init("column, 100 times") { $0.column.tiled([1, 100]) },
      .init("lower triangle") { $0.x.lowerTriangle() },
    ]
  }
}

extension TensorOperation {
  /// An operation that changes a tensor in place.
  private static func change(
    _ name: String, _ body: @escaping (inout Tensor<Scalar>, Operands) -> Void
  ) -> TensorOperation {
    .init(name) { operands in
      // Neither shares the elements.
      var changed = operands.changed
      operands.changed = operands.three
      body(&changed, operands)
      operands.changed = changed
      return changed
    }
  }

  private static func alongAxis(
    _ name: String, _ body: @escaping (Operands, _ axis: Int) -> Any
  ) -> [TensorOperation] {
    (0..<2).map { axis in .init("\(name), axis \(axis)") { body($0, axis) } }
  }

  private static func byAxis(
    _ name: String, _ body: @escaping (Operands, _ axis: Int) -> Any,
    _ whole: @escaping (Operands) -> Any
  ) -> [TensorOperation] {
    alongAxis(name, body) + [.init("\(name), all") { whole($0) }]
  }
}

/// The numbers on which both programs have to agree: how many elements a result has, and sums of their
/// magnitudes, of the magnitudes weighted by the position, and of those above 0.
func checkedNumbers<Scalar: BLASScalar>(of result: Any, _: Scalar.Type) -> [Double] {
  let elements: [Double]
  switch result {
  case let tensor as Tensor<Scalar>: elements = tensor.elements.map { Double($0) }
  case let number as Scalar: elements = [Double(number)]
  case let mask as Mask: elements = mask.elements.map { $0 ? 1 : 0 }
  case let count as Int: elements = [Double(count)]
  case let positions as [Int]: elements = positions.map(Double.init)
  case let results as [Any]: return results.flatMap { checkedNumbers(of: $0, Scalar.self) }
  default: return []
  }
  var (sum, weighted, positive) = (0.0, 0.0, 0.0)
  for (position, element) in elements.enumerated() {
    sum += element.magnitude
    weighted += element.magnitude * Double(position % 101 + 1)
    positive += max(element, 0)
  }
  return [Double(elements.count), sum, weighted, positive]
}
