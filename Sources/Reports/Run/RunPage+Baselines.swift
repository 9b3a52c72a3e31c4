import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// Simple models on the same rows beside the network.
  static func baselines(_ report: BaselineReport) -> Report.Section {
    let first = report.metrics[0]
    let hasValidation = report.validationRows > 0
    func cell(_ metric: Metric, _ values: MetricValues?) -> String {
      values?[metric].map(text(of: metric)) ?? "–"
    }
    func cells(
      _ name: String, _ setting: String, _ training: MetricValues?, _ validation: MetricValues?,
      _ intervals: [String: ClosedRange<Double>], _ seconds: Double
    ) -> [String] {
      let interval = intervals[first.rawValue].map {
        "\(text(of: first)($0.lowerBound))–\(text(of: first)($0.upperBound))"
      }
      return [name, setting]
        + (hasValidation
          ? [cell(first, validation), interval ?? "–"]
            + report.metrics.dropFirst().map { cell($0, validation) } : [])
        + [cell(first, training), readableTime(seconds)]
    }
    let table = Report.Table(
      caption: "Simple models on the same rows, prepared in the same way",
      columns: [.words("model"), .words("setting")]
        + (hasValidation
          ? [.figures("validation \(first.title)"), .figures("95 % interval")]
            + report.metrics.dropFirst().map { .figures("validation \($0.title)") } : [])
        + [.figures("training \(first.title)"), .figures("time")],
      texts: report.baselines.map { own in
        cells(
          own.baseline.title(for: report.targets.kind), own.setting?.description ?? "",
          own.training, own.validation, own.intervals, own.seconds)
      }
        + (report.run.map { run in
          [cells("this network", run.network, run.training, run.validation, [:], run.seconds)]
        } ?? []))
    let remarks =
      (report.choiceRemark.map { [$0 + "."] } ?? [])
      + report.leftOut.map { own in
        "Left out: \(own.baseline.title(for: report.targets.kind)), since \(own.reason)."
      }
    return Report.Section("Baselines", [.table(table)] + remarks.map { .paragraph($0) })
  }
}
