internal import CPerceptronCrypto

/// SHA-256 digests (FIPS 180-4) as 64 lower-case hexadecimal digits.
package enum SHA256 {
  /// The digest of a file's data; of its decompressed data where its name ends in `.gz`.
  ///
  /// - Throws: ``FileError`` where the file cannot be read.
  package static func digest(ofFile path: String) throws -> String {
    let hash = try Hash()
    try ByteReader(path: path).forEachChunk { try hash.update($0) }
    return try hash.finish()
  }

  /// The digest of all that `body` passes to the function that it is given, piece after piece.
  ///
  /// - Throws: ``FileError`` where libcrypto refuses to compute it, or what `body` throws.
  package static func digest(
    of body: (_ add: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> String {
    let hash = try Hash()
    try body { try hash.update($0) }
    return try hash.finish()
  }

  /// The digest of `bytes`.
  ///
  /// - Throws: ``FileError`` where libcrypto refuses to compute it.
  package static func digest(of bytes: [UInt8]) throws -> String {
    let hash = try Hash()
    try bytes.withUnsafeBytes { try hash.update($0) }
    return try hash.finish()
  }
}

extension TensorArchive {
  /// The digest of all tensors, with their names and shapes, and of the metadata but for one key.
  ///
  /// - Throws: ``FileError`` where libcrypto refuses to compute it.
  package func digest(withoutKey key: String) throws -> String {
    let hash = try Hash()
    func add(_ text: String) throws {
      try Array("\(text.utf8.count):\(text)".utf8).withUnsafeBytes { try hash.update($0) }
    }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) where name != key {
      try add(name)
      try add(value)
    }
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      try add("\(entry.name) \(entry.payload.dataType.rawValue) \(entry.payload.shape)")
      try entry.payload.withUnsafeBytes { try hash.update($0) }
    }
    return try hash.finish()
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
