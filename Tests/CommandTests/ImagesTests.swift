import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron images", .mayHang)
struct ImagesTests {
  /// The width and the height that a PNG file's head states.
  private func size(ofPNG bytes: [UInt8]) -> [Int] {
    [16, 20].map { start in bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
  }

  @Test(
    "The page is written to the working directory, and each class's number of examples is printed")
  func page() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(["images"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "class  examples" && lines.last == "digits-images.html")
    #expect(lines.count == 12)
    let page = try scratch.text("digits-images.html")
    for label in 0..<10 {
      #expect(page.contains("<figcaption>\(label): \(Digits.training.classCounts[label]) examples"))
    }
    // Every example is a picture of its own, so that a narrow window has room for all.
    #expect(page.matches(of: /title="row [0-9]+"/).count == 100)
  }

  @Test("A single picture has a row for each class, drawn by the seed")
  func picture() throws {
    let scratch = try TemporaryDirectory()
    func picture(_ options: [String]) throws -> [UInt8] {
      let outcome = try Command.run(["images", "--output", "a.png"] + options, in: scratch.path)
      #expect(outcome.status == 0 && outcome.output.hasSuffix("\na.png\n"), "\(outcome.errors)")
      return try scratch.bytes(of: "a.png")
    }
    let three = try picture(["--per-class", "3", "--split", "test"])
    // Tiles of 64 pixels, 2 between them.
    #expect(size(ofPNG: three) == [3 * 66 - 2, 10 * 66 - 2])
    #expect(try picture(["--per-class", "3", "--split", "test"]) == three)
    #expect(try picture(["--per-class", "3", "--split", "test", "--seed", "1"]) != three)
    #expect(try picture(["--per-class", "3"]) != three)
  }

  @Test(
    "Images of any size are drawn at three times their size",
    arguments: [[64, 64], [30, 150], [400, 2]])
  func large(size: [Int]) throws {
    let scratch = try TemporaryDirectory()
    let count = size[0] * size[1]
    try IDX.write(
      Features(
        .bytes((0..<4 * count).map { UInt8(truncatingIfNeeded: $0) }), exampleShape: size),
      to: scratch.file("train-images"))
    try IDX.write(labels: [0, 0, 0, 0], to: scratch.file("train-labels"))
    for output in ["a.png", "a.html"] {
      let outcome = try Command.run(
        ["images", "--data", ".", "--output", output], in: scratch.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let (height, width) = (3 * size[0], 3 * size[1])
    #expect(try self.size(ofPNG: scratch.bytes(of: "a.png")) == [4 * (width + 2) - 2, height])
    // A page has room for 1100 pixels: of the widest, two stand in a row.
    let columns = width > 360 ? 2 : 4
    #expect(try scratch.text("a.html").contains("--picture: \(columns * (width + 2) - 2)px"))
  }

  @Test("A folder's page is named after its last component; empty classes cause a warning")
  func folder() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("some/data")
    try scratch.write(cifarRecords(3), to: "some/data/data_batch_1.bin")
    let outcome = try Command.run(["images", "--data", folder, "--json"], in: scratch.path)
    #expect(outcome.status == 0)
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(result["output"] as? String == "data-images.html")
    #expect(result["split"] as? String == "train")
    let classes = try #require(result["classes"] as? [[String: Any]])
    #expect(classes.map { $0["count"] as? Int } == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    #expect(classes[2]["rows"] as? [Int] == [2] && classes[2]["name"] as? String == "bird")
    #expect(outcome.errors.contains("the train set has no examples of class cat\n"))
    #expect(outcome.errors.split(separator: "\n").count == 7)
    #expect(try scratch.text("data-images.html").contains("bird: 1 example<"))
    let test = try Command.run(["images", "--data", folder, "--split", "test"], in: scratch.path)
    #expect(test.status == 1 && test.errors.contains("use --split train"))
  }

  @Test("Data without images is refused with its shape")
  func noPictures() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try IDX.write(
      Features(.bytes([1, 2, 3, 4, 5, 6]), exampleShape: [3]), to: folder + "/train-images")
    try IDX.write(labels: [0, 1], to: folder + "/train-labels")
    let outcome = try Command.run(["images", "--data", "data"], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(
      outcome.errors.contains("data has no images, but 2 rows of [3] bytes: expected"))
    #expect(try scratch.names == ["data"])
  }

  @Test(
    "Usage errors are reported",
    arguments: [
      ["--per-class", "0"], ["--per-class", "101"], ["--output", "a.gif"], ["--output", "html"],
    ])
  func wrong(_ options: [String]) throws {
    let outcome = try Command.run(["images"] + options)
    #expect(outcome.status == 2 && outcome.errors.contains(options[0]))
  }
}
