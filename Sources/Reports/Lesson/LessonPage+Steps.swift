import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// What is done with the gradient.
extension LessonPage {
  private var parameterCount: Int { lesson.gradients.reduce(0) { $0 + $1.tensor.count } }

  var check: Report.Section {
    let first = lesson.checks[0]
    let step = decimal(GradientCheck().step, 5)
    return .init(
      "5. Check",
      [
        .paragraph(
          "Is the gradient right? A slope can be measured without any backpropagation: make one "
            + "parameter w larger by a small ε, compute the loss, L(w + ε), make it smaller by ε, compute the "
            + "loss again, and divide the difference by the distance, 2ε. Backpropagation and measurement "
            + "have nothing in common but the forward pass. A wrong sign or a forgotten mask would show "
            + "at once."),
        .formula([
          "dw ≈ (L(w + ε) − L(w − ε)) / (2 · ε)", "ε = \(step)",
          "d\(symbol(first)) ≈ (\(Self.text(first.above, 12)) − \(Self.text(first.below, 12))) / "
            + "(2 · \(step)) = \(Self.six(first.numeric ?? .nan))",
        ]), .code(LessonCode.check), checks,
        .paragraph(
          "Why not train with differences, then? They need two losses for each parameter: "
            + "\(2 * parameterCount) forward passes for a single step of these \(parameterCount) "
            + "parameters, and two million for a network of a million. Backpropagation gives all slopes "
            + "at once: for each matrix product of the forward pass, it needs at most two on the way back "
            + "(for H·W2: Hᵀ·G and G·W2ᵀ). And it is exact but for rounding, while a difference is only "
            + "near the slope and loses digits where two almost equal losses are subtracted. So differences "
            + "check the gradient once, and backpropagation does the work."),
        .paragraph(
          "The library checks every entry in this way, and wants relative errors below "
            + "\(decimal(lesson.gradientCheck.tolerance, 7)): rounding stays well below that, and a mistake in a formula is far above it."
        ),
        .table(
          .init(
            caption: "Every parameter, checked by the library: "
              + Self.signed(lesson.gradientCheck.verdict)
              + ".",
            columns: [
              .words("parameter"), .figures("entries"), .figures("largest relative error"),
            ],
            rows: lesson.gradientCheck.parameters.map {
              [
                .init($0.name), .init("\($0.checkedCount)"),
                .init(Self.signed(scientific($0.largestError))),
              ]
            })),
      ])
  }

  private var checks: Report.Block {
    .table(
      .init(
        caption:
          "Five entries: the largest of each gradient, regardless of sign, and a weight of a unit that is "
          + "off in all rows. Relative error: the distance of the two slopes, divided by the sum of their "
          + "sizes, from all digits and not only those shown; 1e−10 means 0.0000000001.",
        columns: [
          .words("entry"), .figures("L(w + ε)"), .figures("L(w − ε)"), .figures("difference / 2ε"),
          .figures("backpropagation"), .figures("relative error"),
        ],
        rows: lesson.checks.map {
          [
            .init(place($0)), .init(Self.text($0.above, 12)), .init(Self.text($0.below, 12)),
            .init(Self.text($0.numeric ?? .nan, 9)), .init(Self.text($0.analytic, 9)),
            .init(Self.signed(scientific($0.relativeError ?? .nan))),
          ]
        }))
  }

  /// The place of an entry: its row and column in a matrix.
  private func indices(_ entry: GradientCheckEntry) -> String {
    entry.index.map(String.init).joined(separator: ",")
  }

  /// Such as `W1_{2,3}`.
  private func symbol(_ entry: GradientCheckEntry) -> String {
    "\(entry.parameter)_{\(indices(entry))}"
  }
  /// Such as `W1 [2,3]`.
  private func place(_ entry: GradientCheckEntry) -> String {
    "\(entry.parameter) [\(indices(entry))]"
  }

