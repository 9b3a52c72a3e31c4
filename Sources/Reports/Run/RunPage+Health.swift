import PerceptronNeuralNetwork
import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// How the network's health went, and what the last look at it saw, where there was one.
  var health: Report.Section? {
    guard let diagnosis = record.diagnosis else { return nil }
    let look = diagnosis.lastLook
    let time = diagnosis.iteration.map { "at iteration \($0)" } ?? "before training"
    let layers = Report.Table(
      caption: "Layers \(time)",
      columns: [
        .words("layer"), .figures("outputs"), .figures("mean"), .figures("deviation"),
        .figures("gradient's deviation"), .figures("dead units"),
      ],
      rows: look.layers.map { layer in
        [
          .init("\(layer.index) \(layer.name)"), .init("\(layer.outputSize)"),
          .init(scientific(layer.activationMean)), .init(scientific(layer.activationDeviation)),
          .init(scientific(layer.gradientDeviation)),
          .init(
            layer.deadShare.map(percent) ?? "–", tint: layer.deadShare, isBad: true),
        ]
      })
    let parameters = Report.Table(
      caption: "Parameters \(time)",
      columns: [
        .words("parameter"), .figures("norm"), .figures("gradient"), .figures("update / norm"),
      ],
      rows: look.parameters.map { parameter in
        [
          .init(parameter.name), .init(scientific(parameter.norm)),
          .init(scientific(parameter.gradientNorm)),
          .init(parameter.updateRatio.map(scientific) ?? "–"),
        ]
      })
    return Report.Section(
      "Health", [diagnosticCharts].compactMap { $0 } + [.table(layers), .table(parameters)])
  }

  /// What a check of the gradients found.
  static func gradients(_ check: GradientCheckReport) -> Report.Section {
    let table = Report.Table(
      caption: "Gradients beside differences of the loss: the entry with the largest error",
      columns: [
        .words("parameter"), .words("shape"), .figures("checked"), .figures("kinks"),
        .figures("unresolved"), .figures("error"), .figures("analytic"), .figures("numeric"),
      ],
      rows: check.parameters.map { parameter in
        [
          .init(parameter.name), .init(parameter.shape.map(String.init).joined(separator: "×")),
          .init("\(parameter.checkedCount)"), .init("\(parameter.kinkCount)"),
          .init("\(parameter.unresolvedCount)"), .init(scientific(parameter.largestError)),
          .init(significant(parameter.analytic, 8)), .init(significant(parameter.numeric, 8)),
        ]
      })
    let verdict: Report.Block =
      check.passed ? .paragraph(check.verdict) : .warning(check.verdict)
    return Report.Section("Gradient check", [verdict, .table(table)])
  }
}
