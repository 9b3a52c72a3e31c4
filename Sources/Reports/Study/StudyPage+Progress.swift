import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// The most trials that have a dot.
  private static let dotCount = 2000

  /// The results in the order in which trials were done, with the best until then.
  var progress: Report.Section? {
    let steps = study.bestSoFar
    guard steps.count > 1, let last = steps.last else { return nil }
    let stride = (steps.count + Self.dotCount - 1) / Self.dotCount
    let dots = steps.enumerated().filter { $0.offset % stride == 0 || $0.element.trial == best?.id }
    // Steps hold until the next: only where the best changes, and at the end.
    let changes = steps.enumerated().filter { index, step in
      index == 0 || index == steps.count - 1 || step.best != steps[index - 1].best
    }
    let chart = Chart(
      title: "Results in the order in which trials were done",
      summary:
        "\(steps.count) trials; the best \(goalName) went from \(readableNumber(steps[0].best)) to "
        + "\(readableNumber(last.best)), which was reached by trial "
        + "\(best?.id ?? last.trial).",
      .curves(
        .init(
          x: .init("trials done"), y: .init(goalName),
          series: [
            .init(
              "trial", dots.map { .init(Double($0.offset + 1), $0.element.value) }, style: .points),
            .init(
              "best so far", changes.map { .init(Double($0.offset + 1), $0.element.best) },
              style: .steps),
          ])))
    var blocks: [Report.Block] = [.charts([.init("best-so-far", chart, isWide: true)])]
    if stride > 1 {
      blocks.append(.paragraph("Of every \(stride) trials one has a dot."))
    }
    return Report.Section("Progress", blocks)
  }

  /// How many trials' learning curves are drawn, and how many of them are told apart where those are
  /// more than can be.
  private static let curveCount = 10, distinctCount = 4
  /// The most curves of which all are told apart.
  private static let mostDistinct = 6

  /// How the best trials got where they are.
  var learningCurves: Report.Section? {
    let drawn = board.trials.filter { points(of: $0).count > 1 }.prefix(Self.curveCount)
    if drawn.isEmpty { return nil }
    let distinct = drawn.count <= Self.mostDistinct ? drawn.count : Self.distinctCount
    let range = Chart.Curves.lateRange(of: drawn.map(points))
    let chart = Chart(
      title: "Learning curves of the best \(counted(drawn.count, "trial"))",
      summary: "The \(goalName) measured on the way: "
        + drawn.prefix(3).map { trial in
          let ends = [points(of: trial).first, points(of: trial).last]
          return "trial \(trial.id) went from "
            + ends.compactMap { $0.map { readableNumber($0.y) } }.joined(separator: " to ")
        }.joined(separator: ", ") + "."
        + Chart.Curves.note(on: range),
      .curves(
        .init(
          x: .init("iterations"), y: .init(goalName, range: range),
          series: drawn.dropFirst(distinct).map {
            .init("the next \(drawn.count - distinct)", points(of: $0), style: .faint)
          } + drawn.prefix(distinct).map { .init("trial \($0.id)", points(of: $0)) })))
    var blocks: [Report.Block] = [.charts([.init("learning-curves", chart, isWide: true)])]
    let same = Set(drawn.map(points)).count
    if same < drawn.count {
      blocks.append(
        .paragraph(
          "Curves that lie on one another are of trials that train the same network for different "
            + "lengths, or to the same accuracies."))
    }
    return Report.Section("Learning curves", blocks)
  }

  /// What was measured on the way, and the result at the end.
  private func points(of trial: Trial) -> [Chart.Point] {
    var points = trial.measurements.compactMap { measurement in
      measurement.compared.flatMap {
        $0.isFinite ? Chart.Point(Double(measurement.iteration), $0) : nil
      }
    }
    guard let result = trial.result, let end = result.iterations.map(Double.init) else {
      return points
    }
    if points.last?.x == end { points.removeLast() }
    return points + [Chart.Point(end, result.value)]
  }
}
