import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization
import TestSupport
import Testing

@testable import PerceptronReports

/// The page of the 12-8-5 network's example, whose every number NumPy has computed.
@Suite("The page of an explained example")
struct ExplanationTests {
  private static let known = ExplanationCase.shared
  private static let page = Report(of: explanation())

  private static func explanation() -> Explanation {
    let parameters = known.parameters
    let network = TwoLayerNet(
      hidden: Affine(weights: parameters.W1.tensor, bias: parameters.b1.tensor),
      output: Affine(weights: parameters.W2.tensor, bias: parameters.b2.tensor))
    let model = TrainedModel(
      network: network, preprocessing: .none, classNames: (0..<5).map(String.init))
    var context = Explanation.Context()
    context.learningRate = known.step.rate
    context.penalty = .l2(known.penalty.factor)
    context.baseline = (known.baseline.tensor, "the mean of the rows")
    let example = Dataset(
      Features(known.example), labels: [known.label], classNames: model.classNames)
    return Explanation(of: model, on: example, named: "a row", in: context)
  }

  private static var tables: [Report.Table] {
    page.sections.flatMap(\.blocks).compactMap { block in
      if case .table(let table) = block { table } else { nil }
    }
  }

  /// The table whose caption begins with some words.
  private static func table(_ caption: String) throws -> Report.Table {
    try #require(tables.first { $0.caption.hasPrefix(caption) }, "no table \(caption)")
  }

  /// Whether a text shows a number, to the last digit that it has.
  private static func shows(_ text: String, _ value: Double) -> Bool {
    let text = text.replacing("−", with: "-")
    guard let shown = Double(text) else { return false }
    let parts = text.lowercased().split(separator: "e")
    let decimals = parts[0].split(separator: ".").dropFirst().first?.count ?? 0
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    // Half a unit of the last digit, and room for what rounding does to the number itself.
    let room = 0.5 * pow(10, Double(exponent - decimals))
    return abs(shown - value) <= room * 1.001 + 1e-12 * abs(value)
  }

