import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Trainer {
  /// A run that goes on with what an earlier one has learned, with other rows and settings.
  ///
  /// Networks, states of optimizers and averages, the history, the random stream and the count of iterations
  /// are the earlier run's; the schedule and early stopping begin anew. A network that early stopping has
  /// restored goes on from there.
  ///
  /// - Parameters:
  ///   - rowCount: the number of rows of the training set from now on.
  ///   - settings: each network's, or one for all, with the optimizers and averages of the earlier run. A length
  ///     in iterations counts from the earlier run's beginning.
  /// - Throws: `InvalidSetting` for settings that cannot be trained with, and for networks whose runs ended after
  ///   different numbers of iterations.
  package init(
    continuing earlier: Trainer, rowCount: Int, settings: [TrainerSettings]
  ) throws {
    try self.init(
      earlier.members.map(\.result), rowCount: rowCount, settings: settings, random: earlier.random)
    iteration = earlier.iteration
    for (index, old) in earlier.members.enumerated() {
      try InvalidSetting.demand(
        old.iteration == iteration, "iterations of network \(index)", old.iteration,
        "\(iteration), as many as the others have made")
      require(
        old.settings.optimizer == members[index].settings.optimizer
          && old.settings.averageDecay == members[index].settings.averageDecay,
        "Trainer: a run goes on with another optimizer or average")
      members[index].optimizer = old.optimizer
      members[index].iteration = iteration
      members[index].history = old.history
      if let average = old.average {
        members[index].average = average
        members[index].network = old.stopping.best ?? old.network
      }
    }
  }
}
