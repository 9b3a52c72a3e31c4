import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Decision regions of runs", .mayHang)
struct RegionTests {
  private func regions(
    _ scratch: TemporaryDirectory, _ run: String
  ) throws -> DecisionRegionSeries? {
    try RunDirectory(path: scratch.file(run)).decisionRegions()
  }

  @Test("A run on a toy keeps its regions, which end with the model's, and its page plays them")
  func toy() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--data", "moons:3", "--iterations", "100"])
    let series = try #require(try regions(scratch, "run"))
    #expect(series.moments.map(\.iterations) == DecisionRegionSeries.moments(of: 100))
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let last = try #require(series.moments.last)
    #expect(
      last.regions
        == model.network.decisionRegions(
          on: series.plane, as: model.schema, preprocessing: model.preprocessing))
    let record = try RunDirectory(path: scratch.file("run")).record()
    #expect(last.accuracy == record.results.trainAccuracy)
    #expect(series.moments[0].regions != last.regions)

    let outcome = try Command.run(["report", "run"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let page = try scratch.text("run/report.html")
    #expect(page.contains("<h2>Decision regions</h2>") && page.utf8.count < 1_500_000)
    #expect(page.contains("Untrained: training loss") && page.contains("After 100 iterations:"))
    #expect(try scratch.names(in: "run/report").contains("regions-1.png"))
    _ = MarkupReading(page)

    try scratch.train("run", ["--overwrite", "--iterations", "3"])
    #expect(try regions(scratch, "run") == nil)
  }

  @Test("So does a run on a table of two columns of numbers; one with a third column keeps none")
  func table() throws {
    let scratch = try TemporaryDirectory()
    let rows = (0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 3),\($0 % 7 < 3 ? "low" : "high")" }
    let text = (["width,height,depth,class"] + rows).joined(separator: "\n") + "\n"
    try scratch.write(Array(text.utf8), to: "boxes.csv")
    let options = ["--data", "boxes.csv", "--iterations", "20"]
    try scratch.train("two", options + ["--columns", "width,height"])
    let series = try #require(try regions(scratch, "two"))
    #expect(series.plane.x.lowerBound < 0 && series.plane.x.upperBound > 6)
    #expect(try Command.run(["report", "two"], in: scratch.path).status == 0)
    #expect(try scratch.text("two/report.html").contains("width lies across"))
    try scratch.train("three", options)
    #expect(try regions(scratch, "three") == nil)
  }

  @Test("A run that was killed and resumed has the regions of an uninterrupted one")
  func resumed() throws {
    try untilLongEnough(from: 600) { iterations in
      let scratch = try TemporaryDirectory()
      let options = ["--data", "xor", "--iterations", "\(iterations)", "--quiet"]
      let killed = try scratch.interrupt(
        ["train", "--output", "run", "--checkpoint-every", "0.01"] + options, by: SIGKILL)
      if killed.status != -SIGKILL { return false }
      #expect(try Command.run(["resume", "run", "--quiet"], in: scratch.path).status == 0)
      try scratch.train("whole", options)
      let (resumed, whole) = (try regions(scratch, "run"), try regions(scratch, "whole"))
      #expect(
        resumed == whole
          && whole?.moments.map(\.iterations) == DecisionRegionSeries.moments(of: iterations))
      return true
    }
  }

  @Test("With early stopping the last regions are those of the restored weights")
  func restored() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train(
      "run",
      ["--data", "moons", "--epochs", "40", "--early-stopping", "2", "--learning-rate", "0.2"])
    let directory = RunDirectory(path: scratch.file("run"))
    let best = try #require(try directory.record().results.bestIteration)
    let last = try #require(try directory.decisionRegions()?.moments.last)
    let model = try TrainedModel<Float>(readingFrom: directory.modelPath)
    #expect(last.iterations == best + 1)
    #expect(
      last.regions
        == model.network.decisionRegions(
          on: last.regions.plane, as: model.schema, preprocessing: model.preprocessing))
  }
}
