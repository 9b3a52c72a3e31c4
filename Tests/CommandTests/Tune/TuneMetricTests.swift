import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron tune by metrics, on folds, and with more trials", .mayHang)
struct TuneMetricTests {
  /// Writes 80 rows of five features and one number each.
  private func writeNumbers(in folder: String) throws {
    let features = Tensor<Float>.sample([80, 5], seed: 4)
    let numbers = (0..<80).map { Double(300 * features[$0, 0] - 40 * features[$0, 1]) + 500 }
    try IDX.write(Features(features), to: folder + "/train-images")
    try IDX.write(numbers: numbers, to: folder + "/train-labels")
  }

  @Test("A metric where lower is better ranks trials, and the best network equals that of train")
  func lowerIsBetter() throws {
    let scratch = try TemporaryDirectory()
    try writeNumbers(in: scratch.makeDirectory("data"))
    let fixed = ["--data", "data", "--epochs", "20", "--validation", "0.25", "--metric", "rmse"]
    let outcome = try scratch.tune(
      fixed + ["--learning-rate", "1e-5,0.01,0.03", "--hidden", "9", "--output", "study"])
    #expect(outcome.output.contains("best validation RMSE "))
    #expect(!outcome.output.contains("accurac") && !outcome.output.contains("95 %"))
    let trials = try scratch.trials("study")
    let values = trials.compactMap { Double($0["validation_rmse"] ?? "") }
    #expect(values.count == 3 && values == values.sorted())
    #expect(Double(trials[0]["train_rmse"] ?? "") ?? 1e9 < 200)
    let show = try Command.run(["tune", "show", "study", "--json"], in: scratch.path).object
    #expect((show["goal"] as? [String: String])?["direction"] == "minimize")
    // The table has fewer digits.
    let value = try #require((show["validation"] as? [String: Double])?["value"])
    #expect(abs(value - values[0]) <= 1e-12 * value)
    try scratch.train(
      "run", fixed + ["--learning-rate", trials[0]["learning-rate"] ?? "", "--hidden", "9"])
    #expect(
      try scratch.bytes(of: "study/best.safetensors") == scratch.bytes(of: "run/model.safetensors"))
    let record = try RunDirectory(path: scratch.file("run")).record()
    #expect(record.results.validation?[.rmse] == values[0])
    // The default for numbers is R².
    try scratch.tune(
      fixed.dropLast(2) + ["--learning-rate", "0.01,0.03", "--hidden", "9", "--output", "other"])
    #expect(try scratch.trials("other")[0]["validation_r2"] != nil)
    let report = try Command.run(["report", "study"], in: scratch.path)
    #expect(report.status == 0)
    #expect(try scratch.text("study/report.html").contains("validation RMSE"))
  }

  @Test("Metrics of other targets, and several metrics, are refused")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    func refuse(_ options: [String], _ part: String) throws {
      let outcome = try Command.run(["tune", "--hidden", "5,6"] + options, in: scratch.path)
      #expect(outcome.status == 2 && outcome.errors.contains(part), "\(outcome.errors)")
    }
    try refuse(["--metric", "rmse"], "--metric is rmse")
    try refuse(["--metric", "accuracy,auc"], "expected one value")
    try refuse(["--folds", "3,5"], "expected one value")
    try refuse(["--folds", "5", "--validation", "100"], "--validation is 100")
    #expect(try scratch.names.isEmpty)
  }

  @Test("With folds, networks are ranked by the mean of the runs by hand; repeats multiply them")
  func folds() throws {
    let scratch = try TemporaryDirectory()
    let fixed = ["--iterations", "40", "--learning-rate", "0.5"]
    let outcome = try scratch.tune(
      fixed + ["--hidden", "5,15", "--folds", "3", "--output", "study"])
    #expect(outcome.output.contains("digits: 1500 rows, each of 3 folds in turn for validation"))
    #expect(outcome.output.contains(#/6 trials, 3 for each of 2 networks in .*: 6 done/#))
    #expect(outcome.output.contains(" over 3 folds, trials "))
    let rows = try scratch.trials("study")
    for row in rows {
      let hidden = try #require(row["hidden"])
      try scratch.train(
        "hand", fixed + ["--hidden", hidden, "--folds", "3", "--overwrite"])
      let values = try (1...3).map { fold in
        try RunDirectory(path: scratch.file("hand/fold-\(fold)")).record().results
          .validationAccuracy ?? .nan
      }
      expectClose(
        Double(row["validation_accuracy"] ?? "") ?? .nan, values.reduce(0, +) / 3, tolerance: 1e-15)
      #expect(row["repeats_done"] == "3")
      if row == rows[0] {
        let best = 1 + (values.firstIndex(of: values.max() ?? 0) ?? 0)
        #expect(
          try scratch.bytes(of: "study/best.safetensors")
            == scratch.bytes(of: "hand/fold-\(best)/model.safetensors"))
      }
    }
    let show = try Command.run(["tune", "show", "study"], in: scratch.path)
    #expect(show.lines.contains("folds     3"))
    let both = try scratch.tune(
      ["--iterations", "5", "--hidden", "5", "--folds", "2", "--repeats", "2", "--prune", "median"]
        + ["--prune-minimum", "1", "--output", "both"])
    #expect(both.output.contains("4 trials of 1 network"))
  }

  @Test("A study that is extended has the trials of a larger one, to the bit")
  func extended() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--learning-rate", "0.01..1:log", "--hidden", "5..20", "--iterations", "20"]
    for method in ["sobol", "random"] {
      let own = options + ["--method", method]
      try scratch.tune(own + ["--trials", "4", "--output", "\(method)-short"])
      try scratch.tune(own + ["--trials", "9", "--output", "\(method)-long"])
      let outcome = try scratch.tune(["--resume", "\(method)-short", "--trials", "9"])
      #expect(outcome.errors.contains("resuming 9 trials: 4 done, 5 waiting"))
      #expect(try scratch.results("\(method)-short") == scratch.results("\(method)-long"))
      #expect(
        try scratch.bytes(of: "\(method)-short/best.safetensors")
          == scratch.bytes(of: "\(method)-long/best.safetensors"))
      // It is resumed as any other.
      #expect(
        try scratch.tune(["--resume", "\(method)-short"]).output.contains("9 trials, over already"))
    }
    let fewer = try Command.run(
      ["tune", "--resume", "sobol-short", "--trials", "3"], in: scratch.path)
    #expect(fewer.status == 2 && fewer.errors.contains("has 9 points already"))
    try scratch.tune(["--hidden", "5,6", "--iterations", "5", "--output", "grid"])
    let grid = try Command.run(["tune", "--resume", "grid", "--trials", "9"], in: scratch.path)
    #expect(grid.status == 2 && grid.errors.contains("is a grid, which tries all points already"))
  }
}
