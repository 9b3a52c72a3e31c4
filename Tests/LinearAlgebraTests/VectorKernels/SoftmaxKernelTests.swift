import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Vector kernels on every level of instructions: softmax")
struct SoftmaxKernelTests {
  /// Probabilities, sums and losses by the definition, computed in double precision from the
  /// distances to the largest score.
  private struct Twin<Scalar: BLASScalar> {
    var probabilities: [Scalar] = []
    var sums: [Scalar] = []
    var losses: [Scalar] = []

    init(_ scores: [Scalar], columns: Int, labels: [Int]) {
      for (row, label) in labels.enumerated() {
        let line = scores[row * columns..<(row + 1) * columns]
        let largest = line.contains(where: \.isNaN) ? .nan : line.max() ?? 0
        let below = line.map { Double($0 - largest) }
        let powers = below.map { exp($0) }
        let sum = powers.reduce(0, +)
        probabilities += powers.map { Scalar($0 / sum) }
        sums.append(Scalar(sum))
        losses.append(Scalar(log(sum) - below[label]))
      }
    }
  }

  @Test(
    "Every row length and alignment, ordinary scores and extreme ones, in place or not",
    arguments: scalarTypes)
  func softmax(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for columns in 1...130 {
        let rows = 1 + columns * 7 % 5
        let labels = (0..<rows).map { $0 * 11 % columns }
        for isMixed in [false, true] {
          let scores: [Scalar] =
            isMixed
            ? mixedSample(rows * columns, seed: 1)
            : Tensor<Scalar>.sample([rows * columns]).elements
          let twin = Twin(scores, columns: columns, labels: labels)
          onEveryLevel { level in
            for offset in [0, 1, 6, 11, 15] {
              let isRight = follows(
                twin.probabilities, twin.sums, twin.losses, scores, labels, offset: offset)
              #expect(isRight, "\(rows) × \(columns) at \(offset), \(level)")
            }
          }
        }
      }
    }
    check(type)
  }

  /// Whether the kernels' results are close to the given ones, and the same in place and whether the
  /// losses are asked for or the sums.
  private func follows<Scalar: BLASScalar>(
    _ probabilities: [Scalar], _ sums: [Scalar], _ losses: [Scalar], _ scores: [Scalar],
    _ labels: [Int], offset: Int
  ) -> Bool {
    let (rows, count) = (labels.count, scores.count)
    let columns = count / rows
    let buffers = (0..<3).map { _ in GuardedBuffer<Scalar>(capacity: count) }
    defer { for buffer in buffers { buffer.deallocate() } }
    let x = buffers[0].fill(scores, count: count, at: offset)
    let y = buffers[1].fill(scores, count: count, at: 15 - offset)
    var (ownSums, ownLosses) = (sums, losses)
    Scalar.softmax(rows: rows, columns: columns, x, into: y, sums: &ownSums)
    Scalar.softmaxCrossEntropy(
      rows: rows, columns: columns, x, labels: labels, probabilities: x, losses: &ownLosses)
    // Twice the sum's rounding, the power's and the quotient's.
    let areClose =
      zip(UnsafeBufferPointer(start: y, count: count), probabilities).allSatisfy {
        ulps($0, $1) <= 8
      } && zip(ownSums, sums).allSatisfy { ulps($0, $1) <= 6 }
      && zip(ownLosses, losses).allSatisfy { ulps($0, $1, scale: 1) <= 8 }
    // The gradient of the probabilities that stand there, with its twin's bits.
    var expected = Array(UnsafeBufferPointer(start: y, count: count))
    for row in 0..<rows { expected[row * columns + labels[row]] -= 1 }
    expected = expected.map { $0 / 3 }
    let z = buffers[2].fill(scores, count: count, at: offset)
    Scalar.softmaxCrossEntropyGradient(
      rows: rows, columns: columns, probabilities: y, labels: labels, normalizer: 3, into: z)
    Scalar.softmaxCrossEntropyGradient(
      rows: rows, columns: columns, probabilities: x, labels: labels, normalizer: 3, into: x)
    return areClose && areSame(z, expected, count: count) && areSame(x, z, count: count)
      && buffers[0].isIntact(count: count, at: offset)
      && buffers[1].isIntact(count: count, at: 15 - offset)
      && buffers[2].isIntact(count: count, at: offset)
  }

  @Test("Blocks of rows have no seams: many short rows are as each alone", arguments: scalarTypes)
  func blocks(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, columns) in [(700, 1), (513, 3), (450, 10), (3, 2500), (2, 2048)] {
        let scores = Tensor<Scalar>.sample([rows * columns]).elements
        let labels = (0..<rows).map { $0 % columns }
        onEveryLevel { level in
          var together = scores
          var losses = [Scalar](repeating: .nan, count: rows)
          Scalar.softmaxCrossEntropy(
            rows: rows, columns: columns, scores, labels: labels, probabilities: &together,
            losses: &losses)
          for row in 0..<rows {
            var alone = Array(scores[row * columns..<(row + 1) * columns])
            var loss = Scalar.nan
            Scalar.softmaxCrossEntropy(
              rows: 1, columns: columns, Array(alone), labels: [labels[row]],
              probabilities: &alone, losses: &loss)
            #expect(loss == losses[row], "row \(row) of \(rows) × \(columns), \(level)")
            #expect(together[row * columns..<(row + 1) * columns] == alone[...])
          }
          var gradient = together
          Scalar.softmaxCrossEntropyGradient(
            rows: rows, columns: columns, probabilities: together, labels: labels, normalizer: 2,
            into: &gradient)
          let expected = together.indices.map {
            (together[$0] - (labels[$0 / columns] == $0 % columns ? 1 : 0)) / 2
          }
          #expect(gradient == expected)
        }
      }
    }
    check(type)
  }
}
