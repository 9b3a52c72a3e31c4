import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// All networks of a ``Trainer`` after an iteration. Valid while the callback runs.
package struct GroupMoment<Scalar: BLASScalar> {
  /// The iteration that has just been made, counted from 0.
  package let iteration: Int
  package let isEvaluated: Bool
  /// The positions among the trainer's members of those that were trained, also those that diverged.
  package let members: [Int]
  let engine: TrainingEngine<Scalar>
  let all: [TrainingMember<Scalar>]

  /// A member with its history. Its network and state may be older.
  package subscript(member: Int) -> TrainingMember<Scalar> { all[member] }

  /// A member's current ``TrainingMember/result``.
  package func result(of member: Int) -> Network<Scalar> {
    guard let place = members.firstIndex(of: member) else { return all[member].result }
    var current = all[member]
    current.take(engine.state(at: place))
    return current.result
  }

  /// Losses and metrics of some members' results on a data set.
  package func evaluateResults(
    of some: [Int], on data: PreparedDataset<Scalar>, metrics: [Metric]
  ) -> [Evaluation] {
    // The best network of an earlier evaluation is not in the engine.
    let current = some.filter { all[$0].stopping.best == nil && members.contains($0) }
    let places = current.compactMap { members.firstIndex(of: $0) }
    let found = Dictionary(
      uniqueKeysWithValues: zip(current, engine.evaluate(places, on: data, metrics: metrics)))
    return some.map { found[$0] ?? result(of: $0).evaluate(on: data, metrics: metrics) }
  }
}

extension Trainer {
  /// Trains as `run(on:validation:callbacks:)` does, with a callback for all networks at once.
  ///
  /// - Parameters:
  ///   - watch: called after each iteration; returns the members that are to end.
  ///   - isSaveDue: asked after each iteration.
  ///   - save: called where a save is due. Members are up to date only then.
  package mutating func run(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>?,
    watching watch: @escaping (GroupMoment<Scalar>) throws -> Set<Int>,
    saving isSaveDue: @escaping () -> Bool, _ save: @escaping (Trainer) throws -> Void
  ) throws {
    try run(
      on: training, validation: validation, callbacks: [],
      watching: Watch(group: watch, isSaveDue: { _ in isSaveDue() }, save: save))
  }

  /// Drops all members but those at some positions, and takes the number of workers from another
  /// trainer.
  package mutating func keepMembers(at positions: [Int], workersOf other: Trainer) {
    members = positions.map { members[$0] }
    for index in members.indices { members[index].settings.workers = other.settings.workers }
  }
}
