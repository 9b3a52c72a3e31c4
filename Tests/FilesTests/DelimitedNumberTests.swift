import Foundation
import PerceptronLinearAlgebra
import Testing

@testable import PerceptronFiles

@Suite("Decimal numbers in tables")
struct DelimitedNumberTests {
  private func number(_ text: String) -> Double? { DecimalReader().number(in: Array(text.utf8)) }

  private func expectSame(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let expected = strtod(text, nil)
    #expect(
      number(text)?.bitPattern == expected.bitPattern, "\(text), expected \(expected)",
      sourceLocation: sourceLocation)
  }

  @Test(
    "Numbers at the edges of rounding and of the exponents' range are what strtod makes of them",
    arguments: [
      "0", "-0", "0.0", "1", "-1.5", "+2.25", ".5", "5.", "1e+5", "1E5", "00012.50", "1e0",
      // Ties and their neighbours.
      "9007199254740993", "9007199254740992.9999999999999999", "1e23", "8.5e22",
      "9007199254740993.00000000000000000000001", "9007199254740993.00000000000000000000000",
      "0.30000000000000004440892098500626161694526672363281250",
      "0.3000000000000000444089209850062616169452667236328125000001",
      // The least and the greatest numbers, and beyond.
      "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "6.631236846766476e-316",
      "2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308",
      "1.7976931348623158e308", "1.7976931348623159e308", "1e400", "1e-400", "-1e-400",
      "3.2378839133029012895883524125015321748630094231816719e-307",
      // More digits and exponents than an integer holds.
      "123456789012345678901234567890", "00000000000000000000000000000001.5",
      "0.000000000000000000000000000000000000000000000000000001234567890123456789",
      "0e99999999999", "1e99999999999999999999", "1e-99999999999999999999",
      "1000000000000000000000e-21", "0.00000000000000000000000000000000",
    ])
  func edges(text: String) { expectSame(text) }

  @Test("Random numbers of every length, exponent and bit pattern are what strtod makes of them")
  func random() {
    var random = SeededRandom(seed: 3, purpose: "decimal numbers")
    for index in 0..<4_000 {
      let bits = random.next()
      let digits = bits >> (random.next() % 64)
      expectSame("\(Double(bitPattern: bits & 0x7FEF_FFFF_FFFF_FFFF))")
      expectSame("\(digits)e\(Int(random.next() % 700) - 360)")
      let value = Double(Int64(bitPattern: random.next())) / 1e12
      expectSame(String(format: "%.\(1 + index % 20)g", value))
      expectSame(String(format: "%.\(index % 12)f", value))
      // Halfway between two numbers, or nearly.
      let odd = (1 << 53 | bits >> 11) | 1
      expectSame("\(odd)e\(Int(random.next() % 30) - 6)")
      expectSame("\(odd).000000000000000000\(index % 2)")
      expectSame("-0.\(String(repeating: "0", count: index % 40))\(digits)\(bits)")
    }
  }

  @Test(
    "Texts that are no whole decimal number are none",
    arguments: [
      "", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1.2.3", "1,5", "1_000", "0x10", "inf",
      "nan", "1 ", " 1", "--1", "+-1", "1f", "١",
    ])
  func none(text: String) { #expect(number(text) == nil) }

  @Test("Reading ends where a number ends")
  func end() {
    let bytes = Array("12.5e3,7".utf8) + [UInt8](repeating: 0, count: 64)
    bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      var value = 0.0
      #expect(DecimalReader().read(start, into: &value) - start == 6)
      #expect(value == 12_500)
      #expect(DecimalReader().read(start + 6, into: &value) == start + 6)
    }
  }
}
