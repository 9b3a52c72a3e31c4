import PerceptronDatasets
import PerceptronLinearAlgebra
import Testing

@Suite("Prepared data sets")
struct PreparedDatasetTests {
  static let preprocessings = [
    Preprocessing.none, Preprocessing(divisor: 255),
    Preprocessing(divisor: 1, mean: [0.5, -1, 2.25, 100, 3]),
    Preprocessing(divisor: 16, mean: [0.5, -1, 2.25, 100, 3]),
  ]

  /// What one element must become: computed in `Scalar`, or for doubles in `Double` and rounded
  /// once, as the kernels promise.
  private func expected<Scalar: BLASScalar>(
    _ features: Features, _ row: Int, _ column: Int, _ preprocessing: Preprocessing
  ) -> Scalar {
    let element = Samples.element(features, storedRow: row, column)
    if case .doubles = features.storage {
      return Scalar(element / preprocessing.divisor - (preprocessing.mean?[column] ?? 0))
    }
    var value = Scalar(element)
    if preprocessing.divisor != 1 { value /= Scalar(preprocessing.divisor) }
    if let mean = preprocessing.mean { value -= Scalar(mean[column]) }
    return value
  }

  private func checkGather<Scalar: BLASScalar>(
    _ scalar: Scalar.Type, _ preprocessing: Preprocessing, rows: [Int]
  ) {
    for features in Samples.features(count: 11, width: 5) {
      let dataset = Dataset(features, labels: Samples.labels(count: 11))
      let prepared = dataset.prepared(with: preprocessing, as: Scalar.self)
      var target = Tensor<Scalar>.zeros([rows.count, 5])
      var labels = [Int](repeating: -1, count: rows.count)
      prepared.gather(rows, into: &target, labels: &labels)
      #expect(labels == rows.map { dataset.labels[$0] })
      for (position, row) in rows.enumerated() {
        for column in 0..<5 {
          let value: Scalar = expected(features, row, column, preprocessing)
          #expect(target[position, column] == value, "\(rows) \(position) \(column)")
        }
      }
    }
  }

  @Test(
    "A gathered batch agrees with the formula, element by element",
    arguments: preprocessings, [[], [3], [10, 0, 10, 5], Array(0..<11)])
  func gather(preprocessing: Preprocessing, rows: [Int]) {
    checkGather(Float.self, preprocessing, rows: rows)
    checkGather(Double.self, preprocessing, rows: rows)
  }

  @Test("A prepared data set has the sizes of the whole and its own preprocessing")
  func sizes() {
    let dataset = Dataset(
      Samples.features(count: 6, width: 2)[0], labels: Samples.labels(count: 6),
      classNames: ["a", "b", "c", "d"])
    let prepared: PreparedDataset<Float> = dataset.prepared(with: Preprocessing(divisor: 16))
    #expect(prepared.count == 6)
    #expect(prepared.featureCount == 2)
    #expect(prepared.classCount == 4)
    #expect(prepared.preprocessing == Preprocessing(divisor: 16))
  }

  @Test("A worker's share goes to its own rows of the batch")
  func shares() {
    let features = Samples.features(count: 6, width: 2)[0]
    let prepared: PreparedDataset<Double> =
      Dataset(features, labels: Samples.labels(count: 6)).prepared(with: .none)
    let rows = [5, 1, 4]
    var target = Tensor<Double>.zeros([3, 2])
    var labels = [0, 0, 0]
    target.withMutableRows { block in
      rows.withUnsafeBufferPointer { rows in
        labels.withUnsafeMutableBufferPointer { labels in
          prepared.gather(
            UnsafeBufferPointer(rebasing: rows[1...]),
            into: MutableRowBlock(base: block.base + 2, rows: 2, columns: 2),
            labels: UnsafeMutableBufferPointer(rebasing: labels[1...]))
        }
      }
    }
    let all = Samples.rows(features)
    #expect(target.elements == [0, 0] + all[1] + all[4])
    #expect(labels == [0, prepared.labels[1], prepared.labels[4]])
  }

  @Test("A selection gathers from its own rows")
  func selections() {
    let features = Samples.features(count: 12, width: 4)[2]
    let dataset = Dataset(features, labels: Samples.labels(count: 12))
    let view: PreparedDataset<Double> = dataset[rows: 6..<12].prepared(with: .none)
    let list: PreparedDataset<Double> = dataset.subset(rows: [11, 7]).prepared(with: .none)
    #expect(view.block(1..<2) == list.block(1..<2))
    #expect(view.block(5..<6) == list.block(0..<1))
  }

  @Test("Blocks cover every row once, the last one shorter", arguments: [1, 3, 4, 10, 11])
  func blocks(size: Int) {
    for features in Samples.features(count: 10, width: 3) {
      let dataset = Dataset(features, labels: Samples.labels(count: 10))
      let prepared: PreparedDataset<Float> = dataset.prepared(with: Preprocessing(divisor: 2))
      var elements: [Float] = []
      var labels: [Int] = []
      var kept: [Tensor<Float>] = []
      prepared.forEachBlock(of: size) { block, classes in
        #expect(block.shape[0] == classes.count && classes.count <= size)
        elements += block.elements
        labels += classes
        kept.append(block)
      }
      #expect(elements == prepared.block(0..<10).elements)
      #expect(labels == dataset.labels)
      #expect(kept.flatMap(\.elements) == elements, "a block that is kept stays as it was")
    }
  }

  @Test("No rows make no blocks and an empty batch")
  func noRows() {
    let dataset = Dataset(Features(.bytes([]), exampleShape: [4]), labels: [], classNames: ["a"])
    let prepared: PreparedDataset<Float> = dataset.prepared(with: Preprocessing(divisor: 255))
    var calls = 0
    prepared.forEachBlock(of: 3) { _, _ in calls += 1 }
    #expect(calls == 0)
    #expect(prepared.block(0..<0).shape == [0, 4])
  }
}
