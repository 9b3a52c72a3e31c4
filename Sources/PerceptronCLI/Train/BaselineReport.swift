import Perceptron
import PerceptronCommandSupport

extension BaselineReport {
  /// A line for each baseline, then remarks.
  ///
  /// - Parameters:
  ///   - room: the width in characters, or nil for any.
  ///   - last: a line at the end.
  func text(columns room: Int?, last: String) -> String {
    let rows = [
      "\(grouped(trainingRows)) training rows",
      validationRows > 0 ? "\(grouped(validationRows)) validation rows" : nil,
      counted(features, "feature"), "\(targets)",
    ]
    var lines = [
      "\(data): " + rows.compactMap { $0 }.joined(separator: ", "), "", table(columns: room), "",
    ]
    lines += [choiceRemark].compactMap { $0 }
    for baseline in leftOut {
      lines.append(
        "left out: \(baseline.baseline.title(for: targets.kind)), since \(baseline.reason)")
    }
    return (lines + [last]).joined(separator: "\n")
  }

  private func table(columns room: Int?) -> String {
    let first = metrics[0]
    let hasValidation = validationRows > 0
    let hasIntervals = baselines.contains { $0.intervals[first.rawValue] != nil }
    var table = TextTable(
      [.words("baseline"), .words("setting", rank: 1)]
        + (hasValidation
          ? [.figures("validation \(first.title)")]
            + (hasIntervals ? [.figures("95 % interval", rank: 3)] : [])
            + metrics.dropFirst().map { .figures($0.title, rank: 4) } : [])
        + [.figures("training \(first.title)", rank: hasValidation ? 2 : 0)]
        + [.figures("time", rank: 5)])
    func text(_ metric: Metric, _ values: MetricValues?) -> String {
      values?[metric].map { metric.text($0) } ?? "–"
    }
    for result in baselines {
      let interval = result.intervals[first.rawValue].map {
        "\(first.text($0.lowerBound))–\(first.text($0.upperBound))"
      }
      table.add(
        [
          result.baseline.title(for: targets.kind),
          result.setting?.description ?? "",
        ]
          + (hasValidation
            ? [text(first, result.validation)] + (hasIntervals ? [interval ?? "–"] : [])
              + metrics.dropFirst().map { text($0, result.validation) } : [])
          + [text(first, result.training), readableTime(result.seconds)])
    }
    if let run {
      table.add(
        [run.name, run.network]
          + (hasValidation
            ? [text(first, run.validation)] + (hasIntervals ? ["–"] : [])
              + metrics.dropFirst().map { text($0, run.validation) } : [])
          + [text(first, run.training), readableTime(run.seconds)])
    }
    return table.text(columns: room)
  }
}
