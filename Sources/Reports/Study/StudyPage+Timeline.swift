import Foundation
import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// The most trials that have a row.
  private static let rowLimit = 500

  /// When each trial ran. Pauses in which none did are left out of the axis.
  var timeline: Report.Section? {
    let activity = study.activity
    guard let first = activity.first?.lowerBound, let last = activity.last?.upperBound else {
      let hasBegun = trials.contains { $0.state.isFinal || !$0.measurements.isEmpty }
      return hasBegun
        ? Report.Section(
          "Timeline",
          [.paragraph("The journal does not tell when trials ran: another version wrote it.")])
        : nil
    }
    let known = trials.filter { !$0.stretches.isEmpty }.sorted {
      ($0.stretches[0].lowerBound, $0.id) < ($1.stretches[0].lowerBound, $1.id)
    }
    let shown = Array(known.prefix(Self.rowLimit))
    let total = Self.running(last, activity)
    let pauses = last.timeIntervalSince(first) - total
    let notes = [
      "From \(Self.moment(first)) to \(Self.moment(last)).",
      "A stripe goes from a trial's beginning to its end, by the clock.",
      context?.training == .sideBySide
        ? "Trials that are trained side by side begin together and share this time: the time of each "
          + "in the tables is its share." : nil,
      pauses > 1
        ? "Pauses of \(readableTime(pauses)) in all, in which none ran, are left out." : nil,
      known.count < trials.count(where: { $0.state != .waiting })
        ? "Trials whose times the journal does not tell are left out." : nil,
      shown.count < known.count
        ? "Only the first \(shown.count) of \(known.count) trials are shown." : nil,
    ].compactMap { $0 }
    // What took no time at all has no width.
    let charts: [Report.Block] =
      total > 0
      ? [.charts([.init("timeline", chart(of: shown, activity, total), isWide: true)])] : []
    return Report.Section("Timeline", charts + [.paragraph(notes.joined(separator: " "))])
  }

  private func chart(
    of shown: [Trial], _ activity: [ClosedRange<Date>], _ total: Double
  ) -> Chart {
    let order: [Trial.State] = [.done, .pruned, .diverged, .failed, .running, .waiting]
    let states = order.filter { state in shown.contains { $0.state == state } }
    let spans = shown.flatMap { trial in
      trial.stretches.map {
        Chart.Timeline.Span(
          "trial \(trial.id)",
          seconds: Self.running($0.lowerBound, activity)...Self.running($0.upperBound, activity),
          kind: states.firstIndex(of: trial.state) ?? 0,
          detail: context?.training == .sideBySide
            ? "its share of the time: \(readableTime(trial.seconds))" : nil)
      }
    }
    return Chart(
      title: "When each trial ran",
      summary: "\(counted(shown.count, "trial")) in \(readableTime(total)).",
      .timeline(
        .init(
          label: "trial", kinds: states.map { $0 == .waiting ? "interrupted" : $0.rawValue },
          spans: spans)))
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
