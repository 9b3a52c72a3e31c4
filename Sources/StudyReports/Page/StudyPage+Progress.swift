import Foundation
import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  private static let dotCount = 2000

  /// The results in order of completion, with the best so far.
  var progress: Report.Section? {
    let steps = study.bestSoFar
    guard steps.count > 1, let last = steps.last else { return nil }
    let stride = (steps.count + Self.dotCount - 1) / Self.dotCount
    let dots = steps.enumerated().filter { $0.offset % stride == 0 || $0.element.trial == best?.id }
    // Steps only where the best changes, and at the end.
    let changes = steps.enumerated().filter { index, step in
      index == 0 || index == steps.count - 1 || step.best != steps[index - 1].best
    }
    let chart = Report.NamedChart.curves(
      "best-so-far", title: "Results in the order in which trials were done",
      summary: "\(steps.count) trials; the best \(goalName) went from "
        + "\(readableNumber(steps[0].best)) to \(readableNumber(last.best)), which was reached by "
        + "trial \(best?.id ?? last.trial).",
      x: .init("trials done"), y: .init(goalName),
      [
        .init("trial", dots.map { .init(Double($0.offset + 1), $0.element.value) }, style: .points),
        .init(
          "best so far", changes.map { .init(Double($0.offset + 1), $0.element.best) },
          style: .steps),
      ], isWide: true)
    let note: [Report.Block] =
      stride > 1 ? [.paragraph("One of every \(stride) trials has a dot.")] : []
    return Report.Section("Progress", [.charts([chart])] + note)
  }

  /// The maximum number of curves, and the number of distinct ones among more than
  /// ``mostDistinct``.
  private static let curveCount = 10, distinctCount = 4
  /// The maximum number of curves that are all distinct.
  private static let mostDistinct = 6

  var learningCurves: Report.Section? {
    let drawn = board.trials.filter { points(of: $0).count > 1 }.prefix(Self.curveCount)
    if drawn.isEmpty { return nil }
    let distinct = drawn.count <= Self.mostDistinct ? drawn.count : Self.distinctCount
    let range = Chart.Curves.lateRange(of: drawn.map(points))
    let chart = Report.NamedChart.curves(
      "learning-curves", title: "Learning curves of the best \(counted(drawn.count, "trial"))",
      summary: "The \(goalName) measured on the way: "
        + drawn.prefix(3).map { trial in
          let ends = [points(of: trial).first, points(of: trial).last]
          return "trial \(trial.id) went from "
            + ends.compactMap { $0.map { readableNumber($0.y) } }.joined(separator: " to ")
        }.joined(separator: ", ") + "."
        + Chart.Curves.note(on: range),
      x: .init("iterations"), y: .init(goalName, range: range),
      drawn.dropFirst(distinct).map {
        .init("the next \(drawn.count - distinct)", points(of: $0), style: .faint)
      } + drawn.prefix(distinct).map { .init("trial \($0.id)", points(of: $0)) }, isWide: true)
    var blocks: [Report.Block] = [.charts([chart])]
    if Set(drawn.map(points)).count < drawn.count {
      blocks.append(
        .paragraph(
          "Overlapping curves are of trials that train the same network for different "
            + "lengths, or to the same values."))
    }
    return Report.Section("Learning curves", blocks)
  }

  /// The measurements, and the result at the end.
  private func points(of trial: Trial) -> [Chart.Point] {
    var points = trial.measurements.compactMap { measurement in
      measurement.value.flatMap {
        $0.isFinite ? Chart.Point(Double(measurement.iteration), $0) : nil
      }
    }
    guard let result = trial.result, let end = result.iterations.map(Double.init) else {
      return points
    }
    if points.last?.x == end { points.removeLast() }
    return points + [Chart.Point(end, result.value)]
  }

  private static let rowLimit = 500

  /// When each trial ran, without pauses in which none did.
  var timeline: Report.Section? {
    let activity = study.activity
    guard let first = activity.first?.lowerBound, let last = activity.last?.upperBound else {
      let hasBegun = trials.contains { $0.state.isFinal || !$0.measurements.isEmpty }
      return hasBegun
        ? Report.Section(
          "Timeline", [.paragraph("The journal has no times: an earlier version wrote it.")]) : nil
    }
    let known = trials.filter { !$0.stretches.isEmpty }.stablySorted {
      ($0.stretches[0].lowerBound, $0.id) < ($1.stretches[0].lowerBound, $1.id)
    }
    let shown = Array(known.prefix(Self.rowLimit))
    let total = Self.running(last, activity)
    let pauses = last.timeIntervalSince(first) - total
    let notes = [
      "From \(Self.moment(first)) to \(Self.moment(last)).",
      "A stripe goes from a trial's beginning to its end, by the clock.",
      details.training == .sideBySide
        ? "Trials that are trained side by side begin together and share this time: the time of "
          + "each in the tables is its share." : nil,
      pauses > 1
        ? "Pauses of \(readableTime(pauses)) in all, in which none ran, are left out." : nil,
      known.count < trials.count(where: { $0.state != .waiting })
        ? "Trials without times in the journal are left out." : nil,
      shown.count < known.count
        ? "Only the first \(shown.count) of \(known.count) trials are shown." : nil,
    ].compactMap { $0 }
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
          detail: details.training == .sideBySide
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

  /// The time in seconds for which any trial had run by a moment.
  private static func running(_ moment: Date, _ activity: [ClosedRange<Date>]) -> Double {
    activity.reduce(0) { sum, stretch in
      sum + max(0, min(moment, stretch.upperBound).timeIntervalSince(stretch.lowerBound))
    }
  }

  /// A moment in UTC, so that the page does not depend on the time zone.
  private static func moment(_ date: Date) -> String {
    date.formatted(
      .iso8601.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false)
        .timeSeparator(.colon).dateTimeSeparator(.space)) + " UTC"
  }
}
