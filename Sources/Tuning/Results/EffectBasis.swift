import PerceptronFiles

/// The values that effects are computed from.
///
/// Without pruning, these are the results of the completed trials. With pruning, results would be
/// those of a few survivors: all completed and pruned trials are then compared at the last
/// iteration that every one of them reached, by their first value there or beyond. Diverged trials
/// are counted and have no value.
///
/// Results of repeated points are means over the repeats; with pruning, the first trials of all
/// points are compared, which share a seed.
public struct EffectBasis: Sendable, Equatable {
  /// The iteration at which values are compared; nil for results.
  public let iteration: Int?
  /// The number of compared trials; repeats of a point count as one.
  public let count: Int

  /// Such as `at iteration 100 or the first evaluation after it, which all 30 trials that are done
  /// or pruned reached`; nil for results.
  package var displayText: String? {
    iteration.map {
      "at iteration \($0) or the first evaluation after it, "
        + (count == 1
          ? "which 1 trial reached" : "which all \(count) trials that are done or pruned reached")
    }
  }
}

/// A trial, or the mean of a point's repeats, with the value that it is compared by.
struct ComparedTrial {
  let parameters: Assignment
  /// Finite, or nil if the trial diverged.
  let value: Double?
}

extension Study {
  /// What ``marginalEffects`` and ``pairEffects`` are computed from.
  public var effectBasis: EffectBasis { compared.basis }

  /// The trials that effects are computed from.
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
      switch iteration == nil ? own.state : own.trials[0].state {
      case .diverged: return ComparedTrial(parameters: own.parameters, value: nil)
      case .done, .pruned:
        return value(own).map {
          ComparedTrial(parameters: own.parameters, value: $0.isFinite ? $0 : nil)
        }
      case .waiting, .running, .failed: return nil
      }
    }
    return (EffectBasis(iteration: iteration, count: trials.count { $0.value != nil }), trials)
  }
}

extension Trial {
  /// The last iteration with a known value.
  fileprivate var reached: Int? {
    let measured = measurements.last { $0.value != nil }?.iteration
    return [measured, result?.iterations].compactMap { $0 }.max()
  }
}

extension MarginalEffect.Extent {
  /// A range with more tried values than this is divided into parts.
  private static let mostValues = 8
  private static let partCount = 4

  /// The levels of a domain: the values of a list, the tried values of a range or, if those are
  /// many, parts of the range of equal width on its scale.
  static func levels(
    of domain: SearchSpace.Domain, tried: some Sequence<ParameterValue>
  ) -> [Self] {
    if case .values(let values) = domain { return values.map { .value($0) } }
    let tried = Set(tried)
    guard let range = domain.range, tried.count > mostValues else {
      return tried.stablySorted { ($0.number ?? 0) < ($1.number ?? 0) }.map { .value($0) }
    }
    let ends = (0...partCount).map { part -> Double in
      range.scale.value(at: Double(part) / Double(partCount), from: range.lower, to: range.upper)
    }
    return zip(ends, ends.dropFirst()).map { .range(lower: $0, upper: $1) }
  }

  /// Whether the extent contains a value; the last part of a range includes its upper end.
  func contains(_ value: ParameterValue, isLast: Bool) -> Bool {
    switch self {
    case .value(let own): return own == value
    case .range(let lower, let upper):
      guard let number = value.number else { return false }
      return number >= lower && (number < upper || (isLast && number == upper))
    }
  }
}

struct Grouping {
  let extents: [MarginalEffect.Extent]

  /// The levels of `domain` that contain any of the values `tried`.
  init(of domain: SearchSpace.Domain, tried: [ParameterValue]) {
    let all = MarginalEffect.Extent.levels(of: domain, tried: tried)
    let distinct = Set(tried)
    extents = all.indices.filter { index in
      distinct.contains { all[index].contains($0, isLast: index == all.count - 1) }
    }.map { all[$0] }
    isLastUsed = extents.last == all.last
  }

  private let isLastUsed: Bool

  func position(of value: ParameterValue) -> Int? {
    extents.indices.first { index in
      extents[index].contains(value, isLast: isLastUsed && index == extents.count - 1)
    }
  }
}
