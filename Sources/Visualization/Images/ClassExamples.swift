import PerceptronDatasets
import PerceptronLinearAlgebra

/// Pictures of each class of a data set, drawn at random: what a network is to learn from, seen.
///
///     if let examples = ClassExamples(of: Digits.training, perClass: 10) {
///       try Report(of: examples, named: "digits").write(to: "digits.html", .drawn([:]))
///     }
public struct ClassExamples: Hashable, Sendable {
  /// A class with some of its examples.
  public struct Class: Hashable, Sendable {
    /// What it is called.
    public let name: String
    /// How many examples it has in all.
    public let count: Int
    /// Which examples were drawn, none twice.
    public let rows: [Int]
    /// Their pictures, on one scale for all classes.
    public let images: [Image]
  }

  /// The classes in their order, also those without examples.
  public let classes: [Class]
  /// How an example is a picture.
  public let shape: ImageShape

  /// Examples of the given data, or nil where its examples are no pictures.
  ///
  /// - Parameters:
  ///   - data: the examples to draw from.
  ///   - perClass: how many of each class, or all of a class that has fewer.
  ///   - seed: what they are drawn from.
  /// - Precondition: `perClass` is at least 1.
  public init?(of data: Dataset, perClass: Int = 10, seed: UInt64 = 0) {
    require(perClass > 0, "ClassExamples: \(perClass) of each class, expected at least 1")
    var random = SeededRandom(seed: seed, purpose: "examples")
    let drawn = data.sampleRows(perClass: perClass, using: &random)
    guard let shape = data.image, var images = data.images(rows: drawn.flatMap { $0 })?[...] else {
      return nil
    }
    self.shape = shape
    let counts = data.classCounts
    classes = drawn.enumerated().map { label, rows in
      defer { images = images.dropFirst(rows.count) }
      return Class(
        name: data.classNames[label], count: counts[label], rows: rows,
        images: Array(images.prefix(rows.count)))
    }
  }

  /// How many examples there are in all.
  public var count: Int { classes.reduce(0) { $0 + $1.count } }

  /// The classes below each other, each with its examples from left to right; where a class has
  /// fewer than others, there is background.
  public var grid: ImageGrid {
    let columns = classes.map(\.images.count).max() ?? 0
    guard let first = classes.first(where: { !$0.images.isEmpty })?.images.first else {
      return ImageGrid([], columns: 1)
    }
    var grid = ImageGrid(forPage: [first], columns: columns)
    let blank = Image(
      width: first.width, height: first.height, channels: 1,
      pixels: [UInt8](repeating: grid.background, count: first.width * first.height))
    grid.tiles = classes.flatMap { entry in
      entry.images + Array(repeating: blank, count: columns - entry.images.count)
    }
    return grid
  }
}
