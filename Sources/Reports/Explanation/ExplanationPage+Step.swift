import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

// The gradients of the example put to use: checked by differences, and followed for one step.

extension ExplanationPage {
  /// The number of entries that are checked and followed.
  private static let mostEntries = 5

  /// The example as a batch, [1, inputs].
  private var batch: Tensor<Double> { trace.input.reshaped(to: [1, network.inputSize]) }

  /// The table of the largest entries beside differences of the loss.
  func check(_ found: [GradientCheckEntry]) -> Report.Section {
    let check = GradientCheck()
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
              "The largest gradients beside the differences, of \(parametersText(found)); the error is the "
              + "difference of both, divided by the sum of their magnitudes",
            columns: [
              .words("entry"), .figures("backpropagation"), .figures("difference"),
              .figures("error"),
            ],
            texts: found.map { entry in
              [
                name(of: entry), figure(entry.analytic, 9),
                entry.numeric.map { figure($0, 9) } ?? "at a kink",
                entry.relativeError.map(scientific) ?? "–",
              ]
            })),
      ])
  }

  /// The largest entries of the gradients, compared with differences of the example's loss.
  func largestEntries(
    _ backward: Trace<Double>.Backward, _ target: Targets<Double>
  ) -> [GradientCheckEntry] {
    GradientCheck().compare(
      GradientCheck.largestEntries(
        of: Self.spread(backward.gradients, count: Self.mostEntries), count: Self.mostEntries),
      of: NetworkObjective(network, on: batch, target))
  }

  /// Some of the parameters from the first to the last; all where there are no more.
  private static func spread(_ parameters: Parameters<Double>, count: Int) -> Parameters<Double> {
    if parameters.count <= count { return parameters }
    let last = parameters.count - 1
    return Parameters((0..<count).map { parameters[$0 * last / (count - 1)] })
  }

  /// The parameters of some entries, such as `W1, b1 and W2`.
  private func parametersText(_ entries: [GradientCheckEntry]) -> String {
    var names: [String] = []
    for entry in entries where !names.contains(entry.parameter) { names.append(entry.parameter) }
    if names.count < 2 { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1])"
  }

  /// Such as `W1[3, 12]`, or `W1[city=Rome, 12]` where the inputs have names.
  private func name(of entry: GradientCheckEntry) -> String {
    var index = entry.index.map(String.init)
    if entry.parameter == "W1" && stages[0].affine != nil && explanation.inputColumns != nil {
      index[0] = explanation.inputNames[entry.index[0]]
    }
    return "\(entry.parameter)[\(index.joined(separator: ", "))]"
  }

  /// One step of gradient descent on the example alone: weights and losses before and after.
  func step(
    _ backward: Trace<Double>.Backward, _ target: Targets<Double>,
    _ entries: [GradientCheckEntry], rate: Double
  ) -> Report.Section {
    let penalty = explanation.context.penalty
    var after = network
    var pulls: [(name: String, tensor: Tensor<Double>)] = []
    after.updateParameters { place, parameter in
      var pull = Tensor<Double>.zeros(parameter.shape)
      if place.isPenalized { penalty.addGradient(of: parameter, to: &pull) }
      parameter.add(backward.gradients[place.name], scaledBy: -rate)
      parameter.add(pull, scaledBy: -rate)
      pulls.append((place.name, pull))
    }
    let before = network.parameters
    let (penalties, moved) = (Parameters(pulls), after.parameters)
    let weights = Report.Table(
      caption: "Weights before and after the step",
      columns: [
        .words("entry"), .figures("before"), .figures("gradient of the loss"),
        .figures("gradient of the penalty"), .figures("− rate × gradient"), .figures("after"),
      ],
      texts: entries.map { entry in
        let (name, position) = (entry.parameter, entry.position)
        let pull = penalties[name][position: position]
        return [
          self.name(of: entry), figure(before[name][position: position], 6),
          figure(entry.analytic, 6), figure(pull, 6),
          figure(-rate * (entry.analytic + pull), 6),
          figure(moved[name][position: position], 6),
        ]
      })
    // NaN is no better.
    let grew = !(after.loss(of: batch, target) <= backward.loss)
    return Report.Section(
      "One step of training",
      [
        .paragraph(
          "A plain gradient step on this example alone, with the run's learning rate of \(plain(rate)): each "
            + "weight moves against its gradient. In training the gradient is the mean over a batch"
            + (explanation.context.optimizer.map { " and moves weights by \($0)" } ?? "")
            + ", so that one example moves them much less."),
        .formula(["w ← w − \(plain(rate))·(∂L/∂w + ∂penalty/∂w)"]), .table(weights),
        .table(losses(target, after: after, penalty)),
      ]
        + (grew
          ? [
            .paragraph(
              "The loss of this example grew: a gradient holds for small steps only, and this one was too "
                + "long" + (penalty == .none ? "." : ", or the penalty pulled the other way."))
          ] : []))
  }

  private func losses(
    _ target: Targets<Double>, after: Network<Double>, _ penalty: Penalty
  ) -> Report.Table {
    func line(_ name: String, _ value: (Network<Double>) -> Double) -> [String] {
      let (first, second) = (value(network), value(after))
      return [name, figure(first, 6), figure(second, 6), figure(second - first, 4)]
    }
    var rows = [
      line("loss of this example") { $0.loss(of: batch, target) },
      line("penalty on all weights") { $0.value(of: penalty) },
      line("both") { $0.loss(of: batch, target, penalty: penalty) },
    ]
    if let label = explanation.label, trace.probabilities != nil {
      rows.append(
        line("probability of the true class") {
          $0.predictProbabilities(batch)?[position: label] ?? .nan
        })
    }
    return Report.Table(
      caption: "The loss before and after the step",
      columns: [.words(""), .figures("before"), .figures("after"), .figures("change")],
      texts: rows)
  }
}
