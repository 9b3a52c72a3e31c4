import Foundation
import Testing

/// Runs programs, those of this package above all, as child processes.
public enum Command {
  /// What a finished child leaves.
  public struct Outcome {
    /// The exit status, or the signal that ended the child, negated.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String

    /// The lines of standard output that are not empty.
    public var lines: [Substring] { output.split(separator: "\n") }

    /// Standard output as a JSON object.
    public var object: [String: Any] {
      get throws {
        try #require(
          try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
      }
    }
  }

  /// The test gave up waiting.
  public struct TimedOut: Error {
    /// What the child was started with.
    public let arguments: [String]
    /// What had come on standard output.
    public let output: String
    /// What had come on standard error.
    public let errors: String
  }

  /// Runs a program to its end.
  ///
  /// - Parameter environment: variables beside those that the tests were started with.
  @discardableResult
  public static func run(
    program: String, _ arguments: [String], in folder: String? = nil,
    environment: [String: String] = [:], timeout: Double = 60
  ) throws -> Outcome {
    try RunningCommand(program, arguments, in: folder, environment: environment)
      .wait(timeout: timeout)
  }

  /// The path of one of this package's executables, which stand beside the test bundle in the build
  /// folder.
  public static func path(ofBuilt name: String) -> String {
    let candidates = CommandLine.arguments + [Bundle.main.executablePath ?? ""]
    for candidate in candidates {
      var folder = URL(fileURLWithPath: candidate)
      for _ in 0..<4 {
        folder.deleteLastPathComponent()
        let path = folder.appendingPathComponent(name).path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: path)
        {
          return path
        }
      }
    }
    fatalError("there is no \(name) beside the test bundle; looked from \(candidates)")
  }
}

/// A child process whose output is read as it comes, so that neither side waits for the other.
public final class RunningCommand {
  private let process = Process()
  private let arguments: [String]
  private let output = Drain()
  private let errors = Drain()
  private let ended = DispatchSemaphore(value: 0)

  /// Starts a program.
  public init(
    _ program: String, _ arguments: [String], in folder: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    self.arguments = arguments
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    // Whatever the tests got is passed on: LLVM_PROFILE_FILE makes the child's coverage count.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output.pipe
    process.standardError = errors.pipe
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    output.start()
    errors.start()
  }

  /// The process's number.
  public var identifier: Int32 { process.processIdentifier }
  /// What has come on standard error so far.
  public var errorsSoFar: String { errors.text }

  /// Whether it has not ended yet.
  public var isRunning: Bool { process.isRunning }

  /// Sends a signal.
  public func send(_ signal: Int32) { kill(identifier, signal) }

  /// Waits for the end; kills the child and throws after `timeout` seconds.
  public func wait(timeout: Double = 60) throws -> Command.Outcome {
    let isLate = ended.wait(timeout: .now() + timeout) == .timedOut
    if isLate {
      send(SIGKILL)
      ended.wait()
    }
    let (output, errors) = (output.finish(), errors.finish())
    if isLate { throw Command.TimedOut(arguments: arguments, output: output, errors: errors) }
    let status = process.terminationStatus
    return Command.Outcome(
      status: process.terminationReason == .exit ? status : -status, output: output,
      errors: errors)
  }
}

/// Reads a pipe to its end on a thread of its own.
private final class Drain: @unchecked Sendable {
  let pipe = Pipe()
  private let lock = NSLock()
  private var bytes = Data()
  private let done = DispatchSemaphore(value: 0)

  func start() {
    Thread.detachNewThread { [self] in
      let handle = pipe.fileHandleForReading
      while case let chunk = handle.availableData, !chunk.isEmpty {
        lock.withLock { bytes.append(chunk) }
      }
      done.signal()
    }
  }

  var text: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }

  func finish() -> String {
    // A grandchild could hold the pipe open; what has come by then is enough.
    _ = done.wait(timeout: .now() + 5)
    return text
  }
}
