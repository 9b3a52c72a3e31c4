import Foundation

/// When a trial ran, by the clock of the machine that ran it.
extension Trial {
  /// The times of a trial.
  struct Times: Equatable {
    /// When it began, or began again, and when something was last recorded of it since then.
    var stretches: [ClosedRange<Date>] = []
    /// Whether it began once without the time being recorded.
    var isPartlyUnknown = false
    /// When it ended.
    var ended: Date?
  }

  /// When it ran: from each time that it began, or went on after an interruption, to when something
  /// was last recorded of it before the next. Trials that are trained side by side begin together.
  /// Empty where the study's journal has no times.
  public var stretches: [ClosedRange<Date>] { times.stretches }

  /// When it began for the first time, or nil where it has not or that is not known.
  public var began: Date? { times.isPartlyUnknown ? nil : times.stretches.first?.lowerBound }

  /// When it ended, or nil where it has not or that is not known.
  public var ended: Date? { times.ended }
}

extension Trial.Times {
  /// Takes note that something was recorded of the trial; `time` is in seconds since 1970.
  mutating func note(_ event: StudyEvent, at time: Double?) {
    guard let time else {
      if case .begun = event { isPartlyUnknown = true }
      return
    }
    let date = Date(timeIntervalSince1970: time)
    if case .begun = event {
      stretches.append(date...date)
    } else if let last = stretches.last {
      // A clock may be set back.
      stretches[stretches.count - 1] = last.lowerBound...max(date, last.upperBound)
    }
    if event.isFinal { ended = date }
  }
}
