import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Damaged data", .mayHang)
struct DataErrorTests {
  /// Runs `train` on `folder` and expects a failure that names all of `words`.
  private func expectFailure(
    _ folder: String, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(
      ["train", "--data", folder, "--iterations", "1", "--output", "run"], in: scratch.path)
    #expect(outcome.status == 1, sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(
      outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)",
      sourceLocation: sourceLocation)
    for word in words {
      #expect(
        outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: sourceLocation)
    }
    #expect(try scratch.names.isEmpty, sourceLocation: sourceLocation)
  }

  @Test("Whole synthetic CIFAR-10 batches are trained on, evaluated and predicted")
  func wholeCIFAR() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("data")
    try scratch.write(cifarRecords(20), to: "data/data_batch_1.bin")
    try scratch.write(cifarRecords(5), to: "data/test_batch.bin")
    try scratch.train("run", ["--data", "data", "--iterations", "2", "--batch", "4"])
    let settings = try #require(try scratch.object("run/run.json")["settings"] as? [String: Any])
    #expect(settings["validation"] as? Int == 4)
    #expect(settings["pixelScale"] as? Double == 1)
    let result = try Command.run(["evaluate", "run", "--data", "data", "--json"], in: scratch.path)
    #expect(try result.object["count"] as? Int == 5)
    let lines = try Command.run(["predict", "run", "data/test_batch.bin"], in: scratch.path).lines
    #expect(lines.count == 5)
    for line in lines {
      let parts = line.split(separator: "\t")
      try #require(parts.count == 2)
      #expect(CIFAR10.classNames[try #require(Int(parts[0]))] == parts[1])
    }
  }

  @Test("A CIFAR-10 batch that is cut, mislabeled, empty or a folder is named with the place")
  func damagedCIFAR() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    let file = folder + "/data_batch_1.bin"
    let whole = cifarRecords(3)
    for length in [1, 3072, 3074, 6145, 9218] {
      try scratch.write(Array(whole[..<length]), to: "data/data_batch_1.bin")
      try expectFailure(folder, [file, "byte \(length / 3073 * 3073)", "\(length % 3073) bytes"])
    }
    var wrong = whole
    wrong[3073] = 10
    try scratch.write(wrong, to: "data/data_batch_1.bin")
    try expectFailure(folder, [file, "byte 3073", "found 10"])
    try scratch.write([], to: "data/data_batch_1.bin")
    try expectFailure(folder, [file, "empty"])
    try FileManager.default.removeItem(atPath: file)
    _ = try scratch.makeDirectory("data/data_batch_1.bin")
    try expectFailure(folder, [folder, "data_batch_1.bin (a folder)"])
  }

  @Test("An IDX file that is cut, empty or a folder is named with the place")
  func damagedIDX() throws {
    for name in ["train-images", "train-labels"] {
      let scratch = try TemporaryDirectory()
      let folder = try scratch.makeDirectory("data")
      try writeSmallIDX(in: folder)
      let whole = try scratch.bytes(of: "data/" + name)
      for length in stride(from: 1, to: whole.count, by: 5) {
        try scratch.write(Array(whole[..<length]), to: "data/" + name)
        try expectFailure(folder, ["\(folder)/\(name)", "byte ", "expected "])
      }
      try scratch.write(whole + [0], to: "data/" + name)
      try expectFailure(folder, ["\(folder)/\(name)", "byte \(whole.count)", "1 more bytes"])
      try scratch.write([], to: "data/" + name)
      try expectFailure(folder, ["\(folder)/\(name)", "empty"])
      try FileManager.default.removeItem(atPath: folder + "/" + name)
      _ = try scratch.makeDirectory("data/" + name)
      try expectFailure(folder, [folder, "; \(name) is a folder"])
      try FileManager.default.removeItem(atPath: folder + "/" + name)
      try expectFailure(folder, [folder, name == "train-images" ? "images" : "labels"])
    }
  }

  @Test("An IDX label below 0 is named with its byte, damaged gzip data too")
  func otherIDX() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.write([0, 0, 9, 1, 0, 0, 0, 4, 0, 1, 0xFE, 2], to: "data/train-labels")
    try expectFailure(folder, ["\(folder)/train-labels", "byte 10", "found -2"])
    try FileManager.default.removeItem(atPath: folder + "/train-labels")
    try scratch.write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 99, 99], to: "data/train-labels.gz")
    try expectFailure(folder, ["\(folder)/train-labels.gz"])
    // Sizes that no memory holds, in a file of a few bytes.
    try writeSmallIDX(in: folder)
    try scratch.write(
      [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12), to: "data/train-images")
    try expectFailure(folder, ["\(folder)/train-images", "byte 4", "too large"])
  }

  @Test("Features that are not numbers are named with row and column, before anything is written")
  func notFinite() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try IDX.write(
      Features(.doubles([1, 2, 3, .nan]), exampleShape: [2]), to: folder + "/train-images")
    try IDX.write(labels: [0, 1], to: folder + "/train-labels")
    let outcome = try Command.run(
      ["train", "--data", folder, "--iterations", "1", "--output", scratch.file("run")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("row 1, column 1") && outcome.errors.contains("nan"))
    #expect(outcome.errors.hasPrefix("Error: \(folder): "))
    let check = try Command.run(["gradcheck", "--data", folder, "--rows", "1"])
    #expect(check.status == 1 && check.errors.hasPrefix("Error: \(folder): "))
    #expect(try scratch.names.contains("run") == false)
  }

  /// A file that is no data, and what is said of it.
  struct Other: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let words: [String]

    init(_ name: String, _ bytes: [UInt8], _ words: String...) {
      (self.name, self.bytes, self.words) = (name, bytes, words)
    }

    var testDescription: String { name }
  }

  @Test(
    "Paths that are not data are described, with what is accepted",
    arguments: [
      Other("a.parquet", Array("PAR1".utf8), "this is a Parquet table"),
      Other("a.tgz", [0xFE], "this is a tar archive; unpack it with tar -xf "),
      Other("images", [0, 0, 8, 3], "this is an IDX file", "folder with its labels"),
      Other(
        "a.onnx", [8, 7, 0x12, 1, 65], "this is an ONNX model",
        "--data takes digits, fashion-mnist, spiral, moons, circles, xor, or a file or folder"),
    ])
  func otherKinds(_ other: Other) throws {
    let scratch = try TemporaryDirectory()
    let name = other.name
    let path = try scratch.write(other.bytes, to: name)
    try expectFailure(path, [path] + other.words)
    for arguments in [["evaluate", name], ["predict", name, name], ["summary", name]] {
      let model = try Command.run(arguments, in: scratch.path)
      #expect(model.status == 1)
      #expect(
        model.errors.hasPrefix(
          "Error: \(name): expected a model that `perceptron train` saved, found a"))
    }
  }

  @Test("A column of dates leads to the same options from train and data")
  func dates() throws {
    let scratch = try TemporaryDirectory()
    try scratch.write(Array("day,t\n2024-05-06,1\n2024-05-07,2\n".utf8), to: "a.csv")
    let errors = try [["train", "--data", "a.csv"], ["data", "a.csv"]].map {
      try Command.run($0 + ["--target", "t"], in: scratch.path).errors
    }
    #expect(errors[0] == errors[1])
    #expect(errors[0].contains("leave the column out (--ignore)"), "\(errors[0])")
  }

  @Test("Folders of runs are distinguished from data and from runs")
  func runs() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("runs/a", ["--iterations", "1"])
    try expectFailure(scratch.file("runs"), ["this is a folder of runs", "--data takes"])
    try expectFailure(scratch.file("runs/a"), ["this is the folder of a run", "--data takes"])
    let model = try Command.run(["summary", "runs"], in: scratch.path)
    #expect(
      model.errors
        == "Error: runs: this is a folder of 1 run; name one of them, such as runs/a\n")
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    let data = try Command.run(["summary", "data"], in: scratch.path)
    #expect(data.errors.contains("expected the folder of a run or a study, found a folder of data"))
    let space = try Command.run(["tune", "--space", "data/train-images"], in: scratch.path)
    #expect(space.status == 1)
    #expect(space.errors.contains("expected a JSON file of settings to try, found an IDX file"))
  }

  @Test("A folder that is missing, empty or a file is named")
  func folders() throws {
    let scratch = try TemporaryDirectory()
    try expectFailure(scratch.file("none"), [scratch.file("none"), "no such file or folder"])
    try expectFailure(scratch.path, [scratch.path, "data_batch_", "train-images"])
    try scratch.write([1], to: "file")
    try expectFailure(scratch.file("file"), [scratch.file("file"), "this is a file"])
  }

  @Test(
    "A loss with more classes than the data is refused before training",
    arguments: ["logistic", "squared-error", "absolute-error", "huber"])
  func oneClass(_ loss: String) throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try IDX.write(
      Features(.bytes((0..<54).map { UInt8($0) }), exampleShape: [2, 3]),
      to: folder + "/train-images")
    try IDX.write(labels: [Int](repeating: 0, count: 9), to: folder + "/train-labels")
    for command in [
      ["train"], ["tune", "--hidden", "3,4"], ["overfit", "--rows", "3"],
      ["gradcheck", "--rows", "3"],
    ] {
      let outcome = try Command.run(
        command + ["--data", folder, "--loss", loss], in: scratch.path)
      #expect(outcome.status == 2, "\(command): \(outcome)")
      #expect(outcome.errors.contains("--loss is "), "\(outcome.errors)")
      #expect(outcome.errors.contains("the data has a single class"), "\(outcome.errors)")
      #expect(try scratch.names == ["data"])
    }
  }
}
