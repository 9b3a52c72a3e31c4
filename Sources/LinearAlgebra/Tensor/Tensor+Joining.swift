// Tensors put together, and taken apart.

/// Tensors one after the other along an axis that they have: NumPy's `concatenate`.
///
/// - Precondition: there is at least one; all have the same shape but for the extent of `axis`;
///   `0 ≤ axis < rank`.
/// - Complexity: O(count of the result).
public func concatenate<Scalar>(_ tensors: [Tensor<Scalar>], axis: Int = 0) -> Tensor<Scalar> {
  guard let first = tensors.first else { fatalError("concatenate: there is no tensor") }
  let (outer, _, inner) = first.shape.slabs(at: axis, "concatenate")
  var dimensions = first.shape.dimensions
  for tensor in tensors.dropFirst() {
    require(
      tensor.rank == first.rank
        && tensor.shape.removing(axis: axis) == first.shape.removing(axis: axis),
      "concatenate: shapes \(first.shape) and \(tensor.shape) differ in more than axis \(axis)")
    dimensions[axis] += tensor.shape[axis]
  }
  let length = dimensions[axis] * inner
  return Tensor(shape: Shape(dimensions)) { target in
    guard let target = target.baseAddress else { return }
    var start = 0
    for tensor in tensors {
      let run = tensor.shape[axis] * inner
      tensor.withUnsafeElements { source in
        guard let source = source.baseAddress else { return }
        copyRuns(outer, of: run, source, every: run, to: target + start, every: length)
      }
      start += run
    }
  }
}

/// Copies `count` runs of `length` elements, on several threads where there are many; `sourceStride` and
/// `targetStride` are from run to run.
private func copyRuns<Scalar: BLASScalar>(
  _ count: Int, of length: Int, _ source: UnsafePointer<Scalar>, every sourceStride: Int,
  to target: UnsafeMutablePointer<Scalar>, every targetStride: Int
) {
  if count == 1 {
    return withElementShares(of: length) {
      (target + $0.lowerBound).initialize(from: source + $0.lowerBound, count: $0.count)
    }
  }
  withShares(of: count, atLeast: max(1, smallestShare / max(1, length))) {
    copyRuns(
      $0, of: length, source, every: sourceStride, to: target, every: targetStride)
  }
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func copyRuns<Scalar: BLASScalar>(
  _ runs: Range<Int>, of length: Int, _ source: UnsafePointer<Scalar>, every sourceStride: Int,
  to target: UnsafeMutablePointer<Scalar>, every targetStride: Int
) {
  if length == 1 {
    for run in runs { target[run &* targetStride] = source[run &* sourceStride] }
  } else {
    for run in runs {
      (target + run * targetStride).initialize(from: source + run * sourceStride, count: length)
    }
  }
}

/// Writes each of `count` runs of `length` elements `times` times in a row.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func repeatRuns<Scalar: BLASScalar>(
  _ count: Int, of length: Int, _ source: UnsafePointer<Scalar>, times: Int,
  to target: UnsafeMutablePointer<Scalar>
) {
  var (source, target) = (source, target)
  for _ in 0..<count {
    if length == 1 {
      target.initialize(repeating: source.pointee, count: times)
      target += times
    } else {
      for _ in 0..<times {
        target.initialize(from: source, count: length)
        target += length
      }
    }
    source += length
  }
}

/// Tensors of one shape beside each other along a new axis: NumPy's `stack`.
///
/// - Precondition: there is at least one; all have one shape, of rank 3 at most; `0 ≤ axis ≤ rank`.
public func stack<Scalar>(_ tensors: [Tensor<Scalar>], axis: Int = 0) -> Tensor<Scalar> {
  guard let first = tensors.first else { fatalError("stack: there is no tensor") }
  if let odd = tensors.first(where: { $0.shape != first.shape }) {
    fatalError("stack: shapes \(first.shape) and \(odd.shape) differ")
  }
  return concatenate(tensors.map { $0.expanded(axis: axis) }, axis: axis)
}

extension Tensor {
  /// Equal parts along an axis: NumPy's `split`.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis divides into `count` equal parts.
  public func split(into count: Int, axis: Int = 0) -> [Tensor] {
    let extent = shape.slabs(at: axis, "split").length
    require(
      count > 0 && extent % count == 0,
      "split: axis \(axis) of shape \(shape) does not divide into \(count) equal parts")
    let length = extent / count
    return split(at: (1..<count).map { $0 * length }, axis: axis)
  }

