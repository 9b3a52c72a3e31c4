struct StudyState {
  private(set) var definition: StudyDefinition
  /// The shard that this is, with its trials; nil for a whole study.
  let part: ShardPart?
  private(set) var trials: [Trial] = []
  /// The numbers of the trials of each configuration.
  private var groups: [[Int]] = []
  /// The number of each configuration, where points are repeated.
  private var positions: [Assignment: Int] = [:]
  /// The best configuration whose trials are all done.
  private(set) var best: Int?
  private(set) var notes: [StudyNote] = []
  /// The trials that have ended, in that order.
  private(set) var ended: [Int] = []

  init(_ definition: StudyDefinition, _ trials: [Assignment], part: ShardPart? = nil) {
    self.definition = definition
    self.part = part
    add(trials)
  }

  /// Adds waiting trials at the end.
  private mutating func add(_ more: [Assignment]) {
    for parameters in more {
      let point = definition.point(of: parameters)
      let id = trials.count
      // Without repeats, each trial is a configuration, even where two are the same.
      let position = definition.repeatsPoints ? positions[point, default: groups.count] : id
      if position == groups.count { groups.append([]) }
      if definition.repeatsPoints { positions[point] = position }
      groups[position].append(id)
      trials.append(Trial(id: id, configuration: position, parameters: parameters))
    }
  }

  /// Whether a trial is trained here: any, or one of the shard's.
  func isOwn(_ trial: Int) -> Bool { part?.trials.contains(trial) ?? true }

  var configurations: [Configuration] { groups.indices.map(configuration) }

  func configuration(_ number: Int) -> Configuration {
    let own = groups[number].map { trials[$0] }
    return Configuration(definition.point(of: own[0].parameters), own)
  }

  /// Whether a trial is the first of its configuration. Only first trials are pruned on their way;
  /// the other repeats run if the first was not pruned.
  func isFirst(_ trial: Int) -> Bool { groups[trials[trial].configuration].first == trial }

  /// Why an event is invalid now; nil if it is valid. A running trial may begin again, since the
  /// process that ran it may have been killed.
  func objection(to event: StudyEvent) -> String? {
    guard let id = event.trial else { return nil }
    guard trials.indices.contains(id) else { return "trial \(id) is not one of \(trials.count)" }
    if let part, !part.trials.contains(id) { return "trial \(id) is not one of \(part.shard)" }
    let trial = trials[id]
    if case .begun(_, let from) = event {
      if trial.state.isFinal { return "trial \(id) is \(trial.state) and cannot begin" }
      return from < 0 ? "trial \(id) cannot begin from iteration \(from)" : nil
    }
    if trial.state != .running { return "trial \(id) is \(trial.state), not running" }
    switch event {
    case .measured(_, let measurement):
      let last = trial.measurements.last?.iteration ?? 0
      return measurement.iteration >= last
        ? nil : "trial \(id) is at iteration \(last), measured at \(measurement.iteration)"
    case .done(_, let result):
      return result.value.isFinite ? nil : "trial \(id) is done with \(result.value)"
    default: return nil
    }
  }

  /// The best trial of the best configuration so far, if the end of a trial with a result completes
  /// that configuration; else nil.
  func best(completedBy trial: Int, _ result: TrialResult) -> Int? {
    var ended = trials[trial]
    ended.end(with: result)
    let own = configuration(ended.configuration)
    let after = Configuration(own.parameters, own.trials.map { $0.id == trial ? ended : $0 })
    return isBest(after) ? after.best(by: definition.goal)?.id : nil
  }

  private func isBest(_ own: Configuration) -> Bool {
    guard let value = own.result?.value else { return false }
    guard let other = best.map(configuration), let known = other.result?.value else { return true }
    return definition.goal.ranks(value, own.id, before: known, other.id)
  }

  mutating func apply(_ line: StudyLine) {
    let event = line.event
    switch event {
    case .note(let kind, let values): notes.append(StudyNote(kind: kind, values: values))
    case .extended(let method, let context, let trials):
      definition.method = method
      definition.context = context
      add(trials)
    default: break
    }
    guard let id = event.trial else { return }
    trials[id].apply(event)
    if case .done = event, isBest(configuration(trials[id].configuration)) {
      best = trials[id].configuration
    }
    trials[id].times.note(event, at: line.time)
    if event.isFinal { ended.append(id) }
  }

  /// Makes running trials wait again, or one of them. There is no event for this: a trial without
  /// an end waits when the journal is read.
  mutating func interrupt(_ trial: Int? = nil) {
    for id in trials.indices where trials[id].state == .running && id == trial ?? id {
      trials[id].state = .waiting
    }
  }
}

extension Trial {
  fileprivate mutating func end(with result: TrialResult) {
    state = .done
    self.result = result
    seconds = result.seconds
  }

  fileprivate mutating func apply(_ event: StudyEvent) {
    switch event {
    case .note, .extended: break
    case .begun(_, let from):
      state = .running
      measurements.removeAll { $0.iteration > from || from == 0 }
      seconds = measurements.last { $0.seconds != nil }?.seconds ?? 0
    case .measured(_, let measurement):
      measurements.append(measurement)
      seconds = measurement.seconds ?? seconds
    case .done(_, let result): end(with: result)
    case .diverged(_, let iteration, let loss, let seconds, let message):
      state = .diverged
      (endIteration, endLoss) = (iteration, loss)
      self.message = message
      self.seconds = seconds
    case .failed(_, let message, let seconds):
      state = .failed
      self.message = message
      self.seconds = seconds
    case .pruned(_, let iteration, let seconds):
      state = .pruned
      endIteration = iteration
      self.seconds = seconds
    }
  }
}

enum StudyEvent: Codable {
  /// A trial began, or began again with its measurements up to an iteration.
  case begun(trial: Int, from: Int)
  case measured(trial: Int, measurement: Measurement)
  case done(trial: Int, result: TrialResult)
  case diverged(trial: Int, iteration: Int?, loss: Double?, seconds: Double, message: String)
  case failed(trial: Int, message: String, seconds: Double)
  case pruned(trial: Int, iteration: Int, seconds: Double)
  case note(kind: String, values: [String: String])
  /// More trials were added: the method with more points, the context with them, and the new trials.
  case extended(method: SearchMethod, context: [String: String], trials: [Assignment])
}

/// A program's own entry in a study's journal.
public struct StudyNote: Codable, Equatable, Sendable {
  /// The kind of note, such as `resumed`.
  public var kind: String
  /// The contents.
  public var values: [String: String]
}

extension StudyEvent {
  var trial: Int? {
    switch self {
    case .begun(let trial, _), .measured(let trial, _), .done(let trial, _),
      .diverged(let trial, _, _, _, _), .failed(let trial, _, _), .pruned(let trial, _, _):
      trial
    case .note, .extended: nil
    }
  }

  var isFinal: Bool {
    switch self {
    case .begun, .measured, .note, .extended: false
    case .done, .diverged, .failed, .pruned: true
    }
  }
}
