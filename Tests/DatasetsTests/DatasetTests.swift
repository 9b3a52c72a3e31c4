import PerceptronDatasets
import PerceptronLinearAlgebra
import Testing

@Suite("Data sets")
struct DatasetTests {
  @Test("Counts, names and shapes follow from the arguments")
  func counts() {
    let features = Features(
      .bytes([UInt8](repeating: 3, count: 5 * 12)), exampleShape: [3, 4],
      image: ImageShape(width: 4, height: 3))
    let dataset = Dataset(features, labels: [0, 2, 1, 2, 2])
    #expect(dataset.count == 5)
    #expect(dataset.featureCount == 12)
    #expect(dataset.classNames == ["0", "1", "2"])
    #expect(dataset.classCounts == [1, 1, 3])
    #expect(dataset.image?.featureCount == 12)
    #expect(dataset.naming(classes: ["a", "b", "c", "d"]).classCounts == [1, 1, 3, 0])
  }

  @Test("Selections share the features and compose", arguments: 0..<3)
  func selections(storage: Int) {
    let features = Samples.features(count: 20, width: 3)[storage]
    let whole = Dataset(features, labels: Samples.labels(count: 20))
    let rows = Samples.rows(features)
    let view = whole[rows: 5..<15]
    let list = view.subset(rows: [9, 0, 0, 4])
    let part = list[rows: 1..<4].subset(rows: [2, 0])
    #expect(Samples.rows(view.features) == Array(rows[5..<15]))
    #expect(Samples.rows(view[rows: 2..<3].features) == [rows[7]])
    #expect(Samples.rows(list.features) == [rows[14], rows[5], rows[5], rows[9]])
    #expect(Samples.rows(part.features) == [rows[9], rows[5]])
    #expect(part.labels == [whole.labels[9], whole.labels[5]])
    for selection in [view, list, part] {
      #expect(Samples.address(selection.features) == Samples.address(features))
    }
    #expect(whole[rows: 20..<20].count == 0)
    #expect(whole.subset(rows: []).count == 0)
  }

  @Test("A tensor's rows become examples of its type")
  func tensors() {
    let single = Dataset(Tensor<Float>([1, 2, 3, 4], shape: [2, 1, 2]), labels: [0, 1])
    #expect(single.exampleShape == [1, 2])
    if case .floats(let elements) = single.features.storage {
      #expect(elements == [1, 2, 3, 4])
    } else {
      Issue.record("floats became \(single)")
    }
    let double = Dataset(Tensor<Double>([1, 2], shape: [2, 1]), labels: [0, 0])
    if case .doubles(let elements) = double.features.storage {
      #expect(elements == [1, 2])
    } else {
      Issue.record("doubles became \(double)")
    }
  }
}
