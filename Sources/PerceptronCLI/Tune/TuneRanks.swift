import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// `perceptron tune` as several ranks: rank 0 has the study and prints; the others train what it deals them.
extension TuneSearchCommand {
  /// The study of rank 0, from which the other ranks make their trials and load their data.
  private struct Offer: Codable {
    let definition: StudyDefinition
    let trials: [Assignment]
  }

  /// What the other ranks wait for.
  private enum Step { case offer, start, search, status }

  /// Runs the command as one rank. Rank 0 prints what it would print alone, and all end with its status.
  func run(among ranks: MPICommunicator) throws {
    let status = try RankSession.run(ranks, isQuiet: files.quiet) { ranks in
      try ranks.rank == 0 ? lead(ranks) : follow(ranks)
    }
    if status != 0 { throw ExitCode(status) }
  }

  /// Runs the command as rank 0.
  ///
  /// - Parameter report: prints an error, and returns the status with which all ranks end.
  /// - Returns: that status.
  /// - Throws: the errors at which other ranks are left waiting.
  func lead(
    _ ranks: any Communicator & Mailbox,
    reporting report: (any Error) -> Int32 = { RankSession.report($0) }
  ) throws -> Int32 {
    var awaited = Step.offer
    var status: Int32 = 0
    do {
      let session = try opened { definition, trials in
        try ranks.broadcast(Offer?.some(Offer(definition: definition, trials: trials)))
        awaited = .start
        let parts = try ranks.allGather(RankPart())
        if let refusal = RankRefusal(parts.map(\.objection)) { throw refusal }
        if let difference = RankComputation.difference(between: parts.map(\.computation)) {
          Console.error("warning: results depend on which rank trains what: \(difference)")
        }
      }
      // From here on Ctrl-C has to wait until the study is saved.
      try Interruption.deferred {
        try session.run { search, progress, stop in
          awaited = .search
          try ranks.broadcast(true)
          let trained = Result { try search.run(among: ranks, progress: progress, stop: stop) }
          if case .failure(let error) = trained, error is RankLost { throw error }
          awaited = .status
          return try trained.get()
        }
      }
    } catch  where awaited != .search && !(error is RankLost) {
      status = report(error)
    }
    if awaited == .offer { try ranks.broadcast(Offer?.none) }
    if awaited == .start { try ranks.broadcast(false) }
    return try ranks.broadcast(status)
  }

  /// Runs the command as another rank.
  ///
  /// - Returns: the status of rank 0.
  func follow(_ ranks: any Communicator & Mailbox) throws -> Int32 {
    guard let offer = try ranks.broadcast(Offer?.none) else { return try ranks.broadcast(Int32(0)) }
    let search = Result { try self.search(of: offer) }
    var objection: String?
    if case .failure(let error) = search { objection = Self.message(for: error) }
    _ = try ranks.allGather(RankPart(objection: objection))
    if try ranks.broadcast(true) { try search.get().run(among: ranks) }
    return try ranks.broadcast(Int32(0))
  }

  /// The search of a rank without the study.
  private func search(of offer: Offer) throws -> NetworkSearch {
    let study = try Study(definition: offer.definition, trials: offer.trials)
    let folder = files.resume ?? files.output ?? "the study of rank 0"
    let (context, data, trials) = try loaded(for: study, in: folder)
    let experiments = try trials.experiments(of: offer.trials, for: data)
    try context.demand(experiments, in: folder)
    var search = try NetworkSearch(study, on: data.training, settings: experiments)
    search.method = context.training
    search.workers = files.workers
    return search
  }
}
