import PerceptronCommandSupport
import Foundation
import PerceptronFiles

/// One run of the command `perceptron tune --preset cs231n`, from its start to its end.
struct TuningRun: Codable {
  /// How long it took, loading the data included.
  let seconds: Double
  /// The largest resident memory, in bytes.
  let peakBytes: Double
  /// How many trials there are in each state.
  let states: [String: Int]
  /// The best accuracy on the validation set.
  let best: Double

  /// The columns of the command's export that are read.
  private struct Row: Decodable {
    let status: String
    let validationAccuracy: Double?

    enum CodingKeys: String, CodingKey {
      case status
      case validationAccuracy = "validation_accuracy"
    }
  }

  /// Runs the command on the CIFAR-10 of a folder.
  ///
  /// - Throws: `FileError` where it fails.
  init(data: String, folder: String) throws {
    let program = Self.program
    let output = folder + "/study"
    let start = ContinuousClock.now
    _ = try Program.run(
      program, ["tune", "--preset", "cs231n", "--data", data, "--output", output])
    seconds = start.duration(to: .now) / .seconds(1)
    peakBytes = ResourceUsage.peakBytes(of: .endedChildren)
    let text = try Program.run(program, ["tune", "export", output, "--format", "json"])
    guard let rows = try? JSONDecoder().decode([Row].self, from: Data(text.utf8)) else {
      throw FileError(program, "expected a list of trials, found \(text.prefix(60))")
    }
    states = rows.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
    best = rows.compactMap(\.validationAccuracy).max() ?? .nan
  }

  /// The command that was built beside this one.
  private static var program: String {
    let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent().path + "/perceptron"
  }
}
