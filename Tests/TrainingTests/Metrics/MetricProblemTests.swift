import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Intervals of metrics by name, and rows that metrics are not defined on")
struct MetricProblemTests {
  private func rows(_ targets: DatasetTargets, weights: [Double]? = nil) -> Dataset {
    Dataset(
      Features(.doubles(.init(repeating: 1, count: targets.count)), exampleShape: [1]),
      targets: targets, weights: weights)
  }

  @Test("The AUC needs both classes, R² two rows, and the log loss probabilities")
  func problems() {
    let same = rows(.classes([1, 1, 1], names: ["no", "yes"]))
    #expect(
      Metric.auc.problem(on: same, loss: .softmax) == "all of the rows are of the class yes")
    #expect(Metric.accuracy.problem(on: same, loss: .softmax) == nil)
    #expect(Metric.logLoss.problem(on: same, loss: .softmax) == nil)
    #expect(
      Metric.logLoss.problem(on: same, loss: .hinge) == "the loss hinge has no probabilities")
    let both = rows(.classes([0, 1, 1], names: ["no", "yes"]))
    #expect(Metric.auc.problem(on: both, loss: .softmax) == nil)
    // A class without weight is none.
    let weighted = rows(.classes([0, 1, 1], names: ["no", "yes"]), weights: [0, 1, 2])
    #expect(Metric.auc.problem(on: weighted, loss: .softmax) != nil)
    // One label that differs is enough: the mean is over those that do.
    let labels = rows(.labels([0, 1, 1, 1], names: ["a", "b"]))
    #expect(Metric.auc.problem(on: labels, loss: .logistic) == nil)
    let equal = rows(.labels([0, 1, 0, 1], names: ["a", "b"]))
    #expect(
      Metric.auc.problem(on: equal, loss: .logistic)
        == "no label is 1 for some of the rows and 0 for others")
    let one = rows(.numbers([3], names: ["y"]))
    #expect(Metric.r2.problem(on: one, loss: .squaredError) == "a single row has no variance")
    #expect(Metric.mae.problem(on: one, loss: .squaredError) == nil)
    let none = rows(.numbers([3, 4], names: ["y"]), weights: [0, 0])
    #expect(
      Metric.mae.problem(on: none, loss: .squaredError) == "all of the rows have the weight 0")
    #expect(Metric.loss.problem(on: none, loss: .squaredError) == nil)
  }

  @Test("Where there is no problem a metric has a value, and elsewhere none")
  func values() {
    let network = Network<Double>(
      inputSize: 1, layers: [Affine(weights: .sample([1, 2]), bias: .zeros([2]))])
    for labels in [[0, 0, 0], [0, 1, 0]] {
      let data = rows(.classes(labels, names: ["no", "yes"]))
      let found = network.evaluate(
        on: data.prepared(with: .none), metrics: [.auc, .accuracy, .f1, .balancedAccuracy])
      #expect((found[.auc] == nil) == (Metric.auc.problem(on: data, loss: .softmax) != nil))
      #expect(found[.accuracy] != nil && found[.balancedAccuracy] != nil)
    }
  }

  @Test("Intervals are those of MetricInterval, and contain the value")
  func intervals() {
    let features = Tensor<Double>.sample([80, 3], seed: 4)
    let labels = (0..<80).map { features[position: $0 * 3] > 0.3 ? 1 : 0 }
    let weights = (0..<80).map { Double($0 % 4) }
    let data = Dataset(
      Features(features), targets: .classes(labels, names: ["no", "yes"]), weights: weights)
    var random = SeededRandom(seed: 3)
    let network = Network<Double>(
      inputSize: 3, [.affine(outputs: 2)], initializer: .heNormal, using: &random)
    let prepared: PreparedDataset<Double> = data.prepared(with: .none)
    let found = network.predictions(of: prepared.features, as: data.schema)
    let metrics: [Metric] = [.accuracy, .balancedAccuracy, .f1, .auc, .logLoss]
    let measured = network.evaluate(on: prepared, metrics: metrics)
    for metric in metrics {
      let interval = metric.interval(of: found, targets: data.targets, weights: weights)
      #expect(interval?.contains(measured[metric] ?? .nan) == true, "\(metric.title)")
    }
    #expect(
      Metric.accuracy.interval(of: found, targets: data.targets, weights: weights)
        == MetricInterval.accuracy(of: found.classes, labels: labels, weights: weights).interval)
    #expect(Metric.loss.interval(of: found, targets: data.targets) == nil)
    let zeros = [Double](repeating: 0, count: 80)
    #expect(Metric.accuracy.interval(of: found, targets: data.targets, weights: zeros) == nil)
  }
}
