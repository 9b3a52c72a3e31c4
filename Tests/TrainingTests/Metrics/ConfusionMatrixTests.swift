import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Confusion matrix")
struct ConfusionMatrixTests {
  static let matrix = ConfusionMatrix(
    labels: ScikitLearnCase.labels, predicted: ScikitLearnCase.predicted,
    classNames: ScikitLearnCase.classNames)

  @Test("Counts and measures are scikit-learn's")
  func scikitLearn() {
    let matrix = Self.matrix
    #expect(matrix.counts == ScikitLearnCase.counts)
    #expect(matrix.count == 60 && matrix.accuracy == ScikitLearnCase.accuracy)
    #expect(matrix.support == ScikitLearnCase.support)
    #expect(matrix.predictedCounts == [12, 18, 11, 19])
    expectEqual(matrix.precision, ScikitLearnCase.precision)
    expectEqual(matrix.recall, ScikitLearnCase.recall)
    expectEqual(matrix.f1, ScikitLearnCase.f1)
    expectEqual([matrix.macroPrecision], [ScikitLearnCase.macro.precision])
    expectEqual([matrix.macroRecall], [ScikitLearnCase.macro.recall])
    expectEqual([matrix.macroF1], [ScikitLearnCase.macro.f1])
  }

  /// Class 2 is never predicted, class 3 never occurs, class 4 neither. The numbers are
  /// scikit-learn's with `zero_division=nan`.
  @Test("A class that is never predicted or never occurs has no precision or no recall")
  func undefined() {
    let matrix = ConfusionMatrix(
      labels: [0, 0, 1, 1, 1, 2, 2, 0], predicted: [0, 1, 1, 1, 0, 3, 0, 0],
      classNames: ["a", "b", "c", "d", "e"])
    #expect(matrix.accuracy == 0.5 && matrix.support == [3, 3, 2, 0, 0])
    expectEqual(matrix.precision, [0.5, 0.6666666666666666, nil, 0, nil])
    expectEqual(matrix.recall, [0.6666666666666666, 0.6666666666666666, 0, nil, nil])
    expectEqual(matrix.f1, [0.5714285714285714, 0.6666666666666666, 0, 0, nil])
    expectEqual(
      [matrix.macroPrecision, matrix.macroRecall, matrix.macroF1],
      [0.38888888888888884, 0.4444444444444444, 0.30952380952380953])
    #expect(matrix.description.split(separator: "\n")[3].hasSuffix("-   0.000"))
  }

  @Test("No rows have no measures, and no classes an empty matrix")
  func empty() {
    let matrix = ConfusionMatrix(classNames: ["a", "b"])
    #expect(matrix.counts == [[0, 0], [0, 0]] && matrix.count == 0 && matrix.accuracy.isNaN)
    expectEqual(matrix.precision + matrix.recall + matrix.f1, [nil, nil, nil, nil, nil, nil])
    #expect(matrix.macroPrecision == nil && matrix.macroRecall == nil && matrix.macroF1 == nil)
    #expect(matrix.description.hasSuffix("accuracy - of 0; macro precision -, recall -, F1 -"))
    #expect(ConfusionMatrix(classNames: []).counts.isEmpty)
    #expect(ConfusionMatrix(classNames: []).description.hasPrefix("true  precision  recall\n"))
  }

  @Test("A network's matrix on a data set is that of its predictions, over all blocks")
  func network() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let data = repeated(
        ScikitLearnCase.scores(as: Scalar.self), labels: ScikitLearnCase.labels, times: 40,
        classNames: ["x", "y", "z", "w"])
      let network = Network<Scalar>.identity(4)
      let matrix = network.confusionMatrix(on: data)
      let once = ConfusionMatrix(
        labels: ScikitLearnCase.labels,
        predicted: network.predict(ScikitLearnCase.scores(as: Scalar.self)),
        classNames: ["x", "y", "z", "w"])
      #expect(matrix.counts == once.counts.map { $0.map { 40 * $0 } })
      #expect(matrix.classNames == once.classNames && matrix.count == 2400)
      #expect(matrix.accuracy == network.evaluate(on: data).accuracy)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Classes known only to the network are named by their numbers")
  func furtherClasses() {
    let data = Dataset(
      Tensor<Float>([0, 1, 0, 0, 0, 1], shape: [2, 3]), labels: [1, 0], classNames: ["no", "yes"])
    let matrix = Network<Float>.identity(3).confusionMatrix(on: data.prepared(with: .none))
    #expect(matrix.classNames == ["no", "yes", "2"])
    #expect(matrix.counts == [[0, 0, 1], [0, 1, 0], [0, 0, 0]])
  }

  @Test("A matrix comes back from JSON, and one that is not square is refused")
  func json() throws {
    let json = Data(try Self.matrix.json.utf8)
    #expect(try JSONDecoder().decode(ConfusionMatrix.self, from: json) == Self.matrix)
    let object = try JSONSerialization.jsonObject(with: json) as? [String: Any]
    #expect(object?["counts"] as? [[Int]] == ScikitLearnCase.counts)
    for counts in ["[[1,2]]", "[[1,2],[3]]", "[[1,2],[3,-1]]", "[]"] {
      let text = "{\"classNames\": [\"a\", \"b\"], \"counts\": \(counts)}"
      #expect(throws: DecodingError.self, "\(counts)") {
        try JSONDecoder().decode(ConfusionMatrix.self, from: Data(text.utf8))
      }
    }
  }

  @Test("Labels and predictions that do not fit trap")
  func traps() async {
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ConfusionMatrix(labels: [0, 1], predicted: [0, 2], classNames: ["a", "b"])
    }
    expectMessage(result, "row 1 of class 1, predicted 2, of 2 classes")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ConfusionMatrix(labels: [0], predicted: [], classNames: ["a", "b"])
    }
    expectMessage(result, "1 labels for 0 predictions")
  }

  /// Expects the same places to be nil and the others to be equal to a few roundings.
  private func expectEqual(
    _ actual: [Double?], _ expected: [Double?], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let agree =
      actual.count == expected.count
      && zip(actual, expected).allSatisfy { actual, expected in
        switch (actual, expected) {
        case (nil, nil): true
        case (let actual?, let expected?): relativeError(actual, expected) < 1e-14
        default: false
        }
      }
    #expect(agree, "\(actual), expected \(expected)", sourceLocation: sourceLocation)
  }
}
