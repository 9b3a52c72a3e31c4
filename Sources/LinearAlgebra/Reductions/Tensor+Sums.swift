// Sums and what is made of them: over all elements, or along axes, which the results do not have or,
// with `keepingDimensions`, have with extent 1.
//
// The order in which a sum adds depends on the shape alone, never on the number of threads.

extension Tensor {
  /// The sum of all elements, 0 for none; added pairwise, so that millions of `Float`s keep
  /// their precision.
  public func sum() -> Scalar {
    wholeReduction("sum").sums().scalar
  }

  /// The sums along `axis`: of the columns of a matrix for axis 0, of its rows for axis 1.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func sum(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    sum(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The sums along several axes.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func sum(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "sum").sums()
  }

  /// The sum of the squares of all elements, 0 for none; blocks of BLAS's dot are added pairwise.
  public func sumOfSquares() -> Scalar {
    withUnsafeElements { elements in
      elements.baseAddress.map { Scalar.sumOfSquares(count: elements.count, $0) } ?? 0
    }
  }

  /// The sum of the absolute values of all elements, 0 for none; added pairwise.
  public func absoluteSum() -> Scalar {
    withUnsafeElements { Scalar.absoluteSum(count: $0.count, $0.baseAddress!) }
  }

  /// The row-major position of the first element that is infinite or NaN, if there is one.
  public func firstNonFinite() -> Int? {
    withUnsafeElements { Scalar.indexOfNonFinite(count: $0.count, $0.baseAddress!) }
  }
}

// MARK: - Products

extension Tensor {
  /// The product of all elements, 1 for none.
  public func product() -> Scalar { wholeReduction("product").products().scalar }

  /// The products along `axis`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func product(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    product(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The products along several axes.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func product(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "product").products()
  }
}

// MARK: - Means

extension Tensor {
  /// The mean of all elements; NaN for none.
  public func mean() -> Scalar { count == 0 ? .nan : sum() / Scalar(count) }

  /// The means along `axis`; NaN where the axis has no elements.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func mean(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    mean(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The means along several axes; NaN where they have no elements.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func mean(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    let reduction = reduction(along: axes, keepingDimensions: keepingDimensions, "mean")
    return reduction.means()
  }
}

// MARK: - Norms

extension Tensor {
  /// The Euclidean norm of all elements, 0 for none; it overflows only where the result does.
  ///
  /// For tensors of any rank; it is infinite or NaN where elements are. ``norm(_:_:)`` has the other norms of
  /// matrices, and throws.
  public func norm() -> Scalar { wholeReduction("norm").norms().scalar }

  /// The Euclidean norms along `axis`; they overflow only where the result does.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func norm(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    norm(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The Euclidean norms along several axes; they overflow only where the result does.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func norm(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "norm").norms()
  }
}

// MARK: - Exponentials

extension Tensor {
  /// ln Σ eˣ over all elements, without overflow: the largest element is taken out of the sum. −∞ for
  /// none, and where all are −∞; ∞ where one is; NaN where one is NaN.
  public func logSumExp() -> Scalar { wholeReduction("logSumExp").logSumExps().scalar }

  /// ln Σ eˣ along `axis`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func logSumExp(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    logSumExp(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// ln Σ eˣ along several axes.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func logSumExp(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "logSumExp").logSumExps()
  }
}

// MARK: - Results

extension Reduction {
  func sums() -> Tensor<Scalar> {
    if isLong { return Tensor(shape: shape, repeating: longSum(Scalar.sum)) }
    return map { _, lines, x, sums in
      Scalar.lineSums(lines: lines, count: length, x, into: sums)
    } columns: { _, columns, x, sums in
      Scalar.columnSums(rows: length, columns: columns, stride: inner, x, into: sums)
    }
  }

  /// The sum of a long line: the same tree as a short one's, its branches shared among threads.
  ///
  /// - Parameter sum: the sum of a branch.
  private func longSum(_ sum: (_ count: Int, UnsafePointer<Scalar>) -> Scalar) -> Scalar {
    var branches: [Range<Int>] = []
    func divide(_ range: Range<Int>) {
      if range.count <= smallestShare { return branches.append(range) }
      let half = range.lowerBound + Scalar.halfOfSum(count: range.count)
      divide(range.lowerBound..<half)
      divide(half..<range.upperBound)
    }
    divide(0..<length)
    var sums = [Scalar](repeating: 0, count: branches.count)
    operand.withUnsafeElements { elements in
      sums.withUnsafeMutableBufferPointer { sums in
        let (x, sums) = (elements.baseAddress!, sums.baseAddress!)
        withShares(of: branches.count, atLeast: 1) { share in
          for index in share {
            let branch = branches[index]
            sums[index] = sum(branch.count, x + branch.lowerBound)
          }
        }
      }
    }
    var next = 0
    func total(_ count: Int) -> Scalar {
      if count <= smallestShare {
        defer { next += 1 }
        return sums[next]
      }
      let half = Scalar.halfOfSum(count: count)
      return total(half) + total(count - half)
    }
    return total(length)
  }

