import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Softmax and cross-entropy")
struct SoftmaxTests {
  @Test("rows become probabilities by the definition, also in place", arguments: scalarTypes)
  func softmax(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, columns) in [(0, 3), (3, 0), (1, 1), (2, 10), (17, 3), (5, 130)] {
        let scores = 3 * Tensor<Scalar>.sample([rows, columns])
        let powers = Tensor<Double>(scores).map { Double.exponential($0) }
        let sums = powers.sum(axis: 1)
        var expected = powers
        for row in 0..<rows {
          for column in 0..<columns { expected[row, column] /= sums[row] }
        }
        var probabilities = scores
        probabilities.withMutableRows {
          Scalar.softmax(rows: rows, columns: columns, $0.reading.base, into: $0.base, sums: nil)
        }
        expectClose(probabilities, expected)
      }
    }
    check(type)
  }

  @Test("a worked example: scores ln 1, ln 2, ln 5 with label 1", arguments: scalarTypes)
  func worked(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      // exp gives 1, 2, 5, so the probabilities are 1/8, 2/8, 5/8 and the loss is ln 4.
      let scores = Tensor<Scalar>([1, 2, 5].map { Scalar.logarithm($0) }, shape: [1, 3])
      let result = CrossEntropy(scores, labels: [1], batch: 2)
      expectClose(result.probabilities, [[0.125, 0.25, 0.625]] as Tensor<Double>)
      expectClose(result.losses, Tensor<Double>([1.3862943611198906]))
      expectClose(result.gradient, [[0.0625, -0.375, 0.3125]] as Tensor<Double>)
    }
    check(type)
  }

  @Test("huge scores give finite, right losses", arguments: scalarTypes)
  func hugeScores(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let big: Scalar = 1e30
      let scores = Tensor<Scalar>(
        [big, big, 0, -big, big, 0, -big, -big, -big, 0, -big, big], shape: [4, 3])
      let result = CrossEntropy(scores, labels: [0, 1, 2, 0])
      // Two tied winners: ln 2. A sole winner: 0. Three equal scores: ln 3. A hopeless label: 1e30.
      expectClose(
        result.losses, Tensor<Double>([0.6931471805599453, 0, 1.0986122886681098, 1e30]))
      #expect(result.gradient.firstNonFinite() == nil)
      expectClose(
        result.probabilities,
        Tensor([[0.5, 0.5, 0], [0, 1, 0], [1.0 / 3, 1.0 / 3, 1.0 / 3], [0, 0, 1]]))
    }
    check(type)
  }

  @Test("NaN and infinite scores give a loss that is not finite", arguments: scalarTypes)
  func brokenScores(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for position in 0..<3 {
        for label in 0..<3 {
          for value in [Scalar.nan, .infinity] {
            var scores = Tensor<Scalar>.zeros([1, 3])
            scores[0, position] = value
            #expect(!CrossEntropy(scores, labels: [label]).losses[0].isFinite)
          }
        }
      }
      let impossible = Tensor<Scalar>([-.infinity, 0], shape: [1, 2])
      #expect(CrossEntropy(impossible, labels: [0]).losses[0] == .infinity)
      #expect(CrossEntropy(impossible, labels: [1]).losses[0] == 0)
      let nothing = Tensor<Scalar>(shape: [1, 2], repeating: -.infinity)
      #expect(!CrossEntropy(nothing, labels: [0]).losses[0].isFinite)
    }
    check(type)
  }

  @Test("the gradient of a row sums to 0 and is that of the loss", arguments: scalarTypes)
  func gradient(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (rows, columns) = (20, 10)
      let scores = 2 * Tensor<Scalar>.sample([rows, columns])
      let labels = (0..<rows).map { $0 * 7 % columns }
      let result = CrossEntropy(scores, labels: labels)
      expectClose(result.gradient.sum(axis: 1), Tensor<Double>.zeros([rows]))
      let step = 1e-5
      for (row, column) in [(0, 0), (3, 1), (19, 9)] {
        var (above, below) = (Tensor<Double>(scores), Tensor<Double>(scores))
        above[row, column] += step
        below[row, column] -= step
        let slope =
          CrossEntropy(above, labels: labels).losses.mean()
          - CrossEntropy(below, labels: labels).losses.mean()
        expectClose(result.gradient[row, column], slope / (2 * step), tolerance: 1e-7)
      }
    }
    check(type)
  }

  @Test("one class costs nothing, no rows do nothing")
  func degenerate() {
    let one = CrossEntropy(Tensor<Double>([3, -4], shape: [2, 1]), labels: [0, 0])
    #expect(one.losses == [0, 0])
    #expect(one.gradient == .zeros([2, 1]))
    #expect(CrossEntropy(Tensor<Double>.zeros([0, 3]), labels: []).losses.shape == [0])
  }
}

/// The kernels' results for scores and labels, everything computed in place of the scores.
private struct CrossEntropy<Scalar: BLASScalar> {
  let probabilities: Tensor<Scalar>
  let losses: Tensor<Scalar>
  let gradient: Tensor<Scalar>

  init(_ scores: Tensor<Scalar>, labels: [Int], batch: Int? = nil) {
    let (rows, columns) = (scores.shape.rowCount, scores.shape.columnCount)
    var work = scores
    losses = Tensor(shape: [rows]) { losses in
      work.withMutableRows {
        Scalar.softmaxCrossEntropy(
          rows: rows, columns: columns, $0.reading.base, labels: labels,
          probabilities: $0.base, losses: losses.baseAddress!)
      }
    }
    probabilities = work
    work.withMutableRows {
      Scalar.softmaxCrossEntropyGradient(
        rows: rows, columns: columns, probabilities: $0.reading.base, labels: labels,
        normalizer: Scalar(batch ?? rows), into: $0.base)
    }
    gradient = work
  }
}
