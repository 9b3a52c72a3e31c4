import Foundation
import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra

/// Trials that one of several processes trains at a time.
struct SearchPart: Codable, Sendable {
  /// Its number among the parts into which the study was cut, from 0.
  let number: Int
  let count: Int
  /// The numbers of its trials that are to be trained.
  let trials: [Int]
  /// The iteration of the last measurement of each that the study has, 0 for none.
  let measured: [Int]
  /// The study's folder, for checkpoints.
  var folder: String?
}

/// What a rank tells rank 0 about a search.
enum FollowerMessage: Codable {
  /// The rank has trained what it was given, and is answered with a part or the end.
  case ready
  case event(StudyEvent)
  /// The trial is done; the bytes of its model follow if it becomes the best.
  case done(trial: Int, result: TrialResult)
  case interrupted(trial: Int)
  case counts(SearchCounts)
  /// Which of these trials are pruned? Answered with their numbers.
  case arePruned(trials: [Int], iteration: Int)
  /// Does this trial become the best? Answered with yes or no.
  case isBest(trial: Int, result: TrialResult)
  /// The rank cannot go on with its part.
  case failed(message: String)
}

/// What rank 0 tells another rank about a search.
enum LeaderMessage: Codable {
  case part(SearchPart)
  /// There is nothing left to train.
  case end
  /// Stop training. No answer to anything.
  case stop
  case pruned(trials: [Int])
  case best(Bool)
}

/// A message and the bytes that follow it: a line of JSON, then the bytes.
struct SearchLetter<Message: Codable> {
  let message: Message
  var bytes: [UInt8] = []

  init(_ message: Message, _ bytes: [UInt8] = []) { (self.message, self.bytes) = (message, bytes) }

  /// Reads what a rank has sent.
  ///
  /// - Throws: `RankLost` if that is no such message: nobody knows what the rank waits for.
  init(parsing letter: [UInt8], from rank: Int) throws {
    // JSON has no line breaks within texts.
    let end = letter.firstIndex(of: UInt8(ascii: "\n")) ?? letter.endIndex
    guard let message = try? Message(json: letter[..<end]) else {
      throw Self.unexpected(from: rank)
    }
    self.message = message
    bytes = Array(letter[end...].dropFirst())
  }

  /// The error for a message that cannot be read, or comes where another is expected.
  static func unexpected(from rank: Int) -> RankLost {
    RankLost(
      rank: rank, reason: "it sends what is not expected; all ranks must run the same version")
  }

  var encoded: [UInt8] {
    get throws { Array((try message.jsonLine + "\n").utf8) + bytes }
  }
}
