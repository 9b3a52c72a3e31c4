import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Networks of any depth")
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

    let result = try Command.run(["evaluate", scratch.file("run"), "--confusion", "--top", "3"])
    #expect(result.status == 0 && result.output.contains("top 3 0.9"))
    #expect(result.output.contains("precision") && result.lines.count >= 12)
    let json = try Command.run([
      "evaluate", scratch.file("run"), "--confusion", "--top", "3", "--json",
    ]).object
    let accuracy = try #require(json["accuracy"] as? Double)
    #expect(accuracy > 0.8 && (json["topAccuracy"] as? Double ?? 0) >= accuracy)
    #expect(json["confusion"] as? [String: Any] != nil)
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
    let scratch = try TemporaryDirectory()
    // Long enough that the signal comes before the end, on any machine.
    let options = Self.options + ["--epochs", isOptimizedBuild ? "150" : "20"]
    try scratch.train("whole", options + ["--quiet"])
    let running = try RunningCommand(
      Command.executable,
      ["train", "--output", "run", "--checkpoint-every", "0.05"] + options, in: scratch.path,
      environment: ["LLVM_PROFILE_FILE": "/dev/null"])
    let end = Date.now.addingTimeInterval(60)
    let checkpoint = scratch.file("run/checkpoint.safetensors")
    while !FileManager.default.fileExists(atPath: checkpoint), Date.now < end {
      Thread.sleep(forTimeInterval: 0.01)
    }
    running.send(signal)
    let outcome = try running.wait(timeout: 60)
    #expect(outcome.status == (signal == SIGINT ? 130 : -SIGKILL))
    #expect(FileManager.default.fileExists(atPath: checkpoint))
    let resumed = try Command.run(["resume", "run"], in: scratch.path, timeout: 120)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output.contains("saved run/model.safetensors"))
    for file in ["model.safetensors", "history.csv", "epochs.csv"] {
      #expect(try scratch.bytes(of: "run/\(file)") == scratch.bytes(of: "whole/\(file)"), "\(file)")
    }
    #expect(!(try scratch.names(in: "run").contains("checkpoint.safetensors")))
  }

  @Test("What cannot be resumed is refused with a reason")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let over = try Command.run(["resume", "run"], in: scratch.path)
    #expect(over.status == 1 && over.errors.contains("no checkpoint in this folder"))
    let nothing = try Command.run(["resume", "nothing"], in: scratch.path)
    #expect(nothing.status == 1 && nothing.errors.contains("nothing: expected the folder of a run"))
    try scratch.write(scratch.bytes(of: "run/model.safetensors"), to: "run/checkpoint.safetensors")
    let model = try Command.run(["resume", "run"], in: scratch.path)
    #expect(model.status == 1 && model.errors.contains("expected a checkpoint of perceptron train"))
    let refused = try Command.run(["train", "--output", "run"], in: scratch.path)
    #expect(refused.status == 1 && refused.errors.contains("holds a run already"))
  }

  @Test("--diagnose tells of units that are dead from the start, and shows a table")
  func diagnose() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train(
      "run", ["--iterations", "30", "--scale", "30", "--learning-rate", "1e-3", "--diagnose"])
    #expect(outcome.errors.contains("before training: The untrained network's loss is"))
    #expect(outcome.output.contains("update/norm"))
    let healthy = try scratch.train("healthy", ["--iterations", "30", "--diagnose", "--quiet"])
    #expect(healthy.errors.isEmpty && healthy.output.contains("nothing wrong was seen"))
  }

  @Test("Twenty rows are learnt by heart, and a rate that is no good is told")
  func overfit() throws {
    let good = try Command.run(["overfit"])
    #expect(good.status == 0 && good.output.hasPrefix("overfit check passed: 20 rows"))
    let deep = try Command.run(["overfit", "--layers", "32,32,32", "--rows", "10", "--json"])
    #expect(deep.status == 0)
    #expect(try deep.object["rowCount"] as? Int == 10)
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
    let length = options.contains("--epochs") ? [] : ["--epochs", "2"]
    let outcome = try scratch.train("run", options + length + ["--json"])
    let results = try #require(try outcome.object["results"] as? [String: Any])
    #expect(results["status"] as? String == "finished")
    #expect(try #require(results["trainAccuracy"] as? Double) > 0.15)
    #expect(try Command.run(["evaluate", scratch.file("run")]).status == 0)
  }
}
