import PerceptronDatasets
import Testing

@Suite("Cells as text")
struct CellTextTests {
  @Test("A number has at most six significant digits, a whole one all of its own")
  func numbers() {
    func texts(_ features: Features) -> [String] {
      (0..<features.count).map { features.cellText(row: $0, column: 0) }
    }
    #expect(texts(Features(.bytes([0, 255]), exampleShape: [1])) == ["0", "255"])
    #expect(
      texts(
        Features(.doubles([3, -2.5, 0.1, 0.123456789, 1e15, 1e16, .infinity]), exampleShape: [1]))
        == ["3", "-2.5", "0.1", "0.123457", "1000000000000000", "1e+16", "inf"])
    #expect(texts(Features(.floats([0.1, 2]), exampleShape: [1])) == ["0.1", "2"])
  }

  @Test("A category is its name; one that is not known and a missing cell are named")
  func categories() {
    let features = Features(
      .doubles([1, 0, 7, .nan, .nan, 2]), exampleShape: [2],
      columns: [.init(name: "city", categories: ["Oslo", "Rome"]), .init(name: "age")])
    #expect(features.cellText(row: 0, column: 0) == "Rome")
    #expect(features.cellText(row: 1, column: 0) == "unknown")
    #expect(features.cellText(row: 2, column: 0) == "missing")
    #expect(features.cellText(row: 1, column: 1) == "missing")
    #expect(features.cellText(row: 0, column: 1) == "0")
    // Rows in another order keep their cells.
    #expect(features.subset(rows: [2, 0]).cellText(row: 1, column: 0) == "Rome")
  }
}
