import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing

/// What the best network does on rows that had no part in choosing it.
@Suite("Test results of studies", .mayHang)
struct StudyTestTests {
  private static let rates = [0.01, 0.1]

  /// Trains what is left in a folder.
  private func train(
    in folder: String, rows: Range<Int> = 0..<50, stop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Study {
    let settings = Self.rates.map { rate in SearchSamples.settings { $0.learningRate = rate } }
    let study = try SearchSamples.study(of: settings.count, in: folder)
    var search = try NetworkSearch(study, on: SearchSamples.data, settings: settings)
    search.test = SearchSamples.data[rows: rows]
    try search.run(stop: stop)
    return study
  }

  private func journal(_ folder: String) throws -> [String] {
    try String(contentsOfFile: folder + "/" + Study.journalName, encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  @Test("The network saved for a repeated point is that of its best trial")
  func networkKeptPointRepeatedBest() throws {
    let folder = try TemporaryDirectory().file("study")
    let study = try Study.open(
      at: folder, SearchSpace([.init("rate", .values([0.01, 0.1]))]), seeds: [3, 0, 1, 2])
    let settings = study.trials.map { trial in
      SearchSamples.settings {
        $0.learningRate = trial.parameters.number("rate")
        $0.seed = UInt64(trial.parameters.whole("seed"))
      }
    }
    var search = try NetworkSearch(study, on: SearchSamples.data, settings: settings)
    search.method = .independent
    let remade = try search.run()
    let best = try #require(study.best)
    // Else its network would be there anyway.
    try #require(best.id != study.bestConfiguration?.trials.last?.id)
    #expect(remade?.value == best.value)
    #expect(!search.lacksBest)
    let sets = try settings[best.id].sets(of: SearchSamples.data, as: Double.self)
    let model = try TrainedModel<Double>(readingFrom: folder + "/" + Study.bestName)
    let validation = try #require(sets.validation)
    #expect(model.network.evaluate(on: validation).accuracy == best.value)
  }

  @Test("The best trial is tested once when the study is over, and the result is saved")
  func bestMeasuredOnceWhenStudy()
    throws
  {
    let folder = try TemporaryDirectory().file("study")
    #expect(try train(in: folder, stop: { true }).test == nil)
    let test = try #require(try train(in: folder).test)
    let best = try #require(try Study.read(at: folder).best)
    let model = try AnyTrainedModel(readingFrom: folder + "/" + Study.bestName)
    let rows = SearchSamples.data[rows: 0..<50]
    let expected = model.evaluate(on: rows)
    #expect(
      test
        == StudyTest(
          trial: best.id, value: expected.accuracy, loss: expected.loss, rowCount: 50,
          digest: try rows.digest()))
    #expect(best.result?.rowCount == 40)
    let lines = try journal(folder)
    #expect(try train(in: folder).test == test)
    #expect(try journal(folder) == lines)
    // Other rows are measured anew.
    #expect(try train(in: folder, rows: 0..<60).test?.rowCount == 60)
  }

  @Test("A study without a test result is measured when it is resumed")
  func studyProgramMeasuredNothingMeasured()
    throws
  {
    let folder = try TemporaryDirectory().file("study")
    let test = try train(in: folder).test
    let old = try journal(folder).filter { !$0.contains(#""note""#) }
      .map { $0.replacing(/,"rowCount":\d+/, with: "") }
    try AtomicFile.write(
      Array((old.joined(separator: "\n") + "\n").utf8), to: folder + "/" + Study.journalName)
    let known = try Study.read(at: folder)
    #expect(known.test == nil && known.best != nil)
    #expect(known.choiceText.isEmpty)
    #expect(try train(in: folder).test == test)
  }

  @Test("A test set that is not finite is refused before anything is trained")
  func testSetNotFiniteRefused() throws {
    var features = [Float](repeating: 1, count: 2 * SearchSamples.data.featureCount)
    features[SearchSamples.data.featureCount + 1] = .nan
    let study = try SearchSamples.study(of: 1)
    var search = try NetworkSearch(
      study, on: SearchSamples.data, settings: [SearchSamples.settings { $0.learningRate = 0.1 }])
    search.test = Dataset(
      Tensor(features, shape: [2, SearchSamples.data.featureCount]), labels: [0, 1])
    #expect(
      throws: DatasetError(
        "the test set: the feature in row 1, column 1 is nan, not a finite number")
    ) { try search.run() }
    #expect(study.counts[.waiting] == 1)
  }

  @Test(
    "The best trial is reported with its interval, its test accuracy, and the effect of selection")
  func bestToldWithIntervalTest()
    throws
  {
    let study = try StudySamples.study()
    for (trial, value) in [0.95, 0.97].enumerated() {
      try study.begin(trial)
      try study.finish(trial, TrialResult(value: value, seconds: 1, rowCount: 200))
    }
    let best = "best validation accuracy 0.9700 (95 % interval 0.9361–0.9862) on 200 rows, trial 1"
    let choice = "the best of 2 accuracies is optimistic, as it was chosen for being high"
    #expect(study.choiceText == [best, choice])
    try study.record(
      StudyTest(trial: 1, value: 0.8835, loss: 0.5, rowCount: 10000, digest: "abc"))
    #expect(
      study.choiceText == [
        best, "its test accuracy 0.8835 (95 % interval 0.8771–0.8896) on 10000 rows",
        choice + "; the test accuracy was not used for choosing",
      ])
    // Another trial is the best now, of which that is no figure.
    try study.begin(2)
    try study.finish(2, TrialResult(value: 1, seconds: 1, rowCount: 200))
    #expect(study.test == nil)
  }
}
