import PerceptronLinearAlgebra
import TestSupport
import Testing

/// Numbers with ties, signed zeros, infinities and, where asked for, NaN.
private func awkwardNumbers<Scalar: BLASScalar>(
  _ shape: Shape, seed: UInt64, hasNaN: Bool = true
) -> Tensor<Scalar> {
  var random = SeededRandom(seed: seed, purpose: "order")
  let special: [Scalar] = [0, -0.0, .infinity, -.infinity, 1, -1, .leastNonzeroMagnitude]
  return Tensor(
    (0..<shape.count).map { _ in
      switch random.index(below: 6) {
      case 0: special[random.index(below: special.count)]
      case 1: hasNaN ? .nan * (random.index(below: 2) == 0 ? 1 : -1) : 2
      case 2: Scalar(random.index(below: 5))
      default: Scalar(random.normal())
      }
    }, shape: shape)
}

/// Whether `a` comes before `b`: NaN last.
private func precedes<Scalar: BLASScalar>(_ a: Scalar, _ b: Scalar) -> Bool {
  a.isNaN ? false : b.isNaN || a < b
}

/// The lines of elements along `axis`, in the row-major order of the other axes.
private func lines<Scalar>(_ tensor: Tensor<Scalar>, along axis: Int) -> [[Scalar]] {
  let extents = tensor.shape.dimensions
  let inner = extents[(axis + 1)...].reduce(1, *)
  return (0..<extents[..<axis].reduce(1, *)).flatMap { outer in
    (0..<inner).map { column in
      (0..<extents[axis]).map {
        tensor[position: (outer * extents[axis] + $0) * inner + column]
      }
    }
  }
}

/// The tensor of `shape` whose lines along `axis` are `lines`.
private func joined<Element>(_ lines: [[Element]], along axis: Int, _ shape: Shape) -> [Element] {
  let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
  return (0..<shape.count).map { position in
    let (slab, rest) = position.quotientAndRemainder(dividingBy: max(1, shape[axis] * inner))
    return lines[slab * inner + rest % inner][rest / inner]
  }
}

private func stableOrder<Scalar: BLASScalar>(_ line: [Scalar]) -> [Int] {
  line.indices.sorted {
    precedes(line[$0], line[$1]) || (!precedes(line[$1], line[$0]) && $0 < $1)
  }
}

private let shapes: [Shape] = [
  [0], [1], [2], [17], [40], [41], [300], [0, 3], [3, 0], [5, 33], [33, 5], [130, 40], [40, 130],
  [257, 17], [17, 257], [20, 129], [3, 7, 20], [2, 21, 3, 18],
]

