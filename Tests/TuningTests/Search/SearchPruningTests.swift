import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing

/// Searches that give trials up on their way.
@Suite("Pruning in a search", .mayHang)
struct SearchPruningTests {
  static let settings = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].map { rate in
    SearchSamples.settings {
      $0.learningRate = rate
      $0.length = .iterations(100)
    }
  }

  @Test("Side by side, halving leaves the best third at each rung")
  func sideBySideHalvingLeaves() throws {
    let all = try SearchSamples.trials(Self.settings)
    let trials = try SearchSamples.trials(
      Self.settings, pruning: .successiveHalving(minimum: 10, factor: 3))
    let ends = trials.filter { $0.state == .pruned }.map { $0.iterations ?? -1 }.sorted()
    #expect(ends == [10, 10, 10, 10, 10, 10, 30, 30])
    #expect(trials.count { $0.state == .done } == 1)
    for (trial, whole) in zipped(trials, all) {
      // What a pruned trial has shown is what it would have shown otherwise.
      let shown = trial.measurements.map { $0.value }
      #expect(shown == whole.measurements.prefix(shown.count).map { $0.value })
    }
    // At the first rung nobody who went on was worse than one who was given up.
    func value(_ trial: Trial) -> Double { trial.measurements[0].value ?? .nan }
    let given = trials.filter { $0.iterations == 10 }.map(value).max() ?? .nan
    let kept = trials.filter { $0.iterations != 10 }.map(value).min() ?? .nan
    #expect(kept >= given)
  }

  @Test("A pruned network ends its longer trials too")
  func networkGivenUpTakesLonger() throws {
    let settings = Self.settings.flatMap { own in
      [10, 100].map { length in
        var copy = own
        copy.training.length = .iterations(length)
        return copy
      }
    }
    let trials = try SearchSamples.trials(
      settings, pruning: .successiveHalving(minimum: 10, factor: 3))
    // The short ones were over before they could be given up.
    for trial in trials where trial.id % 2 == 0 { #expect(trial.state == .done) }
    let long = trials.filter { $0.id % 2 == 1 }
    #expect(long.contains { $0.state == .pruned && $0.iterations == 10 })
    #expect(long.contains { $0.state == .done && $0.iterations == 100 })
  }

  // Side by side, and with a norm that is clipped, alone.
  @Test(
    "A network is not pruned because of its own longer or shorter trials",
    arguments: [[400, 300, 200], [200, 300, 400]])
  func networkNotGivenUpFor(
    lengths: [Int]
  ) throws {
    for clipping in [GradientClipping.none, .norm(maximum: 10)] {
      let settings = lengths.map { length in
        SearchSamples.settings {
          $0.length = .iterations(length)
          $0.clipping = clipping
        }
      }
      for pruning in [
        Pruning.successiveHalving(minimum: 20, factor: 3), .hyperband(minimum: 20, factor: 3),
      ] {
        let trials = try SearchSamples.trials(settings, pruning: pruning)
        #expect(trials.allSatisfy { $0.state == .done })
      }
    }
  }

  @Test("In sequence, trials that are worse than the median are pruned")
  func oneAfterOtherTrialsWorse() throws {
    let trials = try SearchSamples.trials(
      Self.settings.reversed(), .independent, pruning: .median(after: 20, trials: 3))
    #expect(trials.prefix(3).allSatisfy { $0.state == .done })
    let pruned = trials.filter { $0.state == .pruned }
    #expect(!pruned.isEmpty)
    #expect(pruned.allSatisfy { ($0.iterations ?? 0) >= 20 })
  }
}
