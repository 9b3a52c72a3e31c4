import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Seeded random streams")
struct SeededRandomTests {
  // Computed by an independent program from the published definitions of SplitMix64, FNV-1a and
  // xoshiro256++. A stream never changes: saved experiments are repeated from their seeds.
  @Test(
    "streams are frozen",
    arguments: [
      (0, "", 0, [0x11ea_5d71_ab27_f4bf, 0xcc84_b97b_d651_64de, 0x9953_9b09_e7f2_eab2]),
      (7, "weights", 0, [0xaeb7_cb3e_84bd_7c64, 0x0dd5_3195_bebb_942c, 0xede6_7a6d_3458_c3cf]),
      (7, "batches", 3, [0x0390_6132_fc1c_bde5, 0x75c0_53a5_bdd5_0793, 0xcd84_fbd4_09f8_4eaf]),
      (.max, "é", .max, [0xaec4_e187_70d5_668e, 0xd753_989c_0b19_e2b5, 0xfa37_6eb5_4aac_f9c1]),
    ] as [(UInt64, String, UInt64, [UInt64])])
  func frozen(seed: UInt64, purpose: String, index: UInt64, words: [UInt64]) {
    var random = SeededRandom(seed: seed, purpose: purpose, index: index)
    #expect(words.map { _ in random.next() } == words)
    random = SeededRandom(seed: seed, purpose: purpose, index: index)
    let uniforms = words.map { Double($0 >> 11) / 9_007_199_254_740_992 }
    #expect(words.map { _ in random.uniform() } == uniforms)
  }

  @Test("indices and normal deviates are frozen")
  func frozenDerivatives() {
    var random = SeededRandom(seed: 7, purpose: "weights")
    let indices = (0..<6).map { _ in random.index(below: 49_000) }
    #expect(indices == [33442, 2647, 45535, 6096, 32299, 8936])
    random = SeededRandom(seed: 7, purpose: "weights")
    let normals = Tensor<Double>.normal([4], using: &random)
    // Close and not equal: another system's logarithm may round otherwise.
    expectClose(
      normals,
      Tensor<Double>([
        -0.355835265538352, 0.14561004036167327, -1.045242849291009, 0.5238347362808478,
      ]), tolerance: 1e-15)
  }

  @Test("every seed, purpose and index has its own stream")
  func distinct() {
    var first = Set<UInt64>()
    for seed in 0..<10 as Range<UInt64> {
      for purpose in ["", "a", "b", "ab", "ba"] {
        for index in 0..<10 as Range<UInt64> {
          var random = SeededRandom(seed: seed, purpose: purpose, index: index)
          first.insert(random.next())
        }
      }
    }
    #expect(first.count == 500)
  }

  @Test("A copy continues like the original, also with a spare deviate")
  func copies() {
    var random = SeededRandom(seed: 3)
    _ = random.normal()
    var copy = random
    #expect(copy == random)
    #expect(copy.normal() == random.normal())
    #expect(copy.next() == random.next())
    _ = copy.next()
    #expect(copy != random)
  }

  @Test("normal deviates have mean 0, variance 1, no skew and kurtosis 3")
  func moments() {
    var random = SeededRandom(seed: 1, purpose: "moments")
    let count = 20_000
    var sums = [0.0, 0, 0, 0]
    for _ in 0..<count {
      let x = random.normal()
      sums[0] += x
      sums[1] += x * x
      sums[2] += x * x * x
      sums[3] += x * x * x * x
    }
    let moments = sums.map { $0 / Double(count) }
    // Five standard errors: √(1, 2, 15, 96) / √count.
    expectClose(moments[0], 0.0, tolerance: 0.036)
    expectClose(moments[1], 1.0, tolerance: 0.05)
    expectClose(moments[2], 0.0, tolerance: 0.137)
    expectClose(moments[3] / 3, 1.0, tolerance: 0.116)
  }

  @Test("indices are uniform and below their bound", arguments: [1, 2, 3, 10, 100])
  func uniformity(bound: Int) {
    var random = SeededRandom(seed: 1, purpose: "uniformity")
    var counts = [Int](repeating: 0, count: bound)
    let draws = 200 * bound
    for _ in 0..<draws { counts[random.index(below: bound)] += 1 }
    let expected = Double(draws) / Double(bound)
    let chiSquared = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
    // The mean of χ² is its degrees of freedom, its variance twice that.
    let freedom = Double(bound - 1)
    #expect(chiSquared / expected <= freedom + 5 * (2 * freedom).squareRoot())
  }

  @Test("huge bounds are unbiased, because draws are rejected")
  func hugeBounds() {
    var random = SeededRandom(seed: 2)
    // 2⁶⁴ is 8/3 of this bound: unrejected, indices 0, 1 and 2 modulo 3 would come as 3 : 3 : 2.
    let bound = 3 << 61
    let draws = (0..<9000).map { _ in random.index(below: bound) }
    #expect(draws.allSatisfy { (0..<bound).contains($0) })
    let rare = draws.count { $0 % 3 == 2 }
    #expect((2770...3230).contains(rare), "3000 ± 5 standard deviations")
  }

  @Test("uniform numbers are in [0, 1) with their mean in the middle")
  func uniform() {
    var random = SeededRandom(seed: 1, purpose: "uniform")
    let numbers = Tensor<Double>.uniform([10_000], using: &random)
    #expect(numbers.elements.allSatisfy { 0 <= $0 && $0 < 1 })
    expectClose(numbers.mean(), 0.5, tolerance: 0.015)
  }

  @Test("a tensor of uniform numbers in single precision stays below 1, all others rounded")
  func belowOne() {
    var random = SeededRandom(seed: 7)
    var same = random
    let numbers = Tensor<Float>.uniform([7355], using: &random)
    let drawn = (0..<7355).map { _ in same.uniform() }
    // Number 7354, counted from 0, lies within half a unit in the last place of 1.
    #expect(Float(drawn[7354]) == 1 && numbers[7354] == Float(1).nextDown)
    #expect(numbers.elements.dropLast() == drawn.dropLast().map { Float($0) }[...])
    #expect(random == same)
  }

  @Test("a permutation holds every index once", arguments: [0, 1, 2, 100])
  func permutation(count: Int) {
    var random = SeededRandom(seed: 1)
    let order = random.permutation(count)
    #expect(order.sorted() == Array(0..<count))
    if count == 100 { #expect(order != order.sorted()) }
  }
}
