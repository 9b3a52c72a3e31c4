// The largest and the smallest elements and their places. NaN wins, as in NumPy: where there is one, it
// is the largest and the smallest.

extension Tensor {
  /// The largest element; NaN if any element is.
  ///
  /// - Precondition: there is an element.
  public func max() -> Scalar {
    wholeReduction("max", needsElements: true).extremes(smallest: false).scalar
  }

  /// The largest elements along `axis`; NaN where any element is.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  public func max(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    max(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The largest elements along several axes; NaN where any element is.
  ///
  /// - Precondition: axes are in 0..<rank and differ, and are not empty.
  public func max(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "max", needsElements: true)
      .extremes(smallest: false)
  }

  /// The smallest element; NaN if any element is.
  ///
  /// - Precondition: there is an element.
  public func min() -> Scalar {
    wholeReduction("min", needsElements: true).extremes(smallest: true).scalar
  }

  /// The smallest elements along `axis`; NaN where any element is.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  public func min(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    min(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The smallest elements along several axes; NaN where any element is.
  ///
  /// - Precondition: axes are in 0..<rank and differ, and are not empty.
  public func min(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "min", needsElements: true)
      .extremes(smallest: true)
  }

  /// The row-major position of the largest element: the first of equal ones, or the first NaN.
  ///
  /// - Precondition: there is an element.
  public func argmax() -> Int {
    wholeReduction("argmax", needsElements: true).places(smallest: false)[0]
  }

  /// The index of the largest element along `axis`, in the row-major order of the other axes; for
  /// a matrix of scores, `argmax(axis: 1)` is each row's predicted class.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  public func argmax(axis: Int) -> [Int] {
    reduction(along: [axis], keepingDimensions: false, "argmax", needsElements: true)
      .places(smallest: false)
  }

  /// The row-major position of the smallest element: the first of equal ones, or the first NaN.
  ///
  /// - Precondition: there is an element.
  public func argmin() -> Int {
    wholeReduction("argmin", needsElements: true).places(smallest: true)[0]
  }

  /// The index of the smallest element along `axis`, in the row-major order of the other axes.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  public func argmin(axis: Int) -> [Int] {
    reduction(along: [axis], keepingDimensions: false, "argmin", needsElements: true)
      .places(smallest: true)
  }
}

extension Reduction {
  func extremes(smallest: Bool) -> Tensor<Scalar> {
    if isLong {
      return Tensor(reducingParts { $0.extremes(smallest: smallest) }).wholeReduction("")
        .extremes(smallest: smallest)
    }
    return map { _, lines, x, extremes in
      Scalar.lineExtremes(smallest: smallest, lines: lines, count: length, x, into: extremes)
    } columns: { _, columns, x, extremes in
      Scalar.columnExtremes(
        smallest: smallest, rows: length, columns: columns, stride: inner, x, into: extremes)
    }
  }

  /// The index along the axis of each result's extreme.
  func places(smallest: Bool) -> [Int] {
    if isLong { return [placeInParts(smallest: smallest)] }
    return [Int](unsafeUninitializedCapacity: count) { places, initialized in
      initialized = count
      guard let places = places.baseAddress else { return }
      forEachPart { first, lines, x in
        Scalar.linePlaces(
          smallest: smallest, lines: lines, count: length, x, into: places + first)
      } columns: { first, columns, x in
        Scalar.columnPlaces(
          smallest: smallest, rows: length, columns: columns, stride: inner, x,
          into: places + first)
      }
    }
  }

  /// The place of a long line's extreme: that in the first part that has it.
  private func placeInParts(smallest: Bool) -> Int {
    var (lengths, extremes): ([Int], [Scalar]) = ([], [])
    for part in parts {
      extremes += part.extremes(smallest: smallest).elements
      lengths += [Int](repeating: part.length, count: part.outer)
    }
    let part = Tensor(extremes).wholeReduction("").places(smallest: smallest)[0]
    let start = lengths[..<part].reduce(0, +)
    return operand.withUnsafeElements { elements in
      var place = 0
      Scalar.linePlaces(
        smallest: smallest, lines: 1, count: lengths[part], elements.baseAddress! + start,
        into: &place)
      return start + place
    }
  }
}
