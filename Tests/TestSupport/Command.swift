import Foundation
import Testing

/// Runs programs, those of this package above all, as child processes.
public enum Command {
  /// What a finished child leaves.
  public struct Outcome: Sendable {
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

  /// What a test waited for did not come: the child ended before, or hung and was killed.
  public struct NeverCame: Error {
    /// What was waited for.
    public let event: String
    /// What the child was started with.
    public let arguments: [String]
    /// What it left.
    public let outcome: Outcome
  }

  /// Runs a program to its end.
  ///
  /// - Parameter environment: variables beside those that the tests were started with.
  @discardableResult
  public static func run(
    program: String, _ arguments: [String], in folder: String? = nil,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    try RunningCommand(program, arguments, in: folder, environment: environment).wait()
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

/// A child process whose output is read as it comes, so that neither side waits for the other. It is
/// killed if it still runs when the test lets go of it.
public final class RunningCommand {
  private let process = Process()
  private let arguments: [String]
  private let news: News
  private let output: Drain
  private let errors: Drain

  /// Starts a program.
  public init(
    _ program: String, _ arguments: [String], in folder: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    let news = News()
    (self.news, output, errors) = (news, Drain(news), Drain(news))
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
    process.terminationHandler = { _ in news.tell(isEnd: true) }
    try process.run()
    output.start()
    errors.start()
  }

  deinit {
    if isRunning { send(SIGKILL) }
  }

  /// The process's number.
  public var identifier: Int32 { process.processIdentifier }
  /// What has come on standard output so far.
  public var outputSoFar: String { output.text }
  /// What has come on standard error so far.
  public var errorsSoFar: String { errors.text }

  /// Whether it has not ended yet.
  public var isRunning: Bool { process.isRunning }

  /// Sends a signal.
  public func send(_ signal: Int32) { kill(identifier, signal) }

  /// Waits for the end.
  ///
  /// - Throws: `Command.NeverCame` where the child hangs.
  public func wait() throws -> Command.Outcome {
    if news.wait(until: { hasEnded in hasEnded }) { return outcome }
    throw killed(waitingFor: "its end")
  }

  /// Waits for something that the child does while it runs.
  ///
  /// - Parameters:
  ///   - event: what that is, for an error.
  ///   - hasCome: whether it has come; asked whenever the child writes, and every few milliseconds.
  /// - Throws: `Command.NeverCame` where the child ends first, or hangs; what `hasCome` throws.
  public func wait(for event: String, until hasCome: () throws -> Bool) throws {
    var isThere = false
    _ = try news.wait { hasEnded in
      isThere = try hasCome()
      return isThere || hasEnded
    }
    if !isThere { throw killed(waitingFor: event) }
  }

  /// Waits until the child has written `text` on standard error.
  public func wait(forErrors text: String) throws {
    try wait(for: "“\(text)” on standard error") { errorsSoFar.contains(text) }
  }

  private func killed(waitingFor event: String) -> Command.NeverCame {
    send(SIGKILL)
    _ = news.wait { hasEnded in hasEnded }
    return Command.NeverCame(event: event, arguments: arguments, outcome: outcome)
  }

  /// What it left, once it has ended.
  private var outcome: Command.Outcome {
    let status = process.terminationStatus
    return Command.Outcome(
      status: process.terminationReason == .exit ? status : -status, output: output.text,
      errors: errors.text)
  }
}

/// The number of seconds that a test waits for an event: a guard against hanging, which no machine
/// is too slow for. Time bounds nothing else.
public let hangLimit = 600.0

/// Wakes those who wait for a child when it writes something or ends.
private final class News: @unchecked Sendable {
  private let condition = NSCondition()
  private var count = 0
  private var hasEnded = false

  func tell(isEnd: Bool = false) {
    condition.withLock {
      count += 1
      hasEnded = hasEnded || isEnd
      condition.broadcast()
    }
  }

  /// Waits until `isOver`, which is told whether the child had ended before it was asked, is true;
  /// returns false where that takes longer than ``hangLimit``.
  func wait(until isOver: (_ hasEnded: Bool) throws -> Bool) rethrows -> Bool {
    let end = Date.now.addingTimeInterval(hangLimit)
    while true {
      let (seen, hadEnded) = condition.withLock { (count, hasEnded) }
      if try isOver(hadEnded) { return true }
      if Date.now > end { return false }
      condition.withLock {
        if count == seen { _ = condition.wait(until: Date.now.addingTimeInterval(0.002)) }
      }
    }
  }
}

/// Reads a pipe to its end on a thread of its own.
private final class Drain: @unchecked Sendable {
  let pipe = Pipe()
  private let news: News
  private let lock = NSLock()
  private var bytes = Data()

  init(_ news: News) { self.news = news }

  private var descriptor: Int32 { pipe.fileHandleForReading.fileDescriptor }

  func start() {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    Thread.detachNewThread { [self] in
      var reading = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      repeat { poll(&reading, 1, -1) } while take()
    }
  }

  /// All that has been written so far: of a child that has ended, all that it wrote, even where a
  /// grandchild holds the pipe open.
  var text: String {
    _ = take()
    return lock.withLock { String(decoding: bytes, as: UTF8.self) }
  }

  /// Takes what is in the pipe; false at its end.
  private func take() -> Bool {
    lock.withLock {
      var buffer = [UInt8](repeating: 0, count: 1 << 14)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
          bytes.append(contentsOf: buffer[..<count])
          news.tell()
        } else if count == 0 || errno != EINTR {
          return count < 0 && errno == EAGAIN
        }
      }
    }
  }
}
