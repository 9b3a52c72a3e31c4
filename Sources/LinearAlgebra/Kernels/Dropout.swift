// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func dropoutFactors(
    count: Int, from first: Int, rate: Double, seed: UInt64,
    into factors: UnsafeMutablePointer<Self>
  ) {
    let factor = Self(1 / (1 - rate))
    // Below 2⁶⁴, because a rate below 1 is at most 1 − 2⁻⁵³.
    let threshold = UInt64(rate * 0x1p64)
    // Mixed once before the positions are added: seeds that are a step apart, as those of
    // neighbouring layers are, would otherwise give the same factors one place further.
    let start = SplitMix64.mix(seed)
    for index in 0..<count {
      let position = UInt64(truncatingIfNeeded: first + index)
      let drawn = SplitMix64.mix(start &+ SplitMix64.step &* position)
      factors[index] = drawn < threshold ? 0 : factor
    }
  }
}
