import PerceptronDatasets
import TestSupport
import Testing
@testable import PerceptronVisualization

@Suite("Examples of each class")
struct ClassExamplesTests {
  /// Seven pictures of 2 × 1 pixels, of which the first pixel is the row's number times 30: four of
  /// class a, none of b, three of c.
  private static let data = Dataset(
    Features(
      .bytes((0..<7).flatMap { [UInt8($0 * 30), 180] }), exampleShape: [1, 2],
      image: ImageShape(width: 2, height: 1)),
    labels: [0, 2, 0, 2, 0, 0, 2], classNames: ["a", "b", "c"])

  @Test(
    "Each class has the requested number of its own examples, without duplicates",
    arguments: [1, 2, 3, 9])
  func eachClassManyOwnExamples(perClass: Int) throws {
    let examples = try #require(ClassExamples(of: Self.data, perClass: perClass, seed: 4))
    #expect(examples.classes.map(\.name) == ["a", "b", "c"])
    #expect(examples.classes.map(\.count) == [4, 0, 3] && examples.count == 7)
    for (label, entry) in examples.classes.enumerated() {
      #expect(entry.rows.count == min(perClass, entry.count))
      #expect(Set(entry.rows).count == entry.rows.count)
      #expect(entry.rows.allSatisfy { Self.data.labels[$0] == label })
      #expect(entry.images == Self.data.images(rows: entry.rows))
    }
  }

  @Test("A seed gives the same examples again, and more begin with the same")
  func seedGivesSameExamplesAgain() throws {
    func rows(_ perClass: Int, seed: UInt64) throws -> [[Int]] {
      try #require(ClassExamples(of: Self.data, perClass: perClass, seed: seed)).classes
        .map(\.rows)
    }
    let rows3 = try rows(3, seed: 1)
    #expect(try rows(3, seed: 1) == rows3)
    #expect(try rows(2, seed: 1) == rows3.map { Array($0.prefix(2)) })
    #expect(try Set((0..<20).map { try rows(3, seed: $0) }).count > 3)
  }

  @Test("The grid has a row for each class, with background for missing examples")
  func gridRowForEachClass()
    throws
  {
    let examples = try #require(ClassExamples(of: Self.data, perClass: 9))
    let grid = examples.grid
    #expect(grid.columns == 4 && grid.tiles.count == 12 && grid.magnification == 32)
    #expect(Array(grid.tiles[0..<4]) == examples.classes[0].images)
    #expect(Array(grid.tiles[8..<11]) == examples.classes[2].images)
    for tile in grid.tiles[4..<8] + grid.tiles[11...] {
      #expect(tile.pixels == [grid.background, grid.background])
    }
  }

  @Test("Without examples there is an empty grid and a page")
  func noExamplesThereGridNothing() throws {
    let none = try #require(ClassExamples(of: Self.data[rows: 0..<0]))
    #expect(none.grid.image.width == 1 && none.count == 0)
    let report = Report(of: none, named: "none")
    #expect(report.pictures.isEmpty && report.sections.map(\.heading) == ["Overview"])
    #expect(report.warnings == ["There are no examples of a, b, c."])
  }

  @Test("Data other than images has no examples to show")
  func dataNoPictureNoExamples() {
    let data = Dataset(Features(.bytes([1, 2]), exampleShape: [2]), labels: [0])
    #expect(ClassExamples(of: data) == nil)
  }

  @Test("The page has a picture for each class with its name and count")
  func pagePictureForEachClass() throws {
    let report = Report(of: try #require(ClassExamples(of: Self.data, perClass: 2)), named: "few")
    #expect(report.title == "Examples of few")
    #expect(report.pictures.map(\.caption) == ["a: 4 examples", "c: 3 examples"])
    #expect(report.pictures.map(\.name) == ["class-0", "class-2"])
    #expect(report.pictures.map(\.image.width) == [130, 130])
    #expect(report.warnings == ["There are no examples of b."])
    #expect(report.figures.map(\.value) == ["7", "3", "2 × 1", "1"])
  }
}

extension Report {
  fileprivate var blocks: [Block] { sections.flatMap(\.blocks) }

  fileprivate var warnings: [String] {
    blocks.compactMap { if case .warning(let text) = $0 { text } else { nil } }
  }

  fileprivate var figures: [Fact] {
    blocks.flatMap { block -> [Fact] in
      if case .figures(let facts) = block { facts } else { [] }
    }
  }
}
