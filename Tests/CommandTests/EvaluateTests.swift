import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron evaluate", .mayHang)
struct EvaluateTests {
  @Test("JSON has accuracy, count and loss, as the library computes them")
  func json() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "40"])
    let outcome = try Command.run(["evaluate", scratch.file("run"), "--json"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let result = try outcome.object
    #expect(
      Set(result.keys) == [
        "accuracy", "count", "data", "intervals", "loss", "split",
      ])
    #expect(result["data"] as? String == "digits" && result["split"] as? String == "test")
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let expected = model.network.evaluate(on: Digits.test.prepared(with: model.preprocessing))
    let found = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
    #expect(found.accuracy == expected.accuracy && found.loss == expected.loss)
    #expect(found.count == expected.count)
    #expect(expected.count == 297)
    #expect(expected.accuracy > 0.5)
  }

  @Test("Folder and file mean the same model; the text has the same figures; --split train works")
  func forms() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "12", "--precision", "double"])
    let text = try Command.run(["evaluate", "run"], in: scratch.path)
    let line =
      /accuracy 0\.\d{4} \(95 % interval 0\.\d{4}–0\.\d{4}\)  loss \d\.\d{4} \(without the penalty\)  on the 297 test rows of digits\n/
    #expect(text.output.wholeMatch(of: line) != nil)
    let file = try Command.run(["evaluate", "run/model.safetensors"], in: scratch.path)
    #expect(file.output == text.output)
    let train = try Command.run(["evaluate", "run", "--split", "train"], in: scratch.path)
    #expect(train.output.hasSuffix("on the 1500 training rows of digits\n"))
  }

  /// Data of the digits' width that is no digits: two classes, told apart by every pixel.
  private func writeWide(in folder: String, parts: [String] = ["train", "t10k"]) throws {
    let pixels = (0..<8).flatMap { [UInt8](repeating: $0 % 2 == 0 ? 10 : 200, count: 64) }
    for part in parts {
      try IDX.write(
        Features(.bytes(pixels), exampleShape: [8, 8]), to: folder + "/\(part)-images")
      try IDX.write(labels: (0..<8).map { $0 % 2 }, to: folder + "/\(part)-labels")
    }
  }

  @Test("Without --data it is the model's own data, from anywhere, and it has to be the same")
  func ownData() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeWide(in: folder)
    try scratch.train("run", ["--data", "data", "--iterations", "3"])
    try scratch.tune([
      "--data", "data", "--hidden", "2,3", "--iterations", "3", "--validation", "2", "--output",
      "study",
    ])
    let elsewhere = try TemporaryDirectory()
    for model in ["run", "run/model.safetensors", "study", "study/best.safetensors"] {
      let outcome = try Command.run(["evaluate", scratch.file(model)], in: elsewhere.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("on the 8 test rows of "))
      #expect(outcome.output.hasSuffix("/data\n"))
    }
    try FileManager.default.moveItem(
      atPath: scratch.file("run/model.safetensors"), toPath: scratch.file("kept"))
    let lost = try Command.run(["evaluate", "run"], in: scratch.path)
    #expect(lost.status == 1 && lost.errors.contains("the run's model was removed"))
    try FileManager.default.moveItem(
      atPath: scratch.file("kept"), toPath: scratch.file("run/model.safetensors"))
    // History is of no concern here, and neither is a test set that is not there.
    try FileManager.default.removeItem(atPath: scratch.file("run/history.csv"))
    for part in ["t10k-images", "t10k-labels"] {
      try FileManager.default.removeItem(atPath: folder + "/" + part)
    }
    let missing = try Command.run(["evaluate", "run"], in: scratch.path)
    #expect(missing.status == 1 && missing.errors.contains("use --split train"))
    #expect(try Command.run(["evaluate", "run", "--split", "train"], in: scratch.path).status == 0)
    try IDX.write(labels: [1, 0, 1, 0, 1, 0, 1, 0], to: folder + "/train-labels")
    for model in ["run", "study"] {
      let changed = try Command.run(["evaluate", model, "--split", "train"], in: scratch.path)
      #expect(changed.status == 1 && changed.output.isEmpty)
      #expect(changed.errors.contains("this is not the data that the run was trained on"))
    }
    try FileManager.default.removeItem(atPath: folder)
    let gone = try Command.run(["evaluate", "run"], in: scratch.path)
    #expect(gone.status == 1 && gone.errors.contains("say where it is with --data"))
  }

  @Test("A model file outside a run's folder requires --data")
  func bareModel() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "2"])
    try scratch.write(scratch.bytes(of: "run/model.safetensors"), to: "model.safetensors")
    try scratch.write(scratch.bytes(of: "run/model.safetensors"), to: "run/copy.safetensors")
    for model in ["model.safetensors", "run/copy.safetensors"] {
      let outcome = try Command.run(["evaluate", model], in: scratch.path)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("Error: \(model) does not say what data it was trained on"))
      let named = try Command.run(["evaluate", model, "--data", "digits"], in: scratch.path)
      #expect(named.status == 0)
    }
  }

  @Test("A folder with nothing but a test set will do")
  func testSetOnly() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("run", ["--data", folder, "--iterations", "3"])
    let whole = try Command.run(["evaluate", scratch.file("run"), "--data", folder])
    for part in ["train-images", "train-labels"] {
      try FileManager.default.removeItem(atPath: folder + "/" + part)
    }
    let outcome = try Command.run(["evaluate", scratch.file("run"), "--data", folder])
    #expect(outcome.status == 0 && outcome.output == whole.output)
    let train = try Command.run([
      "evaluate", scratch.file("run"), "--data", folder, "--split", "train",
    ])
    #expect(train.status == 1 && train.errors.contains(folder))
  }

  @Test("Without a test set --split train is suggested; classes without rows cause a warning")
  func noTestSet() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try IDX.write(labels: [0, 1, 2, 5], to: folder + "/t10k-labels")
    let trained = try scratch.train("run", ["--data", folder, "--iterations", "1"])
    #expect(trained.output.contains("3 of 6 classes do not occur in the training set\n"))
    for part in ["t10k-images", "t10k-labels"] {
      try FileManager.default.removeItem(atPath: folder + "/" + part)
    }
    let outcome = try Command.run(["evaluate", "run", "--data", folder], in: scratch.path)
    #expect(outcome.status == 1 && outcome.errors.contains("--split train"))
    try scratch.train("other", ["--data", folder, "--iterations", "1"])
    let other = try Command.run(
      ["evaluate", "other", "--data", folder, "--split", "train"], in: scratch.path)
    #expect(other.status == 0)
  }

  @Test("Data that does not fit the network is refused with both sizes")
  func mismatch() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("digits")
    try scratch.train("small", ["--data", folder, "--iterations", "1"])
    let features = try Command.run(["evaluate", scratch.file("digits"), "--data", folder])
    #expect(features.status == 1 && features.output.isEmpty)
    #expect(features.errors.contains("takes 64 features") && features.errors.contains("has 6"))
    // As many features, more classes.
    let pixels = Features(.bytes([UInt8](repeating: 1, count: 12)), exampleShape: [2, 3])
    try IDX.write(pixels, to: folder + "/t10k-images")
    try IDX.write(labels: [0, 9], to: folder + "/t10k-labels")
    let classes = try Command.run(["evaluate", scratch.file("small"), "--data", folder])
    #expect(classes.status == 1)
    #expect(classes.errors.contains("3 classes") && classes.errors.contains("10"))
  }

  @Test(
    "Images of another shape are refused even with as many features; flat rows are not")
  func pictures() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    func write(_ shape: [Int]) throws {
      let pixels = (0..<24).map { UInt8($0 * 10) }
      try IDX.write(
        Features(.bytes(pixels), exampleShape: shape), to: folder + "/t10k-images")
    }
    try writeSmallIDX(in: folder)
    try scratch.train("run", ["--data", folder, "--iterations", "1"])
    for part in ["train-images", "train-labels"] {
      try FileManager.default.removeItem(atPath: folder + "/" + part)
    }
    for command in [
      ["evaluate", "run", "--data", folder], ["predict", "run", "data/t10k-images"],
    ] {
      try write([3, 2])
      let turned = try Command.run(command, in: scratch.path)
      #expect(turned.status == 1 && turned.output.isEmpty)
      #expect(turned.errors.contains("trained on images of 2 rows of 3 pixels, "))
      #expect(turned.errors.contains(" has images of 3 rows of 2 pixels"))
      try write([6])
      let flat = try Command.run(command, in: scratch.path)
      #expect(flat.status == 0 && flat.errors.isEmpty, "\(flat.errors)")
    }
  }

  @Test("Classes of the same names in another order are found by their names")
  func classOrder() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    for file in ["data_batch_1.bin", "test_batch.bin"] {
      try scratch.write(cifarRecords(20), to: "data/" + file)
    }
    try scratch.train(
      "run", ["--data", folder, "--iterations", "1", "--hidden", "2", "--validation", "0"])
    let names = CIFAR10.classNames
    func supports(_ order: [String]) throws -> [String] {
      try scratch.write(Array(order.joined(separator: "\n").utf8), to: "data/batches.meta.txt")
      let outcome = try Command.run(
        ["evaluate", "run", "--data", folder, "--confusion"], in: scratch.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.lines.map(String.init)
    }
    let known = try supports(names)
    // Records of a class that is now called otherwise are another class of the network's.
    let swapped = try supports([names[1], names[0]] + names.dropFirst(2))
    #expect(known.count == swapped.count && known != swapped)
    try scratch.write(
      Array((["cow"] + names.dropFirst()).joined(separator: "\n").utf8),
      to: "data/batches.meta.txt")
    let other = try Command.run(["evaluate", "run", "--data", folder], in: scratch.path)
    #expect(other.status == 1)
    #expect(other.errors.contains("class 0 is airplane in the network and cow in \(folder)"))
  }

  @Test("Features that were divided already are noticed, in evaluate, predict and report")
  func scale() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    let pixels = (0..<24).map { Float($0 * 10) / 255 }
    try IDX.write(Features(.floats(pixels), exampleShape: [2, 3]), to: folder + "/t10k-images")
    try scratch.train("run", ["--data", folder, "--iterations", "1", "--validation", "0"])
    for command in [
      ["evaluate", "run", "--data", folder], ["predict", "run", "data/t10k-images"],
      ["report", "run"],
    ] {
      let outcome = try Command.run(command, in: scratch.path)
      #expect(outcome.status == 0 && !outcome.output.isEmpty)
      #expect(
        outcome.errors.contains(
          "then divided by 255: the rows given seem to be scaled differently"),
        "\(command) \(outcome.errors)")
    }
    #expect(
      try scratch.text("run/report.html").contains("the rows given seem to be scaled differently."))
    let same = try Command.run(["predict", "run", "data/train-images"], in: scratch.path)
    #expect(same.status == 0 && same.errors.isEmpty)
  }

  @Test("A model that is not there is named", arguments: ["nowhere", ".", "empty"])
  func missing(_ model: String) throws {
    let scratch = try TemporaryDirectory()
    try scratch.write([], to: "empty")
    let outcome = try Command.run(["evaluate", model], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: \(model): "))
    #expect(!outcome.errors.contains("Usage"))
  }

  @Test("Paths that are neither a model nor a run are refused with what is expected")
  func neither() throws {
    for arguments in [["evaluate", "nosuch"], ["predict", "nosuch", "x"]] {
      let outcome = try Command.run(arguments)
      #expect(outcome.status == 1)
      #expect(
        outcome.errors.hasPrefix("Error: nosuch: expected a model file or the folder of a run"))
    }
  }

  @Test("A loss that is not finite is an error, without a sign for NaN", arguments: [1e30, 1e38])
  func notFinite(weight: Double) throws {
    let scratch = try TemporaryDirectory()
    func layer(_ inputs: Int, _ outputs: Int) -> Affine<Float> {
      let weights = (0..<inputs * outputs).map { Float($0 % 2 == 0 ? weight : -weight) }
      return Affine(
        weights: Tensor(weights, shape: [inputs, outputs]), bias: .zeros([outputs]))
    }
    let model = TrainedModel(
      network: TwoLayerNet(hidden: layer(64, 3), output: layer(3, 10)), preprocessing: .none,
      classNames: (0..<10).map { "\($0)" })
    try model.save(to: scratch.file("model"))
    let outcome = try Command.run(["evaluate", "model", "--data", "digits"], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: the loss on digits is "))
    #expect(!outcome.errors.contains("-nan"))
  }

  @Test("A model file cut anywhere is refused with a reason")
  func cut() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "1", "--hidden", "3"])
    let whole = try scratch.bytes(of: "run/model.safetensors")
    let step = whole.count / 15 / 10 * 10
    try #require(step >= 10)
    for length in stride(from: 0, to: whole.count, by: step) {
      try scratch.write(Array(whole[..<length]), to: "cut")
      let outcome = try Command.run(["evaluate", "cut"], in: scratch.path)
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(length) bytes")
      #expect(outcome.errors.hasPrefix("Error: cut: "), "\(length) bytes: \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("Flipped bytes of the header never crash, and those of its syntax are refused")
  func flipped() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "1", "--hidden", "3"])
    let whole = try scratch.bytes(of: "run/model.safetensors")
    for position in Array(0..<9) + [40, 80, 120, 160, 200] {
      var bytes = whole
      bytes[position] ^= 0xFF
      try scratch.write(bytes, to: "flipped")
      let outcome = try Command.run(["evaluate", "flipped"], in: scratch.path)
      #expect(outcome.status == 1, "byte \(position)")
      #expect(outcome.errors.hasPrefix("Error: flipped: "), "byte \(position): \(outcome.errors)")
    }
  }
}
