import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Diagnosis")
struct DiagnosisTests {
  /// Of hidden units 1, −1 and 3, −2 the rectifier leaves 1, 0 and 3, 0; the output layer is 0, so
  /// that both classes have the probability ½.
  static func worked<Scalar: BLASScalar>(_: Scalar.Type) -> Network<Scalar> {
    Network(
      inputSize: 2,
      layers: [
        Affine(weights: [[1, 0], [0, 1]], bias: [0, 0]), ReLU(),
        Affine(weights: [[0, 0], [0, 0]], bias: [0, 0]),
      ])
  }

  static func diagnosis<Scalar: BLASScalar>(_ type: Scalar.Type) -> Diagnosis {
    worked(type).diagnose([[1, -1], [3, -2]], .labels([0, 1]))
  }

  @Test("Activations, gradients and dead units are those worked out by hand")
  func layers() throws {
    func check<Scalar: BLASScalar>(_ type: Scalar.Type) throws {
      let diagnosis = Self.diagnosis(type)
      try #require(diagnosis.layers.count == 3)
      #expect(diagnosis.layers.map(\.index) == [0, 1, 2])
      #expect(diagnosis.layers.map(\.name) == ["affine", "relu", "affine"])
      #expect(diagnosis.layers.map(\.outputSize) == [2, 2, 2])
      #expect(diagnosis.layers.map(\.activationMean) == [0.25, 1, 0])
      // Of 1, −1, 3, −2: 15/4 − 1/16; of 1, 0, 3, 0: 10/4 − 1.
      let deviations = [3.6875, 1.5, 0].map { $0.squareRoot() } as [Double]
      for (layer, expected) in zipped(diagnosis.layers, deviations) {
        expectClose(layer.activationDeviation, expected, tolerance: Scalar.testTolerance)
      }
      // The scores' gradient is (½ − 1)/2 at the label and ½/2 beside it; zeros let nothing through.
      #expect(diagnosis.layers.map(\.gradientMean) == [0, 0, 0])
      #expect(diagnosis.layers.map(\.gradientDeviation) == [0, 0, 0.25])
      #expect(diagnosis.layers.map(\.deadCount) == [nil, 1, nil])
      #expect(diagnosis.layers[1].deadShare == 0.5)
      expectClose(diagnosis.loss, Double.logarithm(2), tolerance: Scalar.testTolerance)
      #expect(diagnosis.chanceLoss == Double.logarithm(2) && diagnosis.penalty == 0)
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Norms agree with hand calculation, and ratios to 0 or unknown values are nil")
  func parameters() {
    func check<Scalar: BLASScalar>(_ type: Scalar.Type) {
      let network = Self.worked(type)
      var after = network.parameters
      after["W1"][0, 1] = 0.03
      after["W1"][1, 0] = 0.04
      after["b2"] = [3, 4]
      let diagnosis = network.diagnose(
        [[1, -1], [3, -2]], .labels([0, 1]), penalty: .l2(0.5),
        update: (network.parameters, after))
      let parameters = diagnosis.parameters
      #expect(parameters.map(\.name) == ["W1", "b1", "W2", "b2"])
      #expect(parameters.map(\.isWeight) == [true, false, true, false])
      // Of W1 only the penalty's gradient is left; that of W2 is [½ −½; 0 0].
      let norms = [2, 0, 0, 0].map { $0.squareRoot() } as [Double]
      let gradients = [2, 0, 0.5, 0].map { $0.squareRoot() } as [Double]
      for index in 0..<4 {
        expectClose(parameters[index].norm, norms[index], tolerance: Scalar.testTolerance)
        expectClose(
          parameters[index].gradientNorm, gradients[index], tolerance: Scalar.testTolerance)
      }
      expectClose(parameters[0].updateNorm ?? .nan, 0.05, tolerance: Scalar.testTolerance)
      expectClose(
        parameters[0].updateRatio ?? .nan, 0.05 / Double(2).squareRoot(),
        tolerance: Scalar.testTolerance)
      #expect(parameters[3].updateNorm == 5 && parameters[3].updateRatio == nil)
      #expect(diagnosis.penalty == 1 && diagnosis.loss > 1.69)
      expectClose(diagnosis.dataLoss, Double.logarithm(2), tolerance: Scalar.testTolerance)
      #expect(Self.diagnosis(type).parameters.allSatisfy { $0.updateNorm == nil })
      #expect(Self.diagnosis(type).parameters.allSatisfy { $0.updateRatio == nil })
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Loss and gradients are those of backpropagation over the whole network")
  func backpropagation() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 5)
      let network = Network<Scalar>(
        inputSize: 7,
        [.affine(outputs: 6), .relu, .affine(outputs: 5), .relu, .affine(outputs: 3)],
        using: &random)
      let x = Tensor<Scalar>.sample([11, 7])
      let targets = Targets<Scalar>.labels((0..<11).map { $0 % 3 })
      let penalty = Penalty.elastic(l1: 0.01, l2: 0.02)
      let diagnosis = network.diagnose(x, targets, penalty: penalty)
      let (loss, gradients) = network.lossAndGradients(of: x, targets, penalty: penalty)
      expectClose(diagnosis.loss, loss, tolerance: Scalar.testTolerance)
      for (parameter, (name, gradient)) in zipped(diagnosis.parameters, gradients) {
        #expect(parameter.name == name)
        expectClose(
          parameter.gradientNorm, Double(gradient.sumOfSquares()).squareRoot(),
          tolerance: Scalar.testTolerance)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Features of a higher rank count as rows along their first axis")
  func higherRank() {
    let network = Self.worked(Double.self)
    let flat = network.diagnose([[1, -1], [3, -2]], .labels([0, 1]))
    let pictures = Tensor<Double>([1, -1, 3, -2], shape: [2, 1, 2])
    #expect(network.diagnose(pictures, .labels([0, 1])) == flat)
    // One row as a vector.
    #expect(network.diagnose([1, -1], .labels([0])).layers[1].deadCount == 1)
  }

  @Test("A diagnosis survives JSON; numbers that are not finite are words")
  func json() throws {
    var diagnosis = Self.diagnosis(Double.self)
    diagnosis.firstLoss = 2.5
    diagnosis.trainAccuracy = 0.75
    #expect(diagnosis.accuracyGap == nil)
    diagnosis.validationAccuracy = 0.5
    #expect(diagnosis.accuracyGap == 0.25)
    let json = try JSONEncoder().encode(diagnosis)
    #expect(try JSONDecoder().decode(Diagnosis.self, from: json) == diagnosis)
    let broken = Self.worked(Float.self).diagnose(
      Tensor(shape: [1, 2], repeating: .nan), .labels([0]))
    #expect(try broken.json.contains("\"loss\" : \"nan\""))
  }

  @Test("The table has a line for each layer and parameter and is at most 90 columns wide")
  func table() {
    var diagnosis = Self.worked(Float.self).diagnose(
      Tensor<Float>([1, -1, 3, -2], shape: [2, 2]) * -1e-12, .labels([0, 1]), penalty: .l2(1e-3),
      update: (Self.worked(Float.self).parameters, Self.worked(Float.self).parameters))
    (diagnosis.firstLoss, diagnosis.trainAccuracy, diagnosis.validationAccuracy) = (1e9, 1, 0.5)
    let lines = diagnosis.description.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 90 })
    #expect(
      lines[0] == "loss 0.6951, of it penalty 0.0020, at first 1.0000e+09, by chance 0.6931")
    #expect(lines[1] == "accuracy on training rows 1.0000")
    #expect(lines[2] == "accuracy on validation rows 0.5000")
    #expect(
      lines[3] == "layer     outputs       mean  deviation  grad mean  grad dev  dead")
    #expect(
      lines[5] == "1 relu          2   7.50e-13   8.29e-13   0.00e+00  0.00e+00  50 %")
    #expect(lines[7] == "parameter      norm  gradient    update  update/norm")
    #expect(lines[8] == "W1         1.41e+00  2.83e-03  0.00e+00     0.00e+00")
    #expect(lines[9] == "b1         0.00e+00  0.00e+00  0.00e+00            -")
    #expect(lines.count == 12)
  }

  @Test("A batch that does not fit the network traps, naming its shape")
  func traps() async {
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Network<Float>.identity(2).diagnose(.zeros([0, 2]), .labels([]))
    }
    expectMessage(result, "diagnose: data of shape [0, 2] and 0 targets for 2 inputs")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Network<Float>.identity(2).diagnose(.zeros([3, 2]), .labels([1, 0]))
    }
    expectMessage(result, "data of shape [3, 2] and 2 targets")
  }
}