  func means() -> Tensor<Scalar> {
    var means = sums()
    means.withUnsafeMutableElements { means in
      for index in means.indices { means[index] /= Scalar(length) }
    }
    return means
  }

  func products() -> Tensor<Scalar> {
    if isLong {
      return Tensor(reducingParts { $0.products() }).wholeReduction("product").products()
    }
    return map { _, lines, x, products in
      Scalar.lineProducts(lines: lines, count: length, x, into: products)
    } columns: { _, columns, x, products in
      Scalar.columnProducts(rows: length, columns: columns, stride: inner, x, into: products)
    }
  }

  /// Σ(x − shift) and Σ(x − shift)² for each result.
  func deviations(from shifts: Tensor<Scalar>) -> (sums: Tensor<Scalar>, squares: Tensor<Scalar>) {
    if isLong {
      let parts = parts.map {
        $0.deviations(from: Tensor(shape: $0.shape, repeating: shifts.scalar))
      }
      return (
        Tensor(shape: shape, repeating: Tensor(parts.flatMap { $0.sums.elements }).sum()),
        Tensor(shape: shape, repeating: Tensor(parts.flatMap { $0.squares.elements }).sum())
      )
    }
    var squares = Tensor<Scalar>.zeros(shape)
    let sums = squares.withUnsafeMutableElements { squares in
      shifts.withUnsafeElements { shifts in
        let (shifts, squares) = (shifts.baseAddress!, squares.baseAddress!)
        return map { first, lines, x, sums in
          Scalar.lineDeviations(
            lines: lines, count: length, x, shifts: shifts + first, into: sums, squares + first)
        } columns: { first, columns, x, sums in
          Scalar.columnDeviations(
            rows: length, columns: columns, stride: inner, x, shifts: shifts + first, into: sums,
            squares + first)
        }
      }
    }
    return (sums, squares)
  }

  /// Σx² for each result.
  private func squares() -> Tensor<Scalar> {
    if isLong {
      return Tensor(shape: shape, repeating: Tensor(reducingParts { $0.squares() }).sum())
    }
    if inner > 1 { return deviations(from: .zeros(shape)).squares }
    return map { _, lines, x, squares in
      Scalar.lineSquares(lines: lines, count: length, x, into: squares)
    } columns: { _, _, _, _ in
      // Never, as the elements of a result are neighbors.
    }
  }

  func norms() -> Tensor<Scalar> {
    var norms = squares()
    norms.withUnsafeMutableElements { norms in
      for index in norms.indices {
        let squares = norms[index]
        // Where squares over- or underflow, BLAS's norm scales them, which takes longer.
        norms[index] =
          squares < Scalar.leastSafeSquares || !squares.isFinite
          ? scaledNorm(of: index) : squares.squareRoot()
      }
    }
    return norms
  }

  /// The norm of the elements of one result.
  private func scaledNorm(of result: Int) -> Scalar {
    withElements(of: result) { Scalar.nrm2(count: $0.count, $0.baseAddress!) }
  }

  /// Calls `body` with the elements of one result one after another.
  private func withElements<Result>(
    of result: Int, _ body: (UnsafeBufferPointer<Scalar>) -> Result
  ) -> Result {
    operand.withUnsafeElements { elements in
      let (slab, column) = result.quotientAndRemainder(dividingBy: inner)
      let start = slab * length * inner + column
      if inner == 1 {
        return body(UnsafeBufferPointer(rebasing: elements[start..<start + length]))
      }
      return (0..<length).map { elements[start + $0 * inner] }.withUnsafeBufferPointer(body)
    }
  }

  func logSumExps() -> Tensor<Scalar> {
    if length == 0 { return Tensor(shape: shape, repeating: -.infinity) }
    let largest = extremes(smallest: false)
    // Nothing is subtracted from infinities, whose difference is no number.
    var shifts = largest
    shifts.withUnsafeMutableElements { shifts in
      for index in shifts.indices where !shifts[index].isFinite { shifts[index] = 0 }
    }
    var results = exponentials(over: shifts)
    results.withUnsafeMutableElements { results in
      largest.withUnsafeElements { largest in
        for index in results.indices {
          results[index] =
            largest[index].isFinite
            ? largest[index] + Scalar.logarithm(results[index]) : largest[index]
        }
      }
    }
    return results
  }

  /// Σ e^(x − shift) for each result.
  private func exponentials(over shifts: Tensor<Scalar>) -> Tensor<Scalar> {
    if isLong {
      let sums = reducingParts {
        $0.exponentials(over: Tensor(shape: $0.shape, repeating: shifts.scalar))
      }
      return Tensor(shape: shape, repeating: Tensor(sums).sum())
    }
    return shifts.withUnsafeElements { shifts in
      let shifts = shifts.baseAddress!
      return map(cost: 8) { first, lines, x, sums in
        Scalar.lineExponentials(lines: lines, count: length, x, shifts: shifts + first, into: sums)
      } columns: { first, columns, x, sums in
        Scalar.columnExponentials(
          rows: length, columns: columns, stride: inner, x, shifts: shifts + first, into: sums)
      }
    }
  }
}
