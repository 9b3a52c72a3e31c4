import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension Report {
  /// Creates the page that follows an example through a network: forward, the loss, backward, one step
  /// of training, and what speaks for the prediction.
  public init(of explanation: Explanation) {
    let page = ExplanationPage(explanation)
    self.init(
      title: "How the network sees \(explanation.name)", subtitle: page.subtitle,
      sections: [[page.example], page.forward, page.outcome, page.backward, page.reasons]
        .flatMap { $0 })
  }
}

/// The sections of the page of an explanation.
struct ExplanationPage {
  let explanation: Explanation
  let stages: [Stage]
  /// The units of each hidden stage by their effect, the largest first.
  let ranked: [[(unit: Int, effect: Double)]]

  init(_ explanation: Explanation) {
    self.explanation = explanation
    stages = explanation.stages
    ranked = explanation.hiddenStages.map(explanation.rankedUnits)
  }

  /// The maximum number of a layer's units with pictures, of those in a table, and of columns.
  static let mostCards = 64, mostRows = 20, mostColumns = 10
  /// The maximum number of predicted numbers or labels among the key figures.
  static let mostFacts = 6
  /// The maximum number of units with pictures of their gradients, which are all alike but for a factor.
  static let mostGradientCards = 12

  var trace: Trace<Double> { explanation.trace }
  var network: Network<Double> { explanation.network }
  /// The last stage: the affine layer that makes the outputs.
  var last: Stage { stages[stages.count - 1] }
  /// What the outputs are called.
  var outputsName: String { explanation.schema.kind == .numbers ? "outputs" : "scores" }

  /// The name of a stage's input in formulas, such as `h1`.
  func inputName(of stage: Stage) -> String {
    let below = stages.last { $0.layers.upperBound == stage.layers.lowerBound }
    return below.map { "h\($0.number)" } ?? "x"
  }

  var subtitle: String {
    let widths = [network.inputSize] + stages.compactMap { $0.affine?.outputSize }
    return "A network of \(widths.map(String.init).joined(separator: "-")) units"
      + (explanation.context.origin.map { ", \($0)" } ?? "")
  }

  /// A name in a table's heading, such as `unit 12`.
  static func unitName(_ index: Int) -> String { "unit \(index)" }

  /// Which units are shown, where not all are: the end of a caption.
  static func selection(_ shown: Int, of count: Int, _ order: String) -> String {
    shown < count ? "; the \(shown) of \(count) units \(order)" : ""
  }
}

// MARK: - The example

extension ExplanationPage {
  var example: Report.Section {
    let picture = explanation.picture.map { picture in
      Report.Block.pictures([
        .init(
          "example", picture.magnified(toSide: 160), caption: explanation.name,
          summary: "The example: \(explanation.name)")
      ])
    }
    return Report.Section(
      "The example",
      [.figures(facts)] + explanation.context.omissions.map { .paragraph($0) }
        + [picture ?? inputs].compactMap { $0 } + [probabilityChart].compactMap { $0 })
  }

  private var facts: [Report.Fact] {
    var facts: [Report.Fact] = []
    switch explanation.schema.kind {
    case .classes:
      if let predicted = explanation.predicted {
        let names = explanation.schema.names
        facts.append(
          .init("predicted", names[predicted], detail: explanation.chance(of: predicted)))
        if let label = explanation.label {
          facts.append(
            .init(
              "true class", names[label],
              detail: label == predicted ? "the prediction is right" : explanation.chance(of: label)
            ))
        }
      }
    case .numbers:
      for (index, name) in explanation.schema.names.enumerated().prefix(Self.mostFacts) {
        let value = explanation.inOwnUnit(trace.outputs.elements[index], index)
        let target = explanation.targetValues.map { explanation.inOwnUnit($0[index], index) }
        facts.append(
          .init(
            RunPage.spelled(name, "output"), Figure.signed(RunPage.number(value)),
            detail: target.map { "true \(Figure.signed(RunPage.number($0)))" }))
      }
    case .labels:
      for (index, name) in explanation.schema.names.enumerated().prefix(Self.mostFacts) {
        let target = explanation.targetValues.map { $0[index] == 1 ? "true" : "false" }
        let value =
          explanation.labelProbabilities.map { percent($0[index]) }
          ?? figure(trace.outputs[position: index], 4)
        facts.append(
          .init(RunPage.spelled(name, "label"), value, detail: target.map { "in truth \($0)" }))
      }
    }
    if let loss = trace.backward?.loss { facts.append(.init("loss", readableNumber(loss))) }
    return facts
  }

  /// A table of the example's inputs where they are no picture.
  private var inputs: Report.Block? {
    let values = trace.input.elements
    let most = 100
    if values.count > most {
      return .paragraph("The example has \(grouped(values.count)) inputs, which are not listed.")
    }
    let format = FigureFormat(values)
    let cells = explanation.inputColumns.map { columns in
      columns.map { explanation.features.cellText(row: 0, column: $0) }
    }
    return .table(
      Report.Table(
        caption: "The inputs of the network: the example after preprocessing",
        columns: [.words("input")] + (cells == nil ? [] : [.figures("in the table")])
          + [.figures("input")],
        texts: values.indices.map { index in
          [explanation.inputNames[index]] + (cells.map { [$0[index]] } ?? [])
            + [format(values[index])]
        }))
  }

  private var probabilityChart: Report.Block? {
    let chances =
      explanation.schema.kind == .labels
      ? explanation.labelProbabilities : trace.probabilities?.elements
    guard let chances, explanation.schema.kind != .numbers, chances.count > 1 else { return nil }
    let order = chances.descendingPositions.prefix(10)
    return .charts([
      .init(
        "probabilities",
        Chart(
          title: order.count < chances.count ? "The largest probabilities" : "Probabilities",
          summary: "The probability that the network gives each "
            + "\(explanation.schema.kind == .labels ? "label" : "class").",
          .bars(
            .init(
              axis: .init("probability", range: 0...1),
              names: order.map { explanation.probabilityName($0) },
              values: order.map { chances[$0] }, digits: 3))))
    ])
  }
}

extension Explanation {
  /// The example as a picture.
  var picture: Image? {
    guard image != nil || features.image != nil else { return nil }
    let dataset = Dataset(features, targets: .classes([0], names: ["0"]))
    return dataset.images(rows: [0])?.first
  }

  /// The probability of each label; nil where the loss has none.
  var labelProbabilities: [Double]? {
    guard let chances = trace.probabilities?.elements else { return nil }
    // A single output has the probabilities of both of its values.
    return network.outputSize == 1 ? [chances[chances.count - 1]] : chances
  }

  /// The name of the class or label of a probability.
  func probabilityName(_ index: Int) -> String {
    schema.names.indices.contains(index) ? schema.names[index] : "\(index)"
  }

  /// The probability of a class in words, if the loss has one.
  func chance(of label: Int) -> String? {
    trace.probabilities.map { "with probability \(decimal($0[position: label], 4))" }
  }

  /// The targets of the outputs; nil where they are a class or not known.
  var targetValues: [Double]? {
    if case .values(let values)? = target?.kind { values.elements } else { nil }
  }

  /// An output or a target in the unit of its column.
  func inOwnUnit(_ value: Double, _ column: Int) -> Double {
    scaling.map { value * $0.deviations[column] + $0.means[column] } ?? value
  }
}
