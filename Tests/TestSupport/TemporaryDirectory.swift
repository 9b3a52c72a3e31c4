import Foundation

/// A directory of its own for one test, removed with everything in it when the test lets go.
public final class TemporaryDirectory {
  /// The directory's path.
  public let path: String

  /// Makes an empty directory.
  public init() throws {
    path = NSTemporaryDirectory() + "perceptron-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the directory.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes `bytes` to the file `name` and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// The bytes of the file `name`.
  public func bytes(of name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// The names in the directory, sorted.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// Makes the empty directory `name` and returns its path.
  public func makeDirectory(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: file(name), withIntermediateDirectories: true)
    return file(name)
  }

  /// `bytes` as gzip data, by the `gzip` command.
  public func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let name = UUID().uuidString
    try write(bytes, to: name)
    try Command.run(program: "/usr/bin/env", ["gzip", "--no-name", file(name)])
    defer { try? FileManager.default.removeItem(atPath: file(name + ".gz")) }
    return try self.bytes(of: name + ".gz")
  }
}
