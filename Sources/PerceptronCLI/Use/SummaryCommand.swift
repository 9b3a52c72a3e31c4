import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct SummaryCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Show a saved model's layers, parameter counts, preprocessing and targets.")

  static let examples = [
    CommandExample("Show the model of a run.", "perceptron summary runs/digits-1"),
    CommandExample(
      "Print the best model of a study as JSON.",
      "perceptron summary runs/tune-digits-1/best.safetensors --json"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @Flag(help: "Print JSON.") var json = false

  /// What the JSON output has beside the network's summary.
  private struct Additions: Encodable {
    /// The preprocessing, without the values of the mean.
    struct Preparation: Encodable {
      let divisor: Double
      let subtractsMean: Bool
      /// The steps by column, where there are others.
      let steps: [PreparationStep]?
      let columns: [FeatureColumn]?
      /// The principal components, where there are any.
      let projection: Projection?
    }

    /// Principal components without their directions.
    struct Projection: Encodable {
      let count: Int
      let columnCount: Int
      let variances: [Double]
      let explainedVarianceRatio: [Double]
      /// The ε of whitening, or nil.
      let whitening: Double?

      init(_ components: PrincipalComponents) {
        count = components.count
        columnCount = components.columnCount
        variances = components.variances
        explainedVarianceRatio = components.explainedVarianceRatio
        whitening = components.whitening
      }
    }

    let preprocessing: Preparation
    let classNames: [String]
    /// What is predicted, with the scaling of numbers.
    let targets: TargetSchema
    let targetScaling: TargetScaling?
  }

  func run() throws {
    switch try ModelFile.read(model).model {
    case .float(let model): try show(model)
    case .double(let model): try show(model)
    }
  }

  private func show<Scalar>(_ model: TrainedModel<Scalar>) throws {
    let preprocessing = model.preprocessing
    if json {
      let additions = Additions(
        preprocessing: .init(
          divisor: preprocessing.divisor, subtractsMean: preprocessing.mean != nil,
          steps: preprocessing.isByColumn ? preprocessing.steps : nil,
          columns: preprocessing.columns, projection: preprocessing.projection.map { .init($0) }),
        classNames: model.classNames, targets: model.schema, targetScaling: preprocessing.targets)
      return try Console.output(Extended(model.network.summary, additions).json)
    }
    let preparation =
      [preparationText(preprocessing)] + projectionText(preprocessing.projection)
    try Console.output(
      """
      \(model.network.summary)
      \(preparation.joined(separator: "\n"))
      \(targetText(model.schema, preprocessing.targets))
      """)
  }

  /// The steps for all features, and below them a table of what becomes of each column.
  private func preparationText(_ preprocessing: Preprocessing) -> String {
    let divisor = preprocessing.divisor
    let shortest = divisor == divisor.rounded() ? decimal(divisor, 0) : plain(divisor)
    let mean = preprocessing.mean == nil ? "" : ", minus the mean of each"
    let all = "features divided by \(shortest)\(mean)"
    if !preprocessing.isByColumn { return all }
    var lines = divisor == 1 && mean.isEmpty ? [] : [all]
    guard let columns = preprocessing.columns else {
      return (lines + ["features: " + preprocessing.steps.map(\.name).joined(separator: ", ")])
        .joined(separator: "\n")
    }
    let shown = columns.indices.prefix(Self.shownColumns)
    let rows = shown.map {
      [columns[$0].name, preprocessing.steps(of: $0).joined(separator: ", ")]
    }
    lines.append(TextTable([["column", "preparation"]] + rows, wordColumns: 2).text)
    if columns.count > shown.count {
      lines.append("… and \(columns.count - shown.count) more columns; --json has all")
    }
    return lines.joined(separator: "\n")
  }

  /// The principal components, the share of the variance that they explain, and their whitening.
  private func projectionText(_ components: PrincipalComponents?) -> [String] {
    guard let components else { return [] }
    let share = components.explainedVarianceRatio.reduce(0, +)
    return [
      "projected onto \(counted(components.count, "principal component")) of "
        + "\(counted(components.columnCount, "feature")) (\(percent(min(share, 1))) of the variance)"
        + (components.whitening.map { ", whitened with ε \(plain($0))" } ?? "")
    ]
  }

  /// The most columns of a table that are listed.
  private static let shownColumns = 50

  /// The names of what is predicted, and the scale of numbers.
  private func targetText(_ schema: TargetSchema, _ scaling: TargetScaling?) -> String {
    let names = schema.names.joined(separator: ", ")
    switch schema.kind {
    case .classes: return "classes: \(names)"
    case .labels: return "labels: \(names)"
    case .numbers:
      guard let scaling else { return "numbers: \(names)" }
      let columns = schema.names.indices.map { index in
        "\(schema.names[index]) (mean \(significant(scaling.means[index], 4)), "
          + "deviation \(significant(scaling.deviations[index], 4)))"
      }
      return "numbers: \(columns.joined(separator: ", "))"
    }
  }
}
