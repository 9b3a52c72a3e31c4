import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra

extension NetworkSearch {
  /// Trains what rank 0 deals this rank, until it says that there is nothing left. An error other than
  /// `RankLost` is told to rank 0, which ends the search of all.
  func follow(_ mailbox: any Mailbox) throws {
    let link = LeaderLink(mailbox)
    do {
      try train(for: link)
    } catch let error as RankLost {
      throw error
    } catch {
      try link.tell(.failed(message: "\(error)"))
      while try link.next() != nil {}
    }
  }

  private func train(for link: LeaderLink) throws {
    let part = Study(
      StudyState(study.definition, study.trials.map(\.parameters)), link, in: nil, nil, leader: link
    )
    var search = try NetworkSearch(part, on: data, settings: settings)
    (search.method, search.workers, search.memory) = (method, workers, memory)
    search.checkpointEvery = checkpointEvery
    try search.check()
    let session = SearchSession(search, stop: { link.isStopped }) { link.tell($1) }
    var folders = CheckpointFolders(of: part)
    while let part = try link.next() {
      try session.train(
        part.trials, SearchCheckpoints(in: part.folder.flatMap { folders.usable($0) }, of: part))
      link.tell(session.meter.counts)
    }
  }
}

/// Rank 0 of a search, as another rank sees it. Its threads take turns.
private final class LeaderLink: StudyLeader, @unchecked Sendable {
  private typealias Letter = SearchLetter<LeaderMessage>

  private struct State {
    var isStopped = false
    /// Why rank 0 cannot be reached.
    var loss: (any Error)?
    var lastLook = ContinuousClock.now
  }

  private let mailbox: any Mailbox
  private let state = Locked(State())

  init(_ mailbox: any Mailbox) { self.mailbox = mailbox }

  /// The next trials to train; nil if there are none left.
  func next() throws -> SearchPart? {
    switch try ask(.ready) {
    case .part(let part): part
    case .end: nil
    default: throw Letter.unexpected(from: 0)
    }
  }

  /// Whether rank 0 has said to stop, or cannot be reached, which the next message throws.
  var isStopped: Bool {
    state.withLock { state in
      let now = ContinuousClock.now
      if state.isStopped || now - state.lastLook < .milliseconds(20) { return state.isStopped }
      state.lastLook = now
      do {
        if let message = try receive() {
          guard case .stop = message else { throw Letter.unexpected(from: 0) }
          state.isStopped = true
        }
      } catch {
        state.loss = error
        state.isStopped = true
      }
      return state.isStopped
    }
  }

  func tell(_ message: FollowerMessage, _ bytes: [UInt8] = []) throws {
    try state.withLock { try send(message, bytes, $0) }
  }

  /// Tells how much is done; if that fails, the next message does, too.
  func tell(_ counts: SearchCounts) { try? tell(.counts(counts)) }

  private func ask(_ message: FollowerMessage) throws -> LeaderMessage {
    try state.withLock { state in
      try send(message, [], state)
      var pause = Pause()
      while true {
        guard let answer = try receive() else {
          pause.wait()
          continue
        }
        guard case .stop = answer else { return answer }
        state.isStopped = true
      }
    }
  }

  private func send(_ message: FollowerMessage, _ bytes: [UInt8], _ state: State) throws {
    if let loss = state.loss { throw loss }
    try mailbox.send(try SearchLetter(message, bytes).encoded, to: 0)
  }

  private func receive() throws -> LeaderMessage? {
    try mailbox.receive().map { try Letter(parsing: $0.bytes, from: $0.rank).message }
  }

  func append(_ line: StudyLine) throws { try tell(.event(line.event)) }

  func pruned(_ trials: [Int], at iteration: Int) throws -> Set<Int> {
    guard case .pruned(let trials) = try ask(.arePruned(trials: trials, iteration: iteration))
    else { throw Letter.unexpected(from: 0) }
    return Set(trials)
  }

  func isBest(_ trial: Int, _ result: TrialResult) throws -> Bool {
    guard case .best(let isBest) = try ask(.isBest(trial: trial, result: result)) else {
      throw Letter.unexpected(from: 0)
    }
    return isBest
  }

  func end(_ trial: Int, _ result: TrialResult, model: [UInt8]?) throws {
    try tell(.done(trial: trial, result: result), model ?? [])
  }

  func interrupt(_ trial: Int) { try? tell(.interrupted(trial: trial)) }
}
