import CPerceptronInterface
import Foundation
import PerceptronC
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("A C program trains", .mayHang)
struct TrainingTests {
  @Test("until its observer ends it, goes on, and saves its model")
  func program() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try CProgram("train", in: scratch).run([scratch.file("model")])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.lines
    // 100 epochs of 400 rows, 32 at a time.
    #expect(lines[0] == "iterations 50" && lines[1] == "iterations 1300")
    #expect(try #require(Double(lines[2].dropFirst("accuracy ".count))) > 0.95)
    #expect(lines[3].contains("`batch`") && lines[3].contains("0"))
    #expect(lines[4] == "row 7: expected a class from 0 to 1, found 2")
    let model = try TrainedModel<Float>(readingFrom: scratch.file("model"))
    #expect(model.classNames == ["no", "yes"])
  }

  /// Rows of four numbers and what is learned of them.
  private struct Rows {
    var features: [Double] = []
    var classes: [Int64] = []
    var values: [Double] = []
    let count = 90

    init(seed: UInt64 = 1) {
      var random = SeededRandom(seed: seed, purpose: "rows")
      for _ in 0..<count {
        let row = (0..<4).map { _ in random.normal() }
        features += row
        classes.append(row[0] > 0.5 ? 2 : row[1] > 0 ? 1 : 0)
        values += [row[0] - row[2], 100 * row[1]]
      }
    }

    /// Calls `body` with the rows as examples of classes or numbers.
    func withExamples<Result>(
      numbers: Bool = false, weights: [Double]? = nil, represented: Double = 0,
      _ body: (inout perceptron_examples) throws -> Result
    ) rethrows -> Result {
      let names = CTexts(numbers ? ["a", "b"] : ["x", "y", "z"])
      defer { withExtendedLifetime(names) {} }
      return try features.withUnsafeBytes { features in
        try classes.withUnsafeBufferPointer { classes in
          try values.withUnsafeBufferPointer { values in
            try (weights ?? []).withUnsafeBufferPointer { weightsBuffer in
              var examples = perceptron_examples(
                type: PERCEPTRON_DOUBLE, features: features.baseAddress, row_count: count,
                column_count: 4, column_names: nil,
                kind: numbers ? PERCEPTRON_NUMBERS : PERCEPTRON_CLASSES,
                names: names.start, name_count: names.count,
                classes: numbers ? nil : classes.baseAddress,
                values: numbers ? values.baseAddress : nil,
                weights: weights == nil ? nil : weightsBuffer.baseAddress,
                represented_count: represented)
              return try body(&examples)
            }
          }
        }
      }
    }
  }

  private func train(
    _ rows: Rows, _ settings: String, numbers: Bool = false, weights: [Double]? = nil,
    represented: Double = 0
  ) throws -> OpaquePointer {
    let training = rows.withExamples(numbers: numbers, weights: weights, represented: represented) {
      perceptron_train(&$0, settings, nil)
    }
    return try #require(training, "\(String(cString: perceptron_last_error()))")
  }

  private func bytes(of training: OpaquePointer) throws -> [UInt8] {
    let model = try #require(perceptron_training_model(training))
    defer { perceptron_model_free(model) }
    var size = 0
    let bytes = try #require(perceptron_model_encode(model, &size))
    defer { perceptron_bytes_free(bytes) }
    return Array(UnsafeRawBufferPointer(start: bytes, count: size))
  }

  @Test(
    "The same settings give the model of perceptron train, byte for byte",
    arguments: [
      ([String](), "{}"),
      (
        ["--layers", "16,8", "--batch-norm", "--seed", "7", "--epochs", "20", "--l1", "0.001"],
        "{\"layers\": [16, 8], \"batch-norm\": true, \"seed\": \"7\", \"epochs\": 20, \"l1\": 0.001}"
      ),
      (
        ["--early-stopping", "2", "--precision", "double", "--validation", "0.3"],
        "{\"early-stopping\": 2, \"precision\": \"double\", \"validation\": 0.3}"
      ),
      (
        ["--ensemble", "2", "--iterations", "40", "--pca", "2", "--class-weights", "1,2,3"],
        "{\"ensemble\": 2, \"iterations\": 40, \"pca\": 2, \"class-weights\": [1, 2, 3]}"
      ),
    ])
  func sameAsCommand(_ options: [String], _ settings: String) throws {
    let scratch = try TemporaryDirectory()
    let rows = Rows()
    let lines = (0..<rows.count).map { row in
      rows.features[4 * row..<4 * row + 4].map { "\($0)" }.joined(separator: ",")
        + "," + ["x", "y", "z"][Int(rows.classes[row])]
    }
    let text = "a,b,c,d,kind\n" + lines.joined(separator: "\n") + "\n"
    try scratch.write(Array(text.utf8), to: "rows.csv")
    let outcome = try Command.run(
      program: Command.path(ofBuilt: "perceptron"),
      ["train", "--data", "rows.csv", "--target", "kind", "--output", "run", "--quiet"] + options,
      in: scratch.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let columns = CTexts(["a", "b", "c", "d"])
    defer { withExtendedLifetime(columns) {} }
    let training = rows.withExamples {
      $0.column_names = columns.start
      return perceptron_train(&$0, settings, nil)
    }
    let learned = try #require(training, "\(String(cString: perceptron_last_error()))")
    defer { perceptron_training_free(learned) }
    #expect(try bytes(of: learned) == scratch.bytes(of: "run/model.safetensors"))
  }

  @Test("A training that is encoded goes on as it would have", arguments: [false, true])
  func encoding(_ numbers: Bool) throws {
    let (rows, more) = (Rows(), Rows(seed: 2))
    let settings =
      "{\"layers\": [8], \"iterations\": 100, \"optimizer\": \"adam\", \"average\": 0.9}"
    let first = try train(rows, settings, numbers: numbers)
    defer { perceptron_training_free(first) }
    var size = 0
    let bytes = try #require(perceptron_training_encode(first, &size))
    let second = try #require(perceptron_training_decode(bytes, size))
    defer { perceptron_training_free(second) }
    perceptron_bytes_free(bytes)
    let before = try self.bytes(of: first)
    #expect(try self.bytes(of: second) == before)
    for training in [first, second] {
      let status = more.withExamples(numbers: numbers) {
        perceptron_training_continue(training, &$0, 3, nil)
      }
      #expect(status == 0, "\(String(cString: perceptron_last_error()))")
    }
    let after = try self.bytes(of: first)
    #expect(after != before)
    #expect(try self.bytes(of: second) == after)
    #expect(perceptron_training_iteration_count(first) == 100 + 9)
  }

  @Test("Going on keeps the optimizer's state")
  func optimizerState() throws {
    let rows = Rows()
    // Plain descent by all rows at once, at a constant rate: twice 10 steps are 20.
    let common =
      "\"validation\": 0, \"optimizer\": \"momentum\", \"schedule\": \"constant\", \"batch\": 90, "
      + "\"precision\": \"double\""
    let whole = try train(rows, "{\(common), \"epochs\": 20}")
    let parts = try train(rows, "{\(common), \"epochs\": 10}")
    defer { for training in [whole, parts] { perceptron_training_free(training) } }
    let status = rows.withExamples(represented: 1e-9) {
      perceptron_training_continue(parts, &$0, 10, nil)
    }
    #expect(status == 0)
    var losses = [[Double]](repeating: [Double](repeating: 0, count: 20), count: 2)
    perceptron_training_losses(whole, &losses[0], 20)
    perceptron_training_losses(parts, &losses[1], 20)
    for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a - b) < 1e-10) }
  }

  @Test("A weight of 2 is a row twice, and 0 none, in the loss and the preprocessing")
  func weights() throws {
    let rows = Rows()
    let weights = (0..<rows.count).map { Double([0, 1, 2, 1][$0 % 4]) }
    var twice = Rows()
    (twice.features, twice.classes, twice.values) = ([], [], [])
    for row in 0..<rows.count {
      for _ in 0..<Int(weights[row]) {
        twice.features += rows.features[4 * row..<4 * row + 4]
        twice.classes.append(rows.classes[row])
      }
    }
    let total = weights.reduce(0, +)
    #expect(Double(twice.classes.count) == total)
    let settings =
      "{\"validation\": 0, \"precision\": \"double\", \"batch\": %d, \"iterations\": 50}"
    let first = try train(
      rows, settings.replacing("%d", with: "\(rows.count)"), weights: weights, represented: total)
    defer { perceptron_training_free(first) }
    let copies = twice
    let training = copies.withExamples { examples -> OpaquePointer? in
      examples.row_count = copies.classes.count
      return perceptron_train(
        &examples, settings.replacing("%d", with: "\(copies.classes.count)"), nil)
    }
    let second = try #require(training)
    defer { perceptron_training_free(second) }
    var losses = [[Double]](repeating: [Double](repeating: 0, count: 50), count: 2)
    perceptron_training_losses(first, &losses[0], 50)
    perceptron_training_losses(second, &losses[1], 50)
    for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a - b) < 1e-9) }
  }

  @Test(
    "Settings that are not as they should be are refused in a sentence",
    arguments: [
      ("{\"nothing\": 1}", "unknown setting nothing"),
      ("{\"epochs\": -1}", "epochs"), ("{\"epochs\": \"many\"}", "epochs"),
      ("{\"layers\": [0]}", "layers"), ("[1]", "JSON object"), ("{", "JSON object"),
      ("{\"epochs\": 1, \"epochs\": 2}", "twice"), ("{\"folds\": 3}", "fold"),
      ("{\"class-weights\": [1, 2]}", "class weights"), ("{\"validation\": 90}", "validation"),
      ("{\"learning-rate\": 1e30, \"optimizer\": \"sgd\"}", "diverged"),
      ("{\"layers\": [1000000, 1000000]}", "GB"), ("{\"loss\": \"nothing\"}", "loss"),
      ("{\"batch\": 1, \"batch-norm\": true}", "batch"),
    ])
  func wrongSettings(_ settings: String, _ part: String) {
    Rows().withExamples { examples in
      #expect(perceptron_train(&examples, settings, nil) == nil)
      #expect(String(cString: perceptron_last_error()).contains(part))
    }
  }

  @Test("Examples that are not as they should be are refused, with the row")
  func wrongExamples() {
    let rows = Rows()
    func refused(
      _ part: String, _ change: (inout perceptron_examples) -> Void,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      rows.withExamples { examples in
        change(&examples)
        let training = perceptron_train(&examples, nil, nil)
        let message = String(cString: perceptron_last_error())
        #expect(
          training == nil && message.contains(part), "\(message)", sourceLocation: sourceLocation)
      }
    }
    refused("features is NULL") { $0.features = nil }
    refused("row_count is 0") { $0.row_count = 0 }
    refused("0 features") { $0.column_count = 0 }
    refused("more than memory can have") { $0.column_count = .max }
    refused("row_count is 18446744073709551615, more than") { $0.row_count = -1 }
    refused("2305843009213693952 rows of") { $0.row_count = 1 << 61 }
    refused("name_count is 18446744073709551615, more than") { $0.name_count = -1 }
    refused("represented_count is -5, expected") { $0.represented_count = -5 }
    refused("represented_count is nan, expected") { $0.represented_count = .nan }
    refused("represented_count is inf, expected") { $0.represented_count = .infinity }
    refused("classes is NULL") { $0.classes = nil }
    refused("names is NULL") { $0.names = nil }
    refused("name_count is 0") { $0.name_count = 0 }
    refused("expected a class from 0 to 1") { $0.name_count = 2 }
    refused("perceptron_kind") { $0.kind = perceptron_kind(9) }
    refused("perceptron_type") { $0.type = perceptron_type(9) }
    refused("values is NULL") { $0.kind = PERCEPTRON_NUMBERS }
    refused("aligned") { $0.features = $0.features.advanced(by: 4) }
    for wrong in [Double.nan, -1, .infinity] {
      var weights = [Double](repeating: 1, count: 90)
      weights[3] = wrong
      rows.withExamples(weights: weights) {
        #expect(perceptron_train(&$0, nil, nil) == nil)
        #expect(String(cString: perceptron_last_error()).hasPrefix("row 3: expected a weight"))
      }
    }
    rows.withExamples(weights: [Double](repeating: 0, count: 90)) {
      #expect(perceptron_train(&$0, nil, nil) == nil)
    }
    var strange = rows
    strange.features[4 * 5 + 1] = .infinity
    strange.withExamples {
      #expect(perceptron_train(&$0, nil, nil) == nil)
      #expect(String(cString: perceptron_last_error()).contains("row 5"))
    }
  }

  @Test("Numbers of rows and bytes beyond those of any array are refused, also a few below zero")
  func hugeCounts() throws {
    let training = try train(Rows(), "{\"iterations\": 3, \"layers\": [2]}")
    defer { perceptron_training_free(training) }
    let model = try #require(perceptron_training_model(training))
    defer { perceptron_model_free(model) }
    var scores = [Double](repeating: 0, count: 3)
    scores.withUnsafeMutableBufferPointer { scores in
      var found = perceptron_predictions()
      found.scores = scores.baseAddress
      for (count, sentence) in [
        (-1, "row_count is 18446744073709551615"), (-3, "row_count is 18446744073709551613"),
        (.min, "row_count is 9223372036854775808"), (1 << 61, "2305843009213693952 rows of 4"),
      ] {
        #expect(perceptron_predict_double(model, [1, 2, 3, 4], count, &found) == -1)
        #expect(String(cString: perceptron_last_error()).contains(sentence))
      }
    }
    #expect(perceptron_model_decode([1], -1) == nil && perceptron_training_decode([1], -1) == nil)
    #expect(String(cString: perceptron_last_error()).hasPrefix("size is 18446744073709551615"))
    perceptron_training_losses(training, &scores, -1)
    #expect(scores.allSatisfy { $0 > 0 })
  }

  @Test("Encoded trainings and models that are cut or changed are refused")
  func damage() throws {
    let training = try train(Rows(), "{\"iterations\": 3, \"layers\": [2]}")
    defer { perceptron_training_free(training) }
    var size = 0
    let start = try #require(perceptron_training_encode(training, &size))
    defer { perceptron_bytes_free(start) }
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: size))
    for length in stride(from: 0, to: size, by: max(size / 50, 1)) {
      #expect(perceptron_training_decode(bytes, length) == nil)
      #expect(perceptron_model_decode(bytes, length) == nil)
      if length > 0 { #expect(!String(cString: perceptron_last_error()).isEmpty) }
    }
    let model = try self.bytes(of: training)
    for place in stride(from: 0, to: model.count, by: max(model.count / 200, 1)) {
      var changed = model
      changed[place] ^= 0x55
      // What is read in spite of it can be used.
      perceptron_model_free(perceptron_model_decode(changed, changed.count))
    }
  }
}

/// An array of texts for C.
private final class CTexts {
  let count: Int
  private let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>

  var start: UnsafePointer<UnsafePointer<CChar>?> { UnsafePointer(pointers) }

  init(_ texts: [String]) {
    count = texts.count
    pointers = .allocate(capacity: count)
    for (index, text) in texts.enumerated() {
      (pointers + index).initialize(to: UnsafePointer<CChar>(strdup(text)))
    }
  }

  deinit {
    for index in 0..<count { free(UnsafeMutablePointer(mutating: pointers[index])) }
    pointers.deallocate()
  }
}
