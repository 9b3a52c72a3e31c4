import PerceptronFiles
import Foundation
import PerceptronLinearAlgebra

extension Diagnosis: CustomStringConvertible {
  /// The loss, a table of the layers and one of the parameters, at most 90 columns wide; a `-` is
  /// what is not known or has no value.
  public var description: String {
    [lossLine, layerTable, parameterTable].joined(separator: "\n\n")
  }

  private var lossLine: String {
    var parts = ["loss \(Self.decimal(loss))"]
    if penalty != 0 { parts.append("of it penalty \(Self.decimal(penalty))") }
    if let firstLoss { parts.append("at first \(Self.decimal(firstLoss))") }
    if let chanceLoss { parts.append("by chance \(Self.decimal(chanceLoss))") }
    let lines: [String?] = [
      parts.joined(separator: ", "),
      trainAccuracy.map { "accuracy on \(trainRows) \(Self.decimal($0))" },
      validationAccuracy.map { "accuracy on validation rows \(Self.decimal($0))" },
    ]
    return lines.compactMap { $0 }.joined(separator: "\n")
  }

  /// What the accuracy in training is measured on.
  var trainRows: String { isBatchAccuracy ? "the last batch's training rows" : "training rows" }

  private var layerTable: String {
    let header = [
      "layer", "outputs", "mean", "deviation", "grad mean", "grad dev", "dead",
    ]
    let rows = layers.map { layer in
      [
        Self.cut("\(layer.index) \(layer.name)"), "\(layer.outputSize)",
        Self.scientific(layer.activationMean), Self.scientific(layer.activationDeviation),
        Self.scientific(layer.gradientMean), Self.scientific(layer.gradientDeviation),
        layer.deadShare.map(Self.percent) ?? "-",
      ]
    }
    return TextTable([header] + rows, wordColumns: 1).text
  }

  private var parameterTable: String {
    let header = ["parameter", "norm", "gradient", "update", "update/norm"]
    let rows = parameters.map { parameter in
      [
        Self.cut(parameter.name), Self.scientific(parameter.norm),
        Self.scientific(parameter.gradientNorm),
        parameter.updateNorm.map(Self.scientific) ?? "-",
        parameter.updateRatio.map(Self.scientific) ?? "-",
      ]
    }
    return TextTable([header] + rows, wordColumns: 1).text
  }

  /// At most 25 characters.
  private static func cut(_ name: String) -> String {
    name.count <= 25 ? name : name.prefix(24) + "…"
  }

  private static func scientific(_ value: Double) -> String { text(value, "%.2e") }
  private static func percent(_ share: Double) -> String { text(100 * share, "%.0f %%") }

  /// A number with four digits after the point, or as a power of ten where that is too long.
  static func decimal(_ value: Double) -> String {
    text(value, value.magnitude < 1e6 ? "%.4f" : "%.4e")
  }

  private static func text(_ value: Double, _ format: String) -> String {
    // The sign of a NaN means nothing.
    value.isNaN ? "nan" : String(format: format, value)
  }
}
