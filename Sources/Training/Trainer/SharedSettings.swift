import PerceptronNeuralNetwork

/// What networks that are trained side by side have in common.
///
/// It is the settings without what is listed here as each network's own, so that a setting which is
/// added counts as shared until someone has made sure that it may differ.
package struct SharedSettings: Hashable, Sendable {
  private let settings: TrainerSettings

  fileprivate init(_ settings: TrainerSettings) {
    var shared = settings
    let none = TrainerSettings()
    shared.optimizer = none.optimizer
    shared.learningRate = none.learningRate
    shared.schedule = none.schedule
    shared.penalty = none.penalty
    shared.maxNorm = none.maxNorm
    shared.clipping = none.clipping
    shared.length = none.length
    shared.earlyStopping = none.earlyStopping
    shared.averageDecay = none.averageDecay
    // Of each network's masks alone: batches have a stream of their own.
    shared.seed = none.seed
    self.settings = shared
  }
}

extension SharedSettings: CustomStringConvertible {
  package var description: String {
    "batches of \(settings.batchSize), sampled by \(settings.sampling), evaluation \(settings.evaluation)"
      + (settings.workers.map { ", \($0) workers" } ?? "")
  }
}

extension TrainerSettings {
  /// What another network's settings must have in common with these to be trained beside it.
  package var shared: SharedSettings { SharedSettings(self) }
}
