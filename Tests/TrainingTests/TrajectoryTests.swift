import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// Whole training runs held against NumPy's, started from the seed alone.
@Suite("Trajectories of the two-layer network")
struct TrajectoryTests {
  static let seeds: [UInt32] = [0, 7]

  /// The case whose weights and batches come from `seed`.
  static func reference(_ seed: UInt32) -> ReferenceCase {
    seed == 0 ? .toy : .case12x8x5
  }

  /// Trains as the case does and returns the network and the history.
  static func train<Scalar: BLASScalar>(
    _ seed: UInt32, as: Scalar.Type
  ) throws -> (TwoLayerNet<Scalar>, History) {
    let reference = reference(seed)
    let data = Dataset(reference.x, labels: reference.labels).prepared(with: .none, as: Scalar.self)
    var random = NumPyRandom(seed: seed)
    var net = TwoLayerNet<Scalar>(
      inputSize: data.featureCount, hiddenSize: reference.initial["b1"]!.count,
      classCount: data.classCount, scale: 0.1, using: &random)
    let settings = SGDSettings(
      learningRate: reference.settings.lr, learningRateDecay: reference.settings.decay,
      regularization: reference.settings.reg, iterations: reference.settings.iters,
      batchSize: reference.settings.batch)
    let history = try net.train(on: data, validation: data, settings: settings, using: &random)
    return (net, history)
  }

  @Test("Every loss, accuracy and weight of a run in Double is NumPy's", arguments: seeds)
  func double(seed: UInt32) throws {
    let reference = Self.reference(seed)
    let (net, history) = try Self.train(seed, as: Double.self)
    #expect(history.loss.count == reference.losses.count)
    for (iteration, (ours, theirs)) in zipped(history.loss, reference.losses).enumerated() {
      #expect(relativeError(ours, theirs) <= 1e-12, "iteration \(iteration): \(ours), \(theirs)")
    }
    // NumPy records accuracies where an epoch begins at a whole iteration.
    let length = max(Double(reference.labels.count) / Double(reference.settings.batch), 1)
    let epochs = history.epochs.filter {
      Double($0.iteration).truncatingRemainder(dividingBy: length) == 0
    }
    #expect(epochs.map(\.trainAccuracy) == reference.trainAccuracy)
    #expect(epochs.map(\.validationAccuracy) == reference.validationAccuracy)
    for (name, tensor) in net.parameters {
      expectClose(tensor, try #require(reference.trained[name]), tolerance: 1e-10)
    }
  }

  @Test("The same run in Float stays within 1e-3 of it", arguments: seeds)
  func float(seed: UInt32) throws {
    let (_, history) = try Self.train(seed, as: Float.self)
    for (ours, theirs) in zipped(history.loss, Self.reference(seed).losses) {
      #expect((ours - theirs).magnitude <= 1e-3 * max(1, theirs))
    }
  }

  @Test("The toy network's training ends at the published loss")
  func toyEnd() throws {
    let (_, history) = try Self.train(0, as: Double.self)
    expectClose(history.loss[99], 0.017149607938732093, tolerance: 1e-12)
  }
}
