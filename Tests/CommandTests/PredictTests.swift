import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron predict", .mayHang)
struct PredictTests {
  /// A folder with a trained run and the digits' first 30 test rows in a file.
  private func digits() throws -> TemporaryDirectory {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "60"])
    try IDX.write(Digits.test.features[rows: 0..<30], to: scratch.file("some"))
    return scratch
  }

  @Test("One line per row with the class, as the library predicts it")
  func lines() throws {
    let scratch = try digits()
    let outcome = try Command.run(["predict", "run", "some"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let rows = Digits.test[rows: 0..<30].prepared(with: model.preprocessing, as: Float.self)
    let expected = model.network.predict(rows.block(0..<30))
    #expect(outcome.output == expected.map { "\($0)\n" }.joined())
    let right = zip(expected, Digits.test.labels).count { $0 == $1 }
    #expect(right > 20)
  }

  @Test("--probabilities gives a line per row whose numbers sum to 1 and are largest at the class")
  func probabilities() throws {
    let scratch = try digits()
    let classes = try Command.run(["predict", "run", "some"], in: scratch.path).lines
    let outcome = try Command.run(
      ["predict", "run", "some", "--probabilities"], in: scratch.path)
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 30)
    for (line, expected) in zipped(outcome.lines, classes) {
      let numbers = line.split(separator: "\t").compactMap { Double($0) }
      #expect(numbers.count == 10 && numbers.allSatisfy { (0...1).contains($0) })
      #expect(abs(numbers.reduce(0, +) - 1) < 1e-5)
      #expect(numbers.firstIndex(of: numbers.max()!) == Int(expected))
    }
  }

  @Test("Scores whose probabilities round to equal values are distinguished, as in evaluate")
  func closeScores() throws {
    let scratch = try TemporaryDirectory()
    let network = TwoLayerNet<Float>(
      hidden: Affine(weights: .zeros([1, 1]), bias: .zeros([1])),
      output: Affine(weights: .zeros([1, 3]), bias: Tensor([0, 1e-9, 0])))
    try TrainedModel(network: network, preprocessing: .none, classNames: ["0", "1", "2"])
      .save(to: scratch.file("model"))
    try IDX.write(Features(.bytes([7]), exampleShape: [1]), to: scratch.file("row"))
    let classes = try Command.run(["predict", "model", "row"], in: scratch.path)
    #expect(classes.output == "1\n")
    // In the digits of a Float.
    let all = try Command.run(["predict", "model", "row", "--probabilities"], in: scratch.path)
    #expect(all.output == "0.33333334\t0.33333334\t0.33333334\n")
    let json = try Command.run(
      ["predict", "model", "row", "--probabilities", "--json"], in: scratch.path)
    #expect(json.output.contains("0.33333334,"))
  }

  @Test("JSON has an object per row of every file, in order")
  func json() throws {
    let scratch = try digits()
    try IDX.write(Digits.test.features[rows: 30..<33], to: scratch.file("more"))
    let outcome = try Command.run(["predict", "run", "some", "more", "--json"], in: scratch.path)
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    #expect(
      rows.map { $0["file"] as? String } == Array(repeating: "some", count: 30) + [
        "more", "more", "more",
      ])
    #expect(rows.map { $0["row"] as? Int } == Array(0..<30) + [0, 1, 2])
    #expect(rows.allSatisfy { $0["probabilities"] == nil })
    let plain = try Command.run(["predict", "run", "some", "more"], in: scratch.path)
    #expect(rows.map { "\($0["class"] as? Int ?? -1)" } == plain.lines.map(String.init))
    let all = try Command.run(
      ["predict", "run", "more", "--json", "--probabilities"], in: scratch.path)
    let withAll = try #require(
      try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [[String: Any]])
    #expect(withAll.allSatisfy { ($0["probabilities"] as? [Double])?.count == 10 })
  }

  @Test("A second file that is missing or does not fit fails before anything is printed")
  func secondFile() throws {
    let scratch = try digits()
    let missing = try Command.run(["predict", "run", "some", "none"], in: scratch.path)
    #expect(missing.status == 1 && missing.output.isEmpty)
    #expect(missing.errors.hasPrefix("Error: none: "))
    try IDX.write(
      Features(.bytes([1, 2, 3, 4]), exampleShape: [2]), to: scratch.file("narrow"))
    let narrow = try Command.run(["predict", "run", "some", "narrow"], in: scratch.path)
    #expect(narrow.status == 1 && narrow.output.isEmpty)
    #expect(narrow.errors.contains("64 features") && narrow.errors.contains("narrow has 2"))
  }

  @Test("Features that are not numbers are named by file and row")
  func notFinite() throws {
    let scratch = try digits()
    var numbers = [Double](repeating: 1, count: 128)
    numbers[70] = .nan
    try IDX.write(Features(.doubles(numbers), exampleShape: [64]), to: scratch.file("bad"))
    let outcome = try Command.run(["predict", "run", "bad"], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: bad: the feature in row 1, column 6 is nan"))
  }

  @Test("A closed pipe is not a failure, a full disk is")
  func closedPipe() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "1"])
    // More than a pipe holds, so that writing goes on after the reader's end.
    try IDX.write(
      Features(.bytes([UInt8](repeating: 3, count: 64 * 20_000)), exampleShape: [64]),
      to: scratch.file("many"))
    let predict = "'\(Command.executable)' predict run many --probabilities"
    let piped = try Command.run(
      program: "/bin/bash", ["-c", "set -o pipefail; \(predict) | head -1"], in: scratch.path)
    #expect(piped.status == 0 && piped.errors.isEmpty)
    #expect(piped.lines.count == 1)
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let full = try Command.run(
      program: "/bin/bash", ["-c", "\(predict) > /dev/full"], in: scratch.path)
    #expect(full.status == 1 && full.errors.contains("standard output: cannot write"))
  }
}
