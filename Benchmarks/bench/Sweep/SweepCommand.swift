import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// `bench sweep`, which `scripts/compare-peers --sweep` calls.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Compare perceptron tune --preset cs231n with NumPy, run by run.",
    discussion: """
      scripts/compare-peers --sweep calls this. Measures how fast BLAS multiplies two large matrices, \
      the whole command on CIFAR-10, and a step and the predictions of NumPy in each width of the \
      preset's networks; those of all 180 runs one after the other are NumPy's time. Takes the tuning's time and \
      \(decimal(seconds, 0)) s, or --seconds, for NumPy.
      """)

  @Option(help: .init("The folder of CIFAR-10's training batches.", valueName: "folder"))
  var data: String
  @Option(help: "The Python that has NumPy.") var python: String
  @Option(help: "The folder of the peers' programs.") var scripts = "Benchmarks/peers"
  @Option(
    parsing: .unconditional,
    help: .init("Time for NumPy's steps together.", valueName: "s"))
  var seconds: Double?
  @Option(help: .init("Write all figures to this file.", valueName: "file"))
  var json: String?

  private static let seconds = 40.0

  func validate() throws { try require("--seconds", aboveZero: seconds) }

  func run() throws {
    try json.map(OutputFile.check)
    guard let numpy = Peer.all(python: python, scripts: scripts).first(where: { $0.isNumPyFloat })
    else { throw ValidationError("there is no program for NumPy") }
    let report = try withTemporaryFolder { folder in
      let before = SweepReport.measurePeak()
      let tuning = try TuningRun(data: data, folder: folder)
      var run = try PeerRun(
        [numpy], seconds: seconds ?? Self.seconds, threads: BLASLibrary.threadCount,
        files: PeerFiles(folder: folder))
      if run.processes.isEmpty { throw ValidationError(run.notes.joined(separator: "; ")) }
      let works = PeerWorks.sweepSteps + PeerWorks.sweepPredictions
      var report = BenchReport(
        command: "sweep", try works.flatMap { try run.measure($0, of: works.count) })
      report.versions = run.versions
      report.notes = run.notes
      return SweepReport(
        measured: report, tuning: tuning, peak: max(before, SweepReport.measurePeak()))
    }
    let written = Result { try json.map { try OutputFile.write(report, to: $0) } }
    try Console.output(report.text)
    try written.get()
  }
}
