// Indexing by ranges, lists and masks: `x[.all, 1]`, `x[2..<5, 3...]`, `x[rows: [7, 1, 7]]`, `x[mask]`, for reading
// and for writing.
//
// A slice is a copy: it costs one pass over the slice, and never holds its parent. Strided views, NumPy's way, were
// weighed against it. Every operation would have to take strides, or to copy a strided operand first; and a view
// that lives while its parent is written to makes the parent copy all of its elements, for values are not
// shared. A copy of a column of 3000 × 1000 floats takes 4.5 µs, of 100 columns 43 µs, of a third of the rows 97 µs
// (AVX-512, `bench tensor`); such a write to the parent took 1.7 ms.

extension Tensor {
  /// The entries of the first axis that are chosen, with all of the other axes.
  ///
  /// What is assigned to a slice is a tensor, which broadcasts to its shape; ``fill(with:)`` sets it to a number.
  ///
  /// - Complexity: O(count of the slice), for reading and for writing, as of all slices.
  public subscript<A: AxisRange>(
    first: A
  ) -> Tensor {
    get { slice([first]) }
    set { assign(newValue, to: [first]) }
  }

  /// The chosen entries of the first two axes, with all of the others.
  public subscript<A: AxisRange, B: AxisIndex>(
    first: A, second: B
  ) -> Tensor {
    get { slice([first, second]) }
    set { assign(newValue, to: [first, second]) }
  }

  /// The chosen entries of the first two axes, with all of the others.
  public subscript<B: AxisRange>(
    first: Int, second: B
  ) -> Tensor {
    get { slice([first, second]) }
    set { assign(newValue, to: [first, second]) }
  }

  /// The chosen entries of the first three axes, with all of a fourth.
  public subscript<A: AxisRange, B: AxisIndex, C: AxisIndex>(
    first: A, second: B, third: C
  ) -> Tensor {
    get { slice([first, second, third]) }
    set { assign(newValue, to: [first, second, third]) }
  }

  /// The chosen entries of the first three axes, with all of a fourth.
  public subscript<B: AxisRange, C: AxisIndex>(
    first: Int, second: B, third: C
  ) -> Tensor {
    get { slice([first, second, third]) }
    set { assign(newValue, to: [first, second, third]) }
  }

  /// The chosen entries of the first three axes, with all of a fourth.
  public subscript<C: AxisRange>(
    first: Int, second: Int, third: C
  ) -> Tensor {
    get { slice([first, second, third]) }
    set { assign(newValue, to: [first, second, third]) }
  }

  /// The chosen entries of four axes.
  public subscript<A: AxisRange, B: AxisIndex, C: AxisIndex, D: AxisIndex>(
    first: A, second: B, third: C, fourth: D
  ) -> Tensor {
    get { slice([first, second, third, fourth]) }
    set { assign(newValue, to: [first, second, third, fourth]) }
  }

  /// The chosen entries of four axes.
  public subscript<B: AxisRange, C: AxisIndex, D: AxisIndex>(
    first: Int, second: B, third: C, fourth: D
  ) -> Tensor {
    get { slice([first, second, third, fourth]) }
    set { assign(newValue, to: [first, second, third, fourth]) }
  }

  /// The chosen entries of four axes.
  public subscript<C: AxisRange, D: AxisIndex>(
    first: Int, second: Int, third: C, fourth: D
  ) -> Tensor {
    get { slice([first, second, third, fourth]) }
    set { assign(newValue, to: [first, second, third, fourth]) }
  }

  /// The chosen entries of four axes.
  public subscript<D: AxisRange>(
    first: Int, second: Int, third: Int, fourth: D
  ) -> Tensor {
    get { slice([first, second, third, fourth]) }
    set { assign(newValue, to: [first, second, third, fourth]) }
  }

  /// All elements: `x[...] = y` writes to each, and `y` broadcasts.
  public subscript(_: (UnboundedRange_) -> Void) -> Tensor {
    get { self }
    set { assign(newValue, to: []) }
  }

  /// The rows (elements, for a vector) with these indices, in this order, repeated ones too: NumPy's `take`
  /// along the first axis.
  ///
  /// - Precondition: rank 1 or more; each index is from 0 to below `shape[0]`.
  public subscript(rows indices: [Int]) -> Tensor {
    get { slice([indices]) }
    set { assign(newValue, to: [indices]) }
  }

  /// The elements where the mask is true, in row-major order: a vector. For a mask of the first axes alone, the
  /// rows where it is true.
  ///
  /// What is assigned broadcasts to that shape.
  ///
  /// - Precondition: the mask's extents are this shape's, or its first ones.
  public subscript(mask: Mask) -> Tensor {
    get {
      let choice = Choice(mask, of: shape)
      return copy(of: choice)
    }
    set { put(newValue, to: Choice(mask, of: shape)) }
  }
}

// MARK: - The work

extension Tensor {
  private func slice(_ indices: [any AxisIndex]) -> Tensor { copy(of: Choice(indices, of: shape)) }

