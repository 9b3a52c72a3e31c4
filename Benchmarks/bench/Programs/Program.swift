import Foundation
import PerceptronCommandSupport
import PerceptronFiles

/// Runs other programs.
enum Program {
  /// Runs a program and returns what it wrote to standard output.
  ///
  /// - Parameter input: the contents of standard input.
  /// - Throws: `FileError` if the program does not exist, cannot be started, writes nothing, or fails,
  ///   with its standard error; `ExitCode` if the process is asked to stop.
  static func run(_ name: String, _ arguments: [String], input: String = "") throws -> String {
    guard let path = path(of: name) else { throw FileError(name, "is not on the PATH") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    return try withTemporaryFolder { folder in
      // Files, unlike pipes, need no reader at the other end.
      let streams = try ["input", "output", "errors"].map { try file("\(folder)/\($0)") }
      try streams[0].write(contentsOf: Data(input.utf8))
      try streams[0].seek(toOffset: 0)
      process.standardInput = streams[0]
      process.standardOutput = streams[1]
      process.standardError = streams[2]
      do {
        try process.run()
      } catch {
        throw FileError(path, "cannot be started: \(error.localizedDescription)")
      }
      while process.isRunning && !Interruption.isRequested { Thread.sleep(forTimeInterval: 0.02) }
      if process.isRunning {
        process.end(within: 0)
        try Interruption.check("\(name) was stopped")
      }
      process.waitUntilExit()
      if process.terminationReason == .exit && process.terminationStatus == 0 {
        let output = try text(of: streams[1])
        if output.isEmpty { throw FileError(path, "ended without any output") }
        return output
      }
      throw FileError(
        path, "failed with status \(process.terminationStatus): \(try text(of: streams[2]))")
    }
  }

  private static func file(_ path: String) throws -> FileHandle {
    let url = URL(fileURLWithPath: path)
    try Data().write(to: url)
    return try FileHandle(forUpdating: url)
  }

  private static func text(of file: FileHandle) throws -> String {
    try file.seek(toOffset: 0)
    return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
  }

  /// The path of a program on the PATH; a name with a slash is a path itself.
  private static func path(of name: String) -> String? {
    if name.contains("/") {
      return FileManager.default.isExecutableFile(atPath: name) ? name : nil
    }
    return (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

extension Process {
  /// Waits for the program's end; terminates it after some seconds, then kills it.
  func end(within seconds: Double) {
    func wait(_ seconds: Double) {
      let end = ContinuousClock.now + .seconds(seconds)
      while isRunning && ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.02) }
    }
    wait(seconds)
    if isRunning { terminate() }
    wait(2)
    if isRunning { kill(processIdentifier, SIGKILL) }
    waitUntilExit()
  }
}

/// Calls `body` with a temporary folder that is removed afterwards, also after a signal, which `body`
/// detects by ``Interruption/check(_:)``.
func withTemporaryFolder<Result>(_ body: (_ folder: String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("perceptron-bench-\(UUID().uuidString)")
  return try Interruption.deferred(leaving: folder.path) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder.path, "cannot make this folder: \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }
}