  var update: Report.Section {
    let rate = significant(lesson.learningRate, 4)
    let lines = changes.prefix(1).map { change in
      "W1_{0,\(onUnit)} = \(Self.six(change.before)) − \(rate) · \(Self.factor(change.gradient)) = "
        + Self.four(change.after)
    }
    let silent = lesson.silentUnits.first
    return .init(
      "6. Update",
      [
        .paragraph(
          "A positive slope means that the loss grows with the parameter, so the step goes the other way: "
            + "each parameter loses η times its slope. η, the learning rate, is needed because a slope says "
            + "which way is down, not how far down goes on: it is true at this point only, with the other "
            + "parameters as they are."),
        .formula(["w ← w − η · dw", "η = \(rate)"] + lines), .code(LessonCode.update),
        .figures([
          Self.figure("loss before", lesson.loss),
          Self.figure("loss after", lesson.lossAfterStep),
        ]), changeTable,
        .paragraph(
          "The penalty alone would make every weight "
            + "\(decimal(200 * lesson.learningRate * lesson.regularization, 0)) % smaller in each step, "
            + "since w − η · 2λw = (1 − 2ηλ) w, and "
            + "2ηλ = \(significant(2 * lesson.learningRate * lesson.regularization, 4)). A larger λ takes off "
            + "more; with 2ηλ above 1, the step would overshoot 0."
            + (silent == nil
              ? ""
              : " For a unit that is off in all rows, the penalty is all there is.")),
        .table(
          .init(
            caption:
              "The loss after one step from the same weights, by learning rate. Short steps gain "
              + "little; long ones go beyond the valley and up its other side.",
            columns: [.figures("η"), .figures("loss after the step")],
            rows: [0.001, 0.01, 0.1, 1, 10].map {
              [.init(significant($0, 4)), .init(Self.four(lesson.lossAfterStep(learningRate: $0)))]
            })),
      ])
  }

  private typealias Change = (
    name: String, before: Double, rows: Double, penalty: Double, gradient: Double, after: Double
  )

  /// Some parameters before and after the step.
  private var changes: [Change] {
    let units = [onUnit] + lesson.silentUnits.prefix(1)
    let first = units.map { ("W1", "0,\($0)", $0) }
    let second = [("W2", "\(onUnit),\(label)", onUnit * classes.count + label)]
    let biases = [("b1", "\(onUnit)", onUnit), ("b2", "\(label)", label)]
    return (first + second + biases).map { name, place, position in
      let before = lesson.network.parameters[name][position: position]
      let gradient = lesson.gradients[name][position: position]
      let penalty = name.hasPrefix("W") ? 2 * lesson.regularization * before : 0
      // What is no more than rounding is 0.
      let rows = (gradient - penalty).magnitude < 1e-15 ? 0 : gradient - penalty
      return (
        "\(name) [\(place)]", before, rows, penalty, gradient,
        lesson.stepped.parameters[name][position: position]
      )
    }
  }

  private var changeTable: Report.Block {
    .table(
      .init(
        caption: "The step of some parameters. The gradient is the rows' part plus the penalty's.",
        columns: [
          .words("parameter"), .figures("before"), .figures("rows' part"),
          .figures("penalty's part, 2λw"), .figures("gradient"), .figures("after"),
        ],
        rows: changes.map { change in
          [.init(change.name)]
            + [change.before, change.rows, change.penalty, change.gradient, change.after].map {
              .init(Self.four($0))
            }
        }))
  }

  var train: Report.Section {
    get throws {
      let losses = lesson.history.loss
      let settings = lesson.settings
      let points = losses.enumerated().map { Chart.Point(Double($0), $1) }
      let shown = [0, 1, 2, 5, 10, 20, 50, losses.count - 1]
      let last = losses[losses.count - 1]
      return .init(
        "7. A hundred steps",
        [
          .paragraph(
            "Forward, loss, backward and update make one step, and training repeats it. Here are a hundred "
              + "steps from the fresh weights of part 1. Each uses a batch: "
              + "\(settings.batchSize) rows that are drawn at random from the five, with repeats. A batch that is "
              + "larger than the data saves nothing; it is the setting with which NumPy's result is known. "
              + "Some rows count more than others in it, and λ is smaller here, too, so the first loss is not that "
              + "of part 3. With real data, a batch is a small part of the rows, which saves time."),
          .formula([
            "100 times: w ← w − η · dw, then η ← "
              + "\(significant(settings.learningRateDecay, 4)) · η",
            "η = \(significant(settings.learningRate, 4)) at first",
            "λ = \(decimal(settings.regularization, 6))",
          ]),
          .paragraph(
            "The learning rate shrinks by \(decimal(100 - 100 * settings.learningRateDecay, 0)) % after "
              + "each step: long steps at first, when the way is far, short ones at the end, to settle "
              + "instead of jumping to and fro."), .code(LessonCode.train),
          .figures([Self.figure("first loss", losses[0]), Self.figure("last loss", last)]),
          .charts([
            .curves(
              "loss", title: "Loss of each step",
              summary: "The loss falls from \(Self.four(losses[0])) to \(Self.four(last)) in "
                + "\(losses.count) steps, fast at first and then slowly.", x: .init("step"),
              y: .init("loss"), [.init("loss", points)])
          ]),
          .table(
            .init(
              caption:
                "The loss of some steps, counted from 0: that of the step's batch, before the step.",
              columns: [.figures("step"), .figures("loss")],
              rows: shown.map { [.init("\($0)"), .init(Self.four(losses[$0]))] })),
          try penalties,
        ])
    }
  }

