// Broadcasting, by NumPy's rules: shapes are aligned at their last axes, and an extent of 1, or an axis
// that is missing, is repeated along the other shape's.

extension Shape {
  /// The shape that two operands of an element-wise operation have together; nil where some axis has two
  /// different extents, neither of them 1.
  ///
  /// | one | other | together |
  /// |---|---|---|
  /// | [3, 4] | [4] or [1, 4] | [3, 4] |
  /// | [3, 1] | [1, 4] | [3, 4] |
  /// | [3, 4] | [3] | nil |
  public static func broadcast(_ one: Shape, _ other: Shape) -> Shape? {
    if one == other { return one }
    let rank = max(one.rank, other.rank)
    let (a, b) = (one.alignedExtents, other.alignedExtents)
    var extents = a
    for axis in 0..<maximumRank {
      if a[axis] == 1 {
        extents[axis] = b[axis]
      } else if b[axis] != 1 && b[axis] != a[axis] {
        return nil
      }
    }
    return Shape(alignedExtents: extents, rank: rank)
  }

  /// The extents of four axes, with ones before the shape's own.
  var alignedExtents: SIMD4<Int> {
    var aligned = SIMD4(1, 1, 1, 1)
    for axis in 0..<rank { aligned[axis + Shape.maximumRank - rank] = self[axis] }
    return aligned
  }

  /// The shape of the last `rank` of four extents.
  init(alignedExtents aligned: SIMD4<Int>, rank: Int) {
    self.init((Shape.maximumRank - rank..<Shape.maximumRank).map { aligned[$0] })
  }

  /// The distances between neighbors along four axes in row-major order, with those of ``alignedExtents``.
  var alignedStrides: SIMD4<Int> {
    let extents = alignedExtents
    var strides = SIMD4(1, 1, 1, 1)
    for axis in stride(from: 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }
}

/// How the elements of two operands go together: loops over as few axes as possible, the innermost of
/// which walks over neighbors or stays.
struct Broadcast {
  /// The shape of the result.
  let result: Shape
  private var extents = SIMD4(1, 1, 1, 1)
  private var left = SIMD4(0, 0, 0, 0)
  private var right = SIMD4(0, 0, 0, 0)

  /// - Precondition: the shapes go together.
  init(_ lhs: Shape, _ operation: @autoclosure () -> String, _ rhs: Shape) {
    guard let result = Shape.broadcast(lhs, rhs) else {
      fatalError(
        "\(operation()): shapes \(lhs) and \(rhs) do not go together; extents have to be equal or 1, "
          + "counted from the last axis")
    }
    self.result = result
    if lhs == rhs {
      (extents[3], left[3], right[3]) = (lhs.count, 1, 1)
    } else {
      let whole = result.alignedExtents
      let (leftStrides, rightStrides) = (
        Broadcast.strides(of: lhs, in: whole), Broadcast.strides(of: rhs, in: whole)
      )
      // From the innermost axis out: an axis that goes on where the last one ends becomes part of it.
      var place = 3
      var isFirst = true
      for axis in stride(from: 3, through: 0, by: -1) where whole[axis] != 1 {
        let extent = whole[axis]
        if isFirst {
          (extents[3], left[3], right[3]) = (extent, leftStrides[axis], rightStrides[axis])
          isFirst = false
        } else if leftStrides[axis] == left[place] * extents[place]
          && rightStrides[axis] == right[place] * extents[place]
        {
          extents[place] *= extent
        } else {
          place -= 1
          (extents[place], left[place], right[place]) = (
            extent, leftStrides[axis], rightStrides[axis]
          )
        }
      }
    }
  }

  /// The strides of a shape along the axes of a larger one: 0 where it is repeated.
  private static func strides(of shape: Shape, in whole: SIMD4<Int>) -> SIMD4<Int> {
    let own = shape.alignedExtents
    var strides = shape.alignedStrides
    for axis in 0..<4 where own[axis] == 1 && whole[axis] != 1 { strides[axis] = 0 }
    return strides
  }

  /// How an operand is read within a run.
  private func step(_ stride: Int) -> OperandStep { stride == 0 ? .same : .each }

  /// The least number of elements of an element-wise operation that is worth a thread.
  static let elementsWorthThread = 1 << 16

  /// Calls `body` for each run of neighbors in the result: with the positions of the run's first elements in
  /// the operands and the result, and how many they are. Several threads share a large result.
  func forEachRun(
    _ body: (
      _ count: Int, _ left: Int, _ leftStep: OperandStep, _ right: Int, _ rightStep: OperandStep,
      _ result: Int
    ) -> Void
  ) {
    if result.count == 0 { return }
    let length = extents[3]
    let (leftStep, rightStep) = (step(left[3]), step(right[3]))
    let rows = extents[0] * extents[1] * extents[2]
    if rows == 1 {
      withShares(of: length, atLeast: Self.elementsWorthThread, inUnitsOf: 64) { range in
        let start = range.lowerBound
        body(range.count, start * left[3], leftStep, start * right[3], rightStep, start)
      }
      return
    }
    withShares(of: rows, atLeast: max(1, Self.elementsWorthThread / length)) { range in
      for row in range {
        let (rest, k) = row.quotientAndRemainder(dividingBy: extents[2])
        let (i, j) = rest.quotientAndRemainder(dividingBy: extents[1])
        body(
          length, i * left[0] + j * left[1] + k * left[2], leftStep,
          i * right[0] + j * right[1] + k * right[2], rightStep, row * length)
      }
    }
  }
}

// MARK: - Short rows

extension Broadcast {
  /// The length from which on a run is worth a kernel's call.
  private static let longRun = 32
  /// The number of elements of a block of shorter runs.
  private static let blockLength = 1024

