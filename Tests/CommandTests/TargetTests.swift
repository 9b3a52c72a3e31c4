import Foundation
import Perceptron
import TestSupport
import Testing

/// Drawn data of one kind of targets, and the options that suit it.
struct DrawnTargets: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let targets: DatasetTargets
  let options: [String]
  /// The line of the summary that says what is predicted; nil where there is none.
  let description: String?
  /// The metrics that are measured.
  let metrics: [Metric]
  /// The number of values of a predicted row.
  var columns = 1

  static let rows = 120
  static let features = Tensor<Float>.sample([rows, 4], seed: 3)
  static let weights = (0..<rows).map { $0 % 7 == 0 ? 0 : Double($0 % 5) + 0.5 }
  static let groups = (0..<rows).map { $0 / 3 % 25 }

  /// A value for each row of features.
  static func values(_ value: (_ x: [Double]) -> Double) -> [Double] {
    (0..<rows).map { row in value((0..<4).map { Double(features[position: row * 4 + $0]) }) }
  }

  private static func columns(_ columns: [[Double]]) -> [Double] {
    (0..<rows).flatMap { row in columns.map { $0[row] } }
  }

  static let number = DrawnTargets(
    testDescription: "a number",
    targets: .numbers(values { 3 * $0[0] + $0[1] * $0[2] + 100 }, names: ["value"]),
    options: ["--loss", "huber", "--metric", "mae"], description: "predicts a number",
    metrics: [.r2, .mae, .rmse])
  static let numbers = DrawnTargets(
    testDescription: "three numbers",
    targets: .numbers(
      columns([
        values { 1e4 * $0[0] }, values { 1e-3 * ($0[1] - $0[2]) }, values { $0[3] * $0[3] },
      ]), names: ["0", "1", "2"]),
    options: ["--weights", "weights"], description: "predicts 3 numbers; weighted rows",
    metrics: [.r2, .mae, .rmse], columns: 3)
  static let yesOrNo = DrawnTargets(
    testDescription: "yes or no",
    targets: .classes(values { $0[0] + $0[1] > 0.5 ? 1 : 0 }.map { Int($0) }, names: ["0", "1"]),
    options: ["--loss", "logistic", "--metric", "auc"], description: nil,
    metrics: [.accuracy, .auc])
  static let labels = DrawnTargets(
    testDescription: "three labels",
    targets: .labels(
      columns([
        values { $0[0] > 0 ? 1 : 0 }, values { $0[1] > 0.5 ? 1 : 0 },
        values { $0[2] * $0[3] > 0 ? 1 : 0 },
      ]), names: ["0", "1", "2"]),
    options: ["--group", "groups"], description: "predicts 3 labels; ",
    metrics: [.accuracy, .f1], columns: 3)
  static let weightedClasses = DrawnTargets(
    testDescription: "weighted classes",
    targets: .classes(
      values { $0[0] > 0.8 ? 2 : $0[1] > 0 ? 1 : 0 }.map { Int($0) }, names: ["0", "1", "2"]),
    options: ["--class-weights", "balanced", "--metric", "balanced-accuracy"],
    description: "predicts 3 classes; class weights balanced",
    metrics: [.accuracy, .balancedAccuracy])
  static let weightedRows = DrawnTargets(
    testDescription: "weighted rows of classes", targets: weightedClasses.targets,
    options: ["--weights", "weights"], description: "predicts 3 classes; weighted rows",
    metrics: [.accuracy])

  static let all = [number, numbers, yesOrNo, labels, weightedClasses, weightedRows]

  /// Writes the data, without a test set, and the weights and groups of its rows.
  func write(in folder: String) throws {
    try IDX.write(
      Features(.floats(Self.features.elements), exampleShape: [4]), to: folder + "/train-images")
    try IDX.write(targets, to: folder + "/train-labels")
    try IDX.write(numbers: Self.weights, to: folder + "/weights")
    try IDX.write(groups: Self.groups, to: folder + "/groups")
  }

  /// The data as the command loads it with ``options``, a fifth of it held out as the test set.
  func load(_ folder: String) throws -> LoadedData {
    func file(_ option: String) -> String? {
      options.firstIndex(of: option).map { folder + "/" + options[$0 + 1] }
    }
    return try DatasetLibrary.load(folder, weights: file("--weights"), groups: file("--group"))
      .holdingOut(TestSplit(.share(0.2), by: .stratified(seed: 0)))
  }
}

@Suite("Numbers, yes or no, several labels and weights in the command", .mayHang)
struct TargetTests {
  /// A folder with the data in `data`.
  private func folder(_ drawn: DrawnTargets) throws -> TemporaryDirectory {
    let scratch = try TemporaryDirectory()
    try drawn.write(in: scratch.makeDirectory("data"))
    return scratch
  }

