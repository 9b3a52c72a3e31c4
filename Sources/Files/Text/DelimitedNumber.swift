/// Reads decimal numbers from bytes: an optional sign, digits with an optional point, an optional
/// exponent. Not infinities, NaN, hexadecimal numbers, or blanks around a number.
///
/// Every number is the closest `Double`, ties to even, as `strtod` and Python's `float` give it: by one
/// exact operation where it suffices (Clinger, "How to read floating point numbers accurately", 1990), else
/// by Lemire's algorithm ("Number parsing at a gigabyte per second", 2021), and for the rare number of
/// more than 19 digits that these leave open by the standard library. Only the last of them allocates.
struct DecimalReader {
  private let fives = PowersOfFive.shared.table
  private let tens = PowersOfFive.shared.exactTens

  /// The most digits that fit a `UInt64` in any case.
  private static var mostDigits: Int { 19 }

  /// Reads the number that begins at `start` into `value`.
  ///
  /// - Returns: the end of the number, or `start` where none begins there.
  /// - Precondition: a byte that is no digit ends the bytes, and eight more can be read behind it.
  @inline(__always)
  func read(
    _ start: UnsafePointer<UInt8>, into value: inout Double
  ) -> UnsafePointer<UInt8> {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let first = isNegative || start.pointee == UInt8(ascii: "+") ? start + 1 : start
    var place = first
    var digits: UInt64 = 0
    while true {
      let digit = place.pointee &- UInt8(ascii: "0")
      if digit > 9 { break }
      digits = digits &* 10 &+ UInt64(digit)
      place += 1
    }
    var digitCount = place - first
    var exponent = 0
    if place.pointee == UInt8(ascii: ".") {
      place += 1
      let fraction = place
      while let eight = Self.eightDigits(place) {
        digits = digits &* 100_000_000 &+ eight
        place += 8
      }
      while true {
        let digit = place.pointee &- UInt8(ascii: "0")
        if digit > 9 { break }
        digits = digits &* 10 &+ UInt64(digit)
        place += 1
      }
      exponent = fraction - place
      digitCount -= exponent
    }
    if digitCount == 0 { return start }
    let end = place
    if place.pointee | 0x20 == UInt8(ascii: "e") {
      guard let after = Self.readExponent(place + 1, into: &exponent) else { return start }
      place = after
    }
    if digitCount > Self.mostDigits {
      let magnitude = readLong(first..<end, exponent: exponent)
      value = isNegative ? -magnitude : magnitude
      return place
    }
    let magnitude = number(digits, exponent)
    value = isNegative ? -magnitude : magnitude
    return place
  }

