import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// The network's health over the run and in the last snapshot, if there is one.
  var health: Report.Section? {
    guard let diagnosis = record.diagnosis else { return nil }
    let snapshot = diagnosis.lastSnapshot
    let time = diagnosis.iteration.map { "at iteration \($0)" } ?? "before training"
    let layers = Report.Table(
      caption: "Layers \(time)",
      columns: [
        .words("layer"), .figures("outputs"), .figures("mean"), .figures("deviation"),
        .figures("gradient's deviation"), .figures("dead units"),
      ],
      rows: snapshot.layers.map { layer in
        [
          "\(layer.index) \(layer.name)", "\(layer.outputSize)",
          .init(scientific(layer.activationMean)), .init(scientific(layer.activationDeviation)),
          .init(scientific(layer.gradientDeviation)),
          .init(layer.deadShare.map(percent) ?? "–", tint: layer.deadShare, isBad: true),
        ]
      })
    let parameters = Report.Table(
      caption: "Parameters \(time)",
      columns: [
        .words("parameter"), .figures("norm"), .figures("gradient"), .figures("update / norm"),
      ],
      texts: snapshot.parameters.map { parameter in
        [
          parameter.name, scientific(parameter.norm), scientific(parameter.gradientNorm),
          parameter.updateRatio.map(scientific) ?? "–",
        ]
      })
    return Report.Section(
      "Health", [diagnosticCharts].compactMap { $0 } + [.table(layers), .table(parameters)])
  }

  static func gradients(_ check: GradientCheckReport) -> Report.Section {
    let table = Report.Table(
      caption: "Gradients beside differences of the loss: the entry with the largest error",
      columns: [
        .words("parameter"), .words("shape"), .figures("checked"), .figures("kinks"),
        .figures("unresolved"), .figures("error"), .figures("analytic"), .figures("numeric"),
      ],
      texts: check.parameters.map { parameter in
        [
          parameter.name, parameter.shape.map(String.init).joined(separator: "×"),
          "\(parameter.checkedCount)", "\(parameter.kinkCount)", "\(parameter.unresolvedCount)",
          scientific(parameter.largestError), significant(parameter.analytic, 8),
          significant(parameter.numeric, 8),
        ]
      })
    let verdict: Report.Block = check.passed ? .paragraph(check.verdict) : .warning(check.verdict)
    return Report.Section("Gradient check", [verdict, .table(table)])
  }

  /// The network's health over the run, if there are several snapshots.
  var diagnosticCharts: Report.Block? {
    guard let snapshots = diagnostics?.snapshots, snapshots.count > 1 else { return nil }
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
          "Of each layer, the standard deviation of the loss's gradient with respect to its "
            + "outputs."),
      ].compactMap { $0 })
  }

  private func chart(
    _ name: String, _ title: String, _ label: String, of series: [Chart.Curves.Series],
    scale: Chart.Scale = .linear, range: ClosedRange<Double>? = nil, _ summary: String
  ) -> Report.NamedChart? {
    guard let ends = Chart.Curves.ends(of: series, digits: 3) else { return nil }
    return .curves(
      name, title: title, summary: summary + ends, x: .init("iteration"),
      y: .init(label, scale: scale, range: range), series)
  }

  private var weights: [Chart.Curves.Series] {
    curves(of: { $0.parameters.filter { $0.name.hasPrefix("W") } }, named: \.name, \.updateRatio)
  }

  private func layers(_ value: (DiagnosticSeries.Layer) -> Double?) -> [Chart.Curves.Series] {
    curves(of: \.layers, named: { "\($0.index) \($0.name)" }, value)
  }

  /// A curve over the snapshots for each item of the last one that has the number.
  private func curves<Item>(
    of items: (DiagnosticSeries.Snapshot) -> [Item], named name: (Item) -> String,
    _ value: (Item) -> Double?
  ) -> [Chart.Curves.Series] {
    let snapshots = diagnostics?.snapshots ?? []
    return (snapshots.last.map(items) ?? []).map(name).map { own in
      let points = snapshots.compactMap { snapshot in
        items(snapshot).first { name($0) == own }.flatMap(value).map {
          Chart.Point(Double(snapshot.iteration), $0)
        }
      }
      return .init(own, points)
    }.filter { !$0.points.isEmpty }
  }

  private static var mostUnits: Int { 100 }

  var firstLayer: Report.Section? {
    guard case .pictures(let tiles)? = network?.firstLayer, let first = tiles.first else {
      return nil
    }
    let shown = Array(tiles.prefix(Self.mostUnits))
    let which =
      shown.count < tiles.count
      ? "the first \(shown.count) of \(grouped(tiles.count)) units"
      : counted(shown.count, "unit")
    // White between tiles, since medium weights are gray.
    let grid = ImageGrid(forPage: shown, spacing: 4, background: 255)
    let names = shown.indices.map { "unit \($0)" }
    let colors = first.channels == 3 ? ", over red, green and blue together" : ""
    return Report.Section(
      "First-layer weights",
      [
        .pictures([
          Report.Picture(
            "first-layer", .init(grid, names: names),
            caption: "The weights of \(which) over the inputs. Each unit is scaled by itself, from "
              + "its least weight, which is black, to its largest, which is white\(colors).",
            summary: "The weights of \(which) of the first layer, as pictures")
        ])
      ])
  }

  /// Why there are no pictures of the weights, unless these are told in words.
  var firstLayerOmission: String? {
    if units?.units.contains(where: { !$0.weights.isEmpty }) == true { return nil }
    if case .notDrawn(let sentence)? = network?.firstLayer { return sentence }
    return nil
  }
}
