import Foundation
import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra

extension NetworkSearch {
  /// Trains what rank 0 deals this rank, until it says that there is nothing left.
  func follow(_ mailbox: any Mailbox, stop: @escaping @Sendable () -> Bool) throws {
    let link = LeaderLink(mailbox)
    let part = Study(
      StudyState(study.definition, study.trials.map(\.parameters)), link, in: nil, nil, leader: link
    )
    var search = try NetworkSearch(part, on: data, settings: settings)
    (search.method, search.workers, search.memory) = (method, workers, memory)
    search.checkpointEvery = checkpointEvery
    try search.check()
    let session = SearchSession(search, stop: { stop() || link.isStopped }) { _, counts in
      link.tell(counts)
    }
    var folders = CheckpointFolders(of: part)
    while let part = try link.next(session.meter.counts) {
      do {
        try session.train(
          part.trials, SearchCheckpoints(in: part.folder.flatMap { folders.usable($0) }, of: part))
      } catch let error as RankLost {
        throw error
      } catch {
        try link.tell(.failed(message: "\(error)"))
      }
    }
  }
}

/// Rank 0 of a search, as another rank sees it. Its threads take turns.
private final class LeaderLink: StudyLeader, @unchecked Sendable {
  private struct State {
    var isStopped = false
    var lastLook = ContinuousClock.now
  }

  private let mailbox: any Mailbox
  private let state = Locked(State())

  init(_ mailbox: any Mailbox) { self.mailbox = mailbox }

  /// The next trials to train; nil if there are none left.
  func next(_ counts: SearchCounts) throws -> SearchPart? {
    switch try ask(.ready(counts: counts)) {
    case .part(let part): part
    case .end: nil
    default: throw UnexpectedAnswer()
    }
  }

  /// Whether rank 0 has said to stop, or cannot be reached.
  var isStopped: Bool {
    state.withLock { state in
      let now = ContinuousClock.now
      if state.isStopped || now - state.lastLook < .milliseconds(20) { return state.isStopped }
      state.lastLook = now
      do {
        if let letter = try mailbox.receive(), case .stop = try Self.message(letter.bytes) {
          state.isStopped = true
        }
      } catch {
        // The next message throws it again.
        state.isStopped = true
      }
      return state.isStopped
    }
  }

  func tell(_ message: FollowerMessage, _ bytes: [UInt8] = []) throws {
    let letter = try SearchLetter(message, bytes).encoded
    try state.withLock { _ in try mailbox.send(letter, to: 0) }
  }

  /// Tells how much is done; if that fails, the next message does, too.
  func tell(_ counts: SearchCounts) { try? tell(.counts(counts)) }

  private func ask(_ message: FollowerMessage) throws -> LeaderMessage {
    let letter = try SearchLetter(message).encoded
    return try state.withLock { state in
      try mailbox.send(letter, to: 0)
      var pause = MailPause()
      while true {
        guard let answer = try mailbox.receive() else {
          pause.wait()
          continue
        }
        let message = try Self.message(answer.bytes)
        guard case .stop = message else { return message }
        state.isStopped = true
      }
    }
  }

  private static func message(_ bytes: [UInt8]) throws -> LeaderMessage {
    try SearchLetter<LeaderMessage>(parsing: bytes).message
  }

  func append(_ line: StudyLine) throws { try tell(.event(line.event)) }

  func pruned(_ trials: [Int], at iteration: Int) throws -> Set<Int> {
    guard case .pruned(let trials) = try ask(.arePruned(trials: trials, iteration: iteration))
    else {
      throw UnexpectedAnswer()
    }
    return Set(trials)
  }

  func isBest(_ trial: Int, _ result: TrialResult) throws -> Bool {
    guard case .best(let isBest) = try ask(.isBest(trial: trial, result: result)) else {
      throw UnexpectedAnswer()
    }
    return isBest
  }

  func end(_ trial: Int, _ result: TrialResult, model: [UInt8]?) throws {
    try tell(.done(trial: trial, result: result), model ?? [])
  }

  func interrupt(_ trial: Int) { try? tell(.interrupted(trial: trial)) }
}

/// Rank 0 answers something else than was asked, as a program of another version may.
private struct UnexpectedAnswer: Error, CustomStringConvertible {
  var description: String { "rank 0 answers what was not asked; all ranks must run one version" }
}

/// The folders in which a rank can keep checkpoints: those in which it sees the study.
private struct CheckpointFolders {
  private let context: [String: String]
  private let trials: [Assignment]
  private var known: [String: Bool] = [:]

  init(of study: Study) {
    context = study.definition.context
    trials = study.trials.map(\.parameters)
  }

  /// The folder if it can be used, else nil.
  mutating func usable(_ folder: String) -> String? {
    if let isUsable = known[folder] { return isUsable ? folder : nil }
    let study = try? Study.read(at: folder)
    let isUsable =
      FileManager.default.isWritableFile(atPath: folder)
      && study?.definition.context == context && study?.trials.map(\.parameters) == trials
    known[folder] = isUsable
    return isUsable ? folder : nil
  }
}
