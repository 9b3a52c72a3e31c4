import Foundation
import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining

extension NetworkSearch {
  /// Trains the networks of all waiting trials together with other processes, see
  /// ``run(progress:stop:)``. All ranks call this, each with a search of the same trials on the same
  /// data.
  ///
  /// Rank 0 alone has the study: it deals trials out, records what all have measured, and decides what
  /// is pruned. The other ranks have a study in memory, which stays as it is. Results are those of a
  /// search in one process, to the last bit, whoever trains what, if all processors are of one kind.
  /// Only what is pruned depends on how far trials have come when another is judged.
  ///
  /// - Parameters:
  ///   - ranks: the processes; their mailboxes are used for nothing else meanwhile.
  ///   - progress: called on rank 0 with the progress of all.
  ///   - stop: asked on rank 0 alone, by two threads; ends the search of all ranks early.
  /// - Returns: on rank 0, the best trial's new result if it was trained again; else nil.
  /// - Throws: as ``run(progress:stop:)``; on rank 0 ``RankFailure`` for the error of another rank, and
  ///   `RankLost` if a rank has left or sends what is no message of a search. After any other error,
  ///   all ranks have ended their search.
  @discardableResult
  public func run(
    among ranks: any Mailbox, progress: @escaping @Sendable (SearchProgress) -> Void = { _ in },
    stop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Trial? {
    if ranks.size == 1 { return try run(progress: progress, stop: stop) }
    if ranks.rank != 0 {
      try follow(ranks)
      return nil
    }
    let leader = SearchLeader(self, ranks, progress: progress, stop: stop)
    try leader.run()
    return try end(leader.session)
  }
}

/// Another rank could not go on with a search.
public struct RankFailure: Error, Equatable, CustomStringConvertible {
  /// The number of the rank.
  public let rank: Int
  /// Its error's message.
  public let message: String

  /// Such as `rank 2: sweep.safetensors: cannot be written: No space left on device`.
  public var description: String { "rank \(rank): \(message)" }
}

/// Rank 0 cannot train and answer others at once.
private struct NoThread: Error, CustomStringConvertible {
  var description: String { "the system creates no thread for rank 0 to answer the others" }
}

/// Rank 0 of a search: deals out parts, trains some itself, and records what the others say.
private final class SearchLeader: @unchecked Sendable {
  private struct State {
    /// The parts that nobody trains yet.
    var parts: ArraySlice<SearchPart> = []
    /// The ranks that wait for a part, that train one, and that have been told to end.
    var ready: [Int] = [], working: Set<Int> = [], ended: Set<Int> = []
    var counts: [Int: SearchCounts] = [:]
    var failure: (any Error)?
    /// Whether all rounds are over.
    var isOver = false
    /// Whether other ranks are answered.
    var isServing = true
  }

  let session: SearchSession
  private let ranks: any Mailbox
  private let state = Locked(State())
  private var search: NetworkSearch { session.search }
  private var study: Study { search.study }

  init(
    _ search: NetworkSearch, _ ranks: any Mailbox,
    progress: @escaping @Sendable (SearchProgress) -> Void,
    stop: @escaping @Sendable () -> Bool
  ) {
    self.ranks = ranks
    let state = state
    session = SearchSession(
      search, stop: { state.withLock { $0.failure != nil } || stop() },
      report: { made, _ in progress(made) })
  }

  /// Trains all trials. Afterwards all other ranks have ended, unless one is lost.
  func run() throws {
    let threads = WorkerPool.Lease(workers: 2)
    if threads.pool.count > 1 {
      threads.run { [self] thread in if thread == 0 { lead() } else { serve() } }
    } else {
      // The others are told to end.
      fail(NoThread())
      serve()
    }
    if let error = state.withLock({ $0.failure }) { throw error }
  }

  private func lead() {
    do {
      try search.check()
      try study.forEachRound(until: session.stop) { round in
        session.expect(study.waiting)
        let parts = search.parts(of: round, for: ranks.size)
        state.withLock { $0.parts = parts[...] }
        while !session.stop(), let part = state.withLock({ $0.parts.popFirst() }) {
          try session.train(part.trials, SearchCheckpoints(in: part.folder, of: part))
        }
        wait { $0.working.isEmpty && ($0.parts.isEmpty || session.stop()) }
      }
    } catch {
      fail(error)
    }
    state.withLock { $0.isOver = true }
  }

