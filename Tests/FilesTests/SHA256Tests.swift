import PerceptronFiles
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// FIPS 180-4's examples.
  static let vectors = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test("Digests are those of the standard", arguments: vectors)
  func digest(text: String, expected: String) throws {
    #expect(try SHA256.digest(of: Array(text.utf8)) == expected)
    let pieces = try SHA256.digest { add in
      for byte in text.utf8 { try withUnsafeBytes(of: byte, add) }
    }
    #expect(pieces == expected)
  }

  @Test("A file's digest is that of its decompressed data")
  func files() throws {
    let directory = try TemporaryDirectory()
    let expected = SHA256Tests.vectors[1].1
    let plain = try directory.write(Array("abc".utf8), to: "a")
    let compressed = try directory.write(directory.gzip(Array("abc".utf8)), to: "a.gz")
    #expect(try SHA256.digest(ofFile: plain) == expected)
    #expect(try SHA256.digest(ofFile: compressed) == expected)
    #expect(throws: FileError.self) { try SHA256.digest(ofFile: directory.file("none")) }
  }
}
