internal import CPerceptronCrypto

/// SHA-256 digests (FIPS 180-4) as 64 lower-case hexadecimal digits. All functions throw a ``FileError``
/// where libcrypto refuses to compute one.
package enum SHA256 {
  /// The digest of a file's data; of its decompressed data where its name ends in `.gz`.
  ///
  /// - Throws: ``FileError`` where the file cannot be read.
  package static func digest(ofFile path: String) throws -> String {
    let reader = try ByteReader(path: path)
    return try digest { add in try reader.forEachChunk(add) }
  }

  /// The digest of all that `body` passes to `add`, piece after piece.
  package static func digest(
    of body: (_ add: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> String {
    let hash = try Hash()
    try body { try hash.update($0) }
    return try hash.finish()
  }

  package static func digest(of bytes: [UInt8]) throws -> String {
    try digest { add in try bytes.withUnsafeBytes(add) }
  }
}

extension TensorArchive {
  /// The SHA-256 digest of all tensors, with their names and shapes, and of the metadata but for one key.
  package func digest(withoutKey key: String) throws -> String {
    try SHA256.digest { addBytes in
      func add(_ text: String) throws {
        try Array("\(text.utf8.count):\(text)".utf8).withUnsafeBytes(addBytes)
      }
      for (name, value) in metadata.sortedByKey where name != key {
        try add(name)
        try add(value)
      }
      for entry in entries.stablySorted(by: { $0.name < $1.name }) {
        try add("\(entry.name) \(entry.tensor.dataType.rawValue) \(entry.tensor.shape)")
        try entry.tensor.withUnsafeBytes(addBytes)
      }
    }
  }
}

/// A running digest, computed by libcrypto.
private final class Hash {
  private let context: OpaquePointer?

  init() throws {
    context = EVP_MD_CTX_new()
    try check(EVP_DigestInit_ex(context, EVP_sha256(), nil))
  }

  deinit { EVP_MD_CTX_free(context) }

  func update(_ bytes: UnsafeRawBufferPointer) throws {
    try check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  func finish() throws -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    try check(EVP_DigestFinal_ex(context, &digest, nil))
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A policy of the machine can forbid an algorithm, so a refusal is an error and not a trap.
  private func check(_ result: Int32) throws {
    if result != 1 { throw FileError("libcrypto", "cannot compute SHA-256") }
  }
}
