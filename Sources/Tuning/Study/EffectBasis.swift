/// What the effects of a study's settings are told from.
///
/// Where every trial runs to its end, these are the results of those that are done. Where trials were
/// pruned, results would be those of a few survivors only: then all trials that are done or pruned are
/// compared at the last iteration that every one of them reached, by the first value that each showed
/// there or beyond. Trials that diverged are counted, and have no value.
///
/// Where points of the space are repeated, results are means over the repeats; where they are pruned,
/// the first trials of all points are compared, which have the same seed.
public struct EffectBasis: Sendable, Equatable {
  /// The iteration at which values are compared, or nil for results.
  public let iteration: Int?
  /// How many trials have a value that is compared; means of repeats count as one.
  public let count: Int

  /// The given basis.
  public init(iteration: Int?, count: Int) {
    self.iteration = iteration
    self.count = count
  }
}

/// A trial, or the mean of a point's repeats, with what it is compared by.
struct ComparedTrial {
  let parameters: Assignment
  /// Finite, or nil where it diverged.
  let value: Double?
}

extension Study {
  /// What ``marginalEffects`` and ``pairEffects`` are told from.
  public var effectBasis: EffectBasis { compared.basis }

  /// The trials that effects are told from.
  var compared: (basis: EffectBasis, trials: [ComparedTrial]) {
    let all = configurations
    if !all.contains(where: { $0.state == .pruned }) {
      return compared(at: nil, all) { $0.result?.value }
    }
    let ends = all.compactMap { own in
      own.trials[0].state == .done || own.trials[0].state == .pruned ? own.trials[0].reached : nil
    }
    guard let last = ends.min() else { return (EffectBasis(iteration: nil, count: 0), []) }
    return compared(at: last, all) { own in
      let trial = own.trials[0]
      guard let reached = trial.reached, reached >= last else { return nil }
      return trial.value(at: last) ?? trial.result?.value
    }
  }

  private func compared(
    at iteration: Int?, _ all: [Configuration], by value: (Configuration) -> Double?
  ) -> (basis: EffectBasis, trials: [ComparedTrial]) {
    let trials = all.compactMap { own -> ComparedTrial? in
      let state = iteration == nil ? own.state : own.trials[0].state
      switch state {
      case .diverged: return ComparedTrial(parameters: own.parameters, value: nil)
      case .done, .pruned:
        return value(own).map {
          ComparedTrial(parameters: own.parameters, value: $0.isFinite ? $0 : nil)
        }
      case .waiting, .running, .failed: return nil
      }
    }
    let count = trials.count { $0.value != nil }
    return (EffectBasis(iteration: iteration, count: count), trials)
  }
}

extension Trial {
  /// The last iteration at which its value is known; nil where none is.
  fileprivate var reached: Int? {
    let measured = measurements.last { $0.compared != nil }?.iteration
    return [measured, result?.iterations].compactMap { $0 }.max()
  }
}

extension EffectBasis {
  /// Such as `at iteration 100 or the first evaluation after it, which all 30 trials that are done or pruned reached`; nil for results.
  package var words: String? {
    iteration.map {
      "at iteration \($0) or the first evaluation after it, "
        + (count == 1
          ? "which 1 trial reached" : "which all \(count) trials that are done or pruned reached")
    }
  }
}
