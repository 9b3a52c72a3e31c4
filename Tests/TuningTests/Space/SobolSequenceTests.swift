import Testing
@testable import PerceptronTuning

@Suite("Sobol sequence")
struct SobolSequenceTests {
  @Test("The first points are the published ones")
  func firstPointsPublishedOnes() {
    let sequence = SobolSequence(dimensions: 1, seed: nil)
    #expect(
      (0..<8).map { sequence[$0][0] } == [0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125])
  }

  @Test("Points of every dimension are those of SciPy")
  func pointsEveryDimensionThoseSciPy() {
    // scipy.stats.qmc.Sobol(32, scramble=False).random(1024)[999] * 1024
    let sequence = SobolSequence(dimensions: 32, seed: nil)
    #expect(
      sequence[999].map { $0 * 1024 } == [
        161, 931, 83, 1013, 991, 865, 879, 729, 833, 647, 23, 453, 485, 969, 851, 571,
        289, 673, 695, 39, 343, 371, 397, 361, 789, 353, 233, 171, 381, 797, 983, 85,
      ])
    #expect(
      sequence[700].map { $0 * 1024 } == [
        287, 101, 141, 483, 57, 359, 81, 719, 959, 957, 429, 563, 719, 763, 325, 81, 107,
        379, 845, 13, 333, 61, 167, 275, 183, 167, 27, 317, 947, 903, 137, 571,
      ])
  }

  @Test(
    "Every equal part of an axis has one of the first points", arguments: [nil, 0, 7, UInt64.max])
  func everyEqualPartAxisOne(seed: UInt64?) {
    let sequence = SobolSequence(dimensions: SobolSequence.dimensionLimit, seed: seed)
    for count in [1, 2, 8, 256] {
      let points = (0..<count).map { sequence[$0] }
      for dimension in 0..<SobolSequence.dimensionLimit {
        let parts = Set(points.map { Int($0[dimension] * Double(count)) })
        #expect(parts.count == count, "dimension \(dimension), \(count) points")
      }
    }
  }

  @Test(
    "Every equal box of the first two dimensions has one of the first points",
    arguments: [nil, 3, 4])
  func everyEqualBoxFirstTwo(seed: UInt64?) {
    // They are a (0, k, 2)-net.
    let sequence = SobolSequence(dimensions: 2, seed: seed)
    let points = (0..<256).map { sequence[$0] }
    for columns in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
      let boxes = Set(
        points.map { Int($0[0] * Double(columns)) * 1000 + Int($0[1] * Double(256 / columns)) })
      #expect(boxes.count == 256, "\(columns) columns")
    }
  }

  @Test("Boxes of the plane of any two of ten dimensions have equal shares")
  func boxesPlaneAnyTwoTen() {
    // A (t, k, 2)-net has 2ᵗ points in every box of area 2ᵗ⁻ᵏ; t is at most 4 in these pairs.
    let sequence = SobolSequence(dimensions: 10, seed: 11)
    let points = (0..<1024).map { sequence[$0] }
    for first in 0..<10 {
      for second in 0..<first {
        for columns in [1, 2, 4, 8, 16, 32, 64] {
          let counts = Dictionary(
            grouping: points,
            by: { Int($0[first] * Double(columns)) * 1000 + Int($0[second] * Double(64 / columns)) }
          ).mapValues(\.count)
          #expect(counts.count == 64 && counts.values.allSatisfy { $0 == 16 })
        }
      }
    }
  }

  @Test("A seed gives one scrambling, with all bits of a Double")
  func seedGivesOneScramblingWith() {
    let sequence = SobolSequence(dimensions: 3, seed: 1)
    let other = SobolSequence(dimensions: 3, seed: 2)
    for index in 0..<64 {
      #expect(sequence[index] == SobolSequence(dimensions: 3, seed: 1)[index])
      #expect(Array(sequence[index].prefix(2)) == SobolSequence(dimensions: 2, seed: 1)[index])
      #expect(zip(sequence[index], other[index]).allSatisfy { $0 != $1 })
      #expect(sequence[index].allSatisfy { (0..<1).contains($0) })
    }
    // Not the shift alone, which would give all the same last bit.
    #expect(Set((0..<64).map { Int(sequence[$0][0] * 0x1p53) & 1 }) == [0, 1])
  }

  @Test("Over seeds, a point is uniform")
  func overSeedsPointUniform() {
    let places = (0..<2000).map { SobolSequence(dimensions: 2, seed: $0)[5] }
    for dimension in 0..<2 {
      let counts = places.reduce(into: Array(repeating: 0, count: 10)) {
        $0[Int($1[dimension] * 10)] += 1
      }
      // Each is 200 with a standard deviation of 13.
      #expect(counts.allSatisfy { abs($0 - 200) < 67 }, "\(counts)")
    }
  }
}