  /// The number of the eight digits at `place`, or nil where there are fewer.
  @inline(__always)
  private static func eightDigits(_ place: UnsafePointer<UInt8>) -> UInt64? {
    let bytes = UInt64(
      littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
    let zeros: UInt64 = 0x3030_3030_3030_3030
    if ((bytes &+ 0x4646_4646_4646_4646) | (bytes &- zeros)) & 0x8080_8080_8080_8080 != 0 {
      return nil
    }
    // Pairs of digits, then of these, in all lanes at once.
    var lanes = bytes &- zeros
    lanes = lanes &* 10 &+ (lanes >> 8)
    let even = (lanes & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let odd = ((lanes >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (even &+ odd) >> 32
  }

  /// Adds the exponent at `start` to `exponent`; nil where there is no digit. Its size is limited so that
  /// nothing overflows.
  private static func readExponent(
    _ start: UnsafePointer<UInt8>, into exponent: inout Int
  ) -> UnsafePointer<UInt8>? {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let first = isNegative || start.pointee == UInt8(ascii: "+") ? start + 1 : start
    var place = first
    var written = 0
    while true {
      let digit = place.pointee &- UInt8(ascii: "0")
      if digit > 9 { break }
      if written < 1 << 40 { written = written * 10 + Int(digit) }
      place += 1
    }
    if place == first { return nil }
    exponent += isNegative ? -written : written
    return place
  }
}

// MARK: - Rounding

extension DecimalReader {
  /// `digits` · 10^`exponent`, rounded.
  @inline(__always)
  private func number(_ digits: UInt64, _ exponent: Int) -> Double {
    if digits <= 1 << 53 {
      // Both are exact, so that one operation rounds once.
      if exponent == 0 { return Double(digits) }
      if exponent < 0 && exponent >= -22 { return Double(digits) / tens[-exponent] }
      if exponent > 0 && exponent <= 22 { return Double(digits) * tens[exponent] }
    }
    return lemire(digits, exponent)
  }

  /// `digits` · 10^`exponent`, rounded, by the 128 leading bits of the power of five.
  private func lemire(_ digits: UInt64, _ exponent: Int) -> Double {
    if digits == 0 || exponent < PowersOfFive.least { return 0 }
    if exponent > PowersOfFive.greatest { return .infinity }
    let shift = digits.leadingZeroBitCount
    let normal = digits << UInt64(shift)
    let index = 2 * (exponent - PowersOfFive.least)
    var (high, low) = normal.multipliedFullWidth(by: fives[index])
    // Unless all bits below those that are kept are ones, the other half cannot carry into them.
    if high & 0x1FF == 0x1FF {
      let (carry, _) = normal.multipliedFullWidth(by: fives[index + 1])
      low = low &+ carry
      if carry > low { high &+= 1 }
    }
    let upper = high >> 63
    var mantissa = high >> (upper &+ 9)
    // ⌊log₂ 10^exponent⌋ + 63, then what the normalization moved.
    var power = ((217_706 &* exponent) >> 16) &+ 63 &+ Int(upper) &- shift &+ 1023
    if power <= 0 {
      // A subnormal number, or 0.
      if power <= -63 { return 0 }
      mantissa >>= UInt64(1 - power)
      mantissa = (mantissa &+ (mantissa & 1)) >> 1
      return Double(bitPattern: mantissa)
    }
    // Halfway between two numbers: to the even one.
    if low <= 1 && exponent >= -4 && exponent <= 23 && mantissa & 3 == 1
      && mantissa << (upper &+ 9) == high
    {
      mantissa &= ~1
    }
    mantissa = (mantissa &+ (mantissa & 1)) >> 1
    if mantissa >= 1 << 53 {
      mantissa = 1 << 52
      power &+= 1
    }
    if power >= 0x7FF { return .infinity }
    return Double(bitPattern: UInt64(power) << 52 | mantissa & ~(1 << 52))
  }

  /// The number of more digits than fit a `UInt64`, with a point anywhere among them.
  ///
  /// - Parameter exponent: that of the last digit.
  @inline(never)
  private func readLong(_ text: Range<UnsafePointer<UInt8>>, exponent: Int) -> Double {
    let all = UnsafeBufferPointer(start: text.lowerBound, count: text.count)
    let point = all.firstIndex(of: UInt8(ascii: "."))
    guard let first = all.firstIndex(where: { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: ".") })
    else { return 0 }
    var digits: UInt64 = 0
    var (taken, place) = (0, first)
    while place < all.count && taken < Self.mostDigits {
      if all[place] != UInt8(ascii: ".") {
        digits = digits * 10 + UInt64(all[place] - UInt8(ascii: "0"))
        taken += 1
      }
      place += 1
    }
    let rest = all.count - place - (point.map { $0 >= place ? 1 : 0 } ?? 0)
    let lower = number(digits, exponent + rest)
    // The number lies between these digits and the next ones.
    if rest == 0 || lower == number(digits + 1, exponent + rest) { return lower }
    let written = String(decoding: all.filter { $0 != UInt8(ascii: ".") }, as: UTF8.self)
    return Double("\(written)e\(exponent)") ?? .nan
  }
}