  private func expect(
    _ scratch: TemporaryDirectory, _ arguments: [String], _ texts: String...
  ) throws -> Command.Outcome {
    let outcome = try Command.run(arguments, in: scratch.path)
    #expect(outcome.status == 0, "\(arguments) \(outcome.errors)\(outcome.output)")
    for text in texts {
      #expect(outcome.output.contains(text), "\(arguments) \(text) \(outcome.output)")
    }
    return outcome
  }

  private func refuse(
    _ scratch: TemporaryDirectory, _ status: Int32, _ arguments: [String], _ message: String
  ) throws {
    let outcome = try Command.run(arguments, in: scratch.path)
    #expect(outcome.status == status && outcome.output.isEmpty, "\(arguments) \(outcome.output)")
    #expect(outcome.errors.contains(message), "\(arguments) \(outcome.errors)")
  }

  @Test("A killed and resumed run has the bits of one that was not", arguments: DrawnTargets.all)
  func resumed(drawn: DrawnTargets) throws {
    let scratch = try folder(drawn)
    let options =
      ["--data", "data", "--layers", "8", "--test", "0.2", "--seed", "5", "--quiet"]
      + drawn.options
    try untilLongEnough(from: 600) { iterations in
      let all = options + ["--iterations", "\(iterations)", "--overwrite"]
      let killed = try scratch.interrupt(["train", "--output", "run"] + all, by: SIGKILL)
      if killed.status == 0 { return false }
      #expect(killed.status == -SIGKILL)
      // From another folder: the data and its weights are found.
      let resumed = try Command.run(["resume", scratch.file("run"), "--quiet"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      try scratch.train("whole", all)
      for file in ["model.safetensors", "history.csv", "epochs.csv"] {
        #expect(try scratch.bytes(of: "run/" + file) == scratch.bytes(of: "whole/" + file))
      }
      return true
    }
  }

  @Test("A run goes through every verb, with the library's figures", arguments: DrawnTargets.all)
  func verbs(drawn: DrawnTargets) throws {
    let scratch = try folder(drawn)
    let trained = try scratch.train(
      "run",
      ["--data", "data", "--layers", "8", "--test", "0.2", "--iterations", "300"] + drawn.options)
    let data = try drawn.load(scratch.file("data"))
    let test = try #require(data.test)
    let count = test.count
    #expect(
      trained.output.contains(" validation rows, \(count) test rows, 4-8-"), "\(trained.output)")
    if let description = drawn.description {
      #expect(trained.output.contains("\n\(description)"), "\(trained.output)")
    } else {
      #expect(!trained.output.contains("predicts"))
    }
    for metric in drawn.metrics {
      #expect(trained.output.contains("\nvalidation \(metric.title) "), "\(trained.output)")
    }

    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let prepared: PreparedDataset<Float> = test.prepared(with: model.preprocessing)
    let expected = model.network.evaluate(on: prepared, metrics: drawn.metrics)
    let names = drawn.metrics.map(\.rawValue).joined(separator: ",")
    let evaluated = try Command.run(
      ["evaluate", scratch.file("run"), "--json", "--metric", names])
    let json = try evaluated.object
    let figures = try JSONDecoder().decode(Evaluation.self, from: Data(evaluated.output.utf8))
    #expect(figures.loss == expected.loss && figures.count == count)
    #expect((json["weighted"] as? Bool ?? false) == (test.weights != nil))
    for metric in drawn.metrics { #expect(figures[metric] == expected[metric]) }
    #expect(
      (json["columns"] as? [Any])?.count == (drawn.testDescription == "three numbers" ? 3 : nil))
    #expect(
      (json["labels"] as? [Any])?.count == (drawn.testDescription == "three labels" ? 3 : nil))
    _ = try expect(
      scratch, ["evaluate", "run"], "loss",
      "\(count) \(test.weights == nil ? "" : "weighted ")test rows")

    let found = model.network.predictions(of: prepared.features, as: model.schema)
    try IDX.write(test.features, to: scratch.file("rows"))
    let lines = try expect(scratch, ["predict", "run", "rows"]).lines
    #expect(lines.count == count)
    let values = lines.flatMap { $0.split(separator: "\t").compactMap { Double($0) } }
    #expect(values == found.values?.elements ?? found.classes.map { Double($0) })
    let rows = try expect(scratch, ["predict", "run", "rows", "--json"]).output
    let objects = try #require(
      try JSONSerialization.jsonObject(with: Data(rows.utf8)) as? [[String: Any]])
    let key = ["numbers", "labels", "class"].filter { objects[0][$0] != nil }
    #expect(key == [drawn.targets.schema.kind == .classes ? "class" : model.schema.kind.rawValue])
    let chances = try Command.run(["predict", "run", "rows", "--probabilities"], in: scratch.path)
    if model.schema.kind == .numbers {
      #expect(chances.status == 1 && chances.errors.contains("--probabilities: a network that"))
    } else {
      #expect(chances.lines.count == count && chances.output.contains("\t"))
    }