  /// Compares each cell of a table but the names; `expected` takes the row's name and the column's title.
  private static func compare(
    _ caption: String, rows: Int,
    _ expected: (_ row: String, _ column: String) throws -> Double?
  ) throws {
    let table = try table(caption)
    #expect(table.rows.count == rows, "\(caption)")
    for row in table.rows {
      for (cell, column) in zip(row, table.columns).dropFirst() {
        let value = try expected(row[0].text, column.title)
        if cell.text.isEmpty {
          #expect(value == nil, "\(caption): \(row[0].text), \(column.title) is empty")
        } else {
          let value = try #require(
            value, "\(caption): \(row[0].text), \(column.title) shows \(cell.text)")
          #expect(
            shows(cell.text, value),
            "\(caption): \(row[0].text), \(column.title) shows \(cell.text) for \(value)")
        }
      }
    }
  }

  /// The number at the end of a name such as `unit 3`.
  private static func index(_ name: String) throws -> Int {
    try #require(name.split(separator: " ").last.flatMap { Int($0) }, "no number in \(name)")
  }

  private static func entry(_ name: String) throws -> (parameter: String, position: Int) {
    let parts = name.split { "[], ".contains($0) }
    let indices = parts.dropFirst().compactMap { Int($0) }
    let columns = ["W1": 8, "W2": 5][String(parts[0])] ?? 0
    let position =
      indices.count == 2 ? indices[0] * columns + indices[1] : try #require(indices.first)
    return (String(parts[0]), position)
  }

  private static func element(
    _ entry: (parameter: String, position: Int),
    of all: [(name: String, tensor: Tensor<Double>)]
  ) throws -> Double {
    let tensor = try #require(all.first { $0.name == entry.parameter }).tensor
    return tensor[position: entry.position]
  }

  /// The number of hidden units that are on.
  private static var activeCount: Int {
    known.forward.hidden.tensor.elements.count { $0 > 0 }
  }

  /// A unit's contribution to the predicted class less that to the true one.
  private static func effect(_ unit: Int) -> Double {
    let all = known.forward.hiddenContributions.tensor
    return all[unit, known.predicted] - all[unit, known.label]
  }

  @Test("The inputs and the hidden units are NumPy's")
  func forward() throws {
    let known = Self.known
    let forward = known.forward
    try Self.compare("The inputs of the network", rows: 12) { row, _ in
      known.example[position: try Self.index(row)]
    }
    try Self.compare("The units of the layer", rows: 8) { row, column in
      let unit = try Self.index(row)
      return switch column {
      case "sum of products": forward.products.tensor[position: unit]
      case "bias": known.parameters.b1.tensor[position: unit]
      case "into relu": forward.sums.tensor[position: unit]
      case "activation": forward.hidden.tensor[position: unit]
      case "effect": Self.effect(unit)
      default: nil
      }
    }
    try Self.compare("Input × weight", rows: 12) { row, column in
      forward.inputContributions.tensor[try Self.index(row), try Self.index(column)]
    }
  }

  @Test("The scores add up from NumPy's contributions")
  func scores() throws {
    let known = Self.known
    let forward = known.forward
    // The units that are off are one row, beside the bias and the sum.
    try Self.compare("Activation × weight = contribution", rows: Self.activeCount + 3) {
      row, column in
      let isContribution = column.hasPrefix("contribution")
      if column == "activation" {
        return row.hasPrefix("unit") ? forward.hidden.tensor[position: try Self.index(row)] : nil
      }
      func value(_ output: Int) throws -> Double? {
        switch row {
        case "bias": return known.parameters.b2.tensor[position: output]
        case "sum": return forward.scores.tensor[position: output]
        case "\(8 - Self.activeCount) others": return 0
        default: return forward.hiddenContributions.tensor[try Self.index(row), output]
        }
      }
      if column == "difference" {
        let (first, second) = (try value(known.predicted), try value(known.label))
        return try #require(first) - #require(second)
      }
      let output = try Self.index(column)
      if isContribution { return try value(output) }
      return row.hasPrefix("unit")
        ? known.parameters.W2.tensor[try Self.index(row), output] : nil
    }
  }

  @Test("Probabilities and loss are NumPy's, in the table and in the formula")
  func probabilities() throws {
    let known = Self.known
    let forward = known.forward
    let scores = forward.scores.tensor
    let largest = scores.max()
    try Self.compare("From scores to probabilities", rows: 5) { row, column in
      let output = try Self.index(row)
      let score = scores[position: output]
      return switch column {
      case "score": score
      case "score − largest": score - largest
      case "its power of e": exp(score - largest)
      case "probability p": forward.probabilities.tensor[position: output]
      case "target y": output == known.label ? 1 : 0
      case "p − y": known.gradients.scores.tensor[position: output]
      default: nil
      }
    }
    let lines = try #require(
      Self.page.sections.first { $0.heading == "Probabilities and loss" }?.blocks.lazy.compactMap {
        if case .formula(let lines) = $0 { lines } else { nil }
      }.first)
    #expect(lines.count == 2)
    let results = try lines.map { line in
      try #require(line.split(separator: " = ").last.map(String.init))
    }
    #expect(lines[1].contains("= ln "))
    #expect(
      Self.shows(results[0], forward.probabilities.tensor[position: known.label]), "\(lines)")
    #expect(Self.shows(results[1], known.loss), "\(lines)")
  }

  @Test("Every gradient is NumPy's")
  func gradients() throws {
    let gradients = Self.known.gradients
    try Self.compare("The gradient of W2", rows: Self.activeCount + 1) { row, column in
      let output = try Self.index(column)
      return row == "b2"
        ? gradients.b2.tensor[position: output]
        : gradients.W2.tensor[try Self.index(row), output]
    }
    try Self.compare("What flows back", rows: 8) { row, column in
      let unit = try Self.index(row)
      return switch column {
      case "activation": Self.known.forward.hidden.tensor[position: unit]
      case "∂L/∂h1": gradients.hidden.tensor[position: unit]
      case "∂L/∂z1": gradients.sums.tensor[position: unit]
      default: nil
      }
    }
    try Self.compare("The gradient of W1", rows: 13) { row, column in
      let unit = try Self.index(column)
      return row == "b1"
        ? gradients.b1.tensor[position: unit]
        : gradients.W1.tensor[try Self.index(row), unit]
    }
  }

  @Test("Five entries are NumPy's, and agree with the differences of the loss")
  func check() throws {
    let known = Self.known
    let table = try Self.table("The largest gradients beside the differences")
    #expect(table.rows.count == 5)
    for row in table.rows {
      let value = try Self.element(Self.entry(row[0].text), of: known.gradients.parameters)
      #expect(Self.shows(row[1].text, value), "\(row.map(\.text))")
      let difference = try #require(Double(row[2].text.replacing("−", with: "-")))
      #expect(abs(difference - value) < 1e-7 * max(1, abs(value)), "\(row.map(\.text))")
      #expect(try #require(Double(row[3].text)) < 1e-6)
    }
  }

  @Test("One step gives NumPy's weights and losses")
  func update() throws {
    let known = Self.known
    try Self.compare("Weights before and after", rows: 5) { row, column in
      let entry = try Self.entry(row)
      let gradient = try Self.element(entry, of: known.gradients.parameters)
      let penalty = try Self.element(entry, of: known.penalty.gradients.tensors)
      return switch column {
      case "before": try Self.element(entry, of: known.parameters.tensors)
      case "gradient of the loss": gradient
      case "gradient of the penalty": penalty
      case "− rate × gradient": -known.step.rate * (gradient + penalty)
      case "after": try Self.element(entry, of: known.step.parameters.tensors)
      default: nil
      }
    }
    let table = try Self.table("The loss before and after")
    let expected = [
      (known.loss, known.step.loss), (known.penalty.value, known.step.penalty),
      (known.loss + known.penalty.value, known.step.loss + known.step.penalty),
      (exp(-known.loss), exp(-known.step.loss)),
    ]
    #expect(table.rows.count == expected.count)
    for (row, (before, after)) in zip(table.rows, expected) {
      #expect(Self.shows(row[1].text, before), "\(row.map(\.text))")
      #expect(Self.shows(row[2].text, after), "\(row.map(\.text))")
      #expect(Self.shows(row[3].text, after - before), "\(row.map(\.text))")
    }
  }

  @Test("Gradient, occlusion and integrated gradients are NumPy's and add up")
  func reasons() throws {
    let known = Self.known
    let shares = known.integratedGradients.contributions.tensor
    let difference = known.margin - known.integratedGradients.baselineMargin
    try Self.compare("What each input adds", rows: 14) { row, column in
      if row == "sum" || row == "example − baseline" {
        return column == "integrated gradients" ? difference : nil
      }
      let input = try Self.index(row)
      return switch column {
      case "value": known.example[position: input]
      case "gradient": known.saliency.tensor[position: input]
      case "occlusion": known.occlusion.tensor[position: input]
      case "integrated gradients": shares[position: input]
      default: nil
      }
    }
  }

  @Test("The page names what was predicted, what is true, and which units are off")
  func words() throws {
    let known = Self.known
    let overview = Self.page.sections[0]
    guard case .figures(let facts)? = overview.blocks.first else {
      Issue.record("no figures in \(overview.heading)")
      return
    }
    #expect(facts.map(\.value).prefix(2) == ["\(known.predicted)", "\(known.label)"])
    #expect(Self.shows(facts[2].value, known.loss))
    let units = try Self.table("The units of the layer").rows
    for row in units {
      let isOff = known.forward.hidden.tensor[position: try Self.index(row[0].text)] == 0
      #expect((row[0].detail == "off") == isOff, "\(row[0].text)")
    }
    #expect(units.contains { $0[0].detail == "off" })
    #expect(
      Self.page.sections.contains {
        $0.heading == "Why class \(known.predicted) and not class \(known.label)"
      })
  }

  // MARK: - Pictures and what the example is compared with

  /// A page of a digit with a run's data.
  private static func digit(_ row: Int) throws -> (model: TrainedModel<Float>, page: Report) {
    let preprocessing = Preprocessing(divisor: Digits.divisor)
    var random = SeededRandom(seed: 3)
    let network = Network<Float>(
      inputSize: 64, [.affine(outputs: 12), .relu, .affine(outputs: 10)], using: &random)
    let model = TrainedModel(
      network: network, preprocessing: preprocessing, classNames: Digits.test.classNames,
      image: ImageShape(width: 8, height: 8))
    let settings = Experiment(
      data: "digits",
      network: .init(
        layers: [.affine(outputs: 12), .relu, .affine(outputs: 10)], loss: .softmax,
        initializer: .heNormal),
      training: TrainerSettings(learningRate: 0.01, length: .iterations(1)), validation: 0)
    let example = Digits.test[rows: row..<row + 1]
    let context = Explanation.Context(
      of: model, on: example.features, settings: settings, training: Digits.training,
      judged: Digits.test, named: "the test set")
    return (model, Report(of: Explanation(of: model, on: example, named: "it", in: context)))
  }

  private static func cards(_ page: Report, _ heading: String) throws -> [Report.Card] {
    let section = try #require(page.sections.first { $0.heading.hasPrefix(heading) })
    return section.blocks.flatMap { block -> [Report.Card] in
      if case .cards(let cards) = block { cards } else { [] }
    }
  }

  @Test(
    "Each hidden unit of a picture has a card with its weights, its products and its arithmetic")
  func units() throws {
    let (model, page) = try Self.digit(7)
    let cards = try Self.cards(page, "Forward: hidden layer 1")
    #expect(cards.count == 12)
    let trace = Network<Double>(model.network).trace(
      of: Digits.test.features.prepared(with: model.preprocessing, as: Double.self).block(7..<8))
    for card in cards {
      let unit = try Self.index(card.title.replacing(", off", with: ""))
      let output = trace.layers[1].output[position: unit]
      #expect(card.isMuted == (output == 0) && card.title.hasSuffix(", off") == (output == 0))
      #expect(card.pictures.map(\.label) == ["weights", "weight × input"])
      let shown = try #require(card.lines.last?.split(separator: " ").last.map(String.init))
      #expect(Self.shows(shown, output), "\(card.lines)")
    }
    let gradients = try Self.cards(page, "Backward: hidden layer 1")
    #expect(gradients.count == ExplanationPage.mostGradientCards)
  }

  @Test("The nearest training examples are those of nearestRows")
  func neighbors() throws {
    let (model, page) = try Self.digit(7)
    let cards = try Self.cards(page, "Nearest training examples")
    let features: PreparedFeatures<Float> = Digits.test.features.prepared(
      with: model.preprocessing)
    let found = model.network.nearestRows(
      to: features.block(7..<8), in: Digits.training.features.prepared(with: model.preprocessing),
      layer: 1, count: 8)
    #expect(found.count == 8 && cards.count == 8)
    for (card, row) in zip(cards, found) {
      #expect(card.title == "class \(Digits.training.labels[row.row])")
      #expect(card.pictures.map(\.label) == ["row \(row.row)"])
      let shown = try #require(card.lines.last?.split(separator: " ").last.map(String.init))
      #expect(Self.shows(shown, row.value))
    }
  }

  @Test("The rows of the confidence table are all rows, the example's bin is named")
  func confidence() throws {
    let (model, page) = try Self.digit(7)
    let section = try #require(page.sections.first { $0.heading == "Confidence" })
    guard case .table(let table)? = section.blocks.last else {
      Issue.record("no table in \(section)")
      return
    }
    #expect(table.rows.compactMap { Int($0[1].text.replacing(",", with: "")) }.reduce(0, +) == 297)
    let own = try #require(table.rows.first { $0[0].detail == "this example" })
    let ends = own[0].text.split(separator: "–").compactMap { Double($0) }
    let features: PreparedFeatures<Float> = Digits.test.features.prepared(
      with: model.preprocessing)
    let chance =
      try #require(
        model.network.predictProbabilities(features.block(7..<8))
      ).elements.max() ?? 0
    #expect(ends.count == 2 && (ends[0]...ends[1]).contains(Double(chance)))
  }

  @Test(
    "Overlapping patches cover every pixel of a picture",
    arguments: [(8, 8), (28, 28), (5, 3), (1, 1), (33, 7)])
  func patches(_ size: (width: Int, height: Int)) {
    let shape = ImageShape(width: size.width, height: size.height, channels: 3)
    let patches = Patches(shape)
    #expect(Set(patches.sets.joined()) == Set(0..<shape.featureCount))
    #expect(
      patches.means(of: patches.sets.map { _ in 2 })
        == Array(repeating: 2, count: size.width * size.height))
  }

  @Test("Scaled targets are said in their own unit")
  func scaled() throws {
    let network = Network<Double>(
      inputSize: 2, layers: [Affine(weights: [[1], [2]], bias: [0.5])],
      loss: SquaredError<Double>())
    let scaling = TargetScaling(means: [10], deviations: [4])
    let model = TrainedModel(
      network: network, preprocessing: Preprocessing(targets: scaling),
      schema: TargetSchema(.numbers, names: ["price"]))
    let example = Dataset(
      Features(.doubles([1, 2]), exampleShape: [2]),
      targets: .numbers([30], names: ["price"]))
    let page = Report(of: Explanation(of: model, on: example, named: "a row"))
    // 1·1 + 2·2 + 0.5 = 5.5, times 4 and 10 more.
    guard case .figures(let facts)? = page.sections[0].blocks.first else {
      Issue.record("no figures")
      return
    }
    #expect(facts[0].value == "32.00" && facts[0].detail == "true 30.00")
    let lines = page.sections.flatMap(\.blocks).flatMap { block -> [String] in
      if case .formula(let lines) = block { lines } else { [] }
    }
    #expect(lines.contains("price = output · deviation + mean = 5.5 · 4 + 10 = 32"), "\(lines)")
    // The baseline is zeros: 0.5, in its own unit 12.
    #expect(lines.contains("example − baseline = 32 − 12 = 20"), "\(lines)")
  }
}
