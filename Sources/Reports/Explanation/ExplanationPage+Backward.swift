import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension ExplanationPage {
  /// The gradients from the outputs to the input, their check, and one step with them; empty where
  /// the target is not known.
  var backward: [Report.Section] {
    guard let backward = trace.backward, let target = explanation.target else { return [] }
    let entries = largestEntries(backward, target)
    return stages.indices.reversed().map { stage(at: $0, backward) } + [check(entries)]
      + (explanation.context.learningRate.map {
        [step(backward, target, entries, rate: $0)]
      } ?? [])
  }

  // MARK: - Stages

  private func stage(at place: Int, _ backward: Trace<Double>.Backward) -> Report.Section {
    let stage = stages[place]
    let isLast = place == stages.count - 1
    var blocks: [Report.Block] = [.paragraph(explain(stage, isLast: isLast))]
    guard let affine = stage.affine else {
      return Report.Section("Backward: before the first weights", blocks)
    }
    blocks.append(.formula(formulas(of: stage, isLast: isLast)))
    if !isLast { blocks.append(.table(maskTable(of: stage, place, backward))) }
    let gradient = backward.gradients[stage.weightsName]
    if place == 0 && explanation.firstStageIsPicture {
      blocks.append(.cards(gradientCards(of: stage, gradient, backward)))
    } else {
      blocks.append(.table(gradientTable(of: stage, place, affine, gradient, backward)))
    }
    return Report.Section(
      isLast
        ? "Backward: \(stage.weightsName) and \(stage.biasName)"
        : "Backward: hidden layer \(stage.number)", blocks)
  }

  private func explain(_ stage: Stage, isLast: Bool) -> String {
    if isLast { return start + teaching }
    var text =
      "What flows back to a unit is the sum, over all units above it, of their gradient times the weight "
      + "between them."
    let couplesUnits = stage.rest.contains { network.layers[$0] is LayerNorm<Double> }
    if stage.rest.contains(where: { network.layers[$0] is ReLU<Double> }) {
      text +=
        " Where the unit is off, the ReLU lets nothing through: a small change of its input changes nothing"
        + (couplesUnits ? "." : ", so that the unit's weights learn nothing from this example.")
    }
    if stage.rest.contains(where: { explanation.norm(at: $0) != nil }) {
      text += " The norm multiplies what flows back by γ / deviation"
      text +=
        couplesUnits
        ? ", and, since its mean and deviation are those of all units, sends a part of each unit's gradient to "
          + "all of them." : "."
    }
    if stage.number == 1 {
      text +=
        " The gradient of a unit's weights is the example itself, times what came back to the unit. Training "
        + "moves the weights against it."
    }
    return text
  }

  /// Where the way back starts.
  private var start: String {
    switch network.loss.specification {
    case .softmax(labelSmoothing: 0, _):
      "The way back starts at the scores, with p − y: the score of each wrong class is pushed down by its "
        + "probability, and that of the true class is pulled up by what its probability lacks of 1. "
    default:
      "The way back starts with the gradient of the loss with respect to the "
        + "\(outputsName). "
    }
  }

  private var teaching: String {
    "A weight's gradient is the activation below it times the gradient above it"
      + (network.layers.contains { $0 is ReLU<Double> }
        ? ": a unit that is off teaches the weights above it nothing." : ".")
  }

  private func formulas(of stage: Stage, isLast: Bool) -> [String] {
    let input = inputName(of: stage)
    let sum = isLast ? outputsName : "z\(stage.number)"
    return [
      "∂L/∂\(stage.weightsName) = \(input)ᵀ·∂L/∂\(sum)", "∂L/∂\(stage.biasName) = ∂L/∂\(sum)",
    ]
      + (isLast
        ? []
        : [
          "∂L/∂h\(stage.number) = ∂L/∂\(above(stage))·W\(stage.number + 1)ᵀ",
          "∂L/∂z\(stage.number) = ∂L/∂h\(stage.number) × the slope of h\(stage.number) along z\(stage.number)",
        ])
  }

  private func above(_ stage: Stage) -> String {
    stage.number + 1 == last.number ? outputsName : "z\(stage.number + 1)"
  }

  /// What comes to each unit and what its layers let through.
  private func maskTable(
    of stage: Stage, _ place: Int, _ backward: Trace<Double>.Backward
  ) -> Report.Table {
    let end = stage.layers.upperBound - 1
    let upstream = backward.upstream[end].elements
    let arrived = backward.upstream[stage.layers.lowerBound].elements
    // Some units that are off, so that it is seen what they stop.
    let silent = explanation.silentUnits(of: stage)
    let off = upstream.map(\.magnitude).descendingPositions.filter(silent.contains)
    let on = arrived.map(\.magnitude).descendingPositions.filter { !silent.contains($0) }
    let shownOn = on.prefix(max(Self.mostRows - off.count, Self.mostRows - 5))
    let shown = shownOn + off.prefix(Self.mostRows - shownOn.count)
    let outputs = explanation.output(of: stage)
    let (activation, format) = (FigureFormat(outputs), FigureFormat(upstream + arrived))
    return Report.Table(
      caption: "What flows back to the units, and what reaches their sums"
        + (shown.count == upstream.count
          ? ""
          : Self.selection(shownOn.count, of: upstream.count, "with the largest gradients")
            + (shown.count > shownOn.count
              ? ", and \(shown.count - shownOn.count) that are off" : "")),
      columns: [
        .words("unit"), .figures("activation"), .figures("∂L/∂h\(stage.number)"),
        .figures("∂L/∂z\(stage.number)"),
      ],
      rows: shown.map { unit in
        [
          .init(
            Self.unitName(unit),
            detail: silent.contains(unit)
              ? (arrived[unit] == 0 ? "off: nothing passes" : "off") : nil),
          .init(activation(outputs[unit])), .init(format(upstream[unit])),
          .init(format(arrived[unit])),
        ]
      })
  }

  private func gradientCards(
    of stage: Stage, _ gradient: Tensor<Double>, _ backward: Trace<Double>.Backward
  ) -> [Report.Card] {
    guard let image = explanation.image else { return [] }
    let arrived = backward.upstream[stage.layers.lowerBound].elements
    let order = arrived.map(\.magnitude).descendingPositions
    let (all, units) = (gradient.elements, gradient.shape[1])
    let shown = order.prefix(Self.mostGradientCards).map { unit in
      (unit, (0..<network.inputSize).map { all[$0 * units + unit] })
    }
    let limit = shown.map { Image.channelSums($0.1, shape: image).map(\.magnitude).max() ?? 0 }
      .max()
    return shown.map { unit, own in
      Report.Card(
        Self.unitName(unit),
        pictures: [.init("gradient", Image(signed: own, shape: image, limit: limit))],
        lines: ["∂L/∂z \(Self.short(arrived[unit]))"], isMuted: arrived[unit] == 0)
    }
  }

  /// The gradient of a weight matrix: rows of inputs, columns of units, and the bias below.
  private func gradientTable(
    of stage: Stage, _ place: Int, _ affine: Affine<Double>, _ gradient: Tensor<Double>,
    _ backward: Trace<Double>.Backward
  ) -> Report.Table {
    let isLast = place == stages.count - 1
    let bias = backward.gradients[stage.biasName].elements
    let (all, units) = (gradient.elements, affine.outputSize)
    func largest(_ count: Int, _ size: (Int) -> Double, _ most: Int) -> [Int] {
      (0..<count).map(size).descendingPositions.prefix(most).sorted()
    }
    let columns = largest(units, { bias[$0].magnitude }, Self.mostColumns)
    let rows = largest(
      affine.inputSize, { row in columns.map { all[row * units + $0].magnitude }.max() ?? 0 },
      Self.mostRows
    )
    .filter { row in columns.contains { all[row * units + $0] != 0 } }
    let shown = rows.map { row in columns.map { all[row * units + $0] } }
    let format = FigureFormat(shown.joined() + columns.map { bias[$0] })
    let most = shown.joined().map(\.magnitude).max() ?? 0
    let rest = affine.inputSize - rows.count
    return Report.Table(
      caption: "The gradient of \(stage.weightsName), and of \(stage.biasName) below it"
        + (rest > 0 || columns.count < units
          ? "; the rows and columns with the largest entries, of \(affine.inputSize) × \(units)"
          : ""),
      columns: [.words(stage.number > 1 ? "unit below" : "input")]
        + columns.map { .figures(isLast ? explanation.outputName($0) : Self.unitName($0)) },
      rows: zip(rows, shown).map { row, values in
        [.init(stage.number > 1 ? Self.unitName(row) : explanation.inputNames[row])]
          + values.map { Self.tinted($0, most: most, format) }
      } + [[.init(stage.biasName)] + columns.map { .init(format(bias[$0])) }])
  }
}
