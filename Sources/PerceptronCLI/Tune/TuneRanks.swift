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
    let folder: String
  }

  /// What a rank brings to the search.
  private struct Part: Codable {
    let computation: RankComputation
    /// Why the rank cannot take part; nil if it can.
    let objection: String?
  }

  /// Runs the command as one rank. Rank 0 prints what it would print alone, and all end with its status.
  func run(among ranks: MPICommunicator) throws {
    let status = try RankSession.run(ranks) { ranks in
      try ranks.rank == 0 ? lead(ranks) : follow(ranks)
    }
    if status != 0 { throw ExitCode(status) }
  }

  private func lead(_ ranks: MPICommunicator) throws -> Int32 {
    let session: TuneSession
    do {
      session = try opened()
    } catch {
      // The others end as soon as they know.
      let status = RankSession.report(error)
      try ranks.broadcast(Offer?.none)
      return status
    }
    let study = session.study
    let offer = Offer(
      definition: study.definition, trials: study.trials.map(\.parameters), folder: session.folder)
    try ranks.broadcast(Offer?.some(offer))
    let parts = try ranks.allGather(Part(computation: .current(), objection: nil))
    if let refusal = RankRefusal(parts.map(\.objection)) {
      return RankSession.report(refusal)
    }
    if !files.quiet {
      let hosts = ranks.places.hosts.count
      Console.error("\(counted(ranks.size, "rank")) on \(counted(hosts, "host"))")
      if let difference = RankComputation.difference(between: parts.map(\.computation)) {
        Console.error("warning: results depend on which rank trains what: \(difference)")
      }
    }
    return try Interruption.deferred {
      // Once the search is over, the others wait for the status.
      var isOver = false
      var status: Int32 = 0
      do {
        try session.run { search, progress, stop in
          let trained = Result { try search.run(among: ranks, progress: progress, stop: stop) }
          if case .failure(let error) = trained, error is RankLost { throw error }
          isOver = true
          return try trained.get()
        }
      } catch  where isOver {
        status = RankSession.report(error)
      }
      return try ranks.broadcast(status)
    }
  }

  private func follow(_ ranks: MPICommunicator) throws -> Int32 {
    guard let offer = try ranks.broadcast(Offer?.none) else { return ExitCode.failure.rawValue }
    let search = Result { try self.search(of: offer) }
    var objection: String?
    if case .failure(let error) = search { objection = Self.message(for: error) }
    let parts = try ranks.allGather(Part(computation: .current(), objection: objection))
    if RankRefusal(parts.map(\.objection)) != nil { return ExitCode.failure.rawValue }
    return try Interruption.deferred {
      try search.get().run(among: ranks, stop: { Interruption.isRequested })
      return try ranks.broadcast(Int32(0))
    }
  }

  /// The search of a rank without the study.
  private func search(of offer: Offer) throws -> NetworkSearch {
    let study = try Study(definition: offer.definition, trials: offer.trials)
    let (context, data, trials) = try loaded(for: study, in: offer.folder)
    let experiments = try trials.experiments(of: offer.trials, for: data)
    try context.demand(experiments, in: offer.folder)
    var search = try NetworkSearch(study, on: data.training, settings: experiments)
    search.method = context.training
    search.workers = files.workers
    return search
  }
}