  /// What other values of λ lead to.
  private var penalties: Report.Block {
    get throws {
      .table(
        .init(
          caption:
            "The same hundred steps with other λ. Here the cross-entropy counts each of the five rows "
            + "once, after the last step. The larger λ, the smaller the weights, and the less closely the "
            + "network fits these rows; \(decimal(lesson.settings.regularization, 6)) is too small to change "
            + "a digit shown.",
          columns: [
            .figures("λ"), .figures("cross-entropy, mean"), .figures("ΣW1² + ΣW2²"),
            .figures("rows that are right"),
          ],
          rows: try [0, lesson.settings.regularization, 0.005, 0.05, 0.5].map { lambda in
            let network = try lesson.training(regularization: lambda).network
            let right = zip(network.predict(lesson.x), lesson.labels).count { $0 == $1 }
            return [
              .init(
                lambda == 0 ? "0" : lambda < 1e-4 ? decimal(lambda, 6) : significant(lambda, 4)),
              .init(Self.four(network.loss(of: lesson.x, labels: lesson.labels))),
              .init(Self.four(network.network.value(of: .l2(1)))),
              .init("\(right) of \(rows.count)"),
            ]
          }))
    }
  }

  var predict: Report.Section {
    let (fresh, trained) = (lesson.network, lesson.trained)
    let before = lesson.probabilities
    let after = trained.predictProbabilities(lesson.x)
    let answers = (fresh.predict(lesson.x), trained.predict(lesson.x))
    let figure = { (name: String, found: [Int]) in
      Report.Fact(
        name, percent(accuracy(of: found, labels: lesson.labels)),
        detail: "\(zip(found, lesson.labels).count { $0 == $1 }) of \(rows.count)")
    }
    return .init(
      "8. Predict",
      [
        .paragraph(
          "To predict, the forward pass is enough: the answer is the class with the highest score. It "
            + "is also the one with the highest probability, since a higher score has a higher power. "
            + "Accuracy is the share of answers that are right."),
        .formula(["answer = the k with the largest s_{k}"]), .code(LessonCode.predict),
        .figures([figure("accuracy before", answers.0), figure("accuracy after", answers.1)]),
        matrix(
          "The scores after training, [5, 3]. Shaded: the highest of each row.",
          trained.scores(of: lesson.x), rows: "row", columns: "class"
        ) { answers.1[$0] == $1 },
        .table(
          .init(
            caption:
              "The probabilities before and after the hundred steps, with the right class shaded.",
            columns: [.words(""), .figures("label")]
              + classes.map { .figures("before: class \($0)") } + [.figures("answer")]
              + classes.map { .figures("after: class \($0)") } + [.figures("answer")],
            rows: rows.map { row in
              let cells = { (p: Tensor<Double>) -> [Report.Table.Cell] in
                classes.map {
                  .init(Self.four(p[row, $0]), tint: $0 == lesson.labels[row] ? 0.5 : nil)
                }
              }
              return [.init("row \(row)"), .init("\(lesson.labels[row])")] + cells(before)
                + [.init("\(answers.0[row])")] + cells(after) + [.init("\(answers.1[row])")]
            })),
        .paragraph(
          "All that this shows is that the network can learn these five rows: with \(parameterCount) "
            + "parameters, it can know them by heart. How well it does on rows that it has not seen is "
            + "another question. To answer it, some rows are kept out of training and only predicted: "
            + "validation rows, which are looked at while one tries settings, and test rows, which are looked at "
            + "once at the end."),
      ])
  }
}
