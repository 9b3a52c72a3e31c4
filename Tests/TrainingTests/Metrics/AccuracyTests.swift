import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Accuracy")
struct AccuracyTests {
  @Test("Accuracy is the share of equal entries, as in scikit-learn")
  func accuracyOfArrays() {
    #expect(accuracy(of: [1, 2, 0, 0], labels: [1, 2, 0, 1]) == 0.75)
    #expect(
      accuracy(of: ScikitLearnCase.predicted, labels: ScikitLearnCase.labels)
        == ScikitLearnCase.accuracy)
    #expect(accuracy(of: [], labels: []).isNaN)
  }

  @Test("A network's accuracy on a data set is that of its predictions", arguments: [0, 1, 30])
  func accuracyOnData(times: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (scores, labels) = (ScikitLearnCase.scores(as: Scalar.self), ScikitLearnCase.labels)
      let data = repeated(
        scores, labels: labels, times: times, classNames: ScikitLearnCase.classNames)
      let result = Network<Scalar>.identity(4).accuracy(on: data)
      if times == 0 {
        #expect(result.isNaN)
      } else {
        expectClose(result, ScikitLearnCase.topK[0], tolerance: 1e-12)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The label among the k best is counted, as scikit-learn does", arguments: [1, 2, 3, 4, 9])
  func topK(k: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (scores, labels) = (ScikitLearnCase.scores(as: Scalar.self), ScikitLearnCase.labels)
      let expected = k > 3 ? 1 : ScikitLearnCase.topK[k - 1]
      #expect(topKAccuracy(k, of: scores, labels: labels) == expected)
      let data = repeated(
        scores, labels: labels, times: 30, classNames: ScikitLearnCase.classNames)
      #expect(Network<Scalar>.identity(4).topKAccuracy(k, on: data) == expected)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The lower class of equal scores comes first, and NaN before every number")
  func ties() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let nan = Scalar.nan
      let scores = Tensor<Scalar>(
        [5, 5, 5, 5, 1, nan, 9, nan, -.infinity, .infinity, 0, .infinity], shape: [3, 4])
      // Each row's order, best first: 0 1 2 3, then 1 3 2 0, then 1 3 2 0.
      let orders = [[0, 1, 2, 3], [1, 3, 2, 0], [1, 3, 2, 0]]
      for label in 0..<4 {
        for k in 1...4 {
          let right = orders.count { $0.prefix(k).contains(label) }
          #expect(
            topKAccuracy(k, of: scores, labels: [label, label, label]) == Double(right) / 3,
            "class \(label) among \(k)")
        }
      }
      #expect(scores.argmax(axis: 1) == orders.map { $0[0] })
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "The best one is the predicted class, whatever the number of classes", arguments: awkwardSizes)
  func topOne(classes: Int) {
    if classes == 0 { return }
    var scores = Tensor<Float>.sample([40, classes]).map { ($0 * 2).rounded() }
    scores[7, classes / 2] = .nan
    let labels = (0..<40).map { ($0 * 7) % classes }
    let expected = accuracy(of: scores.argmax(axis: 1), labels: labels)
    #expect(topKAccuracy(1, of: scores, labels: labels) == expected)
    #expect(topKAccuracy(classes, of: scores, labels: labels) == 1)
    #expect(topKAccuracy(2, of: Tensor<Float>.zeros([0, classes]), labels: []).isNaN)
  }

  @Test("Arrays of different counts trap, naming the counts")
  func traps() async {
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = accuracy(of: [1, 2], labels: [1])
    }
    expectMessage(result, "accuracy: 1 labels for 2 predictions")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = topKAccuracy(0, of: Tensor<Float>.zeros([1, 2]), labels: [1])
    }
    expectMessage(result, "the top 0 classes")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = topKAccuracy(1, of: Tensor<Float>.zeros([2, 2]), labels: [1, 2])
    }
    expectMessage(result, "label 2 of row 1 is not one of 2 classes")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = topKAccuracy(1, of: Tensor<Float>.zeros([2, 2]), labels: [1])
    }
    expectMessage(result, "1 labels for scores [2, 2]")
  }
}
