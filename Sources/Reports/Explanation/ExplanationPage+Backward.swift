import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension ExplanationPage {
  /// The gradients from the outputs to the input, their check, and one step with them; empty where
  /// the target is not known.
  var backward: [Report.Section] {
    guard let backward = trace.backward else { return [] }
    let stageSections = stages.indices.reversed().map { place in
      stage(at: place, backward)
    }
    let penalty = context.penalty
    return stageSections + [check(backward)]
      + (context.learningRate.map { [update(backward, rate: $0, penalty)] } ?? [])
  }

  private var context: Explanation.Context { explanation.context }

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
    if stage.rest.contains(where: { network.layers[$0] is ReLU<Double> }) {
      text +=
        " Where the unit is off, the ReLU lets nothing through: a small change of its sum changes nothing, "
        + "so its weights learn nothing from this example."
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
        + "\(explanation.schema.kind == .numbers ? "outputs" : "scores"). "
    }
  }

  private var teaching: String {
    "A weight's gradient is the activation below it times the gradient above it: a unit that is off teaches "
      + "the weights above it nothing."
  }

  private func formulas(of stage: Stage, isLast: Bool) -> [String] {
    let input = stage.number <= 1 ? "x" : "h\(stage.number - 1)"
    let sum = isLast ? "scores" : "z\(stage.number)"
    return [
      "∂L/∂\(stage.weightsName) = \(input)ᵀ·∂L/∂\(sum)", "∂L/∂\(stage.biasName) = ∂L/∂\(sum)",
    ] + (isLast ? [] : ["∂L/∂h\(stage.number) = ∂L/∂\(above(stage))·W\(stage.number + 1)ᵀ"])
  }

  private func above(_ stage: Stage) -> String {
    stage.number + 1 == last.number ? "scores" : "z\(stage.number + 1)"
  }

  /// What comes to each unit and what its layers let through.
  private func maskTable(
    of stage: Stage, _ place: Int, _ backward: Trace<Double>.Backward
  ) -> Report.Table {
    let end = stage.layers.upperBound - 1
    let upstream = backward.upstream[end].elements
    let arrived = backward.upstream[stage.layers.lowerBound].elements
    func ordered(_ units: [Int], by size: [Double]) -> [Int] {
      units.sorted { (size[$0].magnitude, $1) > (size[$1].magnitude, $0) }
    }
    // Some units that are off, so that it is seen what they stop.
    let off = ordered(
      upstream.indices.filter { explanation.isOff($0, of: stage) }, by: upstream)
    let on = ordered(upstream.indices.filter { !explanation.isOff($0, of: stage) }, by: arrived)
    let shownOn = on.prefix(max(Self.mostRows - off.count, Self.mostRows - 5))
    let shown = shownOn + off.prefix(Self.mostRows - shownOn.count)
    let outputs = explanation.output(of: stage)
    let (activation, format) = (FigureFormat(outputs), FigureFormat(upstream + arrived))
    return Report.Table(
      caption: "What flows back to the units, and what reaches their sums"
        + Self.selection(shown.count, of: upstream.count, "with the largest gradients"),
      columns: [
        .words("unit"), .figures("activation"), .figures("∂L/∂h\(stage.number)"),
        .figures("∂L/∂z\(stage.number)"),
      ],
      rows: shown.map { unit in
        [
          .init(
            Self.unit(unit),
            detail: explanation.isOff(unit, of: stage) ? "off: nothing passes" : nil),
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
    let order = arrived.indices.sorted {
      (arrived[$0].magnitude, $1) > (arrived[$1].magnitude, $0)
    }
    let (all, units) = (gradient.elements, gradient.shape[1])
    let shown = order.prefix(Self.mostGradientCards).map { unit in
      (unit, (0..<network.inputSize).map { all[$0 * units + unit] })
    }
    let limit = shown.map { Image.channelSums($0.1, shape: image).map(\.magnitude).max() ?? 0 }
      .max()
    return shown.map { unit, own in
      Report.Card(
        Self.unit(unit),
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
      let order = (0..<count).sorted { (size($0), $1) > (size($1), $0) }
      return order.prefix(most).sorted()
    }
    let columns = largest(units, { bias[$0].magnitude }, Self.mostColumns)
    let rows = largest(
      affine.inputSize, { row in columns.map { all[row * units + $0].magnitude }.max() ?? 0 },
      Self.mostRows)
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
        + columns.map { .figures(isLast ? explanation.outputName($0) : Self.unit($0)) },
      rows: zip(rows, shown).map { row, values in
        [.init(stage.number > 1 ? Self.unit(row) : explanation.inputNames[row])]
          + values.map { Self.tinted($0, most: most, format) }
      } + [[.init(stage.biasName)] + columns.map { .init(format(bias[$0])) }])
  }

  // MARK: - The check

  private var mostEntries: Int { 5 }

  /// The objective of this example alone.
  private func objective(_ penalty: Penalty = .none) -> NetworkObjective? {
    explanation.target.map {
      NetworkObjective(
        network, on: trace.input.reshaped(to: [1, network.inputSize]), $0, penalty: penalty)
    }
  }

  private func entryName(_ name: String, _ index: [Int]) -> String {
    "\(name)[\(index.map(String.init).joined(separator: ", "))]"
  }

  private func check(_ backward: Trace<Double>.Backward) -> Report.Section {
    let check = GradientCheck()
    let entries = GradientCheck.largestEntries(of: backward.gradients, count: mostEntries)
    let found = objective().map { check.compare(entries, of: $0) } ?? []
    return Report.Section(
      "The gradient, checked",
      [
        .paragraph(
          "A gradient says how the loss changes with a weight. So it can be checked without it: make one "
            + "weight a little larger and a little smaller, compute the loss of this example both times, and "
            + "divide the difference of the losses by that of the weights."),
        .formula([
          "(L(w + \(plain(check.step))) − L(w − \(plain(check.step)))) / \(plain(2 * check.step))"
        ]),
        .table(
          Report.Table(
            caption:
              "The largest gradients of each parameter beside the differences; the error is relative",
            columns: [
              .words("entry"), .figures("backpropagation"), .figures("difference"),
              .figures("error"),
            ],
            texts: found.map { entry in
              [
                entryName(entry.parameter, entry.index), significant(entry.analytic, 9),
                entry.numeric.map { significant($0, 9) } ?? "at a kink",
                entry.relativeError.map(scientific) ?? "–",
              ]
            })),
      ])
  }

  // MARK: - One step

  private func update(
    _ backward: Trace<Double>.Backward, rate: Double, _ penalty: Penalty
  ) -> Report.Section {
    var after = network
    var moves: [String: (before: Tensor<Double>, penalty: Tensor<Double>, after: Tensor<Double>)] =
      [:]
    after.updateParameters { place, parameter in
      let before = parameter
      var own = Tensor<Double>.zeros(parameter.shape)
      if place.isPenalized { penalty.addGradient(of: parameter, to: &own) }
      parameter.add(backward.gradients[place.name], scaledBy: -rate)
      parameter.add(own, scaledBy: -rate)
      moves[place.name] = (before, own, parameter)
    }
    let entries = GradientCheck.largestEntries(of: backward.gradients, count: mostEntries)
    let weights = Report.Table(
      caption: "Weights before and after the step",
      columns: [
        .words("entry"), .figures("before"), .figures("gradient of the loss"),
        .figures("gradient of the penalty"), .figures("− rate × gradient"), .figures("after"),
      ],
      texts: entries.map { name, position in
        let gradient = backward.gradients[name]
        guard let move = moves[name] else { return [] }
        let (own, before) = (move.penalty[position: position], move.before[position: position])
        let place =
          gradient.shape.dimensions.count == 2
          ? [position / gradient.shape[1], position % gradient.shape[1]] : [position]
        return [
          entryName(name, place), significant(before, 6),
          significant(gradient[position: position], 6), significant(own, 6),
          significant(-rate * (gradient[position: position] + own), 6),
          significant(move.after[position: position], 6),
        ]
      })
    return Report.Section(
      "One step of training",
      [
        .paragraph(
          "A plain gradient step on this example alone, with the run's learning rate of \(plain(rate)), as "
            + "at inference: each weight moves against its gradient."
            + (context.optimizer.map {
              " The run itself moved weights by \($0), and by the mean gradient of whole batches."
            } ?? " The run itself used the mean gradient of whole batches.")),
        .formula(["w ← w − \(plain(rate))·(∂L/∂w + ∂penalty/∂w)"]),
        .table(weights), .table(losses(before: network, after: after, penalty)),
      ] + warning(after, backward))
  }

  private func losses(
    before: Network<Double>, after: Network<Double>, _ penalty: Penalty
  ) -> Report.Table {
    let x = trace.input.reshaped(to: [1, network.inputSize])
    guard let target = explanation.target else {
      return Report.Table(caption: "", columns: [], texts: [])
    }
    func line(_ name: String, _ value: (Network<Double>) -> Double) -> [String] {
      let (first, second) = (value(before), value(after))
      return [
        name, significant(first, 6), significant(second, 6), significant(second - first, 4),
      ]
    }
    var rows = [
      line("loss of this example") { $0.loss(of: x, target) },
      line("penalty on all weights") { $0.value(of: penalty) },
      line("both") { $0.loss(of: x, target, penalty: penalty) },
    ]
    if let label = explanation.label, network.loss.probabilities(of: network.outputs(of: x)) != nil
    {
      rows.append(
        line("probability of the true class") { network in
          network.predictProbabilities(x)?[position: label] ?? .nan
        })
    }
    return Report.Table(
      caption: "The loss before and after the step",
      columns: [.words(""), .figures("before"), .figures("after"), .figures("change")],
      texts: rows)
  }

  private func warning(
    _ after: Network<Double>, _ backward: Trace<Double>.Backward
  ) -> [Report.Block] {
    let x = trace.input.reshaped(to: [1, network.inputSize])
    guard let target = explanation.target, after.loss(of: x, target) > backward.loss else {
      return []
    }
    return [
      .paragraph(
        "The loss of this example grew: the step was longer than the gradient holds good for"
          + (explanation.context.penalty == .none ? "." : ", or the penalty pulled the other way."))
    ]
  }
}
