import PerceptronLinearAlgebra
import TestSupport
import Testing

private let shapes: [Shape] = [
  [1], [17], [300], [3, 5], [5, 1], [1, 5], [2, 130], [600, 3], [2, 3, 4], [3, 1, 2],
  [2, 3, 4, 5], [1, 2, 1, 3],
]

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

@Suite("Reductions")
struct ReductionTests {
  @Test("sums, means and maxima along each axis are those of the lines", arguments: scalarTypes)
  func alongAxes(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for shape in shapes {
        let tensor = Tensor<Scalar>.sample(shape)
        for axis in 0..<shape.rank {
          var rest = shape.dimensions
          rest.remove(at: axis)
          let lines = lines(tensor, along: axis)
          let sums = lines.map { $0.reduce(0) { $0 + Double($1) } }
          expectClose(tensor.sum(axis: axis), Tensor(sums, shape: Shape(rest)))
          expectClose(
            tensor.mean(axis: axis),
            Tensor(sums.map { $0 / Double(shape[axis]) }, shape: Shape(rest)))
          let largest = lines.map { $0.max() ?? 0 }
          #expect(tensor.max(axis: axis) == Tensor(largest, shape: Shape(rest)))
          #expect(
            tensor.argmax(axis: axis) == zip(lines, largest).map { $0.firstIndex(of: $1) ?? -1 })
        }
      }
    }
    check(type)
  }

  @Test("whole reductions", arguments: scalarTypes)
  func whole(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for shape in shapes {
        let tensor = Tensor<Scalar>.sample(shape)
        let elements = tensor.elements
        let sum = elements.reduce(0) { $0 + Double($1) }
        expectClose(tensor.sum(), sum, tolerance: Scalar.testTolerance)
        expectClose(
          tensor.mean(), sum / Double(elements.count), tolerance: Scalar.testTolerance)
        #expect(tensor.max() == elements.max())
        #expect(tensor.argmax() == elements.firstIndex(of: tensor.max()))
      }
    }
    check(type)
  }

  @Test("sums at awkward sizes are exact for small integers", arguments: scalarTypes)
  func awkwardSums(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in awkwardSizes + [255, 256, 257, 511, 512, 513, 1000] {
        #expect(Tensor<Scalar>.counting([size]).sum() == Scalar(size * (size - 1) / 2))
        let columns = Tensor<Scalar>.counting([size, 2]).sum(axis: 0)
        #expect(columns.elements == [Scalar(size * (size - 1)), Scalar(size * size)])
      }
    }
    check(type)
  }

  @Test("more columns than are summed at a time", arguments: scalarTypes)
  func wide(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, columns) in [(3, 511), (70, 513), (35, 1100)] {
        let x = Tensor<Scalar>.sample([rows, columns])
        let transposed = x.transposed()
        expectClose(x.sum(axis: 0), transposed.sum(axis: 1))
        expectClose(x.norm(axis: 0), transposed.norm(axis: 1))
        expectClose(x.variance(axis: 0), transposed.variance(axis: 1))
        #expect(x.argmax(axis: 0) == transposed.argmax(axis: 1))
        #expect(x.argmin(axis: 0) == transposed.argmin(axis: 1))
      }
    }
    check(type)
  }

  @Test("a sum of many Floats keeps its precision")
  func accuracy() {
    #if DEBUG
      let count = 1_000_000
    #else
      let count = 10_000_000
    #endif
    let tenths = Tensor<Float>(shape: [count], repeating: 0.1)
    let exact = Double(Float(0.1)) * Double(count)
    #expect(relativeError(Double(tenths.sum()), exact) < 1e-6)
    #expect(relativeError(Double(tenths.mean()), Double(Float(0.1))) < 1e-6)
    let column = tenths.reshaped(to: [count / 4, 4]).sum(axis: 0)
    #expect(relativeError(Double(column[3]), exact / 4) < 1e-6)
  }

  @Test("NaN wins every maximum, as in NumPy")
  func nan() {
    let tensor = Tensor<Double>([[1, 9], [.nan, 2], [3, .nan]])
    #expect(tensor.sum().isNaN)
    #expect(tensor.max().isNaN)
    #expect(tensor.argmax() == 2)
    #expect(tensor.argmax(axis: 0) == [1, 2])
    #expect(tensor.argmax(axis: 1) == [1, 0, 1])
    expectClose(tensor.max(axis: 1), Tensor<Double>([9, .nan, .nan]))
    expectClose(tensor.sum(axis: 1), Tensor<Double>([10, .nan, .nan]))
  }

  @Test("infinities are ordinary maxima")
  func infinities() {
    #expect(Tensor<Float>([-.infinity, -.infinity]).argmax() == 0)
    #expect(Tensor<Float>([1, .infinity, 2]).max() == .infinity)
  }

  @Test("The first of equal elements is the largest")
  func ties() {
    #expect(Tensor<Float>([2, 5, 5, 1]).argmax() == 1)
    #expect(([[3, 3], [3, 3]] as Tensor<Float>).argmax(axis: 0) == [0, 0])
    #expect(([[0, -0.0], [-0.0, 0]] as Tensor<Float>).argmax(axis: 1) == [0, 0])
  }

  @Test("empty tensors sum to 0 and have no mean")
  func empty() {
    #expect(Tensor<Float>.zeros([0]).sum() == 0)
    #expect(Tensor<Float>.zeros([0]).mean().isNaN)
    #expect(Tensor<Float>.zeros([0, 3]).sum(axis: 0) == [0, 0, 0])
    #expect(Tensor<Float>.zeros([0, 3]).sum(axis: 1) == .zeros([0]))
    #expect(Tensor<Float>.zeros([3, 0]).sum(axis: 1) == [0, 0, 0])
    #expect(Tensor<Float>.zeros([2, 0, 4]).sum(axis: 2).shape == [2, 0])
    #expect(Tensor<Float>.zeros([0, 3]).mean(axis: 0).elements.allSatisfy { $0.isNaN })
    #expect(Tensor<Float>.zeros([0, 3]).max(axis: 1).shape == [0])
    #expect(Tensor<Float>.zeros([0, 3]).argmax(axis: 1) == [])
    #expect(Tensor<Float>([]).firstNonFinite() == nil)
  }

  @Test("the first infinite or NaN element is found wherever it is", arguments: scalarTypes)
  func nonFinite(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in awkwardSizes {
        let tensor = Tensor<Scalar>(shape: [size], repeating: .greatestFiniteMagnitude)
        #expect(tensor.firstNonFinite() == nil)
        for position in 0..<size {
          for value in [Scalar.nan, .infinity, -.infinity] {
            var broken = tensor
            broken[position] = value
            broken[size - 1] = value
            #expect(broken.firstNonFinite() == position)
          }
        }
      }
    }
    check(type)
  }

  @Test("the sum of many squares keeps its precision")
  func sumOfSquares() {
    let count = 3_000_001
    let squares = Tensor<Float>(shape: [count], repeating: 0.1).sumOfSquares()
    let exact = Double(count) * Double(Float(0.1)) * Double(Float(0.1))
    #expect(relativeError(Double(squares), exact) < 1e-6)
    #expect(([3, 4] as Tensor<Double>).sumOfSquares() == 25)
    #expect(Tensor<Float>.zeros([0]).sumOfSquares() == 0)
  }
}
