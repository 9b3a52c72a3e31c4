import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import TestSupport
import Testing

/// Preprocessing with principal components behind its steps.
@Suite("Projection onto principal components")
struct ProjectionTests {
  private static let rowCount = 60

  /// Features of a type with unequal variances.
  private func dataset(_ type: String, rows: Int = rowCount, weights: [Double]? = nil) -> Dataset {
    var random = SeededRandom(seed: 5, purpose: "rows")
    let bytes = (0..<rows * 6).map { position in
      UInt8(random.uniform() * Double(40 * (1 + position % 6)))
    }
    let storage: Features.Storage =
      switch type {
      case "bytes": .bytes(bytes)
      case "floats": .floats(bytes.map { Float($0) })
      default: .doubles(bytes.map { Double($0) })
      }
    return Dataset(
      Features(storage, exampleShape: [6]),
      targets: .classes((0..<rows).map { $0 % 2 }, names: ["a", "b"]), weights: weights)
  }

  private func raw(_ dataset: Dataset) -> Tensor<Double> {
    dataset.features.prepared(with: .none, as: Double.self).block(0..<dataset.count)
  }

  @Test(
    "Rows become the coordinates of the scaled rows along their components",
    arguments: ["bytes", "floats", "doubles"], [nil, 1e-5])
  func coordinates(type: String, whitening: Double?) throws {
    let dataset = dataset(type)
    let fitted = try Preprocessing.fitted(
      to: dataset, divisor: 255, subtractMean: true,
      projection: ProjectionSettings(count: .number(3), whitening: whitening))
    #expect(fitted.outputCount(of: 6) == 3 && fitted.inputCount == 6)
    #expect(fitted.outputNames == ["pc1", "pc2", "pc3"] && fitted.outputColumns == nil)
    let expected = try PrincipalComponents(
      of: raw(dataset) / Tensor(255), count: 3, whitening: whitening)
    let wide: PreparedDataset<Double> = dataset.prepared(with: fitted)
    let narrow: PreparedDataset<Float> = dataset.prepared(with: fitted)
    #expect(wide.featureCount == 3 && wide.count == Self.rowCount)
    let places = expected.transform(raw(dataset) / Tensor(255))
    expectClose(wide.block(0..<Self.rowCount), places, tolerance: type == "bytes" ? 1e-4 : 1e-10)
    expectClose(
      Tensor<Double>(narrow.block(0..<Self.rowCount)), places, tolerance: 1e-4)
    if whitening != nil {
      for column in 0..<3 {
        let squares = (0..<Self.rowCount).reduce(0) { $0 + places[$1, column] * places[$1, column] }
        expectClose(squares / Double(Self.rowCount - 1), 1, tolerance: 0.01)
      }
    }
  }

  @Test("Batches and selections have the rows of the whole")
  func selections() throws {
    let dataset = dataset("bytes")
    let fitted = try Preprocessing.fitted(
      to: dataset, divisor: 255, projection: ProjectionSettings(count: .number(4)))
    let prepared: PreparedDataset<Float> = dataset.prepared(with: fitted)
    let whole = prepared.block(0..<Self.rowCount)
    let rows = [7, 0, 59, 7]
    var batch = Tensor<Float>.zeros([4, 4])
    var labels = [0, 0, 0, 0]
    prepared.gather(rows, into: &batch, labels: &labels)
    let subset = prepared.subset(rows: rows)
    #expect(subset.labels == labels && subset.features.features.count == 4)
    #expect(subset.block(0..<4) == batch)
    for (index, row) in rows.enumerated() {
      #expect(batch[rows: index..<index + 1] == whole[rows: row..<row + 1])
    }
    // Prepared on their own, they differ by rounding alone.
    let own: PreparedDataset<Float> = dataset.subset(rows: rows).prepared(with: fitted)
    expectClose(own.block(0..<4), batch, tolerance: 1e-5)
  }

