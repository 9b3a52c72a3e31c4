import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension ExplanationPage {
  /// The outputs, and the probabilities and the loss that they give.
  var outcome: [Report.Section] {
    [outputs, probabilities].compactMap { $0 }
  }

  // MARK: - Outputs as sums

  /// The outputs that are compared: the predicted one, and the other where there is one.
  private var compared: [Int] {
    [explanation.subject.output] + (explanation.subject.other.map { [$0] } ?? [])
  }

  private var outputs: Report.Section? {
    guard let affine = last.affine, last.rest.isEmpty else { return nil }
    let input = trace.layers[last.layers.lowerBound].input
    let contributions = compared.map { affine.contributions(of: input, toUnit: $0).elements }
    let differences =
      contributions.count == 2 ? zip(contributions[0], contributions[1]).map(-) : contributions[0]
    let order = differences.map(\.magnitude).descendingPositions
    let shown = Array(order.filter { differences[$0] != 0 }.prefix(Self.mostRows))
    let isHidden = stages.count > 1
    let names = shown.map { isHidden ? Self.unitName($0) : explanation.inputNames[$0] }
    let chart = Chart(
      title: "What each \(isHidden ? "unit" : "input") adds",
      summary: "Contributions to \(explanation.subjectText); the biases are not among them.",
      .bars(
        .init(
          axis: .init("contribution"), names: names, values: shown.map { differences[$0] },
          digits: 3)))
    let thing = explanation.schema.kind == .numbers ? "Output" : "Score"
    let rest = differences.count - shown.count
    return Report.Section(
      "Forward: the \(explanation.schema.kind == .numbers ? "outputs" : "scores")",
      [
        .paragraph(
          "\(thing)s are sums: each \(isHidden ? "activation" : "input") times its weight to the "
            + "\(thing.lowercased()), and a bias."
            + (explanation.subject.other == nil
              ? "" : " The difference of two scores is the sum of the differences.")
            + (rest > 0 ? " The \(shown.count) largest are listed, the others as one sum." : "")),
        .formula(
          [
            "\(thing.lowercased())s = \(isHidden ? "h\(last.number - 1)" : "x")·"
              + "\(last.weightsName) + \(last.biasName)"
          ] + ownUnit),
        .table(contributionTable(affine, input.elements, contributions, differences, shown, names)),
        .charts([.init("contributions", chart)]),
      ])
  }

  /// The explained output in the target's unit, as arithmetic; empty where targets are not scaled.
  private var ownUnit: [String] {
    guard let scaling = explanation.scaling else { return [] }
    let output = explanation.subject.output
    let value = trace.outputs[position: output]
    let (deviation, mean) = (scaling.deviations[output], scaling.means[output])
    return [
      "\(explanation.outputName(output)) = output · deviation + mean = \(figure(value, 5)) · "
        + "\(figure(deviation, 5)) + \(figure(mean, 5)) = "
        + figure(value * deviation + mean, 5)
    ]
  }

  private func contributionTable(
    _ affine: Affine<Double>, _ input: [Double], _ contributions: [[Double]],
    _ differences: [Double], _ shown: [Int], _ names: [String]
  ) -> Report.Table {
    let weights = compared.map { output in
      shown.map { affine.weights[position: $0 * affine.outputSize + output] }
    }
    let biases = compared.map { affine.bias[position: $0] }
    let totals = compared.map { trace.outputs[position: $0] }
    let others = contributions.map { all in
      all.indices.reduce(0.0) { shown.contains($1) ? $0 : $0 + all[$1] }
    }
    let isPair = compared.count == 2
    func difference(_ values: [Double]) -> [Double] { isPair ? [values[0] - values[1]] : [] }
    let format = FigureFormat(contributions.joined() + totals + biases)
    let weightFormat = FigureFormat(weights.joined())
    let most = contributions.joined().map(\.magnitude).max() ?? 0
    func cells(_ values: [Double]) -> [Report.Table.Cell] { values.map { .init(format($0)) } }
    let rows = shown.enumerated().map { row, unit -> [Report.Table.Cell] in
      let own = compared.indices.flatMap { place in
        [
          .init(weightFormat(weights[place][row])),
          Self.tinted(contributions[place][unit], most: most, format),
        ]
      }
      return [.init(names[row]), .init(FigureFormat(input)(input[unit]))] + own
        + difference(contributions.map { $0[unit] }).map {
          Self.tinted($0, most: most, format)
        }
    }
    func line(_ name: String, _ values: [Double]) -> [Report.Table.Cell] {
      [.init(name), ""] + values.flatMap { [.init(""), .init(format($0))] }
        + cells(difference(values))
    }
    let rest = contributions[0].count - shown.count
    return Report.Table(
      caption: "\(stages.count > 1 ? "Activation" : "Input") × weight = contribution"
        + (isPair
          ? ", for the predicted class and the \(explanation.otherRole) beside each other" : ""),
      columns: [
        .words(stages.count > 1 ? "unit" : "input"),
        .figures(stages.count > 1 ? "activation" : "input"),
      ]
        + compared.flatMap { output in
          [
            .figures("weight to \(explanation.outputName(output))"),
            .figures("contribution to \(explanation.outputName(output))"),
          ]
        } + (isPair ? [.figures("difference")] : []),
      rows: rows + (rest > 0 ? [line("\(counted(rest, "other"))", others)] : [])
        + [line("bias", biases), line("sum", totals)])
  }

  // MARK: - Probabilities and loss

  private var probabilities: Report.Section? {
    switch network.loss.specification {
    // The weight of a class cancels in the loss of a single example, unless all classes have a part in it.
    case .softmax(let smoothing, let weights) where smoothing == 0 || weights == nil:
      return softmax(smoothing: smoothing)
    case .logistic: return sigmoid
    case .hinge, .squaredHinge: return margins
    default: break
    }
    guard let loss = trace.backward?.loss else { return nil }
    return Report.Section(
      "The loss",
      [.paragraph(lossText), .formula(["loss = \(difference)\(figure(loss, 5))"])]
        + (network.loss.takesValues ? [.table(valueTable)] : []))
  }

  /// Softmax and cross-entropy with the numbers in the formulas.
  private func softmax(smoothing: Double) -> Report.Section {
    let scores = trace.outputs.elements
    let largest = scores.max() ?? 0
    let exponentials = scores.map { exp($0 - largest) }
    let total = exponentials.reduce(0, +)
    let chances = exponentials.map { $0 / total }
    let label = explanation.label
    let format = FigureFormat(scores)
    let shown = outputsShown(by: chances)
    let place = label ?? explanation.predicted ?? 0
    let difference = "\(format(scores[place])) − \(Figure.bracketed(format(largest)))"
    var lines = [
      "p(\(explanation.outputName(place))) = e^{\(difference)} / \(figure(total, 5)) = "
        + "\(figure(exponentials[place], 5)) / \(figure(total, 5)) = \(figure(chances[place], 5))"
    ]
    if let loss = trace.backward?.loss {
      lines.append(
        smoothing == 0
          ? "loss = −ln p = ln \(figure(total, 8)) − (\(difference)) = \(figure(loss, 5))"
          : "loss = −Σ y·ln p = \(figure(loss, 5))")
    }
    return Report.Section(
      "Probabilities\(label == nil ? "" : " and loss")",
      [
        .paragraph(
          "Softmax turns scores into probabilities: e to the power of each score, divided by the sum of all "
            + "of them. The largest score is taken off first, which changes nothing but keeps the powers "
            + "small."
            + (label == nil
              ? " The class of this example is not known, so there is no loss and no step backward."
              : smoothing == 0
                ? " The loss is the negative logarithm of the true class's probability: 0 where that is 1, "
                  + "and the larger the less likely the network found the truth."
                : " With label smoothing, the target is not 1 at the true class: \(plain(smoothing)) is spread "
                  + "evenly over all classes.")
            + (shown.count < scores.count
              ? " The \(shown.count) likeliest of \(scores.count) classes are listed." : "")),
        .formula(lines),
        .table(softmaxTable(shown, exponentials, chances, smoothing: smoothing)),
      ])
  }

  /// The way from scores to probabilities, and to p − y where the class is known.
  ///
  /// - Parameter exponentials: e to the power of each score less the largest.
  private func softmaxTable(
    _ shown: [Int], _ exponentials: [Double], _ chances: [Double], smoothing: Double
  ) -> Report.Table {
    let scores = trace.outputs.elements
    let (largest, label) = (scores.max() ?? 0, explanation.label)
    let pull = trace.backward?.upstream.last?.elements
    let (format, pullFormat) = (FigureFormat(scores), FigureFormat(pull ?? []))
    let rows = shown.map { output -> [Report.Table.Cell] in
      let target = label.map {
        ($0 == output ? 1 - smoothing : 0) + smoothing / Double(scores.count)
      }
      return [
        .init(
          explanation.outputName(output),
          detail: output == label ? "true" : output == explanation.predicted ? "predicted" : nil),
        .init(format(scores[output])), .init(format(scores[output] - largest)),
        .init(figure(exponentials[output], 5)), .init(decimal(chances[output], 5)),
      ]
        + (target.map { target in
          [.init(figure(target, 5)), Self.tinted(pull?[output] ?? .nan, most: 1, pullFormat)]
        } ?? [])
    }
    return Report.Table(
      caption: "From scores to probabilities",
      columns: [
        .words("class"), .figures("score"), .figures("score − largest"),
        .figures("its power of e"), .figures("probability p"),
      ] + (label == nil ? [] : [.figures("target y"), .figures("p − y")]), rows: rows)
  }

  /// The margins of a hinge loss.
  private var margins: Report.Section? {
    guard let label = explanation.label, let loss = trace.backward?.loss else { return nil }
    let scores = trace.outputs.elements
    let isSquared = network.loss.specification == .squaredHinge
    let margins = scores.indices.map { $0 == label ? 0 : max(0, scores[$0] - scores[label] + 1) }
    let parts = margins.map { isSquared ? $0 * $0 : $0 }
    let pull = trace.backward?.upstream.last?.elements ?? []
    let (format, pullFormat) = (FigureFormat(scores + parts), FigureFormat(pull))
    return Report.Section(
      "The loss",
      [
        .paragraph(
          "Each other class costs what its score lacks of being 1 below that of the true class"
            + (isSquared ? ", squared." : ".")),
        .formula([
          "loss = Σ max(0, score − score of \(explanation.outputName(label)) + 1)"
            + (isSquared ? "²" : "") + " = \(figure(loss, 5))"
        ]),
        .table(
          Report.Table(
            caption: "From scores to the loss",
            columns: [
              .words("class"), .figures("score"), .figures("part of the loss"),
              .figures("gradient of the loss"),
            ],
            rows: outputsShown(by: scores).map { output in
              [
                .init(
                  explanation.outputName(output), detail: output == label ? "true" : nil),
                .init(format(scores[output])), .init(format(parts[output])),
                .init(pullFormat(pull[output])),
              ]
            })),
      ])
  }

  /// The outputs with the largest numbers, and those that are explained.
  func outputsShown(by numbers: [Double]) -> [Int] {
    var shown = Array(numbers.descendingPositions.prefix(Self.mostRows))
    let others = [explanation.subject.output, explanation.label ?? 0]
    for (place, output) in others.enumerated()
    where numbers.indices.contains(output) && !shown.contains(output) {
      shown[shown.count - 1 - place] = output
    }
    return shown
  }

  /// Sigmoids and their cross-entropies.
  private var sigmoid: Report.Section {
    let scores = trace.outputs.elements
    let chances = scores.map { 1 / (1 + exp(-$0)) }
    let format = FigureFormat(scores)
    let targets = explanation.targetValues ?? explanation.label.map(targets(ofLabel:))
    let place = explanation.subject.output
    var lines = [
      "p(\(explanation.outputName(place))) = 1 / (1 + e^{−\(Figure.bracketed(format(scores[place])))}) = "
        + figure(chances[place], 5)
    ]
    if let loss = trace.backward?.loss {
      lines.append(
        "loss = mean of −y·ln p − (1 − y)·ln(1 − p) over \(counted(scores.count, "output")) = "
          + figure(loss, 5))
    }
    let pull = trace.backward?.upstream.last?.elements ?? []
    let pullFormat = FigureFormat(pull)
    return Report.Section(
      "Probabilities\(targets == nil ? "" : " and loss")",
      [
        .paragraph("The sigmoid turns each score into a probability of its own."),
        .formula(lines),
        .table(
          Report.Table(
            caption: "From scores to probabilities" + Self.cut(scores.count),
            columns: [.words("output"), .figures("score"), .figures("probability p")]
              + (targets == nil ? [] : [.figures("target y"), .figures("gradient of the loss")]),
            texts: outputsShown(by: chances).map { output in
              [
                explanation.outputName(output), format(scores[output]), decimal(chances[output], 5),
              ] + (targets.map { [plain($0[output]), pullFormat(pull[output])] } ?? [])
            })),
      ])
  }

  /// What a table of outputs leaves out, where there are too many.
  private static func cut(_ count: Int) -> String {
    count > mostRows ? "; the \(mostRows) of \(count) outputs with the largest" : ""
  }

  private func targets(ofLabel label: Int) -> [Double] {
    network.outputSize == 1
      ? [Double(label)] : (0..<network.outputSize).map { $0 == label ? 1 : 0 }
  }

  /// The loss of a single output's difference from its target as arithmetic; empty for other losses.
  private var difference: String {
    guard network.outputSize == 1,
      let target = explanation.targetValues?[0] ?? explanation.label.map(Double.init)
    else { return "" }
    let text =
      "\(figure(trace.outputs[position: 0], 7)) − \(Figure.bracketed(figure(target, 7)))"
    return switch network.loss.specification {
    case .squaredError: "(\(text))² = "
    case .absoluteError: "|\(text)| = "
    default: ""
    }
  }

  private var lossText: String {
    let scaled =
      explanation.scaling == nil
      ? "" : " The network learns targets less their mean, divided by their deviation."
    return switch network.loss.specification {
    case .squaredError:
      "The loss is the mean over the outputs of (output − target)².\(scaled)"
    case .absoluteError:
      "The loss is the mean over the outputs of |output − target|.\(scaled)"
    default: "The loss is that of the run: \(network.loss.name).\(scaled)"
    }
  }

  /// Outputs, targets and the loss's gradient.
  private var valueTable: Report.Table {
    let outputs = trace.outputs.elements
    let targets = explanation.targetValues ?? explanation.label.map(targets(ofLabel:)) ?? []
    let pull = trace.backward?.upstream.last?.elements ?? []
    let (format, pullFormat) = (FigureFormat(outputs + targets), FigureFormat(pull))
    return Report.Table(
      caption: "Outputs, targets, and the gradient of the loss with respect to the outputs"
        + Self.cut(outputs.count),
      columns: [
        .words("output"), .figures("output"), .figures("target"), .figures("output − target"),
        .figures("gradient of the loss"),
      ],
      texts: outputsShown(by: pull.map(\.magnitude)).map { index in
        [
          explanation.outputName(index), format(outputs[index]), format(targets[index]),
          format(outputs[index] - targets[index]), pullFormat(pull[index]),
        ]
      })
  }
}

extension Report.Section {
  /// The section with another block at its end.
  func adding(_ block: Report.Block) -> Report.Section {
    Report.Section(heading, blocks + [block])
  }
}
