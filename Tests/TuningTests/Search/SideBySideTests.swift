import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing

/// Descent by the mean of three means of gradients: keeps more than any optimizer of the library.
private struct ThreeMeans: OptimizerRule {
  var stateNames: [String] { ["fast", "middle", "slow"] }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    let rate = Scalar(update.step.learningRate / 3)
    for index in 0..<update.count {
      for (state, share) in [(0, 0.5), (1, 0.1), (2, 0.01)] as [(Int, Scalar)] {
        let mean = update.state(state) + index
        mean.pointee += share * (update.gradient[index] - mean.pointee)
        update.parameter[index] -= rate * mean.pointee
      }
    }
  }
}

/// Networks side by side against the same ones trained alone.
@Suite("Networks trained side by side", .mayHang)
struct SideBySideTests {
  /// Settings that share their batches and differ in everything else.
  static func settings(_ precision: Experiment.Precision) -> [Experiment] {
    func run(
      _ layers: [LayerSpecification], _ change: @escaping (inout TrainerSettings) -> Void
    ) -> Experiment {
      SearchSamples.settings(layers, precision: precision) {
        $0.length = .iterations(200)
        change(&$0)
      }
    }
    Optimizer.register("three means") { _ in ThreeMeans() }
    let plain: [LayerSpecification] = [.affine(outputs: 13), .relu, .affine(outputs: 3)]
    return [
      run(plain) { _ in },
      run([.affine(outputs: 12), .tanh, .affine(outputs: 3)]) { $0.learningRate = 0.3 },
      run([.affine(outputs: 1), .relu, .affine(outputs: 3)]) { $0.penalty = .none },
      run([.affine(outputs: 3)]) { $0.penalty = .l2(1) },
      run(plain) { $0.penalty = .l2(12) },
      run(plain) { $0.penalty = .elastic(l1: 1e-3, l2: 1e-3) },
      run(plain) { $0.optimizer = Optimizer(.sgd, weightDecay: 0.3) },
      run(plain) { $0.optimizer = .momentum() },
      run(plain) { $0.optimizer = Optimizer(.custom(name: "three means", settings: [:])) },
      run([.affine(outputs: 30), .relu, .affine(outputs: 3)]) {
        $0.optimizer = .adam(epsilon: 0.01)
        $0.learningRate = 0.01
      },
      run(plain) { $0.clipping = .value(limit: 0.01) },
      run(plain) { $0.clipping = .norm(maximum: 0.1) },
      run(plain) { $0.maxNorm = 0.5 },
      run(plain) { $0.averageDecay = 0.9 },
      run([.affine(outputs: 70), .relu, .affine(outputs: 3)]) { $0.averageDecay = 0.5 },
      run(plain) { $0.schedule = .cosine(warmUp: 10) },
      run(plain) { $0.schedule = .reduceOnPlateau(patience: 1) },
      run([.affine(outputs: 25), .batchNorm(), .relu, .dropout(rate: 0.3), .affine(outputs: 3)]) {
        _ in
      },
      run([.affine(outputs: 25), .gelu, .affine(outputs: 14), .layerNorm(), .affine(outputs: 3)]) {
        _ in
      },
    ]
  }

  @Test(
    "Every number is that of the run alone to the last bit",
    arguments: Experiment.Precision.allCases)
  func everyNumberRunAloneLast(
    precision: Experiment.Precision
  ) throws {
    let settings = Self.settings(precision)
    let together = try SearchSamples.trials(settings)
    let alone = try SearchSamples.trials(settings, .independent)
    for (one, other) in zipped(together, alone) {
      #expect(one.state == .done && one.measurements.count == 20)
      #expect(one.result?.iterations == 200)
      let change = zip(one.timeless, other.timeless).first { $0 != $1 }
      #expect(change == nil, "trial \(one.id)")
    }
  }

  @Test(
    "Numbers depend neither on the number of workers nor on the groups",
    arguments: Experiment.Precision.allCases)
  func numbersDependNeitherOnNumber(
    precision: Experiment.Precision
  ) throws {
    let settings = Self.settings(precision)
    let expected = try SearchSamples.trials(settings, workers: 1).map(\.timeless)
    #expect(try SearchSamples.trials(settings, workers: 5).map(\.timeless) == expected)
    // Each in a group of its own.
    #expect(try SearchSamples.trials(settings, workers: 2, memory: 1).map(\.timeless) == expected)
  }

  @Test(
    "A network that diverges changes no bit of those beside it",
    arguments: Experiment.Precision.allCases)
  func networkDivergesChangesNoBit(
    precision: Experiment.Precision
  ) throws {
    let healthy = Self.settings(precision)
    let expected = try SearchSamples.trials(healthy).map(\.timeless)
    for (place, rate) in [(0, 1e30), (3, 1e4), (healthy.count, 300.0)] {
      var settings = healthy
      settings.insert(
        SearchSamples.settings(
          [.affine(outputs: 13), .relu, .affine(outputs: 3)], precision: precision
        ) {
          $0.learningRate = rate
          $0.length = .iterations(200)
        }, at: place)
      var trials = try SearchSamples.trials(settings)
      let diverged = trials.remove(at: place)
      #expect(diverged.state == .diverged, "learning rate \(rate)")
      for (trial, own) in zipped(trials, expected) {
        let change = zip(trial.timeless, own).first { $0 != $1 }
        #expect(change == nil, "trial \(trial.id), learning rate \(rate)")
      }
    }
  }

  @Test("A trial that differs in its iterations alone is a prefix of the longest")
  func trialDiffersIterationsAlonePrefix() throws {
    let lengths = [60, 0, 7, 10, 60]
    let settings = lengths.map { length in
      SearchSamples.settings { $0.length = .iterations(length) }
    }
    let together = try SearchSamples.trials(settings)
    let alone = try SearchSamples.trials(settings, .independent)
    for (index, (one, other)) in zipped(together, alone).enumerated() {
      #expect(one.state == .done)
      #expect(one.result?.iterations == lengths[index])
      #expect(one.measurements.count == lengths[index] / 10)
      #expect(one.result?.value == other.result?.value)
      #expect(one.result?.trainingValue == other.result?.trainingValue)
      if let loss = other.result?.finalLoss {
        #expect(one.result?.finalLoss == loss)
      } else {
        #expect(one.result?.finalLoss == nil && lengths[index] == 0)
      }
    }
  }

  @Test("Networks that cannot be grouped are trained alone with the same numbers")
  func cannotStandBesideOthersTrained() throws {
    let settings = [
      SearchSamples.settings { $0.clipping = .norm(maximum: 0.1) },
      SearchSamples.settings { $0.maxNorm = 0.5 },
      SearchSamples.settings { $0.averageDecay = 0.9 },
      SearchSamples.settings { $0.earlyStopping = EarlyStopping(patience: 1) },
      SearchSamples.settings(random: .numpy) { _ in },
      SearchSamples.settings([.relu, .affine(outputs: 3)]) { _ in },
      SearchSamples.settings { $0.seed = 9 },
      SearchSamples.settings { $0.batchSize = 20 },
    ]
    let together = try SearchSamples.trials(settings, workers: 2)
    let alone = try SearchSamples.trials(settings, .independent, workers: 1)
    for (one, other) in zipped(together, alone) { #expect(one.timeless == other.timeless) }
  }
}
