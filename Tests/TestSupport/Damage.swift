/// A damaged copy of a file, and what was done to it.
public struct Damage: CustomStringConvertible, Sendable {
  /// What was done.
  public let description: String
  /// The file afterwards.
  public let bytes: [UInt8]

  /// `bytes` cut short at every multiple of `step` below their count, and at each of the last 16,
  /// where trailers are.
  public static func cuts(of bytes: [UInt8], every step: Int = 1) -> [Damage] {
    bytes.indices.filter { $0 % step == 0 || $0 >= bytes.count - 16 }.map {
      Damage(description: "cut after \($0) bytes", bytes: Array(bytes[..<$0]))
    }
  }

  /// `bytes` with one byte of `range` changed, in several ways for each.
  public static func flips(of bytes: [UInt8], in range: Range<Int>) -> [Damage] {
    range.flatMap { index in
      ([0x01, 0x02, 0x20, 0x80, 0xff] as [UInt8]).map { mask in
        var changed = bytes
        changed[index] ^= mask
        return Damage(description: "byte \(index) xor \(mask)", bytes: changed)
      }
    }
  }
}
