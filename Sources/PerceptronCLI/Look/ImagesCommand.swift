import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// `perceptron images`.
struct ImagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Show a data set: some pictures of each class, and how many there are.",
    discussion: """
      A file whose name ends in .html becomes a page that needs nothing else, one in .png a single \
      picture with a row for each class.
      """)

  @OptionGroup var source: DataOptions
  @Option(help: "Which part of the data.") var split: DataOptions.Split = .train
  @Option(
    parsing: .unconditional,
    help: .init("How many pictures of each class.", valueName: "count"))
  var perClass = 10
  @Option(parsing: .unconditional, help: "What they are drawn from.") var seed: UInt64 = 0
  @Option(
    help: .init(
      "The .html or .png file. (default: NAME-images.html here)", valueName: "file"))
  var output: String?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    try require("--per-class", perClass, in: 1...100)
    if let output, !Self.isPage(output) && !Self.isPicture(output) {
      throw ValidationError("--output is \(output), expected a name that ends in .html or .png")
    }
  }

  private static func isPage(_ path: String) -> Bool { path.lowercased().hasSuffix(".html") }
  private static func isPicture(_ path: String) -> Bool { path.lowercased().hasSuffix(".png") }

  /// What is found, as JSON.
  private struct Result: Encodable {
    struct Class: Encodable {
      let name: String
      let count: Int
      /// The rows that are shown.
      let rows: [Int]
    }

    let data: String
    let split: DataOptions.Split
    let output: String
    let classes: [Class]
  }

  func run() throws {
    let name = URL(fileURLWithPath: source.data).standardizedFileURL.lastPathComponent
    let path = output ?? "\(name)-images.html"
    try AtomicFile.check(path)
    let data = try source.load(split)
    guard let examples = ClassExamples(of: data, perClass: perClass, seed: seed) else {
      throw DatasetError(
        "\(source.data) has no pictures to show, but \(data.features): expected examples of "
          + "height × width, with 1 or 3 channels")
    }
    if Self.isPicture(path) {
      try AtomicFile.write(examples.grid.image.png, to: path)
    } else {
      try Report(of: examples, named: name).write(to: path, .drawn([:]))
    }
    for entry in examples.classes where entry.count == 0 {
      Console.error("warning: the \(split.rawValue) set has no examples of class \(entry.name)")
    }
    try Console.output(json ? result(examples, path).json : text(examples, path))
  }

  private func result(_ examples: ClassExamples, _ path: String) -> Result {
    Result(
      data: source.data, split: split, output: path,
      classes: examples.classes.map { .init(name: $0.name, count: $0.count, rows: $0.rows) })
  }

  private func text(_ examples: ClassExamples, _ path: String) -> String {
    var table = TextTable([.words("class"), .figures("examples")])
    for entry in examples.classes { table.add([entry.name, grouped(entry.count)]) }
    return table.text + "\n\n" + path
  }
}
