import PerceptronDatasets
import PerceptronLinearAlgebra
import TestSupport
import Testing

/// Sizes and indices that do not fit stop the process and say what was given.
@Suite("Traps")
struct TrapTests {
  @Test("Features that are not whole rows of the given shape are refused")
  func features() async {
    let ragged = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Features(.bytes([1, 2, 3]), exampleShape: [2])
    }
    expectMessage(ragged, "3 elements are not whole examples of shape [2]")
    let empty = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Features(.bytes([]), exampleShape: [2, 0])
    }
    expectMessage(empty, "an example of shape [2, 0] has no size")
    let vector = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Features(Tensor<Float>([1, 2]))
    }
    expectMessage(vector, "expected a tensor of rows, found the shape [2]")
  }

  @Test("A picture of another size than an example is refused, and one without pixels")
  func pictures() async {
    let other = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let image = ImageShape(width: 3, height: 2)
      _ = Features(.bytes([1, 2, 3, 4]), exampleShape: [4], image: image)
    }
    expectMessage(other, "shape [4] are not pictures of 6 features")
    let none = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ImageShape(width: 0, height: 2)
    }
    expectMessage(none, "0 × 2 pixels of 1 channels")
  }

  @Test("Labels that are too few, or of no class, are refused")
  func labels() async {
    let few = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Dataset(Features(.bytes([1, 2]), exampleShape: [1]), labels: [0])
    }
    expectMessage(few, "2 rows of features and 1 labels")
    let high = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Dataset(Features(.bytes([1]), exampleShape: [1]), labels: [2], classNames: ["a", "b"])
    }
    expectMessage(high, "the label 2 of 2 classes")
    let negative = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Dataset(Features(.bytes([1]), exampleShape: [1]), labels: [-1])
    }
    expectMessage(negative, "the label -1 of 0 classes")
  }

  @Test("Rows that are not there cannot be selected")
  func selections() async {
    let range = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Features(.bytes([1, 2]), exampleShape: [2])[rows: 0..<2]
    }
    expectMessage(range, "rows 0..<2 of 1")
    let index = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Features(.bytes([1, 2]), exampleShape: [1])[rows: 1..<2].subset(rows: [1])
    }
    expectMessage(index, "row 1 of 1")
  }

  @Test("Batches of rows that are not there, or into targets of another size, are refused")
  func batches() async {
    let row = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let features = Features(.bytes([1, 2]), exampleShape: [1])
      var target = Tensor<Float>.zeros([1, 1])
      features.prepared(with: .none, as: Float.self).gather([2], into: &target)
    }
    expectMessage(row, "row 2 of 2")
    let target = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let features = Features(.bytes([1, 2]), exampleShape: [1])
      var target = Tensor<Float>.zeros([2, 1])
      features.prepared(with: .none, as: Float.self).gather([0], into: &target)
    }
    expectMessage(target, "1 rows of 1 features into [2, 1]")
    let labels = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let dataset = Dataset(Features(.bytes([1, 2]), exampleShape: [1]), labels: [0, 0])
      var target = Tensor<Float>.zeros([1, 1])
      var classes = [0, 0]
      dataset.prepared(with: .none, as: Float.self).gather([0], into: &target, labels: &classes)
    }
    expectMessage(labels, "gather: 1 rows into 2 labels")
    let mean = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let features = Features(.bytes([1, 2]), exampleShape: [1])
      _ = features.prepared(with: Preprocessing(mean: [1, 2]), as: Float.self)
    }
    expectMessage(mean, "preprocessing of 2 features for 1 features")
  }
}
