// Tensors put together, and taken apart.

/// Tensors one after the other along an axis that they have: NumPy's `concatenate`.
///
/// - Precondition: there is at least one; all have the same shape but for the extent of `axis`.
public func concatenate<Scalar>(_ tensors: [Tensor<Scalar>], axis: Int = 0) -> Tensor<Scalar> {
  guard let first = tensors.first else { fatalError("concatenate: there is no tensor") }
  require(
    axis >= 0 && axis < first.rank, "concatenate: axis \(axis) of a tensor of shape \(first.shape)")
  var dimensions = first.shape.dimensions
  for tensor in tensors.dropFirst() {
    require(
      tensor.rank == first.rank
        && tensor.shape.removing(axis: axis) == first.shape.removing(axis: axis),
      "concatenate: shapes \(first.shape) and \(tensor.shape) differ in more than axis \(axis)")
    dimensions[axis] += tensor.shape[axis]
  }
  let shape = Shape(dimensions)
  let outer = dimensions[..<axis].reduce(1, *)
  let length = dimensions[axis...].reduce(1, *)
  return Tensor(shape: shape) { target in
    guard let target = target.baseAddress else { return }
    var start = 0
    for tensor in tensors {
      let run = outer == 0 ? 0 : tensor.count / outer
      tensor.withUnsafeElements { source in
        guard let source = source.baseAddress else { return }
        for slab in 0..<outer {
          (target + slab * length + start).initialize(from: source + slab * run, count: run)
        }
      }
      start += run
    }
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
    let extent = extent(axis, "split")
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
    let extent = extent(axis, "split")
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

  /// The extent of `axis`.
  func extent(_ axis: Int, _ operation: String) -> Int {
    require(axis >= 0 && axis < rank, "\(operation): axis \(axis) of a tensor of shape \(shape)")
    return shape[axis]
  }

  /// Each entry along an axis `count` times in a row: NumPy's `repeat`.
  ///
  /// - Precondition: `0 ≤ axis < rank`, `count ≥ 0`.
  public func repeated(_ count: Int, axis: Int = 0) -> Tensor {
    let extent = extent(axis, "repeated")
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
      result = concatenate(
        [Tensor](repeating: result, count: counts[axis])
          + (counts[axis] == 0 ? [result.slice(0..<0, axis: axis)] : []), axis: axis)
    }
    return result
  }

  /// With margins of one number around it: NumPy's `pad`.
  ///
  /// - Parameters:
  ///   - margins: the numbers of entries before and after each axis's own.
  ///   - value: the number in the margins.
  /// - Precondition: as many margins as axes, none negative.
  public func padded(_ margins: [(before: Int, after: Int)], with value: Scalar = 0) -> Tensor {
    require(
      margins.count == rank && margins.allSatisfy { $0.before >= 0 && $0.after >= 0 },
      "padded: margins \(margins.map { [$0.before, $0.after] }) for a tensor of shape \(shape)")
    var result = self
    for (axis, margin) in margins.enumerated() where margin.before + margin.after > 0 {
      func filling(_ extent: Int) -> Tensor {
        var dimensions = result.shape.dimensions
        dimensions[axis] = extent
        return Tensor(shape: Shape(dimensions), repeating: value)
      }
      result = concatenate([filling(margin.before), result, filling(margin.after)], axis: axis)
    }
    return result
  }
}
