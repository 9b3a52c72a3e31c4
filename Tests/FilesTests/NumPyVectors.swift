import Foundation
import TestSupport
import Testing

/// What NumPy wrote: see scripts/make-numpy-vectors.
struct NumPyVectors: Decodable {
  /// A `.npy` file and its numbers as NumPy converts them.
  struct Array: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var file: Data
    var shape: [Int]
    var type: String
    private var doubles: String
    private var floats: String

    /// The bits of the elements as float64 and as float32, in C order.
    var doubleBits: [UInt64] { doubles.split(separator: " ").compactMap { UInt64($0, radix: 16) } }
    var floatBits: [UInt32] { floats.split(separator: " ").compactMap { UInt32($0, radix: 16) } }

    var testDescription: String { name }
  }

  /// An archive with `x`, [4, 3] float32 from 0 to 11, and `y`, [0, 1, 1, 0] in int64.
  struct Archive: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var file: Data

    var testDescription: String { name }
  }

  /// An array or archive that cannot be read, and a part of the message.
  struct Refused: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var file: Data
    var message: String

    var testDescription: String { name }
  }

  var arrays: [Array]
  var refused: [Refused]
  var archives: [Archive]
  var refusedArchives: [Refused]

  static let all = Resource.decode(NumPyVectors.self, from: "numpy")

  /// The array of a name.
  static func array(_ name: String) -> Array {
    guard let found = all.arrays.first(where: { $0.name == name }) else {
      fatalError("NumPyVectors: there is no array \(name)")
    }
    return found
  }
}
