import Perceptron
import TestSupport
import Testing

@testable import PerceptronCLI

/// `perceptron tune` with threads in the place of ranks.
@Suite("perceptron tune among ranks", .mayHang)
struct TuneRankTests {
  /// The statuses of two ranks, each with its own command line.
  private static func statuses(_ first: [String], _ second: [String]? = nil) throws -> [Int32] {
    try ThreadCommunicator.run(2) { ranks in
      let command = try TuneSearchCommand.parse(ranks.rank == 0 ? first : second ?? first)
      if ranks.rank != 0 { return try command.follow(ranks) }
      return try command.lead(ranks) { PerceptronCommand.report($0) }
    }
  }

  @Test("Ranks with other data are refused before the study is begun or extended")
  func refusal() throws {
    let scratch = try TemporaryDirectory()
    for (name, last) in [("own", 58), ("other", 59)] {
      let rows = (0..<58).map { "\($0),\($0 * $0 % 7),\("ab".dropFirst($0 % 2).prefix(1))\n" }
      try scratch.write(
        Array(("x,y,label\n" + rows.joined() + "\(last),1,a\n").utf8), to: "\(name).csv")
    }
    let study = scratch.file("study")
    func data(_ name: String) -> [String] {
      ["--quiet", "--workers", "1", "--data", scratch.file("\(name).csv")]
    }
    let fresh = [
      "--target", "label", "--hidden", "3..9", "--trials", "2", "--iterations", "9", "--output",
      study,
    ]
    #expect(try Self.statuses(data("own") + fresh, data("other") + fresh) == [1, 1])
    #expect(try scratch.names(in: "") == ["other.csv", "own.csv"])
    #expect(try Self.statuses(data("own") + fresh) == [0, 0])
    let more = ["--resume", study, "--trials", "4"]
    #expect(try Self.statuses(data("own") + more, data("other") + more) == [1, 1])
    #expect(try Study.read(at: study).trials.count == 2)
    #expect(try Self.statuses(data("own") + more) == [0, 0])
    #expect(try Study.read(at: study).counts == [.done: 4])
  }

  @Test("All end with the status of rank 0, also where nothing is trained")
  func status() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--quiet", "--workers", "1", "--iterations", "9", "--output"]
    let run = try scratch.makeDirectory("run")
    try scratch.write([], to: "run/run.json")
    for (arguments, status) in [
      (["--hidden", "5,6"] + options + [run], Int32(1)),
      (["--hidden", "-5,6"] + options + [scratch.file("study")], 2),
    ] {
      #expect(try Self.statuses(arguments) == [status, status], "\(arguments)")
    }
    // A shard without trials has nothing to share.
    try scratch.tune(
      ["--hidden", "5,6"] + options + [scratch.file("shards"), "--shard", "3/3"])
    #expect(
      try Self.statuses(["--quiet", "--resume", scratch.file("shards/shard-3-of-3")]) == [0, 0])
  }
}