  /// The parts before, between and after the given borders along an axis.
  ///
  /// - Precondition: `0 ≤ axis < rank`; the borders ascend from 0 to the axis's extent.
  public func split(at borders: [Int], axis: Int = 0) -> [Tensor] {
    let extent = shape.slabs(at: axis, "split").length
    let ends = [0] + borders + [extent]
    require(
      zip(ends, ends.dropFirst()).allSatisfy { $0 <= $1 },
      "split: borders \(borders) of axis \(axis) of shape \(shape) do not ascend from 0 to \(extent)"
    )
    return zip(ends, ends.dropFirst()).map { slice($0..<$1, axis: axis) }
  }

  /// The entries of one axis, with all of the other axes.
  func slice(_ entries: some AxisRange, axis: Int) -> Tensor {
    switch axis {
    case 0: self[entries]
    case 1: self[.all, entries]
    case 2: self[.all, .all, entries]
    default: self[.all, .all, .all, entries]
    }
  }

  /// Each entry along an axis `count` times in a row: NumPy's `repeat`.
  ///
  /// - Precondition: `0 ≤ axis < rank`, `count ≥ 0`.
  public func repeated(_ count: Int, axis: Int = 0) -> Tensor {
    let extent = shape.slabs(at: axis, "repeated").length
    require(count >= 0, "repeated: \(count) times")
    return slice((0..<extent * count).map { $0 / count }, axis: axis)
  }

  /// The whole tensor repeated along its axes, `counts` times each: NumPy's `tile`.
  ///
  /// - Precondition: as many counts as axes, none negative.
  public func tiled(_ counts: [Int]) -> Tensor {
    require(
      counts.count == rank && counts.allSatisfy { $0 >= 0 },
      "tiled: counts \(counts) for a tensor of shape \(shape)")
    var result = self
    for axis in 0..<rank where counts[axis] != 1 {
      var dimensions = result.shape.dimensions
      let (outer, length, inner) = result.shape.slabs(at: axis, "tiled")
      dimensions[axis] *= counts[axis]
      result = Tensor(shape: Shape(dimensions)) { target in
        result.withUnsafeElements { source in
          guard let source = source.baseAddress, let target = target.baseAddress else { return }
          repeatRuns(outer, of: length * inner, source, times: counts[axis], to: target)
        }
      }
    }
    return result
  }

  /// With margins of one number around it: NumPy's `pad`.
  ///
  /// - Parameters:
  ///   - margins: the numbers of entries before and after each axis's own.
  ///   - value: the number in the margins.
  /// - Precondition: as many margins as axes, none negative.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func padded(_ margins: [(before: Int, after: Int)], with value: Scalar = 0) -> Tensor {
    require(
      margins.count == rank && margins.allSatisfy { $0.before >= 0 && $0.after >= 0 },
      "padded: margins \(margins.map { [$0.before, $0.after] }) for a tensor of shape \(shape)")
    // Row by row in the order of the result, with what is between two rows filled.
    let shape = Shape(zip(margins, self.shape.dimensions).map { $0.before + $1 + $0.after })
    let own = self.shape.alignedExtents
    let strides = shape.alignedStrides
    var before = SIMD4(0, 0, 0, 0)
    for (axis, margin) in margins.enumerated() {
      before[axis + Shape.maximumRank - rank] = margin.before
    }
    return Tensor(shape: shape) { target in
      withUnsafeElements { source in
        guard let target = target.baseAddress else { return }
        var end = target
        func fill(to next: UnsafeMutablePointer<Scalar>) {
          end.initialize(repeating: value, count: next - end)
          end = next
        }
        if let source = source.baseAddress, self.count > 0 {
          for i in 0..<own[0] {
            for j in 0..<own[1] {
              for k in 0..<own[2] {
                let place = (SIMD4(i, j, k, 0) &+ before) &* strides
                fill(to: target + place.wrappedSum())
                end.initialize(
                  from: source + ((i * own[1] + j) * own[2] + k) * own[3], count: own[3])
                end += own[3]
              }
            }
          }
        }
        fill(to: target + shape.count)
      }
    }
  }
}