  /// Waits for other ranks until a condition holds, or they are answered no longer.
  private func wait(until condition: (State) -> Bool) {
    var pause = Pause()
    while true {
      let now = state.withLock { $0 }
      if condition(now) || !now.isServing { return }
      pause.wait()
    }
  }

  private func fail(_ error: any Error) {
    state.withLock { $0.failure = $0.failure ?? error }
  }
}

// MARK: - The service of other ranks

extension SearchLeader {
  /// Answers other ranks until all have ended.
  private func serve() {
    do {
      // Beside a thread that trains, this one sleeps between looks: briefly at first, up to a millisecond.
      var looks: UInt32 = 0
      var hasStopped = false
      while state.withLock({ $0.ended.count }) < ranks.size - 1 {
        if let letter = try ranks.receive() {
          looks = 0
          let read = try SearchLetter<FollowerMessage>(parsing: letter.bytes, from: letter.rank)
          if let answer = answer(read.message, read.bytes, from: letter.rank) {
            try send(answer, to: letter.rank)
          }
        } else {
          looks = min(looks + 1, 20)
          usleep(looks * 50)
        }
        if !hasStopped && session.stop() {
          hasStopped = true
          for rank in state.withLock({ $0.working }) { try send(.stop, to: rank) }
        }
        try deal(isStopping: hasStopped)
      }
    } catch {
      fail(error)
    }
    state.withLock { $0.isServing = false }
  }

  private func send(_ message: LeaderMessage, to rank: Int) throws {
    try ranks.send(try SearchLetter(message).encoded, to: rank)
  }

  /// Gives parts to the ranks that wait for them, as far as there are some.
  private func deal(isStopping: Bool) throws {
    while true {
      let next = state.withLock { state -> (rank: Int, message: LeaderMessage)? in
        guard let rank = state.ready.first else { return nil }
        if isStopping || state.isOver {
          state.ended.insert(rank)
        } else if state.parts.isEmpty {
          return nil
        }
        state.ready.removeFirst()
        if state.ended.contains(rank) { return (rank, .end) }
        state.working.insert(rank)
        return state.parts.popFirst().map { (rank, .part($0)) }
      }
      guard let next else { return }
      try send(next.message, to: next.rank)
    }
  }

  /// Does what a rank's message says.
  ///
  /// - Returns: the answer to a question.
  private func answer(
    _ message: FollowerMessage, _ bytes: [UInt8], from rank: Int
  ) -> LeaderMessage? {
    switch message {
    case .ready:
      state.withLock {
        $0.working.remove(rank)
        $0.ready.append(rank)
      }
    case .counts(let counts): count(counts, of: rank)
    case .event(let event): record { try study.record(event) }
    case .done(let trial, let result):
      record {
        try study.finish(trial, result) { path in
          if bytes.isEmpty {
            try AtomicFile.remove(path)
          } else {
            try AtomicFile.write(bytes, to: path)
          }
        }
      }
    case .interrupted(let trial): record { study.interrupt(trial) }
    case .arePruned(let trials, let iteration):
      return .pruned(
        trials: trials.filter {
          study.shouldPrune($0, at: iteration, among: session.representatives)
        })
    case .isBest(let trial, let result): return .best(!hasFailed && study.isBest(trial, result))
    case .failed(let message): fail(RankFailure(rank: rank, message: message))
    }
    return nil
  }

  private var hasFailed: Bool { state.withLock { $0.failure != nil } }

  /// Records something in the study; an error is kept, and stops all. What the journal could not take
  /// is lost, and so is all that follows.
  private func record(_ body: () throws -> Void) {
    if hasFailed { return }
    do { try body() } catch { fail(error) }
  }

  private func count(_ counts: SearchCounts, of rank: Int) {
    let earlier = state.withLock { $0.counts.updateValue(counts, forKey: rank) } ?? SearchCounts()
    session.meter.add(counts - earlier)
  }
}
