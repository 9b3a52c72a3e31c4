import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining

/// One of the parts into which a study is divided, so that several processes train it.
///
/// A shard is a study in a subfolder of the study's folder, such as `shard-2-of-4`. Its journal has
/// all trials of the study, and the numbers of those that are its own.
public struct StudyShard: Codable, Hashable, Sendable {
  /// The number, from 1.
  public let number: Int
  /// The number of shards of the study.
  public let count: Int

  /// The largest number of shards.
  public static let most = 100_000

  /// Creates the shard `number` of `count`.
  ///
  /// - Throws: `InvalidSetting` unless 1 ≤ `number` ≤ `count` ≤ ``most``.
  public init(_ number: Int, of count: Int) throws {
    try InvalidSetting.demand(
      (1...Self.most).contains(count), "shards", count, "1 to \(Self.most)")
    try InvalidSetting.demand((1...count).contains(number), "shard", number, "1 to \(count)")
    (self.number, self.count) = (number, count)
  }

  /// Creates a shard from a text such as `2/4`.
  ///
  /// - Throws: `InvalidSetting` for another text and as ``init(_:of:)``.
  public init(parsing text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1] else {
      throw InvalidSetting(
        name: "shard", value: text, expected: "a number and how many there are, such as 2/4")
    }
    try self.init(number, of: count)
  }

  /// The name of the folder.
  package var folderName: String { "shard-\(number)-of-\(count)" }

  /// The shard whose folder has this name; nil for another name.
  package init?(folderName: String) {
    let parts = folderName.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, let number = Int(parts[1]), let count = Int(parts[3]),
      let shard = try? StudyShard(number, of: count), shard.folderName == folderName
    else { return nil }
    self = shard
  }

  /// The path of the folder in that of the study.
  package func path(in directory: String) -> String {
    directory + (directory.hasSuffix("/") ? "" : "/") + folderName
  }

  /// Such as `2/4`.
  package var text: String { "\(number)/\(count)" }
}

extension StudyShard: CustomStringConvertible {
  /// Such as `shard 2 of 4`.
  public var description: String { "shard \(number) of \(count)" }
}

/// A shard with the numbers of its trials, as its journal has them.
struct ShardPart: Codable, Equatable {
  let shard: StudyShard
  let trials: Set<Int>

  private enum CodingKeys: CodingKey { case number, count, trials }

  init(shard: StudyShard, trials: Set<Int>) { (self.shard, self.trials) = (shard, trials) }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let (number, count) = (
      try values.decode(Int.self, forKey: .number), try values.decode(Int.self, forKey: .count)
    )
    do {
      shard = try StudyShard(number, of: count)
    } catch let error as InvalidSetting {
      throw DecodingError.dataCorruptedError(
        forKey: .number, in: values, debugDescription: "\(error)")
    }
    trials = Set(try values.decode([Int].self, forKey: .trials))
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(shard.number, forKey: .number)
    try values.encode(shard.count, forKey: .count)
    try values.encode(trials.sorted(), forKey: .trials)
  }
}

/// How far a shard of a study has come.
public struct ShardProgress: Equatable, Sendable {
  /// The state of a shard.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// It has no journal yet.
    case missing
    /// A process trains it.
    case running
    /// It has trials that wait, and no process trains it.
    case interrupted
    /// All of its trials have ended.
    case over
  }

  /// The shard.
  public let shard: StudyShard
  /// The state.
  public let state: State
}

extension Study {
  /// The shards that are running, interrupted or missing: a phrase for each state, such as
  /// `shards 1 and 3 of 4 are running`.
  package var shardsText: [String] {
    [
      (ShardProgress.State.running, "is running", "are running"),
      (.interrupted, "is interrupted", "are interrupted"),
      (.missing, "has not begun", "have not begun"),
    ].compactMap { state, one, several in
      let own = shards.filter { $0.state == state }.map(\.shard)
      guard let last = own.last else { return nil }
      if own.count == 1 { return "\(last) \(one)" }
      let numbers = own.dropLast().map { "\($0.number)" }.joined(separator: ", ")
      return "shards \(numbers) and \(last.number) of \(last.count) \(several)"
    }
  }
}
