import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Validation splits of the command", .mayHang)
struct SplitTests {
  /// Ten classes of twelve rows, one after the other, that two features tell apart.
  private func sorted(_ scratch: TemporaryDirectory) throws -> String {
    let folder = try scratch.makeDirectory("sorted")
    let labels = (0..<120).map { $0 / 12 }
    let numbers = labels.enumerated().flatMap { row, label in
      let angle = Double(label) * .pi / 5 + Double(row % 12) * 0.01
      return [Float(cos(angle)), Float(sin(angle))]
    }
    try IDX.write(Features(.floats(numbers), exampleShape: [2]), to: folder + "/train-images")
    try IDX.write(labels: labels, to: folder + "/train-labels")
    return folder
  }

  @Test("Rows sorted by class are split with the same share of every class")
  func sortedRows() throws {
    let scratch = try TemporaryDirectory()
    let folder = try sorted(scratch)
    let options = [
      "--data", folder, "--iterations", "200", "--learning-rate", "0.05", "--validation", "24",
    ]
    try scratch.train("run", options)
    let record = try RunDirectory(path: scratch.file("run")).read().record
    #expect(record.settings.validation == 24 && record.settings.split == .stratified(seed: 0))
    #expect(try #require(record.results.validationAccuracy) > 0.8)
    // The rows held out are the same ones for every seed, and others for another --split-seed: the
    // mean of the rest shows it.
    func mean(_ name: String, _ more: [String]) throws -> [Double]? {
      try scratch.train(name, options + ["--subtract-mean"] + more)
      return try TrainedModel<Float>(readingFrom: scratch.file(name + "/model.safetensors"))
        .preprocessing.mean
    }
    let first = try #require(try mean("first", []))
    #expect(try mean("seed", ["--seed", "5"]) == first)
    #expect(try mean("split", ["--split-seed", "1"]) != first)
  }

  @Test(
    "A class that only the last rows have is refused before anything is trained",
    arguments: ["train", "tune"])
  func lastRows(verb: String) throws {
    let scratch = try TemporaryDirectory()
    let folder = try sorted(scratch)
    let outcome = try Command.run(
      [verb, "--data", folder, "--split", "last", "--validation", "24", "--output", "run"]
        + (verb == "tune" ? ["--hidden", "4,5"] : []), in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(
      outcome.errors.contains("class 8 has no rows to train on: all 12 of them are among the 24"))
    #expect(try scratch.names == ["sorted"])
  }

  @Test("NumPy's numbers come with the last rows held out, and its clock")
  func numPy() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--random", "numpy", "--iterations", "2"])
    let settings = try RunDirectory(path: scratch.file("run")).read().record.settings
    #expect(settings.split == .last && settings.training.evaluation == .epochBegins)
    let refused = try Command.run(
      ["train", "--split", "last", "--split-seed", "3"], in: scratch.path)
    #expect(refused.status == 2 && refused.errors.contains("--split-seed is 3"))
  }
}