  private mutating func assign(_ value: Tensor, to indices: [any AxisIndex]) {
    put(value, to: Choice(indices, of: shape))
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func copy(of choice: Choice) -> Tensor {
    Tensor(shape: choice.shape) { target in
      withUnsafeElements { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let entries = choice.outermostCount
        let size = choice.shape.count / Swift.max(entries, 1)
        withShares(of: entries, atLeast: Swift.max(1, smallestShare / Swift.max(size, 1))) {
          share in
          var target = target + share.lowerBound * size
          choice.part(share).forEachSeries { start, stride, count, places in
            var from = source + start
            if let places {
              for place in places {
                let from = from + place &* stride
                if choice.run == 1 {
                  target.initialize(to: from.pointee)
                } else {
                  target.initialize(from: from, count: choice.run)
                }
                target += choice.run
              }
            } else if choice.run == 1 {
              Scalar.gather(count: count, from, stride: stride, into: target)
              target += count
            } else {
              for _ in 0..<count {
                target.initialize(from: from, count: choice.run)
                from += stride
                target += choice.run
              }
            }
          }
        }
      }
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private mutating func put(_ value: Tensor, to choice: Choice) {
    require(
      Shape.broadcast(choice.shape, value.shape) == choice.shape,
      "subscript: elements of shape \(value.shape) do not fit into a slice of shape \(choice.shape)"
    )
    if value.count == 1 { return fill(choice, with: value[position: 0]) }
    let value = value.broadcast(to: choice.shape)
    value.withUnsafeElements { source in
      withUnsafeMutableElements { target in
        guard var source = source.baseAddress, let target = target.baseAddress else { return }
        choice.forEachSeries { start, stride, count, places in
          var to = target + start
          if let places {
            for place in places {
              let to = to + place &* stride
              if choice.run == 1 {
                to.pointee = source.pointee
              } else {
                to.update(from: source, count: choice.run)
              }
              source += choice.run
            }
          } else if choice.run == 1 {
            for index in 0..<count { to[index &* stride] = source[index] }
            source += count
          } else {
            for _ in 0..<count {
              to.update(from: source, count: choice.run)
              to += stride
              source += choice.run
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private mutating func fill(_ choice: Choice, with value: Scalar) {
    withUnsafeMutableElements { target in
      guard let target = target.baseAddress else { return }
      choice.forEachSeries { start, stride, count, places in
        let to = target + start
        if choice.run == 1 {
          if let places {
            for place in places { to[place &* stride] = value }
          } else {
            for index in 0..<count { to[index &* stride] = value }
          }
        } else {
          for index in 0..<count {
            (to + (places?[index] ?? index) &* stride).update(repeating: value, count: choice.run)
          }
        }
      }
    }
  }
}

/// The elements of a tensor that are chosen, as runs of neighbors.
private struct Choice {
  /// The shape of what is chosen.
  let shape: Shape
  /// The number of elements in a run.
  let run: Int
  /// The entries of the axes before a run's, outermost first, and the distance of neighbors along each.
  private var axes: [(entries: AxisEntries, stride: Int)]

  /// - Precondition: no more indices than axes, and each fits its axis.
  init(_ indices: [any AxisIndex], of whole: Shape) {
    require(
      indices.count <= whole.rank,
      "subscript: \(indices.count) indices of a tensor of shape \(whole)")
    let dimensions = whole.dimensions
    let chosen = dimensions.enumerated().map { axis, extent in
      axis < indices.count ? indices[axis].entries(of: extent) : .all(of: extent)
    }
    let strides = whole.strides
    shape = Shape(chosen.filter(\.keepsAxis).map(\.count))
    // The innermost axes that are chosen whole are one run, and so is a range of the next one.
    var run = 1
    var outer = chosen.count
    var start = 0
    while outer > 0, case .every(let step, let first, let count) = chosen[outer - 1].places,
      step == 1 || count == 1
    {
      outer -= 1
      run *= count
      start += first * strides[outer]
      if count != dimensions[outer] { break }
    }
    self.run = run
    var axes = (0..<outer).map { (chosen[$0], strides[$0]) }
    axes.insert(Self.place(start), at: 0)
    self.axes = axes
  }

  /// An axis of one entry, for the place where the runs begin.
  private static func place(_ start: Int) -> (entries: AxisEntries, stride: Int) {
    (AxisEntries(places: .every(step: 1, from: start, count: 1), keepsAxis: false), 1)
  }

  init(_ mask: Mask, of whole: Shape) {
    let dimensions = whole.dimensions
    require(
      mask.rank <= whole.rank && mask.rank > 0
        && mask.shape.dimensions == Array(dimensions[..<mask.rank]),
      "subscript: a mask of shape \(mask.shape) for a tensor of shape \(whole)")
    let positions = mask.truePositions()
    let rest = dimensions[mask.rank...]
    run = rest.reduce(1, *)
    shape = Shape([positions.count] + rest)
    axes = [Self.place(0), (AxisEntries(places: .list(positions), keepsAxis: true), run)]
  }

  /// The number of entries of the outermost axis, 1 where all are one run.
  var outermostCount: Int { axes.count > 1 ? axes[1].entries.count : 1 }

  /// The same with some of the entries of the outermost axis.
  func part(_ range: Range<Int>) -> Choice {
    if range.count == outermostCount { return self }
    var part = self
    part.axes[1].entries = axes[1].entries[range]
    return part
  }

  /// Some runs in the order of the result: `count` of them from `start` on, `stride` apart or, where there are
  /// places, at those times `stride`.
  typealias Series = (_ start: Int, _ stride: Int, _ count: Int, _ places: [Int]?) -> Void

  /// Calls `body` for all runs, in the order of the result.
  @inline(__always)
  func forEachSeries(_ body: Series) {
    if shape.count == 0 { return }
    visit(axes[...], 0, body)
  }

  private func visit(
    _ axes: ArraySlice<(entries: AxisEntries, stride: Int)>, _ start: Int,
    _ body: Series
  ) {
    guard let (entries, stride) = axes.first else { return body(start, 0, 1, nil) }
    if axes.count == 1 {
      switch entries.places {
      case .every(let step, let first, let count):
        body(start + first * stride, step * stride, count, nil)
      case .list(let list):
        body(start, stride, list.count, list)
      }
    } else {
      for index in 0..<entries.count {
        visit(axes.dropFirst(), start + entries[index] * stride, body)
      }
    }
  }
}
