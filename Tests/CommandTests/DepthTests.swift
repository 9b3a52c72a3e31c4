import Foundation
import Perceptron
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronCLI

@Suite("Networks of any depth", .mayHang)
struct DepthTests {
  /// A network with everything that has a state, small enough for a moment.
  static let options = [
    "--layers", "24,16", "--activation", "gelu", "--dropout", "0.1", "--batch-norm", "--optimizer",
    "adamw", "--schedule", "cosine", "--warm-up", "5", "--average", "0.9", "--early-stopping", "50",
    "--batch", "50",
  ]

  @Test("A deep network is trained, saved, summed up and evaluated with its confusions")
  func whole() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", Self.options + ["--epochs", "25"])
    #expect(outcome.output.contains("64-24-16-10 network"))
    #expect(outcome.output.contains("trained for 650 of 650 iterations"))
    #expect(try scratch.rows("run/epochs.csv", header: epochsHeader).count == 25)
    #expect(!(try scratch.names(in: "run").contains("checkpoint.safetensors")))

    let summary = try Command.run(["summary", scratch.file("run")])
    #expect(summary.status == 0)
    for line in ["batch norm", "gelu", "dropout 0.1", "loss softmax", "2,210 parameters in Float"] {
      #expect(summary.output.contains(line), "\(line) in\n\(summary.output)")
    }
    let object = try Command.run(["summary", scratch.file("run"), "--json"]).object
    #expect(object["parameterCount"] as? Int == 2210)
    #expect(object["classNames"] as? [String] == (0..<10).map(String.init))
    let preparation = try #require(object["preprocessing"] as? [String: Any])
    #expect(
      preparation["divisor"] as? Double == 16 && preparation["subtractsMean"] as? Bool == true)

    let result = try Command.run(["evaluate", scratch.file("run"), "--confusion", "--top", "3"])
    #expect(result.status == 0 && result.output.contains("top 3 0.9"))
    #expect(result.output.contains("precision") && result.lines.count >= 12)
    let json = try Command.run([
      "evaluate", scratch.file("run"), "--confusion", "--top", "3", "--json",
    ]).object
    let accuracy = try #require(json["accuracy"] as? Double)
    #expect(accuracy > 0.8 && (json["topAccuracy"] as? Double ?? 0) >= accuracy)
    #expect(json["top"] as? Int == 3)
    let confusion = try #require(json["confusion"] as? [String: Any])
    #expect((confusion["counts"] as? [[Int]])?.count == 10)
    for key in ["precision", "recall"] { #expect((confusion[key] as? [Double])?.count == 10) }
    let probabilities = try Command.run([
      "predict", scratch.file("run"), "--probabilities", try digitsFile(scratch),
    ])
    #expect(probabilities.status == 0 && probabilities.lines.count == 3)
  }

  /// Three digits in an IDX file.
  private func digitsFile(_ scratch: TemporaryDirectory) throws -> String {
    let path = scratch.file("three-digits")
    try IDX.write(Digits.test[rows: 0..<3].features, to: path)
    return path
  }

  @Test(
    "A run that is interrupted, or killed after a checkpoint, ends with the same bits when resumed",
    arguments: [SIGINT, SIGKILL])
  func resume(signal: Int32) throws {
    try untilLongEnough(from: 8) { epochs in
      let scratch = try TemporaryDirectory()
      let options = Self.options + ["--epochs", "\(epochs)", "--quiet"]
      try scratch.train("whole", options)
      let outcome = try scratch.interrupt(["train", "--output", "run"] + options, by: signal)
      if try !scratch.names(in: "run").contains("checkpoint.safetensors") { return false }
      #expect(outcome.status == (signal == SIGINT ? 130 : -SIGKILL))
      let resumed = try Command.run(["resume", "run"], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(resumed.output.contains("saved run/model.safetensors"))
      for file in ["model.safetensors", "history.csv", "epochs.csv"] {
        #expect(
          try scratch.bytes(of: "run/\(file)") == scratch.bytes(of: "whole/\(file)"), "\(file)")
      }
      #expect(!(try scratch.names(in: "run").contains("checkpoint.safetensors")))
      return true
    }
  }

  @Test(
    "The first update's length and the defaults cause no warning",
    arguments: [[], ["--layers", "24,16"]])
  func noFalseAlarm(options: [String]) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", options + ["--iterations", "200", "--diagnose"])
    #expect(!outcome.errors.contains("iteration ") && !outcome.output.contains("warning"))
    let diagnosis = try #require(
      try RunDirectory(path: scratch.file("run")).read().record.diagnosis)
    #expect(diagnosis.warnings.isEmpty && diagnosis.lastWarnings.isEmpty)
  }

  @Test("--diagnose reports units that are dead from the start, and prints a table")
  func diagnose() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train(
      "run", ["--iterations", "30", "--scale", "30", "--learning-rate", "1e-3", "--diagnose"])
    #expect(outcome.errors.contains("before training: The untrained network's loss is"))
    #expect(outcome.output.contains("update/norm"))
    #expect(outcome.output.contains("snapshot at iteration 29 of 30"))
    #expect(outcome.output.contains("given earlier"))
    let healthy = try scratch.train("healthy", ["--iterations", "30", "--diagnose"])
    #expect(healthy.output.contains("nothing wrong in the last snapshot"))
    // The accuracy on all training rows, not the last batch's.
    let accuracy = try #require(healthy.output.firstMatch(of: /training accuracy    (.*)/)?.1)
    #expect(healthy.output.contains("accuracy on training rows \(accuracy)\n"))
    #expect(healthy.output.firstMatch(of: /W1 .* \d\.\d\de-\d\d\n/) != nil)
  }

  @Test(
    "Small steps at the end of a schedule cause no warning; --quiet omits the table, JSON has it")
  func diagnoseEnd() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--layers", "16", "--schedule", "cosine", "--epochs", "30", "--diagnose"]
    let quiet = try scratch.train("quiet", options + ["--quiet"])
    #expect(quiet.output.isEmpty && quiet.errors.isEmpty)
    let json = try scratch.train("json", options + ["--json"])
    #expect(!json.errors.contains("update/norm"))
    let record = try JSONDecoder().decode(RunRecord.self, from: Data(json.output.utf8))
    let diagnosis = try #require(record.diagnosis)
    #expect(diagnosis.iteration == record.results.iterations - 1)
    #expect(diagnosis.iterations == record.results.iterations)
    #expect(diagnosis.lastSnapshot.trainAccuracy == record.results.trainAccuracy)
    #expect(!diagnosis.lastSnapshot.isBatchAccuracy && diagnosis.warnings.isEmpty)
    let ratio = try #require(diagnosis.lastSnapshot.parameters[0].updateRatio)
    #expect(ratio < Diagnosis.updateRatioRange.lowerBound)
    #expect(try scratch.train("plain", ["--json"]).object["diagnosis"] == nil)
  }

  @Test("Early stopping reports the iteration of the best weights")
  func stoppedEarly() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--layers", "16", "--learning-rate", "0.01", "--early-stopping", "2"]
    let outcome = try scratch.train("run", options)
    let record = try JSONDecoder()
      .decode(RunRecord.self, from: Data(scratch.bytes(of: "run/run.json")))
    let best = try #require(record.results.bestIteration)
    #expect(record.results.stoppedEarly && record.results.status == .finished)
    #expect(
      outcome.output.contains(
        "stopped early after iteration \(record.results.iterations - 1); restored the weights of "
          + "iteration \(best)\n"))
    let epochs = try scratch.rows("run/epochs.csv", header: epochsHeader)
    let kept = try #require(epochs.first { $0[0] == "\(best)" })
    #expect(Double(kept[2]) == record.results.validationAccuracy)
    #expect(Double(kept[2]) == epochs.compactMap { Double($0[2]) }.max())
    let whole = try scratch.train("whole", ["--layers", "16", "--epochs", "3", "--json"])
    let results = try #require(try whole.object["results"] as? [String: Any])
    #expect(results["stoppedEarly"] as? Bool == false && results["bestIteration"] == nil)
  }

  @Test(
    "A deep run is ten epochs long, on a small set as long as a thousand iterations, at most 100")
  func length() throws {
    #expect(Hyperparameters.epochs(rowCount: 50_000, batchSize: 128) == 10)
    #expect(Hyperparameters.epochs(rowCount: 1300, batchSize: 128) == 99)
    #expect(Hyperparameters.epochs(rowCount: 100, batchSize: 100) == 100)
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", ["--layers", "8"])
    #expect(outcome.output.contains("trained for 1006 of 1006 iterations"))
    let step = try scratch.train("step", ["--schedule", "step", "--epochs", "9", "--json"])
    let record = try JSONDecoder().decode(RunRecord.self, from: Data(step.output.utf8))
    #expect(record.settings.training.schedule == .step(epochs: 3, factor: 0.1))
    let short = try scratch.train("short", ["--schedule", "step", "--epochs", "1", "--json"])
    let other = try JSONDecoder().decode(RunRecord.self, from: Data(short.output.utf8))
    #expect(other.settings.training.schedule == .step(epochs: 1, factor: 0.1))
  }

  @Test("Widths may have spaces, and invalid ones are refused with the format")
  func widths() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("run", ["--layers", "20, 30", "--epochs", "1"])
    #expect(outcome.output.contains("64-20-30-10 network"))
    for text in ["", "20,,30", "20;30", "20,"] {
      let refused = try Command.run(["train", "--layers", text], in: scratch.path)
      #expect(refused.status == 2 && refused.errors.contains("such as 512,256"), "\(text)")
    }
  }

  @Test("Twenty rows are memorized, and an unsuitable learning rate fails")
  func overfit() throws {
    let good = try Command.run(["overfit"])
    #expect(good.status == 0 && good.output.hasPrefix("overfit check passed: 20 rows"))
    let deep = try Command.run(["overfit", "--layers", "32,32,32", "--rows", "10", "--json"])
    #expect(deep.status == 0)
    #expect(try deep.object["rowCount"] as? Int == 10)
    #expect(try deep.object["passed"] as? Bool == true)
    let smoothed = try Command.run(["overfit", "--label-smoothing", "0.1"])
    #expect(smoothed.status == 0, "\(smoothed.output)")
    let bad = try Command.run(["overfit", "--learning-rate", "1e-9", "--iterations", "20"])
    #expect(bad.status == 1 && bad.output.hasPrefix("overfit check FAILED"))
  }

  @Test(
    "Every loss, activation, optimizer, schedule and initializer can be chosen",
    arguments: [
      ["--loss", "hinge"], ["--loss", "squared-hinge"], ["--loss", "logistic"],
      ["--loss", "squared-error"], ["--loss", "absolute-error"], ["--label-smoothing", "0.1"],
      ["--activation", "tanh"], ["--activation", "sigmoid"], ["--activation", "leaky-relu"],
      ["--layer-norm"], ["--initializer", "orthogonal"], ["--initializer", "lecun"],
      ["--initializer", "glorot-uniform"], ["--initializer", "normal", "--scale", "0.2"],
      ["--optimizer", "sgd", "--schedule", "step", "--step-epochs", "1", "--decay", "0.5"],
      ["--optimizer", "momentum", "--schedule", "inverse"],
      ["--optimizer", "nesterov", "--schedule", "plateau"], ["--optimizer", "adagrad"],
      ["--optimizer", "rmsprop", "--clip-norm", "1"], ["--optimizer", "adam", "--max-norm", "3"],
      ["--epochs", "2", "--l1", "1e-5"], ["--schedule", "epoch-decay", "--decay", "0.9"],
    ])
  func choices(options: [String]) throws {
    let scratch = try TemporaryDirectory()
    let length = options.contains("--epochs") ? [] : ["--epochs", "3"]
    let outcome = try scratch.train("run", options + length + ["--json"])
    let results = try #require(try outcome.object["results"] as? [String: Any])
    #expect(results["status"] as? String == "finished")
    #expect(try #require(results["trainAccuracy"] as? Double) > 0.15)
    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
  }
}
