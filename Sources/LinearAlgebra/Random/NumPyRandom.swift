/// The legacy random stream of NumPy, `numpy.random.RandomState(seed)`, bit for bit.
///
/// It is frozen in NumPy for good (NEP 19), so a run can be repeated from Python with the same
/// weights and batches. The generator is MT19937 by Matsumoto and Nishimura (1998).
///
/// | NumPy | here |
/// |---|---|
/// | `random()` | ``uniform()`` |
/// | `randn()` | ``normal()`` |
/// | `randint(low, high)` | ``integer(in:)`` |
/// | `choice(n, size)` | `choose(below:into:)` |
/// | `permutation(n)`, `shuffle(x)` | `permutation(_:)`, `shuffle(_:)` |
public struct NumPyRandom: RandomStream, Hashable, Codable {
  private static let size = 624
  private var words: [UInt32]
  private var position = NumPyRandom.size
  private var polar = PolarNormal()

  /// The stream of `RandomState(seed)`.
  public init(seed: UInt32) {
    words = [seed]
    words.reserveCapacity(NumPyRandom.size)
    for index in 1..<UInt32(NumPyRandom.size) {
      let last = words[words.count - 1]
      words.append(1_812_433_253 &* (last ^ (last >> 30)) &+ index)
    }
  }

  /// A stream that continues from an encoded state.
  ///
  /// - Throws: `DecodingError` where it is not 624 words and a position among them.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    words = try values.decode([UInt32].self, forKey: .words)
    position = try values.decode(Int.self, forKey: .position)
    polar = try values.decode(PolarNormal.self, forKey: .polar)
    if words.count != NumPyRandom.size || !(0...NumPyRandom.size).contains(position) {
      throw DecodingError.dataCorruptedError(
        forKey: .words, in: values, debugDescription: "expected 624 words and a position among them"
      )
    }
  }

  /// The generator's next 32 bits.
  public mutating func nextWord() -> UInt32 {
    if position == NumPyRandom.size { refill() }
    var y = words[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  /// 64 random bits, the upper word drawn first.
  public mutating func next() -> UInt64 {
    let upper = UInt64(nextWord())
    return upper << 32 | UInt64(nextWord())
  }

  /// A number uniform in [0, 1): `RandomState.random()`.
  public mutating func uniform() -> Double {
    let a = Double(nextWord() >> 5)
    let b = Double(nextWord() >> 6)
    return (a * 67_108_864 + b) / 9_007_199_254_740_992
  }

  /// A standard normal deviate: `RandomState.randn()`.
  public mutating func normal() -> Double {
    var polar = polar
    defer { self.polar = polar }
    return polar.next { uniform() }
  }

  /// An integer uniform in 0..<bound: `RandomState.randint(bound)`.
  public mutating func index(below bound: Int) -> Int {
    require(bound >= 1, "index(below:): \(bound) leaves nothing to choose from")
    return Int(bits(upTo: UInt64(bound - 1)))
  }

  /// An integer uniform in `range`: `RandomState.randint(low, high)`.
  ///
  /// - Precondition: `range` is not empty and has at most `Int.max` elements.
  public mutating func integer(in range: Range<Int>) -> Int {
    require(!range.isEmpty, "integer(in:): the range \(range) is empty")
    return range.lowerBound + index(below: range.count)
  }

  /// An integer uniform in 0...largest: words masked to the next 2ᵏ − 1 and drawn again above
  /// `largest`. Nothing is drawn where there is no choice.
  private mutating func bits(upTo largest: UInt64) -> UInt64 {
    if largest == 0 { return 0 }
    let mask = UInt64.max >> UInt64(largest.leadingZeroBitCount)
    while true {
      let value = (largest <= 0xffff_ffff ? UInt64(nextWord()) : next()) & mask
      if value <= largest { return value }
    }
  }

  private mutating func refill() {
    let size = NumPyRandom.size
    words.withUnsafeMutableBufferPointer { words in
      for index in 0..<size {
        let y = words[index] & 0x8000_0000 | words[(index + 1) % size] & 0x7fff_ffff
        words[index] = words[(index + 397) % size] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
      }
    }
    position = 0
  }
}
