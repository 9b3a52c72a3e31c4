import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing

@Suite("A C program predicts", .mayHang)
struct PredictionTests {
  /// A model, by the options that it is trained with, and the columns of its table that it learns.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var targets: [String]
    var options: [String]
  }

  static let cases = [
    Case(
      testDescription: "classes by numbers, categories and missing cells", targets: ["kind"],
      options: ["--layers", "20,10", "--batch-norm", "--dropout", "0.2"]),
    Case(
      testDescription: "two classes by one score", targets: ["large"],
      options: ["--loss", "logistic", "--task", "classes", "--precision", "double"]),
    Case(
      testDescription: "classes without probabilities", targets: ["kind"],
      options: ["--loss", "hinge", "--missing-indicator", "--activation", "gelu"]),
    Case(
      testDescription: "numbers in their own units", targets: ["price", "length"],
      options: ["--activation", "tanh", "--unknown", "other", "--layer-norm"]),
    Case(
      testDescription: "labels", targets: ["large", "red"],
      options: ["--task", "labels", "--log", "weight"]),
    Case(
      testDescription: "classes by principal components, as an ensemble", targets: ["kind"],
      options: ["--pca", "3", "--whiten", "--ensemble", "2"]),
  ]

  @Test("what perceptron predict does, on any number of threads", arguments: cases)
  func predictions(_ own: Case) throws {
    let scratch = try TemporaryDirectory()
    let table = Flowers()
    try scratch.write(Array(table.text(of: own.targets).utf8), to: "flowers.csv")
    let command = Command.path(ofBuilt: "perceptron")
    let trained = try Command.run(
      program: command,
      ["train", "--data", "flowers.csv", "--target", own.targets.joined(separator: ",")]
        + ["--iterations", "150", "--output", "run", "--quiet"] + own.options, in: scratch.path)
    try #require(trained.status == 0, "\(trained.errors)")
    var arguments = ["predict", "run", "flowers.csv", "--json"]
    let model = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    if own.options.contains("hinge") == false && own.targets != ["price", "length"] {
      arguments.append("--probabilities")
    }
    let expected = try Command.run(program: command, arguments, in: scratch.path)
    try #require(expected.status == 0, "\(expected.errors)")

    let rows = table.cells.flatMap { $0 }
    try scratch.write(rows.withUnsafeBytes { Array($0) }, to: "rows")
    let found = try CProgram("predict", in: scratch).run([
      scratch.file("run"), scratch.file("rows"),
    ])
    try #require(found.status == 0, "\(found.errors)")
    let lines = found.output.split(separator: "\n").map { Line($0) }
    let objects = try #require(
      try JSONSerialization.jsonObject(with: Data(expected.output.utf8)) as? [[String: Any]])
    #expect(lines.count == table.cells.count && objects.count == lines.count)
    for (line, object) in zip(lines, objects) {
      try line.expect(object, names: model.names)
    }
  }

  /// A line of the program.
  struct Line {
    let answer: Substring
    let values: [Double]
    let probabilities: [Double]

    init(_ text: Substring) {
      let parts = text.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.split(separator: " ")
      }
      answer = parts[0].first ?? ""
      values = parts[0].compactMap { Double($0) }
      probabilities = parts[1].compactMap { Double($0) }
    }

    /// Compares the line with what `perceptron predict --json` has for its row.
    func expect(_ object: [String: Any], names: [String]) throws {
      if let name = object["name"] as? String {
        #expect(answer == name)
        if let expected = object["probabilities"] as? [Double] {
          expectNear(probabilities, expected)
        }
      } else if let numbers = object["numbers"] as? [String: Double] {
        expectNear(values, try names.map { try #require(numbers[$0]) })
      } else {
        let labels = try #require(object["labels"] as? [String])
        #expect(zip(names, values).filter { $1 == 1 }.map(\.0) == labels)
        let expected = try #require(object["labelProbabilities"] as? [String: Double])
        expectNear(probabilities, try names.map { try #require(expected[$0]) })
      }
    }

    private func expectNear(_ found: [Double], _ expected: [Double]) {
      #expect(found.count == expected.count && !found.isEmpty)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    }
  }

  @Test("pictures as bytes, as perceptron predict does")
  func bytes() throws {
    let scratch = try TemporaryDirectory()
    let command = Command.path(ofBuilt: "perceptron")
    let trained = try Command.run(
      program: command, ["train", "--iterations", "60", "--output", "run", "--quiet"],
      in: scratch.path)
    try #require(trained.status == 0, "\(trained.errors)")
    let some = Digits.test.features[rows: 0..<100]
    try IDX.write(some, to: scratch.file("some"))
    let expected = try Command.run(program: command, ["predict", "run", "some"], in: scratch.path)
    let block: Tensor<Double> = some.prepared(with: .none).block(0..<100)
    let rows = block.elements
    try scratch.write(rows.withUnsafeBytes { Array($0) }, to: "rows")
    let found = try CProgram("predict", in: scratch).run([
      scratch.file("run"), scratch.file("rows"),
    ])
    try #require(found.status == 0, "\(found.errors)")
    let answers = found.output.split(separator: "\n").map { Line($0).answer }
    #expect(answers == expected.output.split(separator: "\n"))
  }
}

extension AnyTrainedModel {
  fileprivate var names: [String] {
    switch self {
    case .float(let model): model.schema.names
    case .double(let model): model.schema.names
    }
  }
}

/// A table with numbers, of which some are missing, a column of categories, and targets.
private struct Flowers {
  static let colors = ["blue", "green", "red"]

  /// Length, weight and the position of the color of each row, as C takes them.
  var cells: [[Double]] = []

  init() {
    var random = SeededRandom(seed: 5, purpose: "flowers")
    for row in 0..<120 {
      let (length, weight) = (random.uniform() * 10, (random.uniform() * 400).rounded() / 8)
      cells.append([
        (length * 16).rounded() / 16, row % 9 == 4 ? .nan : weight,
        row % 13 == 5 ? .nan : Double(random.index(below: 3)),
      ])
    }
  }

  func text(of targets: [String]) -> String {
    let lines = cells.enumerated().map { row, cells -> String in
      let (length, weight, color) = (cells[0], cells[1], cells[2])
      let name = color.isNaN ? "" : Self.colors[Int(color)]
      let answers = targets.map { target in
        switch target {
        case "kind": length > 6 ? "tall" : color == 1 ? "leafy" : "small"
        case "large": length > 5 ? "1" : "0"
        case "red": color == 2 ? "1" : "0"
        case "price": "\(100 + 3 * length + (weight.isNaN ? 10 : weight))"
        default: "\(1e-3 * length)"
        }
      }
      return ([plainText(length), weight.isNaN ? "" : plainText(weight), name] + answers)
        .joined(separator: ",")
    }
    let names = targets.map { $0 == "length" ? "length" : $0 }
    return (["size,weight,color," + names.joined(separator: ",")] + lines)
      .joined(separator: "\n") + "\n"
  }

  private func plainText(_ number: Double) -> String { "\(number)" }
}
