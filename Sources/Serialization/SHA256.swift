internal import CCrypto

/// SHA-256 digests (FIPS 180-4) as 64 lower-case hexadecimal digits.
public enum SHA256 {
  /// The digest of a file's data; of its decompressed data where its name ends in `.gz`.
  ///
  /// - Throws: ``FileError`` where the file cannot be read.
  public static func digest(ofFile path: String) throws -> String {
    let hash = try Hash()
    try ByteReader(path: path).forEachChunk { try hash.update($0) }
    return try hash.finish()
  }

  /// The digest of `bytes`.
  ///
  /// - Throws: ``FileError`` where libcrypto refuses to compute it.
  public static func digest(of bytes: [UInt8]) throws -> String {
    let hash = try Hash()
    try bytes.withUnsafeBytes { try hash.update($0) }
    return try hash.finish()
  }

  /// Checks that a file's (decompressed) data has the digest `expected`.
  ///
  /// - Throws: ``FileError`` with both digests where they differ, or where the file cannot be read.
  public static func verify(file path: String, expected: String) throws {
    let found = try digest(ofFile: path)
    if found != expected.lowercased() {
      throw FileError(path, "expected the SHA-256 sum \(expected), found \(found)")
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
