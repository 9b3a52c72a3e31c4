/// How the elements of a tensor go into the results of a reduction: `outer` slabs of `length` rows of
/// `inner` elements each, where every column of a slab makes one result.
struct Reduction<Scalar: BLASScalar> {
  /// The operand, its axes reordered where those to reduce are apart.
  let operand: Tensor<Scalar>
  let outer: Int
  let length: Int
  let inner: Int
  /// The shape of the results.
  let shape: Shape

  /// The number of results.
  var count: Int { outer * inner }

  /// Calls `lines` or, where the elements of a result are not neighbors, `columns` with the first of some
  /// results, how many they are, and their first element; on several threads for a large operand.
  func forEachPart(
    cost: Int = 1,
    lines: (_ first: Int, _ count: Int, _ x: UnsafePointer<Scalar>) -> Void,
    columns: (_ first: Int, _ count: Int, _ x: UnsafePointer<Scalar>) -> Void
  ) {
    if count == 0 { return }
    let minimum = max(1, smallestShare / max(1, cost * length))
    operand.withUnsafeElements { elements in
      guard let x = elements.baseAddress else { return }
      if inner == 1 {
        return withShares(of: outer, atLeast: minimum) { share in
          if !share.isEmpty {
            lines(share.lowerBound, share.count, x + share.lowerBound * length)
          }
        }
      }
      withShares(of: count, atLeast: max(minimum, 32), inUnitsOf: 16) { share in
        var first = share.lowerBound
        while first < share.upperBound {
          let (slab, column) = first.quotientAndRemainder(dividingBy: inner)
          let width = min(inner - column, share.upperBound - first)
          columns(first, width, x + slab * length * inner + column)
          first += width
        }
      }
    }
  }

  /// The results that `lines` or `columns` write to the place of the first of some.
  func map(
    cost: Int = 1,
    lines: (_ first: Int, _ count: Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) ->
      Void,
    columns: (_ first: Int, _ count: Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) ->
      Void
  ) -> Tensor<Scalar> {
    Tensor(shape: shape) { target in
      guard let target = target.baseAddress else { return }
      forEachPart(cost: cost) {
        lines($0, $1, $2, target + $0)
      } columns: {
        columns($0, $1, $2, target + $0)
      }
    }
  }
}

// MARK: - Long lines

/// The number of elements of a part of a single line, which is reduced in parts where it is longer than
/// a few of them: the parts are shared among threads, but depend on the length alone.
private let partLength = 1 << 15

extension Reduction {
  /// Whether all elements make one result, and are many.
  var isLong: Bool { count == 1 && length > 4 * partLength }

  /// The parts of a long line: those of full length as lines, and what is left.
  var parts: [Reduction] {
    let (full, rest) = length.quotientAndRemainder(dividingBy: partLength)
    let elements = operand.reshaped(to: [length])
    return [(0, full, partLength), (full * partLength, 1, rest)].filter { $0.2 > 0 }.map {
      (start, lines, length) in
      Reduction(
        operand: elements.sharingRows(start..<start + lines * length), outer: lines, length: length,
        inner: 1, shape: [lines])
    }
  }

  /// The results of the parts of a long line.
  func reducingParts(_ reduce: (Reduction) -> Tensor<Scalar>) -> [Scalar] {
    parts.flatMap { reduce($0).elements }
  }
}

/// The number of elements of a simple reduction from which on a second thread is worth waking.
let smallestShare = 1 << 16

extension Tensor {
  /// How this tensor is reduced along `axes`, which the results keep with extent 1 or do not have.
  ///
  /// - Precondition: axes are in 0..<rank and differ; with `needsElements`, they are not empty.
  func reduction(
    along axes: [Int], keepingDimensions: Bool, _ operation: String, needsElements: Bool = false
  ) -> Reduction<Scalar> {
    let reduced = axes.sorted()
    for axis in reduced { shape.checkAxis(axis, operation) }
    require(
      zip(reduced, reduced.dropFirst()).allSatisfy { $0 < $1 },
      "\(operation): the axes \(axes) of a tensor of shape \(shape) repeat one")
    let extents = shape.dimensions
    let kept = (0..<rank).filter { !reduced.contains($0) }
    let length = reduced.reduce(1) { $0 * extents[$1] }
    require(
      !needsElements || length > 0, "\(operation): axes \(axes) of shape \(shape) are empty")
    let result =
      keepingDimensions
      ? Shape((0..<rank).map { reduced.contains($0) ? 1 : extents[$0] })
      : Shape(kept.map { extents[$0] })
    let areNeighbors = zip(reduced, reduced.dropFirst()).allSatisfy { $0 + 1 == $1 }
    if let first = reduced.first, let last = reduced.last, areNeighbors {
      return Reduction(
        operand: self, outer: extents[..<first].reduce(1, *), length: length,
        inner: extents[(last + 1)...].reduce(1, *), shape: result)
    }
    return Reduction(
      operand: transposed(axes: kept + reduced), outer: result.count, length: length, inner: 1,
      shape: result)
  }

  /// How this tensor is reduced to a single number.
  func wholeReduction(_ operation: String, needsElements: Bool = false) -> Reduction<Scalar> {
    require(
      !needsElements || count > 0, "\(operation): a tensor of shape \(shape) has no elements")
    return Reduction(operand: self, outer: 1, length: count, inner: 1, shape: [])
  }
}
