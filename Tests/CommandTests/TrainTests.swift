import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron train", .mayHang)
struct TrainTests {
  @Test("A run leaves four files with whole histories")
  func files() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "15"])
    #expect(
      try scratch.names(in: "run") == [
        "epochs.csv", "history.csv", "model.safetensors", "run.json",
      ])
    let history = try scratch.rows("run/history.csv", header: "iteration,loss")
    #expect(history.map { $0[0] } == (0..<15).map(String.init))
    #expect(history.allSatisfy { $0.count == 2 && Double($0[1])?.isFinite == true })
    // 1,300 rows in batches of 200: an epoch ends every 6.5 iterations, within 6 and 12.
    let epochs = try scratch.rows("run/epochs.csv", header: epochsHeader)
    #expect(epochs.map { $0[0] } == ["6", "12"])
    #expect(epochs.map { Double($0[3]) } == [0.5, 0.5 * 0.95])
    for accuracy in epochs.flatMap({ $0[1...2] }) {
      #expect((0...1).contains(try #require(Double(accuracy))))
    }
    #expect(epochs.allSatisfy { Double($0[4]) ?? 0 > 0 })
  }

  @Test("Whatever the batch, early stopping goes by every epoch and keeps a trained network")
  func oddBatch() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--batch", "150", "--iterations", "150", "--early-stopping", "3"])
    let run = try RunDirectory(path: scratch.file("run")).read()
    #expect(run.history.epochs.prefix(3).map(\.iteration) == [8, 17, 25])
    #expect(try #require(run.record.results.validationAccuracy) > 0.85)
    #expect(run.record.results.bestIteration ?? 0 > 0)
  }

  @Test(
    "A rate that decays each epoch is alive at the end, whatever the batch and the rows",
    arguments: [(1300, 1000), (2, 1)])
  func smallSets(batch: Int, rows: Int) throws {
    let scratch = try TemporaryDirectory()
    let data = try scratch.makeDirectory("data")
    let pixels = Features(.bytes((0..<rows * 4).map { UInt8($0 % 251) }), exampleShape: [4])
    try IDX.write(pixels, to: data + "/train-images")
    try IDX.write(labels: (0..<rows).map { $0 % 2 }, to: data + "/train-labels")
    try scratch.train(
      "run",
      [
        "--data", data, "--batch", "\(batch)", "--validation", "0", "--iterations", "40",
        "--optimizer", "sgd", "--schedule", "epoch-decay", "--learning-rate", "0.5", "--sampling",
        "replacement",
      ])
    let run = try RunDirectory(path: scratch.file("run")).read()
    let rates = run.history.epochs.map(\.learningRate)
    #expect(rates.count > 20 && rates[0] == 0.5)
    #expect(try #require(rates.last) >= 0.5 * 0.01)
  }

  @Test("A run in blocks records them, and has the same bits for any number of workers")
  func blocks() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "80", "--iterations", "15", "--blocks", "8"]
    try scratch.train("one", options + ["--workers", "1"])
    try scratch.train("three", options + ["--workers", "3"])
    try scratch.train("none", options.dropLast(2))
    let (one, three, none) = (
      try RunDirectory(path: scratch.file("one")).read(),
      try RunDirectory(path: scratch.file("three")).read(),
      try RunDirectory(path: scratch.file("none")).read()
    )
    #expect(one.record.settings.training.blocks == 8 && none.record.settings.training.blocks == nil)
    #expect(one.history == three.history && one.history.loss != none.history.loss)
    let models = try ["one", "three"].map {
      try TrainedModel<Float>(readingFrom: scratch.file("\($0)/model.safetensors")).network
    }
    #expect(models[0] == models[1])
  }

  @Test(
    "An ensemble is one model: its first network is the one trained without it, and all verbs take it"
  )
  func ensemble() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--iterations", "60", "--diagnose"]
    let outcome = try scratch.train("three", options + ["--ensemble", "3"])
    try scratch.train("one", options)
    let (three, one) = (
      try RunDirectory(path: scratch.file("three")).read(),
      try RunDirectory(path: scratch.file("one")).read()
    )
    #expect(three.history == one.history && three.record.settings.ensemble == 3)
    let accuracies = try #require(three.record.results.memberValues)
    #expect(accuracies.count == 3 && accuracies[0] == one.record.results.validationAccuracy)
    #expect(outcome.lines.contains { $0.hasPrefix("validation accuracy of each network ") })
    let summary = try Command.run(["summary", "three"], in: scratch.path)
    #expect(summary.output.contains("ensemble of 3"))
    let shown = try Command.run(["show", "three"], in: scratch.path)
    #expect(shown.output.contains("64-50-10, 3 of them as an ensemble"))
    for verb in ["evaluate", "report"] {
      let outcome = try Command.run([verb, "three"], in: scratch.path)
      #expect(outcome.status == 0, "\(verb): \(outcome.errors)")
    }
    let gradcheck = try Command.run(["gradcheck", "three"], in: scratch.path)
    #expect(gradcheck.status == 1 && gradcheck.errors.contains("found an ensemble"))
    for (bad, message) in [
      (["--ensemble", "1"], "expected 2 to 100"),
      (["--ensemble", "3", "--random", "numpy"], "--random fast"),
      (["--ensemble", "3", "--loss", "hinge"], "has probabilities"),
    ] {
      let outcome = try Command.run(["train", "--output", "bad"] + bad, in: scratch.path)
      #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    }
  }

  @Test("A run that learned nothing is reported in its last lines and in run.json")
  func nothingLearnt() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", ["--learning-rate", "100", "--iterations", "30"])
    let last = try #require(outcome.lines.last)
    #expect(last.hasPrefix("warning: "), "\(outcome.output)")
    let results = try RunDirectory(path: scratch.file("run")).read().record.results
    let warnings = try #require(results.warnings)
    #expect(!warnings.isEmpty && last.hasSuffix(warnings.last?.message ?? "-"))
    let quiet = try scratch.train(
      "quiet", ["--learning-rate", "100", "--iterations", "30", "--quiet"])
    #expect(quiet.errors.contains("warning: "))
    let shown = try Command.run(["show", "run"], in: scratch.path)
    #expect(shown.output.contains(warnings[0].message))
    let healthy = try scratch.train("healthy", ["--iterations", "60"])
    #expect(!healthy.output.contains("warning") && !healthy.errors.contains("warning"))
    let record = try RunDirectory(path: scratch.file("healthy")).read().record
    #expect(record.results.warnings == [])
  }

  @Test("Losses state whether they include the penalty, and are those of the saved network")
  func lossesOfSummary() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", ["--iterations", "20"])
    #expect(outcome.output.contains(/last batch's loss    \d\.\d+ \(with the penalty\)\n/))
    #expect(outcome.output.contains(/training loss        \d\.\d+ \(without the penalty\)\n/))
    let results = try RunDirectory(path: scratch.file("run")).read().record.results
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let split = try Digits.training.split(200, by: .stratified(seed: 0))
    let training = split.training.prepared(with: model.preprocessing, as: Float.self)
    let validation = split.validation.prepared(with: model.preprocessing, as: Float.self)
    #expect(results.trainLoss == model.network.evaluate(on: training).loss)
    #expect(results.validationLoss == model.network.evaluate(on: validation).loss)
  }

  @Test("run.json holds settings, results, times and the machine, and --json prints the same")
  func record() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train(
      "run", ["--iterations", "9", "--hidden", "7", "--seed", "3", "--json"])
    #expect(outcome.output == (try scratch.text("run/run.json")))
    let record = try outcome.object
    #expect(
      Set(record.keys) == [
        "settings", "seed", "results", "secondsPerIteration", "seconds", "machine", "dataSource",
      ])
    #expect(record["seed"] as? Int == 3)
    #expect(try #require(record["secondsPerIteration"] as? Double) > 0)
    let results = try #require(record["results"] as? [String: Any])
    #expect(results["status"] as? String == "finished")
    #expect(results["iterations"] as? Int == 9)
    for key in ["trainAccuracy", "validationAccuracy"] {
      #expect((0...1).contains(try #require(results[key] as? Double)))
    }
    let settings = try #require(record["settings"] as? [String: Any])
    #expect(settings["data"] as? String == "digits")
    let network = try #require(settings["network"] as? [String: Any])
    let layers = try #require(network["layers"] as? [[String: Any]])
    #expect(layers.map { $0.keys.sorted() } == [["affine"], ["relu"], ["affine"]])
    #expect((layers[0]["affine"] as? [String: Any])?["outputs"] as? Int == 7)
    #expect(settings["pixelScale"] as? Double == 16)
    let training = try #require(settings["training"] as? [String: Any])
    #expect(training["batchSize"] as? Int == 200)
    #expect((training["length"] as? [String: Any])?["iterations"] as? Int == 9)
    let machine = try #require(record["machine"] as? [String: Any])
    #expect(machine["blasCore"] as? String == BLASLibrary.core)
    #expect(try #require(machine["blasThreads"] as? Int) >= 1)
    let decoded = try JSONDecoder().decode(RunRecord.self, from: Data(outcome.output.utf8))
    #expect(try decoded.json + "\n" == outcome.output)
    #expect(decoded.results.finalLoss == (try losses(of: scratch, "run").last))
  }

  @Test("The summary has sizes, accuracies and the model's path; --quiet prints nothing")
  func summary() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run")
    for text in [
      "digits: 1300 training rows, 200 validation rows, 64-50-10 network",
      "12 of 12 iterations in ", ", a median of ", "last batch's loss ", "training loss ",
      "validation loss ", "training accuracy ", "validation accuracy ",
      "saved run/model.safetensors\n",
    ] {
      #expect(outcome.output.contains(text))
    }
    let quiet = try scratch.train("quiet", ["--iterations", "12", "--quiet"])
    #expect(quiet.output.isEmpty && quiet.errors.isEmpty)
    #expect(
      try scratch.bytes(of: "quiet/model.safetensors") == scratch.bytes(of: "run/model.safetensors")
    )
  }

  @Test(
    "The same settings give the same bytes, another seed others",
    arguments: ["float", "double"], ["fast", "numpy"])
  func reproducible(precision: String, random: String) throws {
    let scratch = try TemporaryDirectory()
    func train(_ run: String, seed: String, sampling: String) throws {
      try scratch.train(
        run,
        [
          "--iterations", "8", "--precision", precision, "--random", random, "--seed", seed,
          "--sampling", sampling,
        ])
    }
    try train("a", seed: "5", sampling: "replacement")
    try train("b", seed: "5", sampling: "replacement")
    try train("c", seed: "6", sampling: "replacement")
    try train("d", seed: "5", sampling: "epoch")
    for file in ["model.safetensors", "history.csv", "epochs.csv"] {
      let first = try scratch.bytes(of: "a/\(file)")
      #expect(try scratch.bytes(of: "b/\(file)") == first)
      if file == "epochs.csv" { continue }
      #expect(try scratch.bytes(of: "c/\(file)") != first)
      #expect(try scratch.bytes(of: "d/\(file)") != first)
    }
    let model = try AnyTrainedModel(readingFrom: scratch.file("a/model.safetensors"))
    if case .double = model {
      #expect(precision == "double")
    } else {
      #expect(precision == "float")
    }
  }

  @Test("Losses are written with every digit of their precision")
  func fullPrecision() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "20", "--precision", "double"])
    let texts = try scratch.rows("run/history.csv", header: "iteration,loss").map { $0[1] }
    #expect(texts.allSatisfy { "\(Double($0) ?? .nan)" == $0 })
    // A double takes 15 to 17 digits in all but rare cases.
    #expect(texts.count { $0.count >= 16 } > 15)
  }

  @Test("Without validation rows the column is empty and run.json has no such accuracy")
  func noValidation() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", ["--iterations", "12", "--validation", "0", "--json"])
    let epochs = try scratch.rows("run/epochs.csv", header: epochsHeader)
    #expect(
      !epochs.isEmpty && epochs.allSatisfy { $0.count == 5 && $0[2].isEmpty && $0[4].isEmpty })
    let results = try #require(try outcome.object["results"] as? [String: Any])
    #expect(results["validationAccuracy"] == nil)
    #expect(results["trainAccuracy"] != nil)
  }

  @Test("No iterations save the fresh network")
  func noIterations() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "0", "--scale", "0"])
    #expect(try scratch.rows("run/history.csv", header: "iteration,loss").isEmpty)
    let result = try Command.run(["evaluate", scratch.file("run"), "--json"]).object
    let loss = try #require(result["loss"] as? Double)
    #expect(abs(loss - 2.302585) < 1e-5)
  }

  @Test("Without an output the next free folder under runs is made")
  func nextFolder() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("some.data")
    try writeSmallIDX(in: folder)
    for _ in 0..<2 {
      let outcome = try Command.run(
        ["train", "--data", folder, "--iterations", "1"], in: scratch.path)
      #expect(outcome.status == 0)
    }
    #expect(try scratch.names(in: "runs") == ["some.data-1", "some.data-2"])
    #expect(try scratch.names(in: "runs/some.data-2").contains("model.safetensors"))
  }

  @Test("An earlier run is refused and untouched; --overwrite replaces it")
  func overwrite() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let before = try scratch.names(in: "run").map { try scratch.bytes(of: "run/\($0)") }
    let refused = try Command.run(
      ["train", "--output", scratch.file("run"), "--iterations", "3", "--seed", "1"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("--overwrite") && refused.errors.contains(scratch.file("run")))
    #expect(refused.output.isEmpty)
    #expect(try scratch.names(in: "run").map { try scratch.bytes(of: "run/\($0)") } == before)
    try scratch.train("run", ["--iterations", "3", "--overwrite"])
    #expect(try losses(of: scratch, "run").count == 3)
    #expect(try scratch.names(in: "run").count == 4)
  }

  @Test("An output that cannot be a folder is named", arguments: ["file", "file/x", "/proc/x"])
  func unwritable(_ output: String) throws {
    let scratch = try TemporaryDirectory()
    try scratch.write([1, 2], to: "file")
    let outcome = try Command.run(
      ["train", "--output", output, "--iterations", "1"], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(output.hasPrefix("file") ? "file: expected a folder" : output))
    #expect(try scratch.bytes(of: "file") == [1, 2])
  }

  @Test("A run that diverges names the iteration and leaves its history and no model")
  func divergence() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let outcome = try Command.run(
      [
        "train", "--output", "run", "--overwrite", "--learning-rate", "1e6", "--iterations", "40",
        "--json",
      ], in: scratch.path)
    #expect(outcome.status == 1)
    let count = try losses(of: scratch, "run").count
    #expect(count > 0 && count < 40)
    #expect(outcome.errors.contains("loss of iteration \(count) is "))
    #expect(outcome.errors.contains("diverged"))
    // Not even the model of the run before.
    #expect(try scratch.names(in: "run") == ["epochs.csv", "history.csv", "run.json"])
    #expect(outcome.output == (try scratch.text("run/run.json")))
    let results = try #require(try outcome.object["results"] as? [String: Any])
    #expect(results["status"] as? String == "diverged")
    #expect(results["iterations"] as? Int == count)
  }

  @Test("--random numpy in double precision repeats NumPy's losses and accuracies")
  func parity() throws {
    let scratch = try TemporaryDirectory()
    let reference = ReferenceCase.case12x8x5
    let folder = try scratch.makeDirectory("data")
    try IDX.write(Features(reference.x), to: folder + "/train-images")
    try IDX.write(labels: reference.labels, to: folder + "/train-labels")
    let settings = reference.settings
    try scratch.train(
      "run",
      [
        "--data", folder, "--random", "numpy", "--precision", "double", "--validation", "0",
        "--no-subtract-mean", "--pixel-scale", "1", "--seed", "7", "--scale", "0.1", "--hidden",
        "8", "--learning-rate", "\(settings.lr)", "--decay", "\(settings.decay)",
        "--regularization", "\(settings.reg)", "--iterations", "\(settings.iters)", "--batch",
        "\(settings.batch)",
      ])
    let found = try losses(of: scratch, "run")
    #expect(found.count == reference.losses.count)
    for (iteration, (loss, expected)) in zipped(found, reference.losses).enumerated() {
      #expect(abs(loss - expected) <= 1e-10 * abs(expected), "iteration \(iteration)")
    }
    let epochs = try scratch.rows("run/epochs.csv", header: epochsHeader)
    // NumPy records accuracies where an epoch begins at a whole iteration: at every fifth here.
    let recorded = try epochs.filter { try #require(Int($0[0])) % 5 == 0 }
    #expect(recorded.map { Double($0[1]) } == reference.trainAccuracy)
  }
}
