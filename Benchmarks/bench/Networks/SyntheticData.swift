import Perceptron

/// Random bytes and classes in the size of a real data set. Speed does not depend on what they say.
enum SyntheticData {
  /// `rows` examples of `features` bytes with classes below `classes`.
  static func make(rows: Int, features: Int, classes: Int) -> Dataset {
    var random = SeededRandom(seed: 0, purpose: "bench data")
    let bytes = bytes(count: rows * features, using: &random)
    let labels = (0..<rows).map { _ in random.index(below: classes) }
    return Dataset(
      Features(.bytes(bytes), exampleShape: [features]), labels: labels,
      classNames: (0..<classes).map { "class \($0)" })
  }

  /// `count` random bytes.
  static func bytes(count: Int, using random: inout SeededRandom) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for offset in stride(from: 0, to: count, by: 8) {
        let word = random.next()
        if offset + 8 <= count {
          raw.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        } else {
          withUnsafeBytes(of: word) { bytes in
            for index in 0..<count - offset { raw[offset + index] = bytes[index] }
          }
        }
      }
      filled = count
    }
  }
}
