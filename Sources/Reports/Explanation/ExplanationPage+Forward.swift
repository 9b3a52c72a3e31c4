import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension ExplanationPage {
  /// The hidden layers, from the input on.
  var forward: [Report.Section] {
    ranked.indices.map { place in
      let stage = stages[place]
      return Report.Section(
        "Forward: \(name(of: stage))",
        [.paragraph(explain(stage, place)), .formula(formulas(of: stage))]
          + (place == 0 && explanation.firstStageIsPicture
            ? [.cards(cards(of: stage))] : [unitTable(of: stage, place)])
          + (place == 0 && !explanation.firstStageIsPicture
            ? [productTable(of: stage)].compactMap { $0 } : []))
    }
  }

  /// Such as `hidden layer 1, 784 → 100`.
  private func name(of stage: Stage) -> String {
    guard let affine = stage.affine else { return "before the first weights" }
    return "hidden layer \(stage.number), \(affine.inputSize) → \(affine.outputSize)"
  }

  private func explain(_ stage: Stage, _ place: Int) -> String {
    let outputs = explanation.output(of: stage)
    let off = explanation.silentUnits(of: stage).count
    let isPicture = place == 0 && explanation.firstStageIsPicture
    var text = ""
    if stage.affine != nil {
      text +=
        "Each unit multiplies its inputs by its weights and adds up the products and its bias."
    }
    for layer in stage.rest { text += (text.isEmpty ? "" : " ") + inWords(layer) }
    if off > 0 { text += " For this example, \(off) of \(outputs.count) units are off." }
    let shown = min(outputs.count, isPicture ? Self.mostCards : Self.mostRows)
    if shown < outputs.count {
      text +=
        " The \(shown) of \(outputs.count) units that change \(explanation.subjectText) most are shown."
    }
    if isPicture {
      text +=
        " Under the pictures, the sum of weight × input and the bias are added up. In the pictures of "
        + "weight × input, the blue pixels of this example, as preprocessed, raise the "
        + "sum, and the orange ones lower it."
    }
    return text
  }

  /// What a layer does at inference, in a sentence.
  private func inWords(_ position: Int) -> String {
    let layer = network.layers[position]
    return switch layer.specification {
    case .relu:
      "The ReLU passes a positive sum on and turns a negative one into 0: the unit is off."
    case .leakyReLU(let slope):
      "The leaky ReLU passes a positive sum on and multiplies a negative one by \(plain(slope))."
    case .tanh: "Tanh squeezes the sum into −1 to 1."
    case .sigmoid: "The sigmoid squeezes the sum into 0 to 1."
    case .gelu:
      "GELU passes large sums on, turns very negative ones into about 0, and is smooth between."
    case .batchNorm:
      "Batch norm takes off the unit's running mean over the training batches, divides by their running "
        + "deviation, and scales and shifts the result: at inference, the other rows have no part in it."
    case .layerNorm:
      "Layer norm takes off the mean over all units of this example, divides by their deviation, and "
        + "scales and shifts the result."
    case .dropout(let rate):
      "Dropout passes everything on, as at every inference; in training it sets \(percent(rate)) of the "
        + "units to 0 and multiplies the others by \(figure(1 / (1 - rate), 4))."
    case .affine, .ensemble, .custom, nil: "Then comes \(layer.name)."
    }
  }

  /// The stage's formulas with the names of its parameters.
  private func formulas(of stage: Stage) -> [String] {
    let sum = "z\(stage.number)"
    var text = stage.affine == nil ? "x" : sum
    for layer in stage.rest {
      text =
        switch network.layers[layer].specification {
        case .relu: "max(0, \(text))"
        case .dropout: text
        case .batchNorm, .layerNorm: "norm(\(text))"
        default: "\(network.layers[layer].name)(\(text))"
        }
    }
    let hasNorm = stage.rest.contains { explanation.norm(at: $0) != nil }
    return
      (stage.affine == nil
      ? [] : ["\(sum) = \(inputName(of: stage))·\(stage.weightsName) + \(stage.biasName)"])
      + ["h\(stage.number) = \(text)"]
      + (hasNorm ? ["norm(z) = (z − mean) / deviation · γ + β, deviation = √(variance + ε)"] : [])
  }

  // MARK: - Units of pictures

  private func cards(of stage: Stage) -> [Report.Card] {
    guard let image = explanation.image, let affine = stage.affine else { return [] }
    let weights = affine.weights.elements
    let outputs = explanation.output(of: stage)
    let (shown, silent) = (ranked[0].prefix(Self.mostCards), explanation.silentUnits(of: stage))
    let products = shown.map { affine.contributions(of: trace.input, toUnit: $0.unit).elements }
    // One scale for all units, so that strong ones look strong.
    let limit = products.map { Image.channelSums($0, shape: image).map(\.magnitude).max() ?? 0 }
      .max()
    return zip(shown, products).map { entry, product in
      let own = (0..<affine.inputSize).map { weights[$0 * affine.outputSize + entry.unit] }
      let isOff = silent.contains(entry.unit)
      return Report.Card(
        Self.unitName(entry.unit) + (isOff ? ", off" : ""),
        pictures: [
          .init("weights", Image(own, shape: image)),
          .init("weight × input", Image(signed: product, shape: image, limit: limit)),
        ], lines: lines(of: stage, entry.unit, product, outputs), isMuted: isOff)
    }
  }

  /// The arithmetic of a unit: its sum, its bias, and the result of each layer behind it.
  private func lines(
    of stage: Stage, _ unit: Int, _ products: [Double], _ outputs: [Double]
  ) -> [String] {
    func text(_ value: Double) -> String { Figure.bracketed(Self.short(value)) }
    let sum = products.reduce(0, +)
    let bias = stage.affine?.bias[position: unit] ?? 0
    // Dropout passes everything on.
    let steps = stage.rest.filter { !(network.layers[$0] is Dropout<Double>) }.map { position in
      let (name, pass) = (network.layers[position].name, trace.layers[position])
      let result = Self.short(pass.output[position: unit])
      guard let norm = explanation.norm(at: position) else { return "\(name): \(result)" }
      return "\(name): (\(Self.short(pass.input[position: unit])) − \(text(norm.means[unit]))) / "
        + "\(text(norm.deviations[unit])) · \(text(norm.gammas[unit])) + \(text(norm.betas[unit])) = "
        + result
    }
    return ["\(Self.short(sum)) + \(text(bias)) = \(Self.short(sum + bias))"] + steps
  }

  /// A number in the small print of a card.
  static func short(_ value: Double) -> String { figure(value, 4) }

  // MARK: - Units in tables

  /// The units of a stage: sum, bias, and the result of each layer.
  private func unitTable(of stage: Stage, _ place: Int) -> Report.Block {
    let shown = Array(ranked[place].prefix(Self.mostRows))
    let silent = explanation.silentUnits(of: stage)
    var columns: [(title: String, values: [Double])] = []
    if let affine = stage.affine {
      let input = trace.layers[stage.layers.lowerBound].input
      columns.append(
        (
          "sum of products",
          shown.map { affine.contributions(of: input, toUnit: $0.unit).elements.reduce(0, +) }
        ))
      columns.append(("bias", shown.map { affine.bias[position: $0.unit] }))
    }
    for position in stage.rest where !(network.layers[position] is Dropout<Double>) {
      let input = trace.layers[position].input.elements
      columns.append(("into \(network.layers[position].name)", shown.map { input[$0.unit] }))
      if let norm = explanation.norm(at: position) {
        columns += [
          ("mean", norm.means), ("deviation", norm.deviations), ("γ", norm.gammas),
          ("β", norm.betas),
        ].map { title, values in (title, shown.map { values[$0.unit] }) }
      }
    }
    let outputs = explanation.output(of: stage)
    columns.append(("activation", shown.map { outputs[$0.unit] }))
    columns.append(("effect", shown.map(\.effect)))
    let formats = columns.map { FigureFormat($0.values) }
    return .table(
      Report.Table(
        caption:
          "The units of the layer; the effect of a unit is its activation times the gradient of "
          + "\(explanation.subjectText) with respect to it",
        columns: [.words("unit")] + columns.map { .figures($0.title) },
        rows: shown.enumerated().map { row, entry in
          let isOff = silent.contains(entry.unit)
          return [.init(Self.unitName(entry.unit), detail: isOff ? "off" : nil)]
            + columns.indices.map { .init(formats[$0](columns[$0].values[row])) }
        }))
  }

  /// Input × weight of the units that matter most: a row for each input.
  private func productTable(of stage: Stage) -> Report.Block? {
    guard let affine = stage.affine, affine.inputSize <= 100 else { return nil }
    let shown = ranked[0].prefix(Self.mostColumns).map(\.unit)
    let products = shown.map { affine.contributions(of: trace.input, toUnit: $0).elements }
    let format = FigureFormat(products.joined())
    let most = products.joined().map(\.magnitude).max() ?? 0
    return .table(
      Report.Table(
        caption: "Input × weight: what each input adds to a unit's sum"
          + Self.selection(shown.count, of: affine.outputSize, "with the largest effects"),
        columns: [.words("input")] + shown.map { .figures(Self.unitName($0)) },
        rows: (0..<affine.inputSize).map { input in
          [.init(explanation.inputNames[input])]
            + products.map { Self.tinted($0[input], most: most, format) }
        }))
  }

  /// A cell tinted by the sign and the size of its number.
  static func tinted(
    _ value: Double, most: Double, _ format: FigureFormat
  ) -> Report.Table.Cell {
    .init(
      format(value), tint: most > 0 ? (value.magnitude / most) : nil, isBad: value < 0)
  }
}
