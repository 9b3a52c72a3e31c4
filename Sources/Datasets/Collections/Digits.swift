internal import CPerceptronResources
import PerceptronFiles

/// scikit-learn's digits: 1,797 hand-written digits of 8 × 8 pixels with values 0…16, embedded.
///
/// Rows of `[8, 8]` bytes; the classes are the ten digits, each its own label.
///
/// The test set of the Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998),
/// UCI Machine Learning Repository, <https://doi.org/10.24432/C50P49>, licensed CC BY 4.0.
public enum Digits {
  /// The divisor that scales features to 0…1.
  public static let divisor = 16.0

  /// All 1,797 examples in scikit-learn's order. The data is decompressed when first used.
  public static let all = parse()

  /// The first 1,500 examples, which share the features of all.
  public static let training = all[rows: 0..<1500]

  /// The last 297 examples, which share the features of all.
  public static let test = all[rows: 1500..<1797]

  private static func parse() -> Dataset {
    // Lines of 64 pixels and the digit, separated by commas.
    let file = resource_digits()
    let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    guard let text = Gzip.decompress(bytes, limit: 1 << 19) else {
      fatalError("Digits: the embedded data is damaged")
    }
    var numbers: [UInt8] = []
    numbers.reserveCapacity(1797 * 65)
    var number: UInt8 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number * 10 + (byte - UInt8(ascii: "0"))
      case UInt8(ascii: ","), UInt8(ascii: "\n"):
        numbers.append(number)
        number = 0
      default: fatalError("Digits: the embedded data holds the byte \(byte)")
      }
    }
    var pixels: [UInt8] = []
    var labels: [Int] = []
    pixels.reserveCapacity(1797 * 64)
    for start in stride(from: 0, to: numbers.count, by: 65) {
      pixels += numbers[start..<start + 64]
      labels.append(Int(numbers[start + 64]))
    }
    let image = ImageShape(width: 8, height: 8)
    return Dataset(
      Features(.bytes(pixels), exampleShape: [8, 8], image: image), labels: labels,
      classNames: (0..<10).map(String.init))
  }
}
