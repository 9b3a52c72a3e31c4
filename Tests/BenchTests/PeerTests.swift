import Foundation
import Perceptron
import PerceptronCommandSupport
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("The comparison with the peers", .mayHang)
struct PeerTests {
  /// A peer that answers with the given lines, one for each question, whatever it is asked.
  private func peer(
    _ name: String, answering lines: [String], in scratch: TemporaryDirectory
  ) throws -> Peer {
    let script = scratch.file("\(name).sh")
    let answers = lines.map { "read -r question && echo '\($0)'" }.joined(separator: "\n")
    try Data("\(answers)\n".utf8).write(to: URL(fileURLWithPath: script))
    return Peer(name: name, program: "/bin/sh", arguments: [script])
  }

  private var entry: PeerWorks.Entry {
    .init(title: "a step", work: .init(kind: .step, layers: [4, 3, 2], batch: 5, rows: 20))
  }

  private func run(_ peers: [Peer], in scratch: TemporaryDirectory) throws -> PeerRun {
    // As bench does: writing to a program that has ended is an error, not the end of this process.
    Console.install()
    return try PeerRun(
      peers, seconds: 1e-9, threads: 1, files: PeerFiles(folder: scratch.path))
  }

  private let hello = #"{"name": "Fake", "version": "1", "threads": 1}"#
  private let checked = #"{"check": [0.5, 0.25]}"#
  /// A first time, and seven rounds, each warmed up by work whose time does not count.
  private var timed: [String] {
    let time = #"{"count": 4, "seconds": 2}"#
    return [time] + (1...7).flatMap { _ in [#"{"count": 1, "seconds": 90}"#, time] }
  }

  @Test("A program that computes is told from one that waits")
  func computing() throws {
    let scratch = try TemporaryDirectory()
    func process(_ command: String) throws -> PeerProcess {
      let peer = Peer(name: "fake", program: "/bin/sh", arguments: ["-c", command])
      return try PeerProcess(peer, threads: 1, folder: scratch.path)
    }
    let (busy, waiting) = (
      try process("while :; do :; done"), try process("read line")
    )
    let deadline = ContinuousClock.now + .seconds(20)
    while waiting.hasRunningThread || !busy.hasRunningThread, .now < deadline { usleep(1000) }
    #expect(busy.hasRunningThread)
    #expect(!waiting.hasRunningThread)
  }

  @Test("Before each turn, all programs come to rest")
  func resting() throws {
    let scratch = try TemporaryDirectory()
    let fake = try peer("fake", answering: [hello, checked] + timed, in: scratch)
    var run = try run([fake], in: scratch)
    var polls = 0
    // Busy twice before each turn.
    run.isBusy = { _ in
      polls += 1
      return polls % 3 != 0
    }
    _ = try run.measure(entry, of: 1)
    #expect(polls == 3 * (1 + PeerRun.rounds) && run.notes.isEmpty)
  }

  @Test("A program that never rests is noted")
  func spinning() throws {
    let scratch = try TemporaryDirectory()
    let (own, other) = (
      try peer("spinning", answering: [hello], in: scratch),
      try peer("resting", answering: [hello, checked], in: scratch)
    )
    let script = try #require(own.arguments.first)
    try Data("read -r question && echo '\(hello)'; while :; do :; done".utf8)
      .write(to: URL(fileURLWithPath: script))
    var run = try run([own, other], in: scratch)
    try run.waitUntilIdle()
    #expect(
      run.notes == [
        "spinning has a running thread a second after its work, beside what is timed"
      ])
  }

  @Test("A unit's time is a program's time over its number of units")
  func times() throws {
    let scratch = try TemporaryDirectory()
    let fake = try peer("fake", answering: [hello, checked] + timed, in: scratch)
    var run = try run([fake], in: scratch)
    #expect(run.versions == ["fake": "Fake 1"] && run.notes.isEmpty)
    let timing = try run.measure(entry, of: 1)[0]
    #expect(timing.variant == "fake" && timing.median == 0.5)
    #expect(timing.visits.map(\.median) == [Double](repeating: 0.5, count: 7))
  }

  @Test("Programs that compute something else are not timed")
  func disagreement() throws {
    let scratch = try TemporaryDirectory()
    let right = try peer("right", answering: [hello, checked] + timed, in: scratch)
    for wrong in ["[0.5, 0.2501]", "[0.5]", "[]"] {
      let other = try peer(
        "other", answering: [hello, #"{"check": \#(wrong)}"#] + timed, in: scratch)
      var run = try run([right, other], in: scratch)
      let error = #expect(throws: WrongResult.self) { try run.measure(entry, of: 1) }
      #expect(error?.description.hasPrefix("a step, other: expected [0.5, 0.25] as right") == true)
    }
  }

  @Test("Biases that do not learn show in the check")
  func biases() throws {
    let scratch = try TemporaryDirectory()
    let work = try PeerFiles(folder: scratch.path).filled(entry.work)
    var worker = PerceptronWorker()
    let check = try #require(worker.answer(.init(command: .prepare, work: work)).check)
    let weights = try Data(contentsOf: URL(fileURLWithPath: work.weights)).withUnsafeBytes {
      $0.bindMemory(to: Float.self).map(Double.init)
    }
    let frozen = norm(weights[12..<15] + weights[21..<23])
    #expect(abs(check[11] / frozen - 1) > 1e-4)
  }

  @Test("A program that cannot be used, and work that it has not, are left out with a note")
  func leftOut() throws {
    let scratch = try TemporaryDirectory()
    let absent = Peer(name: "absent", program: scratch.file("no such program"), arguments: [])
    let broken = try peer("broken", answering: [], in: scratch)
    let unable = try peer(
      "unable", answering: [hello, #"{"unsupported": "no steps"}"#], in: scratch)
    let able = try peer("able", answering: [hello, checked] + timed, in: scratch)
    var run = try run([absent, broken, unable, able], in: scratch)
    #expect(run.notes.count == 2)
    #expect(run.notes.contains { $0.hasPrefix("left out: broken: its program") })
    #expect(try run.measure(entry, of: 1).map(\.variant) == ["able"])
    #expect(run.notes.last == "unable, a step: no steps")
  }

  @Test("Perceptron's worker agrees with the library")
  func ownProgram() throws {
    let scratch = try TemporaryDirectory()
    let own = Peer(
      name: "own", program: Command.path(ofBuilt: "bench"), arguments: ["worker"])
    let process = try PeerProcess(own, threads: 1, folder: scratch.path)
    let hello = try process.ask(.init(command: .hello, threads: 1))
    #expect(hello.name == "Perceptron" && hello.threads == 1)
    let files = PeerFiles(folder: scratch.path)

    let work = try files.filled(entry.work)
    let losses = try #require(process.ask(.init(command: .prepare, work: work)).check)
    // Ten losses, and the norms of weights and biases.
    #expect(losses.count == 12)
    var worker = PerceptronWorker()
    #expect(try worker.answer(.init(command: .prepare, work: work)).check == losses)
    let timed = try process.ask(.init(command: .time, count: 3))
    #expect(timed.count == 3 && timed.seconds ?? 0 > 0)

    var epoch = try files.filled(
      .init(kind: .epoch, layers: [4, 3, 5, 2], batch: 20, rows: 20, optimizer: .adam))
    epoch.learningRate = 0.05
    let falling = try #require(process.ask(.init(command: .prepare, work: epoch)).check)
    #expect(falling.count == 12 && falling[9] < falling[0])
    let memory = try process.ask(.init(command: .memory)).peakBytes ?? 0
    #expect(memory > 1e6 && memory < 1e9)
    #expect(throws: PeerProcess.Failure.self) {
      try process.ask(.init(command: .time))
    }
  }

  @Test("Perceptron's worker reads the table that is written for the comparison")
  func tableWorker() throws {
    let scratch = try TemporaryDirectory()
    let work = try PeerFiles(folder: scratch.path).filled(TableFile(size: 30_000).entry.work)
    var worker = PerceptronWorker()
    let check = try #require(worker.answer(.init(command: .prepare, work: work)).check)
    let text = try String(contentsOfFile: work.features, encoding: .utf8)
    let lines = text.split(separator: "\n").dropFirst()
    #expect(text.utf8.count > 30_000)
    #expect(check.count == 9 && Int(check[0]) == lines.count)
    let cells = lines.flatMap { $0.split(separator: ",") }
    #expect(cells.count == TableFile.columns * lines.count)
    let sum = cells.reduce(0 as UInt64) { $0 &+ (Double($1)?.bitPattern ?? 0) }
    let bytes = withUnsafeBytes(of: sum.littleEndian) { $0.map { Double($0) } }
    #expect(check.dropFirst().elementsEqual(bytes))
    #expect(try worker.answer(.init(command: .time, count: 2)).count == 2)
  }

  @Test(
    "Perceptron's worker does every operation on the matrix that is written for the comparison",
    arguments: AlgebraOperation.allCases)
  func algebraWorker(operation: AlgebraOperation) throws {
    let scratch = try TemporaryDirectory()
    let files = PeerFiles(folder: scratch.path)
    var checks: [[Double]] = []
    for precision in [PeerProtocol.Precision.float64, .float32] {
      let work = try files.filled(operation.entry(size: 10, precision).work)
      var worker = PerceptronWorker()
      checks.append(try #require(worker.answer(.init(command: .prepare, work: work)).check))
      #expect(try worker.answer(.init(command: .time, count: 2)).count == 2)
    }
    #expect(!checks[0].isEmpty && checks[0].count == checks[1].count)
    #expect(zip(checks[0], checks[1]).allSatisfy { abs($0 - $1) <= 1e-4 * abs($0) && $0 != 0 })
  }

  @Test(
    "Perceptron's worker does every operation on the tensors that are written for the comparison",
    arguments: TensorOperation<Double>.all.map(\.name))
  func tensorWorker(operation: String) throws {
    let scratch = try TemporaryDirectory()
    let files = PeerFiles(folder: scratch.path)
    var checks: [[Double]] = []
    for precision in [PeerProtocol.Precision.float64, .float32] {
      let entry = TensorOperation<Double>.entry(operation, rows: 210, columns: 202, precision)
      let work = try files.filled(entry.work)
      var worker = PerceptronWorker()
      checks.append(try #require(worker.answer(.init(command: .prepare, work: work)).check))
      #expect(try worker.answer(.init(command: .time, count: 2)).count == 2)
    }
    #expect(checks[0].count >= 4 && checks[0].count == checks[1].count && checks[0][0] > 0)
    // In single precision, some of the numbers are equal.
    let tolerance = operation.hasPrefix("unique") ? 1e-2 : 1e-3
    #expect(zip(checks[0], checks[1]).allSatisfy { abs($0 - $1) <= tolerance * abs($0) })
  }

  private static let python = ProcessInfo.processInfo.environment["PYTHON"]

  @Test(
    "NumPy's program computes what Perceptron's does",
    .requires(.numPy, python != nil, "PYTHON names no interpreter with NumPy"))
  func numPy() throws {
    let scratch = try TemporaryDirectory()
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Benchmarks/peers").standardized.path
    let outcome = try Command.run(
      program: Command.path(ofBuilt: "bench"),
      [
        "peers", "--python", try #require(Self.python), "--scripts", scripts, "--only", "numpy",
        "--filter", "24-8-2", "--seconds", "0.1", "--json", scratch.file("report.json"),
      ], environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try BenchReport(readingFrom: scratch.file("report.json"))
    #expect(report.timings.map(\.variant) == ["Perceptron", "NumPy f32", "NumPy f64"])
    #expect(report.notes == [] && outcome.output.contains("| loss + gradient, 24-8-2"))
  }

  @Test("The first loss is that of the weights and the batch in the files")
  func firstLoss() throws {
    let scratch = try TemporaryDirectory()
    let work = try PeerFiles(folder: scratch.path).filled(entry.work)
    var worker = PerceptronWorker()
    let losses = try #require(worker.answer(.init(command: .prepare, work: work)).check)
    let x = try [UInt8](Data(contentsOf: URL(fileURLWithPath: work.features)))
      .map { Double($0) / 255 }
    let labels = try [UInt8](Data(contentsOf: URL(fileURLWithPath: work.labels))).map(Int.init)
    let weights = try Data(contentsOf: URL(fileURLWithPath: work.weights)).withUnsafeBytes {
      $0.bindMemory(to: Float.self).map(Double.init)
    }
    let network = TwoLayerNet(
      hidden: Affine(
        weights: Tensor(Array(weights[0..<12]), shape: [4, 3]),
        bias: Tensor(Array(weights[12..<15]), shape: [3])),
      output: Affine(
        weights: Tensor(Array(weights[15..<21]), shape: [3, 2]),
        bias: Tensor(Array(weights[21..<23]), shape: [2])))
    let expected = network.loss(
      of: Tensor(Array(x[..<20]), shape: [5, 4]), labels: Array(labels[..<5]))
    #expect(abs(losses[0] - expected) < 1e-6)
  }

  @Test("The table has each program's median and Perceptron's share of it")
  func table() {
    func measured(_ title: String, _ name: String, _ seconds: Double) -> Timing {
      Timing(
        subject: title, variant: name, visits: [[seconds], [seconds], [seconds]], runs: 3)
    }
    var timings: [Timing] = []
    for (index, entry) in PeerWorks.presetSteps.enumerated() {
      timings.append(measured(entry.title, Peer.perceptron, Double(index + 1) * 1e-3))
      timings.append(measured(entry.title, "NumPy", Double(index + 1) * 2e-3))
    }
    let adam = PeerWorks.all[4].title
    timings.append(measured(adam, "NumPy", 5e-3))
    var report = BenchReport(command: "peers", timings)
    report.peakBytes = [Peer.perceptron: 2e8, "NumPy": 8e8]
    let lines = PeerTable(report: report, names: [Peer.perceptron, "NumPy"]).markdown
      .split(separator: "\n")
    #expect(lines[0] == "| work | Perceptron | NumPy |")
    #expect(
      lines.contains("| step, 3072-50-10, batch 200, SGD + L2 | 1.00 ms | 2.00 ms (0.50) |"))
    #expect(lines.contains("| \(adam) | – | 5.00 ms |"))
    #expect(lines.contains { $0.hasSuffix("(computed) | 630 s | 1260 s (0.50) |") })
    #expect(lines.contains { $0.hasSuffix("bytes | 200 MB | 800 MB (0.25) |") })
  }

  @Test("A timing is unsteady where its middle half ranges over more than half of the median")
  func unsteady() {
    func timing(_ name: String, _ seconds: [Double]) -> Timing {
      Timing(subject: "a step", variant: name, visits: seconds.map { [$0] }, runs: 5)
    }
    let report = BenchReport(
      command: "peers", [timing("calm", [1, 2, 2, 2.5, 9]), timing("wild", [1, 2, 3, 4, 5])])
    #expect(
      PeerTable.unsteady(report) == [
        "unsteady: a step · wild, the middle half of the rounds from 2.0 s to 4.0 s"
      ])
  }

  @Test("Arguments are checked before anything starts, and determine the packages")
  func packages() throws {
    func run(_ arguments: [String]) throws -> Command.Outcome {
      try Command.run(
        program: Command.path(ofBuilt: "bench"),
        ["peers", "--python", "/nowhere/python", "--list-packages"] + arguments)
    }
    #expect(try run([]).lines == ["numpy", "torch", "jax", "scikit-learn"])
    #expect(try run(["--only", "JAX", "--filter", "memory"]).lines == ["jax"])
    for wrong in [["--only", "none"], ["--filter", "none"], ["--seconds", "0"], ["--none"]] {
      let outcome = try run(wrong)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(wrong)")
    }
  }
}
