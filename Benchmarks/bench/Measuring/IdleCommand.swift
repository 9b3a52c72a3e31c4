import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// `bench idle`.
struct IdleCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "idle",
    abstract: "Measure the processor time that idle workers use.",
    discussion: """
      Trains a few steps with 1, 2 and 3 workers, or with --workers, and sleeps for --seconds after each. \
      Workers stay asleep until the next training. Prints the processor time that the whole process uses \
      meanwhile, including OpenBLAS's threads.
      """)

  static let examples = [
    CommandExample(
      "Measure with 1, 2 and 3 workers.",
      "swift run -c release bench idle"),
    CommandExample(
      "Measure two workers over ten seconds.",
      "swift run -c release bench idle --workers 2 --seconds 10"),
  ]

  @Option(help: .init("Time to sleep after each training.", valueName: "s"))
  var seconds = 2.0
  @Option(help: .init("Number of workers. (default: 1, 2 and 3 in turn)", valueName: "n"))
  var workers: Int?

  private static let steps = 50
  /// Seconds before measuring: OpenBLAS's threads spin for about 2²⁶ cycles before they sleep.
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

  /// The processor time that all threads of the process use during `work`, in seconds.
  private static func processorSeconds(_ work: () -> Void) -> Double {
    let before = ResourceUsage.processorSeconds(of: .thisProcess)
    work()
    return ResourceUsage.processorSeconds(of: .thisProcess) - before
  }
}
