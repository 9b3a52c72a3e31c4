import Foundation
import PerceptronCommandSupport

/// A program that takes part in the comparison.
struct Peer {
  let name: String
  let program: String
  let arguments: [String]
  var precision = PeerProtocol.Precision.float32
  /// The required package of Benchmarks/peers/requirements.txt.
  var package: String?

  /// Whether it is NumPy in single precision.
  var isNumPyFloat: Bool { package == "numpy" && precision == .float32 }

  /// The name of Perceptron itself.
  static let perceptron = "Perceptron"

  /// Perceptron and its peers, whose programs are in the folder `scripts` and run by `python`.
  static func all(python: String, scripts: String) -> [Peer] {
    func peer(
      _ name: String, _ script: String, _ package: String,
      _ precision: PeerProtocol.Precision = .float32
    ) -> Peer {
      Peer(
        name: name, program: python, arguments: ["\(scripts)/\(script)"], precision: precision,
        package: package)
    }
    return [
      Peer(name: perceptron, program: executable, arguments: ["worker"]),
      peer("NumPy f32", "numpy_peer.py", "numpy"),
      peer("NumPy f64", "numpy_peer.py", "numpy", .float64),
      peer("PyTorch", "torch_peer.py", "torch"), peer("JAX", "jax_peer.py", "jax"),
      peer("scikit-learn", "sklearn_peer.py", "scikit-learn"),
    ]
  }

  /// The name of pandas.
  static let pandas = "pandas"

  /// Perceptron and pandas, which read tables.
  static func tables(python: String, scripts: String) -> [Peer] {
    [
      Peer(name: perceptron, program: executable, arguments: ["worker"]),
      Peer(
        name: pandas, program: python, arguments: ["\(scripts)/pandas_peer.py"],
        precision: .float64, package: "pandas"),
    ]
  }

  /// Perceptron and one peer, whose program `script` is run by `python`.
  static func pair(
    _ name: String, python: String, script: String, precision: PeerProtocol.Precision
  ) -> [Peer] {
    [
      Peer(name: perceptron, program: executable, arguments: ["worker"], precision: precision),
      Peer(name: name, program: python, arguments: [script], precision: precision),
    ]
  }

  /// The path of this program.
  private static var executable: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}

/// A running peer, which ends with this object.
final class PeerProcess {
  let peer: Peer
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var received = Data()
  /// The program's standard error, whose last line failures show.
  private let errors: URL

  /// A failure of a peer.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts the program.
  ///
  /// - Parameter folder: a folder for temporary files.
  init(_ peer: Peer, threads: Int, folder: String) throws {
    self.peer = peer
    errors = URL(fileURLWithPath: "\(folder)/errors-\(UUID().uuidString)")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    // A name without a folder is looked for in the folders of PATH.
    let isName = !peer.program.contains("/")
    process.executableURL = URL(fileURLWithPath: isName ? "/usr/bin/env" : peer.program)
    process.arguments = (isName ? [peer.program] : []) + peer.arguments
    let count = String(threads)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count]
    ) { $1 }
    process.standardInput = input
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      throw Failure(
        description: "\(peer.name): \(peer.program) cannot be started: "
          + error.localizedDescription)
    }
  }

  deinit {
    // An idle program ends at the end of its input. Ctrl-C does not reach it, because it has its own
    // process group.
    try? input.fileHandleForWriting.close()
    process.end(within: Interruption.isRequested ? 0 : 2)
  }

  /// Whether one of the program's threads runs, be it that it only spins. False where there is no /proc.
  var hasRunningThread: Bool {
    let tasks = "/proc/\(process.processIdentifier)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return threads.contains { thread in
      // "12 (name) R …": the name may have any characters.
      let status = (try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)) ?? ""
      return status.split(separator: ")").last?.hasPrefix(" R") ?? false
    }
  }

  /// Sends a request and waits for the answer.
  ///
  /// - Throws: ``Failure`` if the program ends or its answer is invalid or an error; `ExitCode` if the
  ///   process is asked to stop.
  func ask(_ request: PeerProtocol.Request) throws -> PeerProtocol.Answer {
    let line = try JSONEncoder().encode(request) + Data("\n".utf8)
    do {
      try input.fileHandleForWriting.write(contentsOf: line)
    } catch {
      throw endedEarly()
    }
    let answer = try readLine()
    guard let decoded = try? JSONDecoder().decode(PeerProtocol.Answer.self, from: answer) else {
      throw Failure(
        description: "\(peer.name): expected a JSON object, found "
          + String(decoding: answer.prefix(200), as: UTF8.self))
    }
    if let error = decoded.error { throw Failure(description: "\(peer.name): \(error)") }
    return decoded
  }

  /// Waits until there is something to read, the end included.
  private func waitForOutput() throws {
    var descriptor = pollfd(
      fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds: Int32 = 50
    repeat { try Interruption.check() } while poll(&descriptor, 1, milliseconds) <= 0
  }

  private func endedEarly() -> Failure {
    let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    let reason = text.split(separator: "\n").last.map { ": \($0)" } ?? " without an answer"
    return Failure(description: "\(peer.name): its program ended\(reason)")
  }

  private func readLine() throws -> Data {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        defer { received = Data(received[(end + 1)...]) }
        return Data(received[..<end])
      }
      try waitForOutput()
      let chunk = output.fileHandleForReading.availableData
      if chunk.isEmpty {
        throw endedEarly()
      }
      received += chunk
    }
  }
}
