import Foundation
import Serialization
import Tuning

extension StudyPage {
  /// When each trial ran. Pauses in which none did are left out of the axis.
  var timeline: Report.Section? {
    let activity = study.activity
    let known = trials.filter { !$0.stretches.isEmpty }
    guard let first = activity.first, let last = activity.last else {
      let hasBegun = trials.contains { $0.state.isFinal || !$0.measurements.isEmpty }
      return hasBegun
        ? Report.Section(
          "Timeline",
          [.paragraph("The journal does not tell when trials ran: another version wrote it.")])
        : nil
    }
    var states: [Trial.State] = []
    for state in [Trial.State.done, .pruned, .diverged, .failed, .running, .waiting]
    where known.contains(where: { $0.state == state }) { states.append(state) }
    let spans = known.sorted {
      ($0.stretches[0].lowerBound, $0.id) < ($1.stretches[0].lowerBound, $1.id)
    }
    .flatMap { trial in
      trial.stretches.map {
        Chart.Timeline.Span(
          "trial \(trial.id)",
          seconds: Self.running($0.lowerBound, activity)...Self.running($0.upperBound, activity),
          kind: states.firstIndex(of: trial.state) ?? 0)
      }
    }
    let total = Self.running(last.upperBound, activity)
    let whole = last.upperBound.timeIntervalSince(first.lowerBound)
    var note =
      "From \(Self.moment(first.lowerBound)) to \(Self.moment(last.upperBound)). Trials that are "
      + "trained side by side begin together."
    if whole - total > 1 {
      note += " Pauses of \(readableTime(whole - total)) in all, in which none ran, are left out."
    }
    if known.count < trials.count(where: { $0.state != .waiting }) {
      note += " Trials whose times the journal does not tell are left out."
    }
    var blocks: [Report.Block] = []
    // A trial that takes no time at all has no width.
    if total > 0 {
      let kinds = states.map { $0 == .waiting ? "interrupted" : $0.rawValue }
      let chart = Chart(
        title: "When each trial ran",
        summary: "\(counted(known.count, "trial")) in \(readableTime(total)).",
        .timeline(.init(label: "trial", kinds: kinds, spans: spans)))
      blocks.append(.charts([.init("timeline", chart, isWide: true)]))
    }
    return Report.Section("Timeline", blocks + [.paragraph(note)])
  }

  /// How long any trial had run by a moment.
  private static func running(_ moment: Date, _ activity: [ClosedRange<Date>]) -> Double {
    activity.reduce(0) { sum, stretch in
      sum + max(0, min(moment, stretch.upperBound).timeIntervalSince(stretch.lowerBound))
    }
  }

  /// A moment by Greenwich's clock, so that the page is the same wherever it is written.
  private static func moment(_ date: Date) -> String {
    date.formatted(
      .iso8601.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false)
        .timeSeparator(.colon).dateTimeSeparator(.space)) + " UTC"
  }
}
