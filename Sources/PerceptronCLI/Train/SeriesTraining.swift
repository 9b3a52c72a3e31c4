import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import Synchronization

/// Trains the runs of a series, as many at the same time as there are threads, each with one worker: the
/// results do not depend on it.
struct SeriesTraining {
  let series: RunSeries
  let folder: String
  let display: RunDisplayOptions
  /// The runs that are not over.
  let sessions: [TrainingSession]
  /// Keeps other series out of the folder.
  let lock: RunLock

  /// How a run ended.
  private enum Ending {
    case finished(TrainingSession.Finished)
    case failed(any Error)

    init(of train: () throws -> TrainingSession.Finished) {
      do { self = .finished(try train()) } catch { self = .failed(error) }
    }
  }

  /// Trains, prints the table, and ends the command.
  ///
  /// - Parameter leader: this process as rank 0 of several, which train the runs one after the other; nil
  ///   for one alone.
  func run(as leader: RunLeader? = nil) throws {
    let progress = SeriesProgress(series, sessions, isShown: !display.quiet)
    let threads = leader == nil ? threads : 1
    var own = sessions
    for index in own.indices {
      if threads > 1 { own[index].threads = 1 }
      own[index].leader = leader
      own[index].watcher = { progress.update(index, $0) }
    }
    let endings = Locked([Int: Ending]())
    // From here on Ctrl-C has to wait until the runs are saved.
    try Interruption.deferred {
      if let leader {
        for index in own.indices where !Interruption.isRequested {
          let ending = Ending(of: { try own[index].train() })
          progress.ended(index)
          endings.withLock { $0[index] = ending }
          // The other ranks wait, or none of the runs can begin.
          if case .failed(let error) = ending, leader.isAwaited || error is RankRefusal {
            throw error
          }
        }
        return
      }
      let queue = Locked(own.indices)
      WorkerPool.Lease(workers: threads).run { _ in
        while !Interruption.isRequested, let index = queue.withLock({ $0.popFirst() }) {
          let ending = Ending(of: { try own[index].train() })
          progress.ended(index)
          endings.withLock { $0[index] = ending }
        }
      }
    }
    progress.finish()
    try report(endings.withLock { $0 })
  }

  /// The number of runs at the same time: as many as threads, but no more than fit in memory.
  private var threads: Int {
    guard let first = sessions.first else { return 1 }
    let asked = first.settings.training.workers ?? BLASLibrary.threadCount
    let left = MemoryLimit.current.left
    let need = sessions.map { $0.settings.memoryDemand(on: $0.data) }.max() ?? 0
    let most = need > 0 ? max(1, Int(min(left / need, 256))) : 256
    return max(1, min(asked, sessions.count, most))
  }

  private func report(_ endings: [Int: Ending]) throws {
    var problems: [String] = []
    for index in sessions.indices {
      let name = (sessions[index].directory.path as NSString).lastPathComponent
      switch endings[index] {
      case nil: break
      case .failed(let error): problems.append("\(name): \(error)")
      case .finished(let finished):
        problems += finished.problems.map { "\(name): \($0)" }
        if let divergence = finished.divergence { problems.append("\(name): \(divergence)") }
        for warning in finished.record.results.warnings ?? [] {
          Console.error("warning: \(name): \(warning)")
        }
      }
    }
    let report = try SeriesReport(series, in: folder)
    if report.results.isOver {
      var series = series
      series.results = report.results
      try series.write(to: folder)
    }
    if display.json {
      try Console.output(report.results.json)
    } else if !display.quiet {
      var lines = [report.text()]
      if report.results.isOver {
        let names = series.members.map(\.name)
        lines.append(
          "saved \(names.count) runs, \(folder)/\(names[0]) to \(names[names.count - 1]), and "
            + "\(folder)/runs.json")
        lines.append(
          "see  \(ShellCommand.line(["perceptron", "show", folder]))\n     "
            + ShellCommand.line(["perceptron", "compare", folder]))
      }
      try Console.output(lines.joined(separator: "\n"))
    } else if !report.results.isOver {
      Console.error(report.resumption)
    }
    for problem in problems { Console.error("Error: \(problem)") }
    if Interruption.isRequested && !report.results.isOver { throw ExitCode(Interruption.status) }
    if !problems.isEmpty || report.results.runs.contains(where: { $0.state == "diverged" }) {
      throw ExitCode.failure
    }
  }
}

/// The progress of the runs of a series: one line for all.
final class SeriesProgress: Sendable {
  private struct State {
    var status = StatusLine()
    /// The iterations of each run so far, and those of them that this command made.
    var iterations: [Int]
    var made = 0
    var loss: [Int: Double] = [:]
    var ended: Int
  }

  private let total: Int
  private let runCount: Int
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(_ series: RunSeries, _ sessions: [TrainingSession], isShown: Bool) {
    runCount = series.members.count
    self.isShown = isShown
    total = sessions.reduce(0) { sum, session in
      let settings = session.settings
      return sum
        + settings.training.iterations(
          rowCount: session.data.training.count - settings.validation)
    }
    state = Mutex(
      State(
        iterations: sessions.map { $0.startIteration },
        ended: series.members.count - sessions.count))
  }

  func update(_ run: Int, _ progress: TrainingProgress) {
    if !isShown || progress.member != 0 { return }
    state.withLock { state in
      state.iterations[run] = progress.iteration + 1
      state.made += 1
      state.loss[run] = progress.loss
      if state.status.isDue {
        state.status.show(
          line(state).map {
            LinePart.line($0, .plain, Console.redrawsErrors ? Console.redrawnColumns : nil)
          }
            ?? "")
      }
    }
  }

  func ended(_ run: Int) {
    state.withLock {
      $0.ended += 1
      $0.loss[run] = nil
    }
  }

  /// Clears the line on a terminal; elsewhere prints a last one.
  func finish() {
    if !isShown { return }
    state.withLock { state in
      state.status.finish(line(state, isFinal: true).map { LinePart.line($0, .plain, nil) })
    }
  }

  private func line(_ state: State, isFinal: Bool = false) -> [LinePart]? {
    let done = state.iterations.reduce(0, +)
    let seconds = start.duration(to: .now).seconds
    let rate = Double(state.made) / seconds
    let left = Double(total - done) / rate
    let losses = state.loss.sorted { $0.key < $1.key }.map { readableNumber($0.value) }
    return [
      LinePart("\(state.ended)/\(runCount) runs"), LinePart("\(done)/\(total)", rank: 2),
      LinePart("\(decimal(rate, rate < 10 ? 1 : 0))/s", rank: 4),
      isFinal || losses.isEmpty ? nil : LinePart("loss " + losses.joined(separator: " "), rank: 3),
      LinePart(isFinal ? "in \(readableTime(seconds))" : "\(readableTime(left)) left", rank: 1),
    ].compactMap { $0 }
  }
}
