import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Shards of a study", .mayHang)
struct TuneShardTests {
  private static let options = [
    "--hidden", "5,6,7", "--learning-rate", "0.1,0.5", "--iterations", "9,18", "--batch", "20,30",
  ]

  @Test("Shards merged have the results and the network of one study, also without merging")
  func merged() throws {
    let scratch = try TemporaryDirectory()
    try scratch.tune(Self.options + ["--output", "alone"])
    for shard in ["3/3", "1/3"] {
      let outcome = try scratch.tune(Self.options + ["--output", "study", "--shard", shard])
      #expect(outcome.output.contains(" of 24 trials, shard \(shard.first ?? "?") of 3 in "))
      #expect(outcome.output.contains("all shards together: perceptron tune show study\n"))
      #expect(outcome.output.hasSuffix("when they are over:  perceptron tune merge study\n"))
    }
    let incomplete = try Command.run(["tune", "show", "study"], in: scratch.path).output
    #expect(
      incomplete.hasSuffix(
        "shard 2 of 3 has not begun\nresume with: perceptron tune --resume study --shard 2/3\n"
          + "merge with:  perceptron tune merge study\n"), "\(incomplete)")
    // Begun by the definition of another shard.
    try scratch.tune(["--resume", "study", "--shard", "2/3"])
    #expect(
      try scratch.names(in: "study") == ["shard-1-of-3", "shard-2-of-3", "shard-3-of-3"])
    let again = try scratch.tune(Self.options + ["--output", "study", "--shard", "2/3"])
    #expect(again.output.contains(", over already: "))

    let whole = try scratch.results("alone")
    #expect(try scratch.results("study") == whole)
    func seen(_ arguments: [String], _ folder: String) throws -> String {
      let outcome = try Command.run(arguments + [folder], in: scratch.path)
      try #require(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
    for arguments in [["evaluate", "--json"], ["summary"]] {
      let (one, other) = (try seen(arguments, "study"), try seen(arguments, "alone"))
      #expect(
        one.replacing(/study\/shard-\d-of-3|study/, with: "alone") == other, "\(arguments): \(one)")
    }
    #expect(try seen(["report"], "study") == "study/report.html\n")
    let page = try scratch.text("study/report.html")
    #expect(page.contains("study/shard-*-of-3/journal.jsonl"))
    #expect(page.contains("perceptron tune merge study"))

    let merge = try Command.run(["tune", "merge", "study"], in: scratch.path)
    #expect(merge.status == 0 && merge.output.hasPrefix("merged 3 shards\n24 trials: 24 done\n"))
    #expect(merge.errors.contains("removed study/report.html"))
    #expect(try scratch.names(in: "study") == ["best.safetensors", "journal.jsonl"])
    #expect(
      try scratch.bytes(of: "study/best.safetensors")
        == scratch.bytes(of: "alone/best.safetensors"))
    #expect(try scratch.results("study") == whole)
    let nothing = try Command.run(["tune", "merge", "study"], in: scratch.path)
    #expect(nothing.status == 0 && nothing.output.hasPrefix("there are no shards to merge\n"))
  }

  @Test("Shards that are missing are named by the merge, and trained by the study afterwards")
  func missing() throws {
    let scratch = try TemporaryDirectory()
    try scratch.tune(Self.options + ["--output", "alone"])
    try scratch.tune(Self.options + ["--output", "study", "--shard", "2/3"])
    let json = try Command.run(["tune", "show", "study", "--json"], in: scratch.path).output
    #expect(json.contains(/"shard" : "3\/3",\s*"state" : "missing"/))
    let merge = try Command.run(["tune", "merge", "study"], in: scratch.path)
    #expect(merge.output.hasPrefix("merged 1 shard\n24 trials: "))
    #expect(
      merge.output.contains(
        "shards 1 and 3 of 3 have not begun; resume with: perceptron tune --resume study\n"))
    try scratch.tune(["--resume", "study"])
    #expect(try scratch.results("study") == scratch.results("alone"))
    #expect(
      try scratch.bytes(of: "study/best.safetensors")
        == scratch.bytes(of: "alone/best.safetensors"))
  }

  @Test("A shard that is killed resumes by the same command")
  func resumes() throws {
    try untilLongEnough(from: 200) { iterations in
      let options = [
        "--hidden", "20,30", "--iterations", "100,\(iterations)", "--output", "study",
      ]
      let reference = try TemporaryDirectory()
      try reference.tune(options)
      for signal in [SIGTERM, SIGKILL] {
        let scratch = try TemporaryDirectory()
        let own = options + ["--shard", "1/1"]
        var others: [Command.Outcome] = []
        let outcome = try scratch.tune(
          own, endedBy: signal, journal: "study/shard-1-of-1/journal.jsonl"
        ) {
          others = try [["tune"] + own, ["tune", "merge", "study"]].map {
            try Command.run($0, in: scratch.path)
          }
        }
        if outcome.status == 0 { return false }
        for refused in others {
          #expect(refused.status == 1)
          #expect(
            refused.errors.contains("study/shard-1-of-1: shard 1 of 1 is under way\n"),
            "\(refused.errors)")
        }
        let hasOwner = try scratch.names(in: "study/shard-1-of-1").contains("owner.json")
        #expect(hasOwner == (signal == SIGKILL))
        let resumed = try scratch.tune(own)
        #expect(resumed.errors.contains("resuming 4 of 4 trials, shard 1 of 1: "))
        try scratch.tune(["merge", "study"])
        #expect(try scratch.results("study") == reference.results("study"))
      }
      return true
    }
  }

  @Test("A shard without trials ends at once, with a sentence and status 0")
  func empty() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "5,6", "--iterations", "9", "--output", "study", "--shard"]
    let outcome = try scratch.tune(options + ["3/3"])
    #expect(
      outcome.errors.hasPrefix("shard 3 of 3 has nothing to train: ") && outcome.output.isEmpty)
    for shard in ["1/3", "2/3"] { try scratch.tune(options + [shard]) }
    let shown = try Command.run(["tune", "show", "study"], in: scratch.path).output
    #expect(shown.contains("2 trials: 2 done\n") && !shown.contains("not begun"))
  }

  @Test("Other studies, other numbers of shards and whole studies are refused")
  func mixtures() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--iterations", "9", "--output", "study"]
    let hidden = ["--hidden", "5,6"]
    try scratch.tune(hidden + options + ["--shard", "1/2"])
    func refusal(_ arguments: [String]) throws -> String {
      let outcome = try Command.run(["tune"] + arguments, in: scratch.path)
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      return outcome.errors
    }
    #expect(
      try refusal(["--hidden", "5,7"] + options + ["--shard", "2/2"]).contains(
        "study/shard-1-of-2: parameter hidden: the study in this folder has 5,6, expected 5,7"))
    #expect(
      try refusal(hidden + options + ["--shard", "1/3"]).contains(
        "study: holds a study of 2 shards, expected 3"))
    #expect(try refusal(hidden + options).contains("or choose another --output"))
    for arguments in [["--resume", "study"], hidden + options] {
      let text = try refusal(arguments)
      #expect(
        text.contains("holds a study of 2 shards; resume each, as in `perceptron tune --resume"))
      #expect(text.contains("`perceptron tune merge study`"))
    }
    let own = ["--resume", "study/shard-1-of-2"]
    #expect(try refusal(own + ["--tensorboard"]).contains("merge the shards first"))
    #expect(try refusal(own + ["--shard", "1/2"]).contains("not divided into shards"))
    #expect(try scratch.names(in: "study") == ["shard-1-of-2"])
    try scratch.tune(["merge", "study"])
    for arguments in [["--resume", "study"], hidden + options] {
      #expect(
        try refusal(arguments + ["--shard", "2/2"]).contains(
          "holds a study that is not divided into shards"))
    }
  }

  @Test("A lost network of a shard is restored by the command that the error names")
  func lost() throws {
    let scratch = try TemporaryDirectory()
    try scratch.tune([
      "--hidden", "5,6", "--iterations", "9", "--output", "study", "--shard", "1/1",
    ])
    let best = "study/shard-1-of-1/best.safetensors"
    let bytes = try scratch.bytes(of: best)
    try FileManager.default.removeItem(atPath: scratch.file(best))
    let outcome = try Command.run(["evaluate", "study"], in: scratch.path)
    #expect(
      outcome.errors.hasSuffix(
        "`perceptron tune --resume study/shard-1-of-1` restores it\n"), "\(outcome.errors)")
    try scratch.tune(["--resume", "study/shard-1-of-1"])
    #expect(try scratch.bytes(of: best) == bytes)
  }
}
