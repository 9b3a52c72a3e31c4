import Foundation
import Perceptron
import TestSupport
import Testing

extension Command {
  static let executable = path(ofBuilt: "perceptron")

  /// Runs the built `perceptron` to its end.
  ///
  /// - Parameter environment: variables beside those that the tests were started with.
  @discardableResult
  static func run(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(program: executable, arguments, in: folder, environment: environment)
  }

  /// For children that end where they stand, perhaps while they write their coverage.
  static let noCoverage = ["LLVM_PROFILE_FILE": "/dev/null"]
}

/// Lets `attempt` work with runs of growing length until it is true: until the run was long enough for
/// what is done meanwhile, however late a busy machine comes to it.
func untilLongEnough(from length: Int, _ attempt: (_ length: Int) throws -> Bool) throws {
  for exponent in 0..<8 where try attempt(length << (2 * exponent)) { return }
  Issue.record("no run was long enough")
}

extension TemporaryDirectory {
  /// The names in one of the directory's directories, sorted; hidden ones too.
  func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(folder)).sorted()
  }

  /// The checkpoint in a run's folder.
  func checkpoint(_ folder: String = "run") throws -> CheckpointSummary {
    let path = file(folder + "/checkpoint.safetensors")
    return try CheckpointSummary(TensorArchive(readingFrom: path), path: path)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try bytes(of: name), as: UTF8.self)
  }

  /// The number of a process, which a shell wrote into a file.
  func processNumber(_ name: String) throws -> Int32 {
    try #require(Int32(text(name).trimmingCharacters(in: .newlines)))
  }

  /// The rows of a CSV file below its header, which must be `header`.
  func rows(_ name: String, header: String) throws -> [[String]] {
    let text = try text(name)
    #expect(text.hasSuffix("\n"))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == header)
    return lines.dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  func object(_ name: String) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(bytes(of: name))) as? [String: Any])
  }

  /// Changes the JSON object in a file.
  func rewrite(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
    var contents = try object(name)
    change(&contents)
    try write(Array(JSONSerialization.data(withJSONObject: contents)), to: name)
  }

  /// Starts `perceptron` in this folder, or elsewhere, with a run in this folder's `run`, and waits until
  /// that has saved another checkpoint than was there, of `iteration` iterations or more.
  func begin(
    _ arguments: [String], in run: String = "run", from folder: String? = nil,
    after iteration: Int = 1
  ) throws -> RunningCommand {
    let earlier = try? bytes(of: run + "/checkpoint.safetensors")
    let often = iteration > 0 ? ["--checkpoint-every", "0.01"] : []
    let running = try RunningCommand(
      Command.executable, arguments + often, in: folder ?? path, environment: Command.noCoverage)
    try running.wait(for: "a checkpoint of \(iteration) iterations") {
      guard let now = try? bytes(of: run + "/checkpoint.safetensors"), now != earlier else {
        return false
      }
      return try checkpoint(run).iteration >= iteration
    }
    return running
  }

  /// Begins a run as ``begin(_:in:from:after:)`` does and ends it by a signal; returns what it left, also
  /// where it ended before.
  @discardableResult
  func interrupt(
    _ arguments: [String], in run: String = "run", from folder: String? = nil,
    after iteration: Int = 1, by signal: Int32 = SIGINT
  ) throws -> Command.Outcome {
    do {
      let running = try begin(arguments, in: run, from: folder, after: iteration)
      running.send(signal)
      return try running.wait()
    } catch let early as Command.NeverCame {
      return early.outcome
    }
  }

  /// Runs `perceptron train` in this folder, quickly and quietly unless told otherwise, and
  /// expects success.
  @discardableResult
  func train(_ output: String, _ options: [String] = ["--iterations", "12"]) throws
    -> Command.Outcome
  {
    let outcome = try Command.run(["train", "--output", output] + options, in: path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }
}

/// The losses of a run's `history.csv`.
func losses(of scratch: TemporaryDirectory, _ run: String) throws -> [Double] {
  try scratch.rows(run + "/history.csv", header: "iteration,loss").map {
    try #require(Double($0[1]))
  }
}

let epochsHeader = "iteration,batch_accuracy,validation_accuracy,learning_rate,validation_loss"

/// Synthetic CIFAR-10 records: classes 0, 1, … in turn, pixels that tell them apart.
func cifarRecords(_ count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  for record in 0..<count {
    bytes.append(UInt8(record % 10))
    for pixel in 0..<3072 { bytes.append(UInt8(truncatingIfNeeded: pixel * record + record)) }
  }
  return bytes
}

/// Writes a folder of four synthetic pictures of 2 × 3 pixels in IDX files, for training and test.
func writeSmallIDX(in folder: String) throws {
  let pixels = (0..<24).map { UInt8($0 * 10) }
  let features = Features(.bytes(pixels), exampleShape: [2, 3])
  for part in ["train", "t10k"] {
    try IDX.write(features, to: folder + "/\(part)-images")
    try IDX.write(labels: [0, 1, 2, 0], to: folder + "/\(part)-labels")
  }
}
