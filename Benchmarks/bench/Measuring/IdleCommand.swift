import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// `bench idle`.
struct IdleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "idle",
    abstract: "Measure the processor time that workers use while nothing is trained.",
    discussion: """
      Trains a few steps with 1, 2 and 3 workers, or with --workers alone, and then sleeps, each \
      time for --seconds. The workers stay, asleep, for the next training; what the whole process \
      uses meanwhile is shown, OpenBLAS's threads included.
      """)

  @Option(help: .init("How long to sleep after each training.", valueName: "s"))
  var seconds = 2.0
  @Option(help: .init("Only with this number of workers.", valueName: "n"))
  var workers: Int?

  private static let steps = 50
  /// OpenBLAS's threads wait busily for some 2²⁶ cycles before they sleep.
  private static let settling = 0.1
  private static let size = NetworkSize(
    inputs: 784, hidden: 100, classes: 10, batch: 200, rows: 1000)

  func validate() throws {
    try require("--seconds", aboveZero: seconds)
    try require("--workers", workers, in: 1...256)
  }

  func run() throws {
    let data = Self.size.data().prepared(with: NetworkSize.preprocessing, as: Float.self)
    var table = TextTable(
      ["workers", "training", "at first", "afterwards", "share"].map { .figures($0) })
    for workers in workers.map({ [$0] }) ?? [1, 2, 3] {
      let training = Self.processorSeconds {
        let work = TrainingWork(
          Self.size.network(of: Float.self).network, on: data,
          settings: TrainerSettings(batchSize: Self.size.batch, workers: workers))
        for _ in 0..<Self.steps { work.take() }
      }
      let first = Self.processorSeconds { Thread.sleep(forTimeInterval: Self.settling) }
      let asleep = Self.processorSeconds { Thread.sleep(forTimeInterval: seconds) }
      try Interruption.check()
      table.add([
        "\(workers)", readableTime(training), readableTime(first), readableTime(asleep),
        "\(decimal(100 * asleep / seconds, 3)) %",
      ])
    }
    try Console.output(
      """
      \(table.text)

      Processor time of the process, user and system: for \(Self.steps) steps of \(Self.size), for the
      \(plain(Self.settling)) s of sleep that follow, and for \(plain(seconds)) s more. Share: of one \
      processor, afterwards.
      """)
  }

  /// The processor time that all threads of the process use during `work`.
  private static func processorSeconds(_ work: () -> Void) -> Double {
    let before = ResourceUsage.processorSeconds(of: .thisProcess)
    work()
    return ResourceUsage.processorSeconds(of: .thisProcess) - before
  }
}
