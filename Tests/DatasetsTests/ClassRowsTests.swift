import PerceptronDatasets
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Rows of each class")
struct ClassRowsTests {
  private static let data = Dataset(
    Tensor<Float>.zeros([5, 1]), labels: [2, 0, 2, 2, 0], classNames: ["a", "b", "c"])

  @Test("Rows by class are in order, also for empty classes")
  func rowsByClassOrderAlso() {
    #expect(Self.data.rowsByClass == [[1, 4], [], [0, 2, 3]])
    #expect(Self.data[rows: 0..<0].rowsByClass == [[], [], []])
  }

  @Test(
    "A sample has the requested number of rows of each class, or all", arguments: [0, 1, 2, 3, 100])
  func sampleSoManyEachClass(count: Int) {
    var random = SeededRandom(seed: 3)
    let sample = Self.data.sampleRows(perClass: count, using: &random)
    #expect(sample.map(\.count) == [min(count, 2), 0, min(count, 3)])
    for (drawn, all) in zipped(sample, Self.data.rowsByClass) {
      #expect(Set(drawn).isSubset(of: all) && Set(drawn).count == drawn.count)
    }
  }
}
