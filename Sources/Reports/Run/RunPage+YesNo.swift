import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import PerceptronVisualization

// Sections for two classes of which one is predicted with a probability.

extension RunPage {
  /// The maximum number of a curve's points on a page and in its files.
  private static var mostCurvePoints: Int { 2000 }

  /// How well a probability tells yes from no: headline figures, the ROC, the calibration, and what
  /// thresholds lead to.
  ///
  /// - Parameters:
  ///   - probabilities: the probability of the second class for each row.
  ///   - labels: 0 or 1 for each row.
  ///   - names: the names of both classes.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  ///   - rows: the name of the rows, such as `the test set`.
  static func yesNo(
    probabilities: [Double], labels: [Int], names: (no: String, yes: String),
    weights: [Double]? = nil, rows: String
  ) -> [Report.Section] {
    let predicted = probabilities.map { $0 > 0.5 ? 1 : 0 }
    let area = MetricInterval.areaUnderROC(of: probabilities, labels: labels, weights: weights)
    let calibration = CalibrationCurve(of: probabilities, labels: labels, weights: weights)
    let counts = BinaryCounts(of: probabilities, labels: labels, weights: weights)
    let losses = zip(probabilities, labels).map {
      -Double.logarithm($1 == 1 ? $0 : 1 - $0)
    }
    func share(_ value: Double) -> String { decimal(value, 4) }
    let figures: [Report.Fact] = [
      fact("area under the ROC", area, share),
      fact(
        "accuracy", .accuracy(of: predicted, labels: labels, weights: weights), share),
      fact(
        "balanced accuracy", .balancedAccuracy(of: predicted, labels: labels, weights: weights),
        share),
      fact(
        "F1 of \(names.yes)", .binaryF1Score(of: predicted, labels: labels, weights: weights),
        share),
      fact("log loss", .mean(of: losses, weights: weights), readableNumber),
      .init(
        "Brier score", share(brierScore(of: probabilities, labels: labels, weights: weights))),
      .init("calibration error", share(calibration.expectedError)),
      .init("share of \(names.yes)", share(counts.support / counts.total)),
      rowsFact(labels.count, weights),
    ]
    let curve = ROCCurve(of: probabilities, labels: labels, weights: weights)
    var charts = [calibrationChart(calibration, names.yes)]
    if curve.area.isFinite {
      charts.insert(
        rocChart([(names.yes, curve)], title: "ROC", summary: summary(area, names)), at: 0)
    }
    let absent =
      curve.area.isFinite
      ? [] : [Report.Block.paragraph("There is no ROC: all rows are of one class.")]
    return [
      Report.Section(
        "Yes or no on \(rows)",
        [.figures(figures)] + absent + [
          .charts(charts), .table(thresholds(probabilities, labels, weights, names.yes)),
          .table(bins(calibration, names.yes)),
        ])
    ]
  }

  private static func summary(
    _ area: MetricInterval, _ names: (no: String, yes: String)
  ) -> String {
    "The share of \(names.yes) that is found, by the share of \(names.no) that is taken for it, for "
      + "each threshold. The area, \(decimal(area.value, 4)), is how often a row of \(names.yes) has "
      + "a higher probability than one of \(names.no)."
  }

  /// The ROC of one or several labels.
  static func rocChart(
    _ curves: [(name: String, curve: ROCCurve)], title: String, summary: String
  ) -> Report.NamedChart {
    let series = curves.map { name, curve in
      Chart.Curves.Series(
        name,
        curve.thinned(to: mostCurvePoints).map {
          .init($0.falsePositiveRate, $0.truePositiveRate)
        })
    }
    return Report.NamedChart(
      "roc",
      Chart(
        title: title, summary: summary,
        .curves(
          .init(
            x: .init("false positive rate", range: 0...1),
            y: .init("true positive rate", range: 0...1), series: series, diagonal: "chance"))))
  }

  private static func calibrationChart(
    _ curve: CalibrationCurve, _ yes: String
  ) -> Report.NamedChart {
    let bins = curve.bins.filter { $0.count > 0 }
    return Report.NamedChart(
      "calibration",
      Chart(
        title: "Calibration",
        summary:
          "The share of \(yes) among rows by their probability of it, with the number of rows. Above "
          + "the dashed line, \(yes) is more frequent than predicted. The mean distance from it is "
          + "\(decimal(curve.expectedError, 4)).",
        .curves(
          .init(
            x: .init("predicted probability", range: 0...1),
            y: .init("observed share", range: 0...1),
            series: [
              .init(
                "observed", bins.map { .init($0.meanPrediction, $0.observedShare) },
                style: .linePoints, notes: bins.map { "\($0.count)" })
            ], diagonal: "perfect calibration"))))
  }

  private static func thresholds(
    _ probabilities: [Double], _ labels: [Int], _ weights: [Double]?, _ yes: String
  ) -> Report.Table {
    Report.Table(
      caption:
        "Where \(yes) is predicted above a threshold: of these rows the share that is (precision), of "
        + "all rows of it the share that is found (recall), their harmonic mean (F1), and the share "
        + "of all rows for which it is predicted",
      columns: [
        .words("threshold"), .figures("precision"), .figures("recall"), .figures("F1"),
        .figures("predicted"),
      ],
      texts: (1...9).map { tenth in
        let counts = BinaryCounts(
          of: probabilities, labels: labels, weights: weights, threshold: Double(tenth) / 10)
        return [
          decimal(Double(tenth) / 10, 1), shareText(counts.precision), shareText(counts.recall),
          shareText(counts.f1), shareText(counts.predictedShare),
        ]
      })
  }

  private static func bins(_ curve: CalibrationCurve, _ yes: String) -> Report.Table {
    Report.Table(
      caption: "Calibration: rows by their probability of \(yes)",
      columns: [
        .words("probability"), .figures("rows"), .figures("mean probability"),
        .figures("share of \(yes)"),
      ],
      rows: curve.bins.map { bin in
        [
          .init("\(decimal(bin.lower, 1))–\(decimal(bin.upper, 1))"), .init(grouped(bin.count)),
          .init(bin.count == 0 ? "–" : decimal(bin.meanPrediction, 3)),
          cell(.init(bin.observedShare, bin.interval)) { decimal($0, 3) },
        ]
      })
  }

  /// A share with three decimals; – for none.
  static func shareText(_ share: Double?) -> String {
    share.map { $0.isNaN ? "–" : decimal($0, 3) } ?? "–"
  }
}
