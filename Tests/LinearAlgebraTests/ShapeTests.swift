import PerceptronLinearAlgebra
import Testing

@Suite("Shape")
struct ShapeTests {
  @Test(
    "a shape counts its elements, rows and columns",
    arguments: [
      ([], 1, 1, 1), ([5], 5, 1, 5), ([0], 0, 1, 0), ([2, 3], 6, 2, 3), ([0, 3], 0, 0, 3),
      ([3, 0], 0, 3, 0), ([2, 3, 4], 24, 2, 12), ([2, 3, 4, 5], 120, 2, 60),
    ] as [([Int], Int, Int, Int)])
  func counts(dimensions: [Int], count: Int, rows: Int, columns: Int) {
    let shape = Shape(dimensions)
    #expect(shape.rank == dimensions.count)
    #expect(shape.dimensions == dimensions)
    #expect(dimensions.indices.map { shape[$0] } == dimensions)
    #expect(shape.count == count)
    #expect(shape.rowCount == rows)
    #expect(shape.columnCount == columns)
    #expect(shape.description == dimensions.description)
  }

  @Test("shapes are equal when rank and extents are")
  func equality() {
    #expect(Shape([2, 3]) == [2, 3])
    #expect(Shape([2, 3]) != [3, 2])
    #expect(Shape([2]) != [2, 1], "padding is not an extent")
    #expect(Set<Shape>([[2], [2, 1], [2], []]).count == 3)
  }

  @Test("An element count that does not fit in Int is nil, also if an extent is 0")
  func elementCount() {
    #expect(Shape.elementCount(of: [1 << 31, 1 << 31]) == 1 << 62)
    #expect(Shape.elementCount(of: [1 << 32, 1 << 31]) == nil)
    #expect(Shape.elementCount(of: [1 << 62, 1 << 62, 0]) == nil)
    #expect(Shape.elementCount(of: [1 << 62, 0]) == 0)
    #expect(Shape.elementCount(of: []) == 1)
  }
}
