import Datasets
import LinearAlgebra
import NeuralNetwork
import Serialization
import Training

/// Trains the networks of a search in one scalar type.
struct Sweep<Scalar: BLASScalar> {
  let search: NetworkSearch
  /// The trials that the study compares on the way.
  let representatives: Set<Int>
  let meter: SweepMeter
  let stop: @Sendable () -> Bool

  init(
    _ search: NetworkSearch, _ representatives: Set<Int>, _ meter: SweepMeter,
    _ stop: @escaping @Sendable () -> Bool
  ) {
    self.search = search
    self.representatives = representatives
    self.meter = meter
    self.stop = stop
  }

  var study: Study { search.study }

  /// Trains one unit after the other.
  func run(_ units: [SweepPlan.Unit]) throws {
    var checkpoint = try SweepCheckpoint<Scalar>(of: study)
    for unit in units {
      if stop() { return }
      guard let first = unit.members.first else { continue }
      let sets = try first.settings.sets(of: search.data, as: Scalar.self)
      switch unit {
      case .alone(let members): try trainAlone(members, on: sets)
      case .group(let members):
        try trainSideBySide(members, on: sets, from: &checkpoint)
      }
    }
  }

  /// Whether the study has enough of a network, by the longest of its trials.
  func shouldPrune(_ longest: RunPrefix?, at iteration: Int) -> Bool {
    longest.map {
      study.shouldPrune($0.trial, at: iteration, among: representatives)
    } ?? false
  }

  /// Ends a trial with what its network is worth.
  ///
  /// - Parameter network: makes the network, which is only done where it has to be saved.
  func finish(
    _ trial: Int, _ result: TrialResult, _ sets: PreparedSets<Scalar>,
    _ network: () -> Network<Scalar>
  ) throws {
    func save(to path: String) throws {
      let model = TrainedModel(
        network: network(), preprocessing: sets.preprocessing,
        classNames: search.data.classNames, image: search.data.image)
      try model.save(to: path)
    }
    if let path = search.modelPath { try save(to: path) }
    try study.finish(trial, result, savingBest: save)
  }
}
