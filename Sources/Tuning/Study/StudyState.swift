/// What is known of a study: its trials after all events so far.
struct StudyState {
  let definition: StudyDefinition
  private(set) var trials: [Trial]
  /// The trials of each configuration.
  private let groups: [[Int]]
  /// The best configuration of which all trials are done.
  private(set) var best: Int?
  private(set) var notes: [StudyNote] = []
  /// The trials that have ended, in the order in which they did.
  private(set) var ended: [Int] = []

  init(_ definition: StudyDefinition, _ trials: [Assignment]) {
    self.definition = definition
    var groups: [[Int]] = []
    var positions: [Assignment: Int] = [:]
    self.trials = trials.enumerated().map { id, parameters in
      let point = definition.point(of: parameters)
      // Without seeds, each trial is a configuration, even where two are the same.
      let position = definition.seeds.isEmpty ? id : positions[point, default: groups.count]
      if position == groups.count { groups.append([]) }
      positions[point] = position
      groups[position].append(id)
      return Trial(id: id, parameters: parameters, configuration: position)
    }
    self.groups = groups
  }

  /// All configurations, by the numbers of their first trials.
  var configurations: [Configuration] { groups.indices.map(configuration) }

  /// The configuration with a number.
  func configuration(_ number: Int) -> Configuration {
    let own = groups[number].map { trials[$0] }
    return Configuration(definition.point(of: own[0].parameters), own)
  }

  /// Whether a trial is the first one of its configuration, which alone is pruned: the others are run
  /// where it was not.
  func isFirst(_ trial: Int) -> Bool { groups[trials[trial].configuration].first == trial }

  /// Why an event cannot happen now, or nil where it can. A running trial may begin again: the
  /// process that ran it before may have been killed.
  func objection(to event: StudyEvent) -> String? {
    guard let id = event.trial else { return nil }
    guard trials.indices.contains(id) else { return "trial \(id) is not one of \(trials.count)" }
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

  /// The best trial of the best configuration so far, where a trial that ends with a result completes
  /// that one; nil where it does not.
  func best(completedBy trial: Int, _ result: TrialResult) -> Int? {
    var ended = trials[trial]
    ended.end(with: result)
    let own = configuration(ended.configuration)
    let after = Configuration(
      own.parameters, own.trials.map { $0.id == trial ? ended : $0 })
    return isBest(after) ? after.best(by: definition.goal)?.id : nil
  }

  /// Whether all trials of a configuration are done, and no other is better so far.
  private func isBest(_ own: Configuration) -> Bool {
    guard let value = own.result?.value else { return false }
    guard let other = best.map(configuration), let known = other.result?.value else { return true }
    return definition.goal.ranks(value, own.id, before: known, other.id)
  }

  /// Lets an event happen to which there is no objection.
  mutating func apply(_ line: StudyLine) {
    let event = line.event
    if case .note(let kind, let values) = event { notes.append(StudyNote(kind, values)) }
    guard let id = event.trial else { return }
    trials[id].apply(event)
    if case .done = event, isBest(configuration(trials[id].configuration)) {
      best = trials[id].configuration
    }
    trials[id].times.note(event, at: line.time)
    if event.isFinal { ended.append(id) }
  }

  /// Lets the trials wait again that run, or one of them. No event tells of it: a trial that has
  /// begun and has no end waits for whoever reads the journal.
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
    case .note: break
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
      end = End(iteration: iteration, loss: loss)
      self.message = message
      self.seconds = seconds
    case .failed(_, let message, let seconds):
      state = .failed
      self.message = message
      self.seconds = seconds
    case .pruned(_, let iteration, let seconds):
      state = .pruned
      end = End(iteration: iteration)
      self.seconds = seconds
    }
  }
}
