import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Most confident errors")
struct MistakeTests {
  /// Whole numbers, so that any number of workers gives the same scores, many of them equal.
  fileprivate static func data<Scalar: BLASScalar>(
    rows: Int, classes: Int, as _: Scalar.Type
  ) -> PreparedDataset<Scalar> {
    var random = SeededRandom(seed: 5)
    let features = (0..<rows * 3).map { _ in Scalar(random.index(below: 7) - 3) }
    let labels = (0..<rows).map { _ in random.index(below: classes) }
    return Dataset(
      Tensor(features, shape: [rows, 3]), labels: labels,
      classNames: (0..<classes).map { "\($0)" }
    ).prepared(with: .none)
  }

  fileprivate static func network<Scalar: BLASScalar>(
    _ loss: LossSpecification, outputs: Int, as _: Scalar.Type
  ) -> Network<Scalar> {
    var random = SeededRandom(seed: 6)
    var network = Network<Scalar>(
      inputSize: 3, [.affine(outputs: outputs)], loss: loss, using: &random)
    network.parameters["W1"] = Tensor(
      (0..<3 * outputs).map { Scalar($0 * 5 % 7 - 3) }, shape: [3, outputs])
    return network
  }

  /// A network of two outputs that are its inputs, also those that are not finite.
  private static func unchanging<Scalar>(_ loss: any Loss<Scalar>) -> Network<Scalar> {
    Network(inputSize: 2, layers: [Dropout<Scalar>(rate: 0.5)], loss: loss)
  }

  /// All mistakes, each row by itself, in order.
  private static func all<Scalar>(
    _ network: Network<Scalar>, on data: PreparedDataset<Scalar>
  ) -> [Mistake] {
    let mistakes = (0..<data.count).compactMap { row -> Mistake? in
      let outputs = network.outputs(of: data.features.block(row..<row + 1))
      let (label, predicted) = (data.labels[row], network.loss.classes(of: outputs)[0])
      if label == predicted { return nil }
      let confidence: Mistake.Confidence
      if let probabilities = network.loss.probabilities(of: outputs) {
        confidence = .probability(Double(probabilities[0, predicted]))
      } else if network.outputSize == 1 {
        confidence = .margin(abs(Double(outputs[0, 0]) - Double(label)))
      } else {
        confidence = .margin(Double(outputs[0, predicted] - outputs[0, label]))
      }
      return Mistake(row: row, label: label, predicted: predicted, confidence: confidence)
    }
    return mistakes.sorted {
      (-$0.confidence.value, $0.row) < (-$1.confidence.value, $1.row)
    }
  }

  @Test(
    "The most confident errors are the first of all in order",
    arguments: [
      (LossSpecification.softmax, 4), (.logistic, 1), (.logistic, 4), (.hinge, 4),
      (.squaredError, 1), (.squaredError, 4),
    ] as [(LossSpecification, Int)])
  func mostConfidentErrorsFirstAllOrder(
    loss: LossSpecification, outputs: Int
  ) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let data = Self.data(rows: 2300, classes: max(2, outputs), as: Scalar.self)
      let network = Self.network(loss, outputs: outputs, as: Scalar.self)
      let expected = Self.all(network, on: data)
      #expect(expected.count > 200)
      #expect(Set(expected.map(\.confidence)).count < expected.count)
      for workers in 1...3 {
        for count in [0, 1, 12, expected.count, 5000] {
          let found = network.mostConfidentErrors(on: data, count: count, workers: workers)
          #expect(found == Array(expected.prefix(count)))
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Without rows, or without errors, the list is empty")
  func noRowsRowsAllPredicted() {
    let network = Network<Float>.identity(3)
    for rows in [0, 3] {
      let scores = Tensor<Float>((0..<rows * 3).map { $0 % 4 == 0 ? 1 : 0 }, shape: [rows, 3])
      let data: PreparedDataset<Float> = Dataset(
        scores, labels: Array(0..<rows), classNames: ["a", "b", "c"]
      ).prepared(with: .none)
      #expect(network.mostConfidentErrors(on: data, count: 9) == [])
    }
  }

  @Test("Errors with scores that are not finite come last, in the order of rows")
  func mistakesScoresNotFiniteCome() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let scores = Tensor<Scalar>(
        [.nan, 0, 1, .infinity, .infinity, 1, 2, 0, 9, 0], shape: [5, 2])
      let data: PreparedDataset<Scalar> = Dataset(
        scores, labels: [1, 0, 0, 1, 1], classNames: ["a", "b"]
      ).prepared(with: .none)
      // Row 0 predicts the class of its NaN, rows 1 and 2 have an infinity against a number and a
      // larger one: row 2 is right.
      let found = Self.unchanging(SoftmaxLoss()).mostConfidentErrors(on: data, count: 9)
      #expect(found.map(\.row) == [4, 3, 0, 1])
      #expect(found.suffix(2).allSatisfy { $0.confidence.value.isNaN })
      #expect(found[0].confidence.value > 0.99 && found[0].label == 1 && found[0].predicted == 0)
      let margins = Self.unchanging(Hinge()).mostConfidentErrors(on: data, count: 2)
      #expect(margins.map(\.row) == [1, 4])
      #expect(margins.map(\.confidence) == [.margin(.infinity), .margin(9)])
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A negative count traps")
  func countBelow0MistakeProgram() async {
    await #expect(processExitsWith: .failure) {
      let data = MistakeTests.data(rows: 1, classes: 2, as: Float.self)
      _ = MistakeTests.network(.softmax, outputs: 2, as: Float.self)
        .mostConfidentErrors(on: data, count: -1)
    }
  }
}