@Suite("Order")
struct OrderTests {
  @Test("each line is sorted, on every level of instructions", arguments: scalarTypes)
  func sorted(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for shape in shapes {
        let x = awkwardNumbers(shape, seed: UInt64(shape.count)) as Tensor<Scalar>
        for axis in 0..<shape.rank {
          let expected = lines(x, along: axis).map { line in
            line.sorted {
              precedes($0, $1) || ($0 == 0 && $1 == 0 && $0.sign == .minus && $1.sign == .plus)
            }
          }
          let joined = joined(expected, along: axis, shape)
          onEveryLevel { level in
            let sorted = x.sorted(axis: axis).elements
            #expect(
              zipped(sorted, joined).allSatisfy { isSame($0, $1) },
              "\(level), axis \(axis) of \(shape)")
          }
        }
      }
    }
    check(type)
  }

  @Test("the order of each line is stable, and the largest come first", arguments: scalarTypes)
  func argsort(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for shape in shapes {
        let x = awkwardNumbers(shape, seed: 7) as Tensor<Scalar>
        for axis in 0..<shape.rank {
          let lines = lines(x, along: axis)
          let order = joined(lines.map(stableOrder), along: axis, shape)
          onEveryLevel { level in
            #expect(x.argsort(axis: axis) == order, "\(level), axis \(axis) of \(shape)")
          }
          for k in [0, 1, 2, shape[axis] / 2, shape[axis]] where k <= shape[axis] {
            var extents = shape.dimensions
            extents[axis] = k
            let top = lines.map { line in
              Array(
                line.indices.sorted {
                  precedes(line[$1], line[$0]) || (!precedes(line[$0], line[$1]) && $0 < $1)
                }.prefix(k))
            }
            let (values, indices) = x.topK(k, axis: axis)
            let expected = joined(top, along: axis, Shape(extents))
            #expect(values.shape == Shape(extents))
            #expect(indices == expected, "\(k) along axis \(axis) of \(shape)")
            #expect(
              zipped(values.elements, x.takingAlong(indices, axis: axis).elements)
                .allSatisfy { isSame($0, $1) })
          }
        }
      }
    }
    check(type)
  }

  @Test("a long line is the same on any number of threads", arguments: [1, 2, 3, 5])
  func workers(workers: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = awkwardNumbers([70_001], seed: 3) as Tensor<Scalar>
      let expected = stableOrder(x.elements)
      let usual = BLASLibrary.threadCount
      BLASLibrary.threadCount = workers
      defer { BLASLibrary.threadCount = usual }
      #expect(x.argsort(axis: 0) == expected)
      #expect(
        zipped(x.sorted(axis: 0).elements, expected.map { x[$0] }).allSatisfy {
          $0 == $1 || ($0.isNaN && $1.isNaN)
        })
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("quantiles of infinities and of nothing")
  func quantiles() {
    let x = Tensor<Double>([.infinity, 1, -.infinity])
    #expect(x.quantile(0) == -.infinity)
    #expect(x.quantile(0.5) == 1)
    #expect(x.median() == 1)
    #expect(x.quantile(0.75) == .infinity)
    #expect(Tensor<Float>([.infinity, .infinity]).median() == .infinity)
    #expect(Tensor<Float>([.infinity, -.infinity]).median().isNaN)
    let largest = Float.greatestFiniteMagnitude
    #expect(Tensor<Float>([largest, largest.nextDown]).median() >= largest.nextDown)
    #expect(Tensor<Float>([1, .nan, 2]).median().isNaN)
    #expect(Tensor<Float>.zeros([0]).median().isNaN)
    #expect(Tensor<Float>.zeros([0, 2]).quantiles([0, 1], axis: 0).shape == [2, 2])
    #expect(Tensor<Float>.zeros([0, 2]).median(axis: 0).elements.allSatisfy { $0.isNaN })
    #expect(Tensor<Float>.zeros([2, 0]).median(axis: 0).shape == [0])
    #expect(Tensor<Float>(3).median() == 3)
  }

  @Test("elements of a long line are selected as if it were sorted", arguments: scalarTypes)
  func selection(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let shares = [1, 0, 0.5, 0.123, 0.9999]
      for seed in 1...3 as ClosedRange<UInt64> {
        var x = awkwardNumbers([140_001], seed: seed, hasNaN: false) as Tensor<Scalar>
        // Lines along an axis are sorted whole.
        let column = x.reshaped(to: [140_001, 1])
        let pair = Tensor(column.elements + column.elements, shape: [2, 140_001])
        #expect(x.quantiles(shares).elements == shares.map { pair.quantile($0, axis: 1)[0] })
        #expect(x.median() == pair.median(axis: 1)[1])
        x[77] = .nan
        #expect(x.median().isNaN)
      }
      let same = Tensor<Scalar>(shape: [140_000], repeating: 2.5)
      #expect(same.quantiles(shares).elements == shares.map { _ in 2.5 })
    }
    check(type)
  }

  @Test("numbers that differ in their last bits alone are told apart")
  func lastBits() {
    for count in [50, 300, 3000] {
      let x = Tensor((0..<count).map { 1 + Double(($0 * 7919) % count) * Double.ulpOfOne })
      #expect(x.argsort(axis: 0) == stableOrder(x.elements))
      let reversed = Tensor((0..<count).map { 1 - Double($0) * Double.ulpOfOne })
      #expect(reversed.argsort(axis: 0) == Array((0..<count).reversed()))
    }
  }

  @Test("NaN is one distinct number, the last, and so is 0")
  func unique() {
    let x = Tensor<Float>([.nan, 0, 2, -0.0, .nan])
    let (values, counts) = x.uniqueCounts()
    #expect(values.shape == [3] && values[0] == 0 && values[1] == 2 && values[2].isNaN)
    #expect(counts == [2, 1, 2])
    #expect(x.uniqueInverse().inverse == [2, 0, 1, 0, 2])
    #expect(Tensor<Float>.zeros([0]).unique().shape == [0])
  }

  @Test("whole numbers are counted, and their weights added")
  func bincounts() {
    #expect(bincount([1, 3, 1]) == [0, 2, 0, 1])
    #expect(bincount([], minimumCount: 2) == [0, 0])
    #expect(bincount([0], minimumCount: 2) == [1, 0])
    #expect(bincount([1, 0, 1], weights: Tensor<Double>([0.5, 2, 1])) == Tensor([2, 1.5]))
  }

  @Test("a histogram leaves out NaN and what is outside")
  func histogram() {
    let x = Tensor<Float>([.nan, 0, 0.5, 1, 1.5, -0.1, .infinity])
    #expect(x.histogram(bins: 2, range: 0...1).counts == [1, 2])
  }
}