  @Test("Rows of weight 0 have no part in the components")
  func weights() throws {
    let weights = (0..<Self.rowCount).map { $0 < 40 ? 2.0 : 0 }
    let weighted = dataset("doubles", weights: weights)
    let few = dataset("doubles").subset(rows: Array(0..<40))
    let settings = ProjectionSettings(count: .number(2))
    let found = try #require(
      try Preprocessing.fitted(to: weighted, projection: settings).projection)
    let expected = try #require(try Preprocessing.fitted(to: few, projection: settings).projection)
    expectClose(found.directions, expected.directions)
    expectClose(Tensor(found.variances), Tensor(expected.variances))
  }

  @Test("A table's columns are scaled and encoded before they are projected")
  func table() throws {
    let columns = [
      FeatureColumn(name: "a"), FeatureColumn(name: "b", categories: ["x", "y", "z"]),
    ]
    let cells: [Double] = [1, 0, 2, 1, .nan, 2, 5, 0, 3, 1, 4, .nan]
    let dataset = Dataset(
      Features(.doubles(cells), exampleShape: [2], columns: columns),
      labels: [0, 1, 0, 1, 0, 1])
    let steps = try Preprocessing.fitted(
      to: dataset, columns: ColumnPreparation(scaling: .standard))
    let fitted = try Preprocessing.fitted(
      to: dataset, columns: ColumnPreparation(scaling: .standard),
      projection: ProjectionSettings(count: .all, whitening: 1e-5))
    #expect(fitted.steps == steps.steps && fitted.projection?.columnCount == 4)
    let before: PreparedDataset<Double> = dataset.prepared(with: steps)
    let after: PreparedDataset<Double> = dataset.prepared(with: fitted)
    let components = try #require(fitted.projection)
    expectClose(
      after.block(0..<6), components.transform(before.block(0..<6)), tolerance: 1e-9)
    #expect(fitted.outputNames?.first == "pc1" && fitted.outputNames?.count == 4)
  }

  @Test(
    "More components than features or than rows − 1 are refused with the limit",
    arguments: [
      (60, 7, "7 principal components: expected at most 6, the number of features"),
      (
        4, 5,
        "5 principal components: expected at most 3, one less than the number of training rows"
      ),
      (1, 1, "principal components of 1 row, expected at least 2"),
    ])
  func tooMany(rows: Int, count: Int, message: String) {
    let error = #expect(throws: DatasetError.self) {
      try Preprocessing.fitted(
        to: dataset("bytes", rows: rows),
        projection: ProjectionSettings(count: .number(count)))
    }
    #expect(error?.description == message)
  }

  @Test("All components of few rows are one less than the rows")
  func few() throws {
    let fitted = try Preprocessing.fitted(
      to: dataset("bytes", rows: 4), projection: ProjectionSettings())
    #expect(fitted.projection?.count == 3)
  }

  @Test("Numbers whose squares are too large are refused")
  func overflow() {
    let dataset = Dataset(
      Features(.doubles([1e200, 1, -1e200, 2, 1e200, 3]), exampleShape: [2]), labels: [0, 1, 0])
    let error = #expect(throws: DatasetError.self) {
      try Preprocessing.fitted(to: dataset, projection: ProjectionSettings())
    }
    #expect(error?.description.contains("expected a finite number") == true)
  }

  @Test("A preprocessing comes back from JSON; components of other columns are refused")
  func coding() throws {
    let fitted = try Preprocessing.fitted(
      to: dataset("bytes"), divisor: 255, subtractMean: true,
      projection: ProjectionSettings(count: .number(2), whitening: 1e-3))
    let text = try JSONEncoder().encode(fitted)
    #expect(try JSONDecoder().decode(Preprocessing.self, from: text) == fitted)
    let five = PrincipalComponents(
      mean: .zeros([5]), directions: .zeros([5, 1]), variances: [0], explainedVarianceRatio: [0])
    let wrong =
      #"{"divisor":1,"mean":[0,0,0],"projection":\#(String(decoding: try JSONEncoder().encode(five), as: UTF8.self))}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Preprocessing.self, from: Data(wrong.utf8))
    }
  }

  @Test("The description says onto what features are projected")
  func description() throws {
    let dataset = dataset("bytes")
    let fitted = try Preprocessing.fitted(
      to: dataset, divisor: 255,
      projection: ProjectionSettings(count: .number(2), whitening: 0))
    #expect(
      "\(dataset.prepared(with: fitted, as: Float.self).features)"
        == "60 rows of [6] bytes as Float, divided by 255.0, projected onto 2 principal components, whitened"
    )
  }
}
