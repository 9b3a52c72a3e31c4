import Foundation
import Perceptron
import PerceptronCommandSupport

/// Runs Perceptron and its peers on the same work, in turn.
struct PeerRun {
  /// Seconds for timing all works together.
  let seconds: Double
  let threads: Int
  let files: PeerFiles
  private(set) var processes: [PeerProcess] = []
  /// The versions that each program reports.
  private(set) var versions: [String: String] = [:]
  /// What was left out, with reasons, without duplicates.
  private(set) var notes: [String] = []
  /// Whether a program has a running thread.
  var isBusy: (PeerProcess) -> Bool = { $0.hasRunningThread }

  static var rounds: Int { 7 }

  /// Starts the programs; those that cannot be used are left out with a note.
  ///
  /// - Throws: `ExitCode` if the process is asked to stop.
  init(_ peers: [Peer], seconds: Double, threads: Int, files: PeerFiles) throws {
    self.seconds = seconds
    self.threads = threads
    self.files = files
    for peer in peers {
      do {
        processes.append(try start(peer))
      } catch let failure as PeerProcess.Failure {
        note("left out: \(failure)")
      }
    }
  }

  private mutating func start(_ peer: Peer) throws -> PeerProcess {
    let process = try PeerProcess(peer, threads: threads, folder: files.folder)
    let answer = try process.ask(.init(command: .hello, threads: threads))
    let python = answer.python.map { ", Python \($0)" } ?? ""
    versions[peer.name] =
      [answer.name, answer.version, answer.blas.map { "(\($0))" }].compactMap { $0 }
      .joined(separator: " ") + python
    if let found = answer.threads, found != threads {
      note("\(peer.name) runs \(found) threads, not \(threads)")
    }
    return process
  }

  private mutating func note(_ text: String) {
    if notes.contains(text) { return }
    notes.append(text)
    Console.error(text)
  }
}

// MARK: - Timing

extension PeerRun {
  /// The times of each program that supports the work, after a check that all compute the same.
  ///
  /// - Throws: `WrongResult` if results differ.
  mutating func measure(_ entry: PeerWorks.Entry, of workCount: Int) throws -> [Timing] {
    let able = try prepare(entry)
    let slice = seconds / Double(workCount * max(able.count, 1) * Self.rounds)
    var times = [[Double]](repeating: [], count: able.count)
    var counts = [Int](repeating: 0, count: able.count)
    var status = StatusLine()
    let rates = try able.map { try perUnit($0, count: 3).seconds }
    for round in 1...Self.rounds {
      for (index, process) in able.enumerated() {
        if status.isDue {
          status.show("\(entry.title): round \(round) of \(Self.rounds), \(process.peer.name)")
        }
        let count = max(1, Int(slice / rates[index]))
        let (time, made) = try perUnit(
          process, count: count,
          warmUp: rates[index] < 1 ? max(1, Int(Self.warmUp / rates[index])) : 0)
        times[index].append(time)
        counts[index] += made
      }
    }
    status.finish()
    return zip(able, zip(times, counts)).map { process, timed in
      Timing(
        subject: entry.title, variant: process.peer.name, visits: timed.0.map { [$0] },
        runs: timed.1)
    }
  }

  /// The seconds of work before a round is timed. After a pause, the first calls of a library wake its threads,
  /// and may take several times as long as the next ones.
  private static let warmUp = 0.05

  /// The seconds per unit of work, measured with about `count` units after `warmUp` others, and the number of
  /// units.
  private mutating func perUnit(
    _ process: PeerProcess, count: Int, warmUp: Int = 0
  ) throws -> (seconds: Double, made: Int) {
    try waitUntilIdle()
    if warmUp > 0 { _ = try process.ask(.init(command: .time, count: warmUp)) }
    let answer = try process.ask(.init(command: .time, count: count))
    guard let seconds = answer.seconds, let made = answer.count, made > 0, seconds > 0 else {
      throw PeerProcess.Failure(description: "\(process.peer.name): no time was measured")
    }
    return (seconds / Double(made), made)
  }

  /// Waits until no program has a running thread, as threads of OpenMP and OpenBLAS spin for up to 0.2 s after their work.
  /// A program that never rests is waited for about a second, and noted.
  mutating func waitUntilIdle() throws {
    for _ in 0..<500 {
      try Interruption.check()
      Thread.sleep(forTimeInterval: 0.002)
      if !processes.contains(where: isBusy) { return }
    }
    for process in processes where isBusy(process) {
      note(
        "\(process.peer.name) has a running thread a second after its work, beside what is timed")
    }
  }

  /// Prepares the work in all programs that support it and checks that they compute the same.
  private mutating func prepare(_ entry: PeerWorks.Entry) throws -> [PeerProcess] {
    var work = try files.filled(entry.work)
    var able: [PeerProcess] = []
    var reference: (name: String, numbers: [Double])?
    for process in processes {
      try Interruption.check()
      work.precision = process.peer.precision
      let answer = try process.ask(.init(command: .prepare, work: work))
      if let reason = answer.unsupported {
        note("\(process.peer.name), \(entry.title): \(reason)")
        continue
      }
      let numbers = answer.check ?? []
      if let reference {
        try compare(process.peer.name, numbers, with: reference, at: entry)
      } else {
        reference = (process.peer.name, numbers)
      }
      able.append(process)
    }
    return able
  }

  /// The largest relative difference: after ten steps in single precision, or of an operation on tensors,
  /// which may multiply millions of numbers.
  private static func tolerance(_ work: PeerProtocol.Work) -> Double {
    work.kind == .tensor && work.precision == .float32 ? 1e-3 : 1e-4
  }

  /// Throws unless the numbers agree.
  private func compare(
    _ name: String, _ numbers: [Double], with reference: (name: String, numbers: [Double]),
    at entry: PeerWorks.Entry
  ) throws {
    let tolerance = Self.tolerance(entry.work)
    let agree =
      numbers.count == reference.numbers.count && !numbers.isEmpty
      && zip(numbers, reference.numbers).allSatisfy {
        abs($0 - $1) <= tolerance * max(abs($0), abs($1))
      }
    if agree { return }
    throw WrongResult(
      "\(entry.title), \(name)", expected: "\(reference.numbers) as \(reference.name) has it",
      found: numbers)
  }
}

// MARK: - Memory

extension PeerRun {
  /// The largest resident memory, in bytes, of a new process of each program that does a work so often,
  /// by default 500 steps of training.
  func measureMemory(
    of work: PeerProtocol.Work = PeerWorks.memory, count: Int = 500
  ) throws -> [String: Double] {
    var work = try files.filled(work)
    var peaks: [String: Double] = [:]
    var status = StatusLine()
    defer { status.finish() }
    for peer in processes.map(\.peer) {
      try Interruption.check()
      if status.isDue { status.show("memory: \(peer.name)") }
      let process = try PeerProcess(peer, threads: threads, folder: files.folder)
      work.precision = peer.precision
      _ = try process.ask(.init(command: .hello, threads: threads))
      let answer = try process.ask(.init(command: .prepare, work: work))
      if answer.unsupported != nil { continue }
      _ = try process.ask(.init(command: .time, count: count))
      peaks[peer.name] = try process.ask(.init(command: .memory)).peakBytes
    }
    return peaks
  }
}
