import PerceptronFiles

extension Dataset {
  /// The SHA-256 digest of features and labels, by which a run knows its data again: of the rows in
  /// their order, each in the bytes that it came in, and then of the labels.
  ///
  /// - Throws: `FileError` where libcrypto refuses to compute it.
  /// - Complexity: O(the features' bytes).
  package func digest() throws -> String {
    try SHA256.digest { add in
      try features.forEachRowOfBytes(add)
      try labels.withUnsafeBytes(add)
    }
  }
}

extension Features {
  /// Calls `body` with the bytes of each row.
  fileprivate func forEachRowOfBytes(
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    switch storage {
    case .bytes(let elements): try forEachRow(of: elements, body)
    case .floats(let elements): try forEachRow(of: elements, body)
    case .doubles(let elements): try forEachRow(of: elements, body)
    }
  }

  private func forEachRow<Element>(
    of elements: [Element], _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    let size = featureCount * MemoryLayout<Element>.stride
    try elements.withUnsafeBytes { bytes in
      for row in 0..<count {
        let start = storedRow(row) * size
        try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
      }
    }
  }
}
