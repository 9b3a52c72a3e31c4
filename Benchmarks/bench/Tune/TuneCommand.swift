import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench tune`.
struct TuneCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Compare perceptron tune --preset cs231n with NumPy.",
    discussion: """
      Times the whole command on CIFAR-10, a large matrix product by BLAS, and NumPy's training steps \
      and predictions for each width of the preset's networks. From the latter follows NumPy's time for \
      all 180 runs, one after the other. Takes the time of the search and \(decimal(seconds, 0)) s, or \
      --seconds, for NumPy. Called by scripts/compare-peers --tune.
      """)

  static let examples = [
    CommandExample(
      "Compare with NumPy in a Python environment made by the script.",
      "scripts/compare-peers --tune --data cifar-10-batches-bin"),
    CommandExample(
      "Compare with the NumPy of another Python.",
      "swift run -c release bench tune --data cifar-10-batches-bin --python python3 --seconds 20"),
  ]

  @Option(help: .init("Folder of CIFAR-10's training batches.", valueName: "folder"))
  var data: String
  @Option(help: "Python interpreter that has NumPy.") var python: String
  @Option(help: "Folder of the peers' programs.") var scripts = "Benchmarks/peers"
  @Option(
    parsing: .unconditional,
    help: .init("Total time for NumPy. (default: \(decimal(seconds, 0)))", valueName: "s"))
  var seconds: Double?
  @Option(help: .init("JSON file to write all figures to. (default: none)", valueName: "file"))
  var json: String?

  private static let seconds = 40.0

  func validate() throws { try require("--seconds", aboveZero: seconds) }

  func run() throws {
    try json.map(OutputFile.check)
    guard let numpy = Peer.all(python: python, scripts: scripts).first(where: { $0.isNumPyFloat })
    else { throw ValidationError("there is no program for NumPy") }
    let report = try withTemporaryFolder { folder in
      let before = TuneReport.measurePeak()
      let tuning = try TuningRun(data: data, folder: folder)
      var run = try PeerRun(
        [numpy], seconds: seconds ?? Self.seconds, threads: BLASLibrary.threadCount,
        files: PeerFiles(folder: folder))
      if run.processes.isEmpty { throw ValidationError(run.notes.joined(separator: "; ")) }
      let works = PeerWorks.presetSteps + PeerWorks.presetPredictions
      var report = BenchReport(
        command: "tune", try works.flatMap { try run.measure($0, of: works.count) })
      report.versions = run.versions
      report.notes = run.notes
      return TuneReport(
        measured: report, tuning: tuning, peak: max(before, TuneReport.measurePeak()))
    }
    let written = Result { try json.map { try OutputFile.write(report, to: $0) } }
    try Console.output(report.text)
    try written.get()
  }
}

/// One run of the command `perceptron tune --preset cs231n`.
struct TuningRun: Codable {
  /// The time of the run, including loading the data.
  let seconds: Double
  /// The largest resident memory, in bytes.
  let peakBytes: Double
  /// The number of trials in each state.
  let states: [String: Int]
  /// The best accuracy on the validation set.
  let best: Double

  /// The columns read from the command's export.
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
  /// - Throws: `FileError` if the command fails.
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

  /// The `perceptron` executable next to this one.
  private static var program: String {
    let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent().path + "/perceptron"
  }
}
