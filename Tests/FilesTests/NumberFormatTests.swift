import PerceptronFiles
import Testing

@Suite("Number formats")
struct NumberFormatTests {
  #if !(os(macOS) && arch(x86_64))
    @Test("All numbers of 16 bits are what the processor makes of them")
    func halves() {
      let patterns = Array(UInt16.min ... .max)
      let floats: [Float] = patterns.withUnsafeBytes { NumberFormat(.float16).numbers(in: $0) }
      for (bits, float) in zip(patterns, floats) {
        let expected = Float(Float16(bitPattern: bits))
        let isSame = expected.isNaN ? float.isNaN : float.bitPattern == expected.bitPattern
        #expect(isSame, "\(bits): \(float), expected \(expected)")
      }
    }
  #endif

  @Test("A byte is true unless it is 0")
  func truth() {
    let numbers: [Double] = [UInt8](0...255).withUnsafeBytes { NumberFormat(.bool).numbers(in: $0) }
    #expect(numbers == [0] + [Double](repeating: 1, count: 255))
  }

  @Test("Numbers may stand at any address")
  func unaligned() {
    let bytes: [UInt8] = [9, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 9]
    let format = NumberFormat(.float64, isBigEndian: true)
    bytes.withUnsafeBytes { all in
      let number = UnsafeRawBufferPointer(rebasing: all[1..<9])
      #expect(format.numbers(in: number, as: Double.self) == [1.5])
    }
    var copy = bytes
    copy.withUnsafeMutableBytes { all in
      format.makeNative(UnsafeMutableRawBufferPointer(rebasing: all[1..<9]))
    }
    #expect(copy == [9, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 9])
  }

  @Test("The order of bytes means nothing to single ones")
  func singleBytes() {
    for kind in NumberFormat.Kind.allCases {
      let isSame = NumberFormat(kind, isBigEndian: true) == NumberFormat(kind)
      #expect(isSame == (kind.size == 1), "\(kind)")
    }
    #expect("\(NumberFormat(.int16, isBigEndian: true))" == "big-endian int16")
    #expect("\(NumberFormat(.uint8, isBigEndian: true))" == "uint8")
  }
}
