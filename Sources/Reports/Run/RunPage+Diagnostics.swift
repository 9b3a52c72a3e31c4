import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// How the network's health went over the run, where it was looked at more than once.
  var diagnosticCharts: Report.Block? {
    guard let looks = diagnostics?.looks, looks.count > 1 else { return nil }
    return .charts(
      [
        chart(
          "update-ratios", "Length of updates", "update / weights", of: weights,
          scale: .logarithmic,
          "Of each weight matrix, the norm of the last update by its own norm; about 0.001 in a "
            + "healthy run."),
        chart(
          "dead-units", "Dead units", "share of units", of: layers(\.deadShare), range: 0...1,
          "Of each ReLU, the share of units that are 0 for every row of a batch."),
        chart(
          "activations", "Spread of activations", "standard deviation",
          of: layers(\.activationDeviation), scale: .logarithmic,
          "Of each layer, the standard deviation of its outputs over a batch."),
        chart(
          "gradients", "Spread of gradients", "standard deviation",
          of: layers(\.gradientDeviation), scale: .logarithmic,
          "Of each layer, the standard deviation of the loss's gradient with respect to its outputs."
        ),
      ].compactMap { $0 })
  }

  private func chart(
    _ name: String, _ title: String, _ label: String, of series: [Chart.Curves.Series],
    scale: Chart.Scale = .linear, range: ClosedRange<Double>? = nil, _ summary: String
  ) -> Report.NamedChart? {
    // The last values tell what a curve came to.
    let ends = series.compactMap { curve in
      curve.points.last { $0.y.isFinite }.map { "\(curve.name) \(significant($0.y, 3))" }
    }
    if ends.isEmpty { return nil }
    return .init(
      name,
      Chart(
        title: title, summary: summary + " At the end: " + ends.joined(separator: ", ") + ".",
        .curves(
          .init(
            x: .init("iteration"), y: .init(label, scale: scale, range: range), series: series))))
  }

  /// The update ratio of each weight matrix that any look knows one of.
  private var weights: [Chart.Curves.Series] {
    let looks = diagnostics?.looks ?? []
    let names = (looks.last?.parameters ?? []).map(\.name).filter { $0.hasPrefix("W") }
    return names.map { name in
      .init(
        name,
        looks.compactMap { look in
          look.parameters.first { $0.name == name }?.updateRatio.map {
            Chart.Point(Double(look.iteration), $0)
          }
        })
    }.filter { !$0.points.isEmpty }
  }

  /// A curve of a number of each layer that has it.
  private func layers(
    _ value: (DiagnosticSeries.Layer) -> Double?
  ) -> [Chart.Curves.Series] {
    let looks = diagnostics?.looks ?? []
    return (looks.last?.layers ?? []).map { layer in
      .init(
        "\(layer.index) \(layer.name)",
        looks.compactMap { look in
          look.layers.first { $0.index == layer.index }.flatMap(value).map {
            Chart.Point(Double(look.iteration), $0)
          }
        })
    }.filter { !$0.points.isEmpty }
  }
}
