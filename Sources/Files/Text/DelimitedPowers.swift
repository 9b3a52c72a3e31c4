/// Powers of five and ten for ``DecimalReader``.
///
/// They are computed once and never freed or changed, so that all threads can point at them.
struct PowersOfFive: @unchecked Sendable {
  static let shared = PowersOfFive()

  /// Below 10^`least`, any 19 digits make 0; above 10^`greatest`, infinity.
  static let least = -342
  static let greatest = 308

  /// The 128 leading bits of 5^q for q in `least...greatest`: the higher half, then the lower. Truncated,
  /// but rounded up for -27...-1.
  let table: UnsafePointer<UInt64>
  /// 10^0, …, 10^22, which are exact.
  let exactTens: UnsafePointer<Double>

  private init() {
    let table = UnsafeMutablePointer<UInt64>.allocate(
      capacity: 2 * (Self.greatest - Self.least + 1))
    func store(_ power: Int, _ bits: (high: UInt64, low: UInt64)) {
      table[2 * (power - Self.least)] = bits.high
      table[2 * (power - Self.least) + 1] = bits.low
    }
    var number = LongNumber(one: 1, shiftedBy: 0)
    for power in 0...Self.greatest {
      store(power, number.leadingBits)
      number.multiply(by: 5)
    }
    // ⌊2^k / 5^n⌋ by repeated division, with 128 bits at least left of the last.
    var fraction = LongNumber(one: 1, shiftedBy: 960)
    for power in 1 ... -Self.least {
      fraction.divide(by: 5)
      var (high, low) = fraction.leadingBits
      if power <= 27 {
        low &+= 1
        if low == 0 { high &+= 1 }
      }
      store(-power, (high, low))
    }
    let tens = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    for power in 0...22 { (tens + power).initialize(to: power == 0 ? 1 : tens[power - 1] * 10) }
    self.table = UnsafePointer(table)
    exactTens = UnsafePointer(tens)
  }
}

/// A whole number of any size from 1, its words from the least.
private struct LongNumber {
  private var words: [UInt64]

  /// `one` · 2^(a multiple of 64 that is at least `shift`).
  init(one: UInt64, shiftedBy shift: Int) {
    words = [UInt64](repeating: 0, count: (shift + 63) / 64) + [one]
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in words.indices {
      let product = words[index].multipliedFullWidth(by: factor)
      let (sum, overflow) = product.low.addingReportingOverflow(carry)
      words[index] = sum
      carry = product.high + (overflow ? 1 : 0)
    }
    if carry > 0 { words.append(carry) }
  }

  mutating func divide(by divisor: UInt64) {
    var rest: UInt64 = 0
    for index in words.indices.reversed() {
      (words[index], rest) = divisor.dividingFullWidth((rest, words[index]))
    }
    while words.last == 0 { words.removeLast() }
  }

  /// The 128 leading bits, filled up with zeros.
  var leadingBits: (high: UInt64, low: UInt64) {
    let top = words.count - 1
    func word(_ index: Int) -> UInt64 { index >= 0 ? words[index] : 0 }
    let shift = UInt64(word(top).leadingZeroBitCount)
    func shifted(_ index: Int) -> UInt64 {
      word(index) << shift | (shift == 0 ? 0 : word(index - 1) >> (64 - shift))
    }
    return (shifted(top), shifted(top - 1))
  }
}
