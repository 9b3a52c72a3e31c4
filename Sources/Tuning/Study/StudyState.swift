/// What is known of a study: its trials after all events so far.
struct StudyState {
  let definition: StudyDefinition
  private(set) var trials: [Trial]
  private(set) var best: Int?
  private(set) var notes: [StudyNote] = []
  /// The trials that have ended, in the order in which they did.
  private(set) var ended: [Int] = []

  init(_ definition: StudyDefinition, _ trials: [Assignment]) {
    self.definition = definition
    self.trials = trials.enumerated().map { Trial(id: $0.offset, parameters: $0.element) }
  }

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

  /// Whether a trial that ends with `value` is the best so far.
  func isBest(_ trial: Int, _ value: Double) -> Bool {
    guard let best, let other = trials[best].result?.value else { return true }
    return definition.goal.ranks(value, trial, before: other, best)
  }

  /// Lets an event happen to which there is no objection.
  mutating func apply(_ line: StudyLine) {
    let event = line.event
    if case .done(let id, let result) = event, isBest(id, result.value) { best = id }
    if case .note(let kind, let values) = event { notes.append(StudyNote(kind, values)) }
    guard let id = event.trial else { return }
    trials[id].apply(event)
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
    case .done(_, let result):
      state = .done
      self.result = result
      seconds = result.seconds
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
