import Foundation
import Serialization

/// Other programs, found on the PATH and run to their end.
enum Program {
  /// Whether a program of this name is on the PATH.
  static func exists(_ name: String) -> Bool { path(of: name) != nil }

  /// Runs a program and returns what it wrote to standard output.
  ///
  /// - Parameter input: what it finds on standard input.
  /// - Throws: `FileError` where there is no such program, it cannot be started, or it fails, with
  ///   what it wrote to standard error.
  static func run(_ name: String, _ arguments: [String], input: String = "") throws -> String {
    guard let path = path(of: name) else { throw FileError(name, "is not on the PATH") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    // Files, unlike pipes, take whatever is written without a reader at the other end.
    let files = try TemporaryFiles(input: input)
    defer { files.remove() }
    process.standardInput = files.input
    process.standardOutput = files.output
    process.standardError = files.errors
    do {
      try process.run()
    } catch {
      throw FileError(path, "cannot be started: \(error.localizedDescription)")
    }
    process.waitUntilExit()
    let output = try files.text(of: files.output)
    if process.terminationReason == .exit && process.terminationStatus == 0 { return output }
    let errors = try files.text(of: files.errors)
    throw FileError(path, "failed with status \(process.terminationStatus): \(errors)")
  }

  private static func path(of name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Files for a program's three standard streams.
  private struct TemporaryFiles {
    let input: FileHandle
    let output: FileHandle
    let errors: FileHandle
    private let folder: URL

    init(input text: String) throws {
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("bench-\(UUID().uuidString)")
      self.folder = folder
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let urls = ["input", "output", "errors"].map { folder.appendingPathComponent($0) }
      for url in urls { try Data().write(to: url) }
      try Data(text.utf8).write(to: urls[0])
      input = try FileHandle(forReadingFrom: urls[0])
      output = try FileHandle(forUpdating: urls[1])
      errors = try FileHandle(forUpdating: urls[2])
    }

    func text(of file: FileHandle) throws -> String {
      try file.seek(toOffset: 0)
      return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }
}
