import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Going on from a finished model: perceptron train --from", .mayHang)
struct ContinueTests {
  @Test("Without iterations, the model is the same to the byte")
  func nothing() throws {
    let scratch = try TemporaryDirectory()
    for options in [
      ["--iterations", "30"],
      ["--layers", "12,8", "--batch-norm", "--epochs", "1", "--precision", "double"],
    ] {
      try scratch.train("a", options + ["--overwrite"])
      for model in ["a", "a/model.safetensors"] {
        try scratch.train("b", ["--from", model, "--iterations", "0", "--overwrite"])
        #expect(
          try scratch.bytes(of: "b/model.safetensors") == scratch.bytes(of: "a/model.safetensors"))
      }
      let record = try RunDirectory(path: scratch.file("b")).record()
      #expect(record.settings.from?.path == "a/model.safetensors")
      #expect(
        try record.settings.from?.digest
          == SHA256.digest(of: scratch.bytes(of: "a/model.safetensors")))
    }
  }

  @Test("It trains as a trainer does that begins with the model's network")
  func trainer() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train(
      "a", ["--layers", "15", "--batch-norm", "--epochs", "2", "--precision", "double"])
    try scratch.train(
      "b",
      [
        "--from", "a", "--optimizer", "momentum", "--learning-rate", "0.01", "--epochs", "2",
        "--seed",
        "7", "--validation", "300",
      ])
    let start = try TrainedModel<Double>(readingFrom: scratch.file("a/model.safetensors"))
    let split = try Digits.training.split(.rows(300), by: .stratified(seed: 0))
    var trainer = try Trainer(
      start.network, rowCount: 1200,
      settings: TrainerSettings(
        optimizer: .momentum(), learningRate: 0.01, length: .epochs(2), batchSize: 128, seed: 7),
      random: SeededRandom(seed: 7, purpose: "batches"))
    try trainer.run(on: split.training.prepared(with: start.preprocessing, as: Double.self))
    let model = try TrainedModel<Double>(readingFrom: scratch.file("b/model.safetensors"))
    #expect(model.network == trainer.result)
    #expect(model.preprocessing == start.preprocessing)
  }

  @Test("Twice n steps of plain descent on the same rows are n and n")
  func additive() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    // All rows are equal, so that every batch is the same.
    let features = Tensor<Float>([Float](repeating: 0.5, count: 20 * 3), shape: [20, 3])
    try IDX.write(Features(features), to: folder + "/train-images")
    try IDX.write(numbers: [Double](repeating: 5, count: 20), to: folder + "/train-labels")
    let plain = [
      "--data", "data", "--optimizer", "sgd", "--learning-rate", "0.1", "--validation", "0",
      "--sampling", "replacement", "--batch", "4", "--schedule", "constant",
    ]
    try scratch.train("whole", plain + ["--layers", "5", "--iterations", "40"])
    try scratch.train("half", plain + ["--layers", "5", "--iterations", "20"])
    try scratch.train("rest", plain + ["--from", "half", "--iterations", "20"])
    #expect(
      try scratch.bytes(of: "rest/model.safetensors")
        == scratch.bytes(of: "whole/model.safetensors"))
  }

  @Test("It is resumed to the same bytes, also when the first model is gone")
  func resumed() throws {
    try untilLongEnough(from: 4000) { length in
      let scratch = try TemporaryDirectory()
      try scratch.train("a")
      let options = ["--from", "a", "--iterations", "\(length)"]
      try scratch.train("whole", options)
      try scratch.interrupt(["train", "--output", "run"] + options)
      if !FileManager.default.fileExists(atPath: scratch.file("run/checkpoint.safetensors")) {
        return false
      }
      try FileManager.default.removeItem(atPath: scratch.file("a"))
      let resumed = try Command.run(["resume", "run"], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      for file in SeriesTests.files {
        #expect(try scratch.bytes(of: "run/" + file) == scratch.bytes(of: "whole/" + file))
      }
      return true
    }
  }

  @Test("The network's options, and data that does not fit, are refused")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a")
    func refuse(_ options: [String], _ parts: String...) throws {
      let outcome = try Command.run(
        ["train", "--from", "a", "--output", "b"] + options, in: scratch.path)
      #expect(outcome.status != 0 && outcome.output.isEmpty)
      for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    }
    try refuse(["--hidden", "5"], "--hidden is given", "--from", "a/model.safetensors")
    try refuse(["--dropout", "0.5"], "--dropout is given")
    try refuse(["--pixel-scale", "2"], "--pixel-scale is given")
    try refuse(["--ensemble", "2"], "--ensemble is given")
    try refuse(["--precision", "double"], "--precision is double", "float")
    try refuse(["--random", "numpy"], "--random is numpy")
    try refuse(["--from", ""], "--from is empty")
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try refuse(["--data", "data"], "the network predicts 10 classes, data has 3 classes")
    let digits = try scratch.makeDirectory("numbers")
    try IDX.write(Digits.training.features, to: digits + "/train-images")
    try IDX.write(labels: Digits.training.labels, to: digits + "/train-labels")
    try refuse(["--data", "numbers", "--task", "numbers"], "predicts 10 classes", "a number")
    try scratch.train("fits", ["--from", "a", "--data", "numbers", "--iterations", "5"])
  }
}