  /// As ``forEachRun(_:)``, with the operands' elements. Runs of a few elements are joined into longer ones,
  /// for which an operand that is repeated is written out block by block.
  func forEachRun<Scalar: BLASScalar>(
    _ lhs: UnsafePointer<Scalar>, _ rhs: UnsafePointer<Scalar>,
    _ body: (
      _ count: Int, _ left: UnsafePointer<Scalar>, _ leftStep: OperandStep,
      _ right: UnsafePointer<Scalar>, _ rightStep: OperandStep, _ result: Int
    ) -> Void
  ) {
    let (length, rows) = (extents[3], extents[2])
    if length >= Self.longRun || rows == 1 || result.count == 0 {
      return forEachRun { count, left, leftStep, right, rightStep, result in
        body(count, lhs + left, leftStep, rhs + right, rightStep, result)
      }
    }
    let height = min(rows, Self.blockLength / length)
    let blocks = (rows + height - 1) / height
    withShares(
      of: extents[0] * extents[1] * blocks,
      atLeast: max(1, Self.elementsWorthThread / (height * length))
    ) { range in
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 2 * height * length) { room in
        guard let room = room.baseAddress else { return }
        var left = BlockOperand(lhs, left, length: length, room)
        var right = BlockOperand(rhs, right, length: length, room + height * length)
        for index in range {
          let (slab, block) = index.quotientAndRemainder(dividingBy: blocks)
          let (i, j) = slab.quotientAndRemainder(dividingBy: extents[1])
          let first = block * height
          let count = min(height, rows - first)
          left.move(toSlab: (i, j), row: first, rows: count, height: height)
          right.move(toSlab: (i, j), row: first, rows: count, height: height)
          body(
            count * length, left.elements, left.step, right.elements, right.step,
            (slab * rows + first) * length)
        }
      }
    }
  }
}

/// The elements of an operand that go with a block of short rows of the result.
private struct BlockOperand<Scalar: BLASScalar> {
  private let start: UnsafePointer<Scalar>
  private let strides: SIMD4<Int>
  private let length: Int
  /// Memory for the elements of a block.
  private let room: UnsafeMutablePointer<Scalar>
  /// The first element of the row that is repeated in `room`.
  private var repeated: UnsafePointer<Scalar>?
  private(set) var elements: UnsafePointer<Scalar>
  let step: OperandStep

  init(
    _ start: UnsafePointer<Scalar>, _ strides: SIMD4<Int>, length: Int,
    _ room: UnsafeMutablePointer<Scalar>
  ) {
    (self.start, self.strides, self.length, self.room) = (start, strides, length, room)
    elements = start
    step = strides[2] == 0 && strides[3] == 0 ? .same : .each
  }

  /// Points to the elements of some rows: where they are, or copied.
  ///
  /// - Parameter height: the largest number of rows.
  mutating func move(toSlab slab: (Int, Int), row: Int, rows: Int, height: Int) {
    let first = start + slab.0 * strides[0] + slab.1 * strides[1] + row * strides[2]
    if step == .same || strides[3] == 1 && strides[2] == length {
      elements = first
      return
    }
    elements = UnsafePointer(room)
    if strides[2] != 0 {
      Self.copy(first, rows: rows, strides[2], length: length, strides[3], into: room)
    } else if repeated != first {
      Self.copy(first, rows: height, 0, length: length, strides[3], into: room)
      repeated = first
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private static func copy(
    _ source: UnsafePointer<Scalar>, rows: Int, _ rowStride: Int, length: Int, _ stride: Int,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<rows {
      for column in 0..<length {
        target[row &* length &+ column] = source[row &* rowStride &+ column &* stride]
      }
    }
  }
}

// MARK: - Repeated elements

extension Tensor {
  /// The elements repeated along axes of extent 1 and along new first ones, copied.
  ///
  /// - Precondition: the shapes go together to `shape`.
  public func broadcast(to shape: Shape) -> Tensor {
    if shape == self.shape { return self }
    let broadcast = Broadcast(shape, "broadcast", self.shape)
    require(
      broadcast.result == shape, "broadcast: \(self.shape) does not broadcast to \(shape)")
    return Tensor(shape: shape) { target in
      withUnsafeElements { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        broadcast.forEachRun { count, _, _, position, step, start in
          if step == .each {
            (target + start).initialize(from: source + position, count: count)
          } else {
            (target + start).initialize(repeating: source[position], count: count)
          }
        }
      }
    }
  }
}

extension Mask {
  /// As ``Tensor/broadcast(to:)``.
  func broadcast(to shape: Shape, _ operation: String) -> Mask {
    if shape == self.shape { return self }
    let broadcast = Broadcast(shape, operation, self.shape)
    require(
      broadcast.result == shape,
      "\(operation): a mask of shape \(self.shape) does not broadcast to \(shape)")
    return elements.withUnsafeBufferPointer { source in
      Mask(shape: shape) { target in
        broadcast.forEachRun { count, _, _, position, step, start in
          for index in 0..<count {
            (target + start + index).initialize(to: source[position + index * step.rawValue])
          }
        }
      }
    }
  }
}