    let checked = try expect(scratch, ["gradcheck", "run"], "gradient check passed")
    #expect(checked.lines.count >= 5)
    _ = try expect(
      scratch, ["summary", "run"],
      model.schema.kind == .classes ? "classes: 0, 1" : "\(model.schema.kind): ")
    let shown = try expect(scratch, ["show", "run"], "\nvalidation loss")
    for metric in drawn.metrics {
      #expect(shown.output.contains("\nvalidation \(metric.title)"))
    }
    try scratch.train(
      "other",
      ["--data", "data", "--layers", "5", "--test", "0.2", "--iterations", "20", "--quiet"]
        + drawn.options)
    let compared = try expect(scratch, ["compare", "run", "other"])
    for metric in drawn.metrics {
      #expect(compared.output.contains("\nvalidation \(metric.title) "), "\(compared.output)")
    }
    #expect(try expect(scratch, ["report", "run"]).output == "run/report.html\n")
  }

  @Test("Fresh networks pass gradcheck and overfit", arguments: DrawnTargets.all)
  func checks(drawn: DrawnTargets) throws {
    let scratch = try folder(drawn)
    let weights = drawn.options.contains("--weights") ? ["--weights", "weights"] : []
    for options in [[], ["--layers", "6,5", "--batch-norm"]] {
      _ = try expect(
        scratch, ["gradcheck", "--data", "data", "--rows", "12"] + weights + options,
        "gradient check passed")
    }
    _ = try expect(scratch, ["overfit", "--data", "data"], "overfit check passed")
  }

  @Test("The test rows are held out by the rule of the validation rows, and are no others")
  func heldOut() throws {
    let scratch = try folder(.number)
    for (options, split): ([String], ValidationSplit) in [
      (["--split", "last"], .last), (["--split-seed", "9"], .stratified(seed: 9)),
    ] {
      try scratch.train(
        "run",
        ["--data", "data", "--test", "30", "--iterations", "5", "--overwrite"] + options)
      let settings = try RunDirectory(path: scratch.file("run")).record().settings
      #expect(settings.test == TestSplit(.rows(30), by: split) && settings.split == split)
      let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
      let data = try DatasetLibrary.load(scratch.file("data")).holdingOut(#require(settings.test))
      let test = try #require(data.test)
      let expected = model.network.evaluate(on: test.prepared(with: model.preprocessing))
      let json = try Command.run(["evaluate", "run", "--json"], in: scratch.path)
      let found = try JSONDecoder().decode(Evaluation.self, from: Data(json.output.utf8))
      #expect(found == expected)
    }
    try refuse(
      scratch, 1, ["train", "--test", "0.2"], "cannot be held out: the data has its own")
    try refuse(scratch, 2, ["train", "--data", "data", "--test", "0"], "--test is 0, expected")
  }

  @Test("A model file outside a run is evaluated on targets as it predicts them")
  func modelFile() throws {
    let scratch = try folder(.weightedClasses)
    let options = ["--data", "data", "--iterations", "50", "--layers", "5"]
    try scratch.train("run", options + ["--task", "numbers"])
    try scratch.write(scratch.bytes(of: "run/model.safetensors"), to: "model")
    let whole = ["evaluate", "model", "--data", "data", "--split", "train"]
    let outcome = try expect(scratch, whole, "R²", "RMSE", "(of the scaled targets)")
    #expect(
      try Command.run(["evaluate", "run", "--split", "train"], in: scratch.path).output
        .replacing(", without the penalty", with: "")
        .hasSuffix(outcome.output.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n")
    )
    try refuse(scratch, 2, whole + ["--task", "classes"], "the model predicts a number")
    let weighted = try Command.run(
      whole + ["--weights", "weights", "--json"], in: scratch.path)
    let model = try TrainedModel<Float>(readingFrom: scratch.file("model"))
    let data = try DatasetLibrary.load(
      scratch.file("data"), task: .numbers, weights: scratch.file("data/weights")
    ).training
    let expected = model.network.evaluate(on: data.prepared(with: model.preprocessing))
    let found = try JSONDecoder().decode(Evaluation.self, from: Data(weighted.output.utf8))
    #expect(found == expected)
    try IDX.write(DrawnTargets.numbers.targets, to: scratch.file("data/train-labels"))
    try refuse(
      scratch, 1, ["evaluate", "run/model.safetensors"] + whole.dropFirst(2),
      "the network predicts a number, data has 3 numbers for each row")
  }

  @Test("What targets of a kind do not have is refused with a reason")
  func refused() throws {
    let scratch = try folder(.number)
    try scratch.train("run", ["--data", "data", "--iterations", "5", "--layers", "3"])
    try refuse(
      scratch, 2, ["evaluate", "run", "--confusion"],
      "--confusion is for classes, but the model predicts a number")
    try refuse(scratch, 2, ["evaluate", "run", "--top", "2"], "--top is for classes")
    try refuse(
      scratch, 2, ["evaluate", "run", "--metric", "auc"], "expected one of r2, mae, rmse")
    try refuse(
      scratch, 2, ["evaluate", "run", "--metric", "f2"], "--metric is f2, expected one of")
    let train = ["train", "--data", "data", "--output", "none"]
    try refuse(
      scratch, 2, train + ["--metric", "accuracy"], "--metric is accuracy, expected one of")
    try refuse(
      scratch, 2, train + ["--validation", "1", "--early-stopping", "2"],
      "computed on the 1 validation row: a single row has no variance")
    try refuse(scratch, 2, train + ["--class-weights", "balanced"], "is balanced, expected none")
    try refuse(scratch, 1, train + ["--weights", "groups2"], "groups2")
    try refuse(scratch, 1, train + ["--weights", "train-labels2"], "train-labels2")
    try refuse(scratch, 1, ["images", "--data", "data"], "data has a number for each example")
    #expect(try !scratch.names.contains("none"))
  }

  @Test("A metric that the validation rows have no value of is refused before training")
  func undefined() throws {
    let scratch = try folder(.yesOrNo)
    var labels = (0..<DrawnTargets.rows).map { $0 % 2 }
    for row in 100..<DrawnTargets.rows { labels[row] = 0 }
    try IDX.write(labels: labels, to: scratch.file("data/train-labels"))
    let train = ["train", "--data", "data", "--output", "run", "--split", "last"]
    try refuse(
      scratch, 2, train + ["--validation", "20", "--metric", "auc"],
      "--metric is auc, expected one that can be computed on the 20 validation rows: all of the rows "
        + "are of the class 0")
    try refuse(
      scratch, 2, train + ["--metric", "log-loss", "--loss", "hinge"],
      "the loss hinge has no probabilities")
    #expect(try !scratch.names.contains("run"))
    try scratch.train(
      "run",
      [
        "--data", "data", "--validation", "30", "--split", "last", "--metric", "auc", "--epochs",
        "2",
      ])
  }

  @Test("Runs that learn nothing, and features of another scale, cause warnings")
  func warnings() throws {
    for (drawn, text) in [
      (DrawnTargets.number, "always predicting their mean gives 0"),
      (.labels, "always predicting each label's frequency gives"),
    ] {
      let scratch = try folder(drawn)
      let idle = try scratch.train(
        "idle", ["--data", "data", "--learning-rate", "1e-9", "--scale", "1e-3"])
      #expect(idle.output.contains(text), "\(idle.output)")
      let well = try scratch.train("well", ["--data", "data"])
      #expect(!well.output.contains("warning"), "\(well.output)")
      let large = DrawnTargets.features.elements.map { 20 * $0 }
      try IDX.write(
        Features(.floats(large), exampleShape: [4]), to: scratch.file("data/train-images"))
      let scaled = try scratch.train("large", ["--data", "data", "--scaling", "none"])
      #expect(scaled.output.contains("; about 1 is usual."), "\(scaled.output)")
    }
  }

  @Test("A run whose targets have changed is not resumed")
  func changed() throws {
    let scratch = try folder(.number)
    _ = try scratch.interrupt(
      ["train", "--data", "data", "--output", "run", "--quiet", "--epochs", "1000000"], after: 0,
      by: SIGKILL)
    try IDX.write(DrawnTargets.numbers.targets, to: scratch.file("data/train-labels"))
    try refuse(
      scratch, 1, ["resume", "run"],
      "108 rows of 4 features and a number, but \(scratch.file("data")) has 108 rows of 4 features and 3 "
        + "numbers")
    try IDX.write(DrawnTargets.labels.targets, to: scratch.file("data/train-labels"))
    try refuse(scratch, 1, ["resume", "run"], "and 3 numbers")
  }

  @Test("Rows of weight 0 have no influence on the model")
  func withoutWeight() throws {
    let scratch = try folder(.number)
    let options = ["--data", "data", "--weights", "data/weights", "--iterations", "60"]
    try scratch.train("a", options)
    guard case .numbers(var values, let names) = DrawnTargets.number.targets else { return }
    for row in values.indices where DrawnTargets.weights[row] == 0 { values[row] = 1e6 }
    try IDX.write(.numbers(values, names: names), to: scratch.file("data/train-labels"))
    try scratch.train("b", options)
    #expect(
      try scratch.bytes(of: "a/model.safetensors") == scratch.bytes(of: "b/model.safetensors"))
    #expect(try RunDirectory(path: scratch.file("a")).record().settings.weights == "weights")
  }
}
