/// A fast random stream that is a function of (seed, purpose, index): xoshiro256++ by Blackman and
/// Vigna (2018), its state filled by SplitMix64.
///
/// Streams of different purposes or indices are independent for practical use, so that one part of
/// a program can draw more or less without changing what another part gets:
///
///     var weights = SeededRandom(seed: 7, purpose: "weights")
///     var batches = SeededRandom(seed: 7, purpose: "batches", index: 3)
public struct SeededRandom: RandomStream, Hashable, Codable {
  private var state: Xoshiro256State
  private var polar = PolarNormal()

  /// The stream for a seed, a purpose and an index among streams of that purpose.
  public init(seed: UInt64, purpose: String = "", index: UInt64 = 0) {
    // FNV-1a over the purpose's bytes.
    var name: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { name = (name ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var mixer = SplitMix64(state: seed)
    mixer.state = mixer.next() ^ name
    mixer.state = mixer.next() ^ index
    state = Xoshiro256State(mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ count: UInt64) -> UInt64 { x << count | x >> (64 - count) }
    let result = rotate(state.a &+ state.d, 23) &+ state.a
    let shifted = state.b << 17
    state.c ^= state.a
    state.d ^= state.b
    state.b ^= state.c
    state.a ^= state.d
    state.c ^= shifted
    state.d = rotate(state.d, 45)
    return result
  }

  /// A number uniform in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A standard normal deviate.
  public mutating func normal() -> Double {
    var polar = polar
    defer { self.polar = polar }
    return polar.next { uniform() }
  }

  /// An integer uniform in 0..<bound.
  ///
  /// - Precondition: `bound ≥ 1`.
  public mutating func index(below bound: Int) -> Int {
    require(bound >= 1, "index(below:): \(bound) leaves nothing to choose from")
    // Lemire, "Fast random integer generation in an interval" (2019). The standard library's
    // `next(upperBound:)` is the same today, but does not promise to stay so.
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let rejected = (0 &- bound) % bound
      while product.low < rejected { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }
}

/// Four words, encoded as a list; decoding refuses four zeros, from which nothing else would follow.
private struct Xoshiro256State: Hashable, Codable {
  var a, b, c, d: UInt64

  init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  init(from decoder: any Decoder) throws {
    let words = try [UInt64](from: decoder)
    guard words.count == 4, words.contains(where: { $0 != 0 }) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "expected four words, not all of them 0"))
    }
    self.init(words[0], words[1], words[2], words[3])
  }

  func encode(to encoder: any Encoder) throws { try [a, b, c, d].encode(to: encoder) }
}

/// Steele, Lea and Flood's SplitMix64 (2014): spreads a seed over a larger state.
@usableFromInline struct SplitMix64 {
  /// The increment of the state: an odd number near 2⁶⁴ over the golden ratio.
  @inlinable static var step: UInt64 { 0x9e37_79b9_7f4a_7c15 }

  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  /// A permutation of the 64-bit numbers in which every bit depends on every other.
  @inlinable static func mix(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
