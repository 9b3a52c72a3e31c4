import Foundation
import PerceptronFiles
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronTuning

/// Searches in shards against the same search alone.
@Suite("A search in shards", .mayHang)
struct ShardSearchTests {
  @Test(
    "Merged shards have the numbers and the best network of the study alone, to the last bit",
    arguments: StudyDealTests.samples.dropFirst(), [1, 3])
  func merged(_ sample: StudyDealTests.Sample, count: Int) throws {
    let scratch = try TemporaryDirectory()
    let whole = try sample.search().study
    let trials = whole.trials.map(\.parameters)
    func train(_ study: Study) throws {
      var search = try NetworkSearch(study, on: SearchSamples.data, settings: sample.settings)
      search.method = sample.method
      try search.run()
    }
    let alone = try Study.create(
      at: scratch.file("alone"), definition: whole.definition, trials: trials)
    try train(alone)
    let parts = try sample.search().dealt(to: count).parts
    for (index, part) in parts.enumerated() {
      try train(
        try Study.open(
          StudyShard(index + 1, of: count), at: scratch.file("shards"),
          definition: whole.definition, trials: trials, own: part.trials))
    }
    #expect(
      try scratch.bytes(of: "alone/best.safetensors")
        == FileManager.default.contents(atPath: Study.bestPath(at: scratch.file("shards"))).map(
          Array.init))
    let merged = try Study.merge(at: scratch.file("shards")).study
    #expect(merged.isOver && merged.trials.map(\.timeless) == alone.trials.map(\.timeless))
    #expect(merged.best?.id == alone.best?.id)
    #expect(
      try scratch.bytes(of: "shards/best.safetensors")
        == scratch.bytes(of: "alone/best.safetensors"))
    #expect(try scratch.names(in: "shards") == scratch.names(in: "alone"))
  }

  @Test("A shard prunes its trials as a study of them alone does")
  func pruning() throws {
    let settings = SearchPruningTests.settings
    let rule = Pruning.successiveHalving(minimum: 10, factor: 3)
    let whole = try SearchSamples.study(of: settings.count, pruning: rule)
    let parts = try NetworkSearch(whole, on: SearchSamples.data, settings: settings).dealt(to: 2)
      .parts
    let scratch = try TemporaryDirectory()
    var expected: [Int: [String]] = [:]
    for (index, part) in parts.enumerated() {
      let study = try Study.open(
        StudyShard(index + 1, of: 2), at: scratch.file("study"), definition: whole.definition,
        trials: whole.trials.map(\.parameters), own: part.trials)
      try NetworkSearch(study, on: SearchSamples.data, settings: settings).run()
      let alone = try SearchSamples.trials(part.trials.map { settings[$0] }, pruning: rule)
      #expect(alone.contains { $0.state == .pruned } && alone.contains { $0.state == .done })
      for (number, trial) in zipped(part.trials, alone) { expected[number] = trial.timeless }
    }
    let merged = try Study.merge(at: scratch.file("study")).study
    #expect(merged.isOver && merged.trials.map(\.timeless) == merged.trials.map { expected[$0.id] })
  }

  @Test("Trials of shards that are missing or were stopped are trained after the merge")
  func unfinished() throws {
    let scratch = try TemporaryDirectory()
    let sample = StudyDealTests.samples[2]
    let whole = try sample.search().study
    let trials = whole.trials.map(\.parameters)
    let parts = try sample.search().dealt(to: 3).parts
    let path = scratch.file("shards")
    for (index, part) in parts.enumerated().dropLast() {
      let study = try Study.open(
        StudyShard(index + 1, of: 3), at: path, definition: whole.definition, trials: trials,
        own: part.trials)
      let steps = Locked(0)
      try NetworkSearch(study, on: SearchSamples.data, settings: sample.settings).run(stop: {
        index == 1
          && steps.withLock {
            $0 += 1; return $0 > 30
          }
      })
      #expect(study.isOver == (index == 0))
    }
    try Study.merge(at: path)
    let study = try Study.resume(at: path)
    #expect(study.waiting == (parts[1].trials + parts[2].trials).sorted())
    try NetworkSearch(study, on: SearchSamples.data, settings: sample.settings).run()
    try NetworkSearch(whole, on: SearchSamples.data, settings: sample.settings).run()
    #expect(study.trials.map(\.timeless) == whole.trials.map(\.timeless))
  }
}
