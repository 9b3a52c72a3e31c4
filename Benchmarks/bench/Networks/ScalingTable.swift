import PerceptronCommandSupport
import PerceptronFiles

/// The table of `bench step --scaling`: a line for each network, under what differs in them.
struct ScalingTable {
  private let timings: [Timing]

  init(_ timings: [Timing]) { self.timings = timings }

  var text: String {
    var table = TextTable(
      [.words("network")]
        + ["median", "spread", "per unit", "off the line"].map { .figures($0) })
    for line in ScalingLine.all {
      let measured = line.points.compactMap { point in
        timings[point.name, StepContenders.whole].map { (point: point, timing: $0) }
      }
      if measured.isEmpty { continue }
      let fit = FittedLine(measured.map { (Double($0.point.value), $0.timing.median) })
      let deviations = measured.map { point, timing in
        fit?.deviation(x: Double(point.value), y: timing.median)
      }
      table.addHeading(heading(line, fit, largest: deviations.compactMap { $0.map(abs) }.max()))
      for ((point, timing), deviation) in zip(measured, deviations) {
        table.add([
          point.name, readableTime(timing.median), percent(timing.spread),
          nanoseconds(timing.median / Double(point.value)), deviation.map(signed) ?? "–",
        ])
      }
    }
    return """
      \(table.text)

      A step of each network, all in turn. Per unit: the median over the size that differs. The line
      is the straight one, fixed part and part per unit, from which the medians are off by the least
      sum of squared shares.
      """
  }

  private func heading(_ line: ScalingLine, _ fit: FittedLine?, largest: Double?) -> String {
    guard let fit, let largest else { return "Per \(line.unit)" }
    return
      "Per \(line.unit): \(decimal(fit.start * 1e6, 0)) µs and \(nanoseconds(fit.slope)) each, "
      + "within \(percent(largest))"
  }

  /// A share with its sign, but for one that rounds to 0.
  private func signed(_ share: Double) -> String {
    let text = percent(abs(share))
    return text == percent(0) ? text : (share < 0 ? "−" : "+") + text
  }

  private func nanoseconds(_ seconds: Double) -> String { "\(decimal(seconds * 1e9, 0)) ns" }
}
