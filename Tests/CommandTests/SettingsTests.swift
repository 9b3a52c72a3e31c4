import Foundation
import Perceptron
import PerceptronCommandSupport
import TestSupport
import Testing
@testable import PerceptronCLI
@testable import PerceptronTraining

@Suite("Effects of settings", .mayHang)
struct SettingsTests {
  @Test("The settings of a run on digits are the documented ones")
  func digitsDefaults() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", ["--json"])
    let record = try JSONDecoder().decode(RunRecord.self, from: Data(outcome.output.utf8))
    #expect(
      record.settings
        == Experiment(
          data: "digits",
          network: NetworkSettings(
            layers: [.affine(outputs: 50), .relu, .affine(outputs: 10)],
            initializer: .normal(scale: 0.1)),
          training: TrainerSettings(
            learningRate: 0.5, schedule: .epochDecay(factor: pow(0.01, 1300.0 / 200_000)),
            penalty: .l2(1e-4),
            length: .iterations(1000), batchSize: 200, sampling: .replacement,
            evaluation: .epochs(1)),
          validation: 200, split: .stratified(seed: 0), precision: .float, random: .fast,
          pixelScale: 16,
          subtractMean: true))
    // At least half of the iterations take the median or longer.
    let each = try #require(record.secondsPerIteration)
    #expect(each > 0 && record.seconds >= each * 500)
    let settings = try #require(try outcome.object["settings"] as? [String: Any])
    #expect(settings["precision"] as? String == "float" && settings["random"] as? String == "fast")
  }

  /// Folders of small sets by name: pixels and floats in IDX, and CIFAR-10's batches.
  private func folders(_ scratch: TemporaryDirectory) throws -> [String] {
    let folders = try ["pixels", "floats", "cifar"].map { try scratch.makeDirectory($0) }
    try writeSmallIDX(in: folders[0])
    let floats = (0..<24).map { Float($0) / 10 }
    try IDX.write(Features(.floats(floats), exampleShape: [6]), to: folders[1] + "/train-images")
    try IDX.write(labels: [0, 1, 2, 0], to: folders[1] + "/train-labels")
    try scratch.write(cifarRecords(10), to: "cifar/data_batch_1.bin")
    return folders
  }

  @Test("Each kind of data has its defaults, as in the help's table")
  func defaults() throws {
    let scratch = try TemporaryDirectory()
    let sets = try (["digits"] + folders(scratch)).map { try DatasetLibrary.load($0) }
    let own = ExperimentDefaults(hidden: 100, scale: 0.05, validation: 0)
    #expect(sets[1...2].map { ExperimentDefaults.suiting($0) } == [own, own])
    #expect(
      ExperimentDefaults.suiting(sets[3])
        == ExperimentDefaults(
          hidden: 50, scale: 1e-4, validation: 2,
          classic: .init(learningRate: 1e-4, decay: 0.95, regularization: 0.25, iterations: 1000)))
    func row(_ option: String) throws -> [Double?] {
      let line = TrainCommand.defaultsTable.split(separator: "\n").first {
        $0.hasPrefix(option + " ")
      }
      return try #require(line).split(separator: " ").dropFirst().map { Double($0) }
    }
    #expect(try row("--pixel-scale") == [sets[0].divisor, 255, sets[3].divisor])
    let all: [ExperimentDefaults] = [.digits, .fashionMNIST, .cifar10]
    #expect(try row("--learning-rate") == all.map { $0.classic?.learningRate })
    #expect(try row("--hidden") == all.map { Double($0.hidden) })
    #expect(try row("--validation") == [200, 1000, 1000])
  }

  @Test("Data other than pixels is not divided, and its mean stays where it is not a table's")
  func numbers() throws {
    let scratch = try TemporaryDirectory()
    let folder = try folders(scratch)[1]
    let outcome = try scratch.train("run", ["--data", folder, "--iterations", "1", "--json"])
    let settings = try JSONDecoder()
      .decode(RunRecord.self, from: Data(outcome.output.utf8)).settings
    #expect(settings.pixelScale == 1 && !settings.subtractMean)
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    #expect(model.preprocessing.divisor == 1 && model.preprocessing.mean == nil)
  }

  @Test("--pixel-scale and --no-subtract-mean change the network's inputs")
  func preparation() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("plain", ["--iterations", "3"])
    try scratch.train("scaled", ["--iterations", "3", "--pixel-scale", "4"])
    try scratch.train("raw", ["--iterations", "3", "--no-subtract-mean"])
    let found = try ["plain", "scaled", "raw"].map {
      try TrainedModel<Float>(readingFrom: scratch.file("\($0)/model.safetensors")).preprocessing
    }
    #expect(found.map(\.divisor) == [16, 4, 16])
    #expect(found.map { $0.mean != nil } == [true, true, false])
    let histories = try ["plain", "scaled", "raw"].map { try losses(of: scratch, $0) }
    #expect(Set(histories).count == 3)
  }

  @Test("--pca and --whiten project the network's inputs, in every command that prepares rows")
  func projection() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("share", ["--iterations", "20", "--pca", "0.9"])
    try scratch.train("all", ["--iterations", "20", "--whiten", "--whiten-epsilon", "0.01"])
    try scratch.train(
      "run", ["--iterations", "20", "--pca", "12", "--whiten", "--tensorboard", "--diagnose"])
    let models = try ["share", "all", "run"].map {
      try TrainedModel<Float>(readingFrom: scratch.file("\($0)/model.safetensors"))
    }
    let found = models.compactMap(\.preprocessing.projection)
    #expect(found.map(\.count) == models.map(\.network.inputSize))
    #expect(found.map(\.whitening) == [nil, 0.01, 1e-5])
    #expect(found.map(\.count) == [21, 64, 12])
    #expect(found[0].explainedVarianceRatio.reduce(0, +) >= 0.9)
    #expect(found[0].explainedVarianceRatio.dropLast().reduce(0, +) < 0.9)

    let summary = try Command.run(["summary", "run"], in: scratch.path)
    #expect(
      summary.output.contains("projected onto 12 principal components of 64 features ("),
      "\(summary.output)")
    #expect(summary.output.contains("of the variance), whitened with ε 1e-05"))
    let data = try Command.run(["summary", "run", "--json"], in: scratch.path).object
    let stored = (data["preprocessing"] as? [String: Any])?["projection"] as? [String: Any]
    #expect(stored?["count"] as? Int == 12 && stored?["columnCount"] as? Int == 64)

    // The test rows are the same ones, file or not.
    let evaluated = try Command.run(["evaluate", "run", "--json"], in: scratch.path).object
    let expected = models[2].network.evaluate(
      on: Digits.test.prepared(with: models[2].preprocessing))
    let loss = try #require(evaluated["loss"] as? Double)
    #expect(abs(loss - expected.loss) < 1e-12)
    for command in [
      ["report", "run"], ["explain", "run", "--row", "3"], ["show", "run"],
      ["train", "--from", "run", "--iterations", "3", "--output", "more"],
      ["train", "--pca", "5", "--ensemble", "2", "--iterations", "3", "--output", "two"],
      ["evaluate", "two"],
      ["tune", "--hidden", "4,8", "--pca", "5", "--iterations", "5", "--output", "study"],
      ["evaluate", "study"], ["gradcheck", "run"], ["overfit", "--pca", "5", "--whiten"],
    ] {
      let outcome = try Command.run(command, in: scratch.path)
      #expect(outcome.status == 0, "\(command) \(outcome.errors)")
    }
    let more = try TrainedModel<Float>(readingFrom: scratch.file("more/model.safetensors"))
    #expect(more.preprocessing == models[2].preprocessing)
  }

  @Test(
    "Wrong numbers of principal components are refused with the limit",
    arguments: [
      (["--pca", "65"], "65 principal components: expected at most 64, the number of features"),
      (["--pca", "0"], "--pca is 0, expected a number of components"),
      (["--pca", "1.5"], "--pca is 1.5, expected a number of components"),
      (["--whiten-epsilon", "1"], "--whiten-epsilon is 1.0, but --whiten is not given"),
      (
        ["--whiten", "--whiten-epsilon", "-1"],
        "--whiten-epsilon is -1.0, expected 0 or a number above 0"
      ),
    ])
  func wrongProjection(options: [String], message: String) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(["train", "--output", "run"] + options, in: scratch.path)
    #expect(outcome.status != 0 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(try scratch.names == [])
  }

  @Test("--format selects the format of a folder with files of both")
  func format() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.write(cifarRecords(5), to: "data/data_batch_1.bin")
    try scratch.write(cifarRecords(5), to: "data/test_batch.bin")
    for (format, size, count) in [("idx", 6, 4), ("cifar10", 3072, 5)] {
      try scratch.train(
        format,
        ["--data", folder, "--format", format, "--iterations", "1", "--validation", "0"])
      let path = scratch.file("\(format)/model.safetensors")
      #expect(try TrainedModel<Float>(readingFrom: path).network.inputSize == size)
      for split in ["train", "test"] {
        let outcome = try Command.run([
          "evaluate", path, "--data", folder, "--format", format, "--json", "--split", split,
        ])
        #expect(try outcome.object["count"] as? Int == count)
      }
    }
  }

  @Test("A run equals the library's with the same settings, and its accuracies are the model's")
  func library() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train(
      "run",
      [
        "--iterations", "30", "--seed", "3", "--validation", "300", "--workers", "2", "--json",
      ])
    let record = try JSONDecoder().decode(RunRecord.self, from: Data(outcome.output.utf8))
    let split = try Digits.training.split(300, by: .stratified(seed: 0))
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let training = split.training.prepared(with: model.preprocessing, as: Float.self)
    let validation = split.validation.prepared(with: model.preprocessing, as: Float.self)
    // Weights and batches have streams of their own.
    var weights = SeededRandom(seed: 3, purpose: "weights")
    let network = TwoLayerNet<Float>(
      inputSize: 64, hiddenSize: 50, classCount: 10, scale: 0.1, using: &weights)
    var trainer = try Trainer(
      network.network, rowCount: training.count, settings: record.settings.training,
      random: SeededRandom(seed: 3, purpose: "batches"))
    let history = try trainer.run(on: training, validation: validation)
    #expect(try losses(of: scratch, "run") == history.loss)
    #expect(trainer.network == model.network)
    let accuracies = [training, validation].map { model.network.evaluate(on: $0).accuracy }
    #expect(accuracies[0] != accuracies[1])
    #expect(record.results.trainAccuracy == accuracies[0])
    #expect(record.results.validationAccuracy == accuracies[1])
  }
}
