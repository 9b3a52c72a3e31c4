import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// Where the real data is.
private enum RealData {
  static let cifar10 = ProcessInfo.processInfo.environment["PERCEPTRON_CIFAR10"] ?? ""
  static let hasCIFAR10 = FileManager.default.fileExists(atPath: cifar10 + "/data_batch_5.bin")
}

/// Runs on real data whose results are known. They take too long without optimization.
@Suite("Training on real data")
struct RealDataTests {
  /// Trains on CIFAR-10 with the last 1,000 rows held out and returns their accuracy.
  private func cifarAccuracy(hidden: Int, _ settings: SGDSettings) throws -> Double {
    let data = try DatasetLibrary.load(RealData.cifar10)
    let split = try data.training.splitLast(1000)
    let preprocessing = try Preprocessing.fitted(
      to: split.training, divisor: 1, subtractMean: true)
    let training = split.training.prepared(with: preprocessing, as: Float.self)
    let validation = split.validation.prepared(with: preprocessing, as: Float.self)
    #expect(training.count == 49_000)
    var weights = SeededRandom(seed: 0, purpose: "weights")
    var batches = SeededRandom(seed: 0, purpose: "batches")
    var net = TwoLayerNet<Float>(
      inputSize: 3072, hiddenSize: hidden, classCount: 10, scale: 1e-4, using: &weights)
    try net.train(on: training, settings: settings, using: &batches)
    return net.evaluate(on: validation).accuracy
  }

  @Test(
    "CIFAR-10 with the classic first settings reaches 0.27–0.31",
    .requires(.cifar10, RealData.hasCIFAR10, "PERCEPTRON_CIFAR10 names no folder with CIFAR-10"),
    .enabled(if: isOptimizedBuild, "too slow without optimization; runs with -c release"))
  func cifar10() throws {
    let accuracy = try cifarAccuracy(
      hidden: 50,
      SGDSettings(learningRate: 1e-4, regularization: 0.25, iterations: 1000, batchSize: 200))
    #expect((0.27...0.31).contains(accuracy), "\(accuracy)")
  }

  @Test(
    "CIFAR-10 with better settings reaches 0.49",
    .requires(.cifar10, RealData.hasCIFAR10, "PERCEPTRON_CIFAR10 names no folder with CIFAR-10"),
    .enabled(if: isOptimizedBuild, "too slow without optimization; runs with -c release"))
  func cifar10Tuned() throws {
    let accuracy = try cifarAccuracy(
      hidden: 100,
      SGDSettings(learningRate: 1e-3, regularization: 0.25, iterations: 3000, batchSize: 200))
    #expect(accuracy >= 0.49, "\(accuracy)")
  }
}
