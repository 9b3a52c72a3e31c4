import Testing
@testable import PerceptronTuning

@Suite("Halton sequence")
struct HaltonSequenceTests {
  @Test("Without a seed, points are numbers mirrored at the point")
  func withoutSeedPointsNumbersMirrored() {
    let sequence = HaltonSequence(dimensions: 3, seed: nil)
    let expected: [[Double]] = [
      [0, 0, 0], [1 / 2, 1 / 3, 1 / 5], [1 / 4, 2 / 3, 2 / 5], [3 / 4, 1 / 9, 3 / 5],
      [1 / 8, 4 / 9, 4 / 5], [5 / 8, 7 / 9, 1 / 25],
    ]
    for (index, point) in expected.enumerated() {
      #expect(zip(sequence[index], point).allSatisfy { abs($0 - $1) < 1e-15 }, "point \(index)")
    }
  }

  @Test(
    "Each equal part of an axis has one point, if their number is a power of the base",
    arguments: [nil, 0, 9] as [UInt64?])
  func everyEqualPartAxisOne(
    seed: UInt64?
  ) {
    let sequence = HaltonSequence(dimensions: HaltonSequence.dimensionLimit, seed: seed)
    for (dimension, count) in [(0, 64), (1, 81), (2, 125), (4, 121), (10, 31), (31, 131)] {
      let parts = Set((0..<count).map { Int(sequence[$0][dimension] * Double(count) + 1e-9) })
      #expect(parts.count == count, "dimension \(dimension)")
    }
  }

  @Test("A seed gives one scrambling inside the unit interval")
  func seedGivesOneScramblingInside() {
    let sequence = HaltonSequence(dimensions: 4, seed: 1)
    let other = HaltonSequence(dimensions: 4, seed: 2)
    for index in 0..<64 {
      #expect(sequence[index] == HaltonSequence(dimensions: 4, seed: 1)[index])
      #expect(Array(sequence[index].prefix(2)) == HaltonSequence(dimensions: 2, seed: 1)[index])
      #expect(sequence[index] != other[index])
      #expect(sequence[index].allSatisfy { (0..<1).contains($0) })
    }
  }

  @Test("Over seeds, a point is uniform")
  func overSeedsPointUniform() {
    let places = (0..<2000).map { HaltonSequence(dimensions: 3, seed: $0)[5][2] }
    let counts = places.reduce(into: Array(repeating: 0, count: 10)) { $0[Int($1 * 10)] += 1 }
    // Each is 200 with a standard deviation of 13.
    #expect(counts.allSatisfy { abs($0 - 200) < 67 }, "\(counts)")
  }
}
