import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct ImagesCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Show sample images of each class of a data set.",
    discussion: """
      Prints the number of examples of each class and writes an .html or a .png file: a \
      self-contained page, or a single image with one row per class.
      """)

  static let examples = [
    CommandExample(
      "Write digits-images.html with ten images of each digit.", "perceptron images --data digits"),
    CommandExample(
      "Write a PNG image with five test images of each class.",
      "perceptron images --data fashion-mnist --split test --per-class 5 --output fashion.png"),
  ]

  @OptionGroup(title: "Data") var source: DataOptions<DigitsByDefault>
  @Option(help: "Part of the data set.") var split: DataSplit = .train
  @Option(
    parsing: .unconditional,
    help: .init("Number of images per class.", valueName: "count"))
  var perClass = 10
  @Option(parsing: .unconditional, help: "Seed for choosing the images.") var seed: UInt64 = 0
  @Option(
    help: .init(
      "Output file, .html or .png. (default: NAME-images.html)", valueName: "file"))
  var output: String?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    try require("--per-class", perClass, in: 1...100)
    if let output, !Self.isPage(output) && !Self.isImage(output) {
      throw ValidationError("--output is \(output), expected a name that ends in .html or .png")
    }
  }

  private static func isPage(_ path: String) -> Bool { path.lowercased().hasSuffix(".html") }
  private static func isImage(_ path: String) -> Bool { path.lowercased().hasSuffix(".png") }

  /// The JSON output.
  private struct Result: Encodable {
    struct Class: Encodable {
      let name: String
      let count: Int
      /// The indices of the rows shown.
      let rows: [Int]
    }

    let data: String
    let split: DataSplit
    let output: String
    let classes: [Class]
  }

  func run() throws {
    let name = DatasetLibrary.shortName(of: source.data)
    let path = output ?? "\(name)-images.html"
    try AtomicFile.check(path)
    let data = try source.load(split)
    if data.schema.kind != .classes {
      throw DatasetError(
        "\(source.data) has \(data.schema) for each example, expected classes; --task classes reads "
          + "whole numbers as classes")
    }
    guard let examples = ClassExamples(of: data, perClass: perClass, seed: seed) else {
      throw DatasetError(
        "\(source.data) has no images, but \(data.features): expected examples of shape "
          + "height × width, with 1 or 3 channels")
    }
    if Self.isImage(path) {
      try AtomicFile.write(examples.grid.image.png, to: path)
    } else {
      try Report(of: examples, named: name).write(to: path, .drawn([:]))
    }
    for entry in examples.classes where entry.count == 0 {
      Console.error("warning: the \(split.rawValue) set has no examples of class \(entry.name)")
    }
    if json {
      let result = Result(
        data: source.data, split: split, output: path,
        classes: examples.classes.map { .init(name: $0.name, count: $0.count, rows: $0.rows) })
      return try Console.output(result.json)
    }
    var table = TextTable([.words("class"), .figures("examples")])
    for entry in examples.classes { table.add([entry.name, grouped(entry.count)]) }
    try Console.output(table.text + "\n\n" + path)
  }
}
