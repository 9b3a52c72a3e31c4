import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronVisualization

/// From the weights to the loss.
extension LessonPage {
  var overview: Report.Section {
    let (inputs, units, classes) = (inputs.count, units.count, classes.count)
    let weightCount = w1.count + w2.count
    let biasCount = b1.count + b2.count
    let target = (0..<classes).map { $0 == label ? "1" : "0" }.joined(separator: "\u{A0}")
    let symbols = [
      ["X", "[5, 4]", "the rows: five examples of four numbers each, the inputs"],
      ["labels", "[5]", "the class of each row: 0, 1 or 2, the right answer"],
      [
        "Y", "[5, 3]",
        "the same as a matrix: 1 in the column of the right class, 0 elsewhere; row \(row) is \(target)",
      ],
      ["W1, b1", "[4, 10], [10]", "weights and biases of the ten hidden units, a column for each"],
      ["W2, b2", "[10, 3], [3]", "weights and biases of the three classes, a column for each"],
      ["Z", "[5, 10]", "the sum that each hidden unit makes of each row"],
      ["H", "[5, 10]", "what each hidden unit passes on: its activation"],
      ["S", "[5, 3]", "the score of each class for each row"],
      ["P", "[5, 3]", "the probability of each class for each row"],
      ["L", "a number", "the loss: how bad the scores are, plus a penalty on large weights"],
      ["λ", "a number", "lambda, how much that penalty counts"],
      ["G", "[5, 3]", "the slope of the loss for each score"],
      ["F", "[5, 10]", "the slope of the loss for each activation"],
      ["M", "[5, 10]", "the mask: 1 where a hidden unit is on, 0 where it is off"],
      ["D", "[5, 10]", "the slope of the loss for each sum in Z"],
      ["dW1, db1, dW2, db2", "as W1 …", "the gradients: the slope of the loss for each parameter"],
      ["w, dw", "numbers", "any one parameter, and its slope"],
      ["ε", "a number", "epsilon, a small change"],
      ["η", "a number", "eta, the learning rate: how far a step goes"],
    ]
    return .init(
      "The network",
      [
        .paragraph(
          "A small network learns to sort five rows into three classes. This page follows it through "
            + "all that training does, in eight parts. Each has its formula, its lines of Swift and its "
            + "numbers. The lines are one program, from top to bottom."),
        .paragraph(
          "The network, \(inputs) → \(units) → \(classes), has two layers: the first makes \(units) "
            + "numbers from a row's \(inputs) inputs, the second makes \(classes) scores from these, one "
            + "for each class. The \(units) are the work of hidden units, called so because their numbers are "
            + "neither inputs nor answers. Each has a number for every input, its weight, and one number "
            + "more, its bias: it multiplies each input by the weight for it, adds up the products and adds "
            + "the bias. The scores are made in the same way. So a layer is a set of weights and biases, "
            + "together \(inputs)·\(units) + \(units)·\(classes) = \(weightCount) weights and "
            + "\(units)\u{A0}+\u{A0}\(classes)\u{A0}=\u{A0}\(biasCount) biases. These \(weightCount + biasCount) "
            + "parameters are all that training changes."),
        .paragraph(
          "Every number was computed when this page was made. Row \(row) is followed by hand: those "
            + "calculations can be repeated with a pocket calculator. They start from six decimals or more "
            + "and give four, so that the last digit may differ by 1. An exact zero is shown as 0. "
            + "Rows, units and classes are counted from 0."),
        .table(
          .init(
            caption:
              "The symbols. [5, 4] means five rows and four columns.",
            columns: [.words("symbol"), .words("shape"), .words("meaning")], texts: symbols)),
        .paragraph(
          "X·W1 is a matrix product: its entry in row i and column j is row i of X times column j of "
            + "W1, number by number, added up. A bias is added to each row. A small x, y, z, h, s, p, g, f or d with two "
            + "numbers is an entry of the matrix of that letter:"),
        .formula(["z_{0,3} = the entry of Z in row 0 and column 3"]),
      ])
  }

  var initialize: Report.Section {
    .init(
      "1. Initialize",
      [
        .paragraph(
          "Training starts from a guess: small random weights, and biases of 0. Random, because units "
            + "with equal weights would compute the same, get the same corrections, and stay copies of "
            + "each other for ever. Small, so that no class is favored much at first."),
        .formula([
          "W1 = 0.1 · random numbers, [4, 10]", "W2 = 0.1 · random numbers, [10, 3]",
          "b1 = 0", "b2 = 0", "X = 10 · random numbers, [5, 4]",
        ]),
        .paragraph(
          "The random numbers are normal deviates: 0 on average, and most are between −2 and 2. They "
            + "come from NumPy's generator: with the seeds 0 for the weights and 1 for the rows, NumPy gives "
            + "the same ones. The rows are random, too, and their classes are arbitrary: there is no rule "
            + "in these rows that the network could find; it can only learn them by heart."),
        .code(LessonCode.initialize), examples,
        matrix("W1, [4, 10]: a column for each hidden unit.", w1, rows: "input", columns: "unit"),
        matrix("W2, [10, 3]: a column for each class.", w2, rows: "unit", columns: "class"),
      ])
  }

  private var examples: Report.Block {
    .table(
      .init(
        caption: "X, [5, 4], and the labels, [5].",
        columns: [.words("")] + inputs.map { .figures("input \($0)") } + [.figures("label")],
        rows: rows.map { row in
          [.init("row \(row)")] + inputs.map { .init(Self.four(lesson.x[row, $0])) }
            + [.init("\(lesson.labels[row])")]
        }))
  }

  var forward: Report.Section {
    let (on, off) = (onUnit, offUnit)
    let active = units.filter { isOn(row: row, unit: $0) }
    let unit = { (unit: Int) in Self.products(inputs.map { (lesson.x[row, $0], w1[$0, unit]) }) }
    let score = { (name: Int) in
      Self.products(active.map { (lesson.activations[row, $0], w2[$0, name]) })
    }
    let answer = lesson.scores.row(row).argmax()
    return .init(
      "2. Forward",
      [
        .paragraph(
          "The forward pass turns each row into three scores. The highest is the network's answer."),
        .formula(["Z = X·W1 + b1", "H = max(0, Z)", "S = H·W2 + b2"]),
        .paragraph(
          "Z has the sums of the hidden units. If a sum is above 0, the unit is on and passes the sum on; "
            + "otherwise it is off and passes on 0. Without max(0, ·) the two layers would be no more than "
            + "one, since X·W1·W2 is X times a single matrix. The scores are sums in the same way, with "
            + "the activations as inputs."),
        .paragraph("Row \(row) by hand: unit \(on), which is on, and unit \(off), which is off."),
        .formula([
          "z_{\(row),\(on)} = \(unit(on)) + \(Self.factor(b1[on])) = \(Self.four(lesson.sums[row, on]))",
          "h_{\(row),\(on)} = max(0, \(Self.six(lesson.sums[row, on]))) = "
            + Self.four(lesson.activations[row, on]),
          "z_{\(row),\(off)} = \(unit(off)) + \(Self.factor(b1[off])) = "
            + Self.four(lesson.sums[row, off]),
          "h_{\(row),\(off)} = max(0, \(Self.six(lesson.sums[row, off]))) = "
            + Self.four(lesson.activations[row, off]),
        ]),
        .paragraph(
          "The score of class \(label), the right class, comes from the units \(Self.list(active)). The "
            + "others are off and add 0 times a weight, which is nothing."),
        .formula([
          "s_{\(row),\(label)} = \(score(label)) + \(Self.factor(b2[label])) = "
            + Self.four(lesson.scores[row, label])
        ]), .code(LessonCode.forward),
        matrix(
          "Z, [5, 10]: the sums. Shaded where the unit is on.", lesson.sums, rows: "row",
          columns: "unit", marking: isOn),
        matrix(
          "H, [5, 10]: the activations. Shaded where the unit is on.", lesson.activations,
          rows: "row", columns: "unit", marking: isOn),
        matrix(
          "S, [5, 3]: the scores. Shaded: the highest of each row. The answer to row \(row) is class "
            + "\(answer); \(answer == label ? "it is right" : "class \(label) would be right").",
          lesson.scores, rows: "row", columns: "class"
        ) { lesson.scores.row($0).argmax() == $1 },
      ])
  }

  var loss: Report.Section {
    let row = row
    let scores = classes.map { lesson.scores[row, $0] }
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    let squares = (lesson.network.hidden.weights.sumOfSquares(), w2.sumOfSquares())
    let count = classes.count
    let lines = classes.map { name in
      "e^{\(Self.text(scores[name], 8)) − \(Self.factor(largest, 8))} = \(Self.six(powers[name]))"
    }
    let crossEntropy = lesson.rowLosses.mean()
    let guess = log(Double(count))
    let worse = lesson.rowLosses.elements.count { $0 > guess }
    return .init(
      "3. Loss",
      [
        .paragraph(
          "The loss says in one number how bad the scores are; training makes it small. First, the "
            + "softmax turns the scores of a row into probabilities: e to the power of each score, "
            + "divided by the sum of these powers. e, 2.718…, to any power is above 0, and a higher "
            + "score gives a higher power. So the probabilities are above 0, add up to 1, and are in the "
            + "order of the scores."),
        .formula([
          "m = the largest score of the row",
          "p_{k} = e^{s_{k} − m} / (e^{s_{0} − m} + e^{s_{1} − m} + e^{s_{2} − m})",
          "e^{s − m} = e^{s} / e^{m}",
        ]),
        .paragraph(
          "Why subtract m? Without it, a score of 1000 would need e¹⁰⁰⁰, which is too large for the "
            + "computer's numbers. Subtracting m divides every power by the same number, which cancels in p: "
            + "the probabilities stay what they are. The largest power is now e⁰ = 1; scores far below m "
            + "give almost 0, which does no harm. Row \(row) by hand:"
        ),
        .formula(
          ["m = \(Self.text(largest, 8))"] + lines + [
            "sum = \(Self.sum(powers)) = \(Self.six(total))"
          ]
            + classes.map {
              "p_{\(row),\($0)} = \(Self.six(powers[$0])) / \(Self.six(total)) = "
                + Self.four(lesson.probabilities[row, $0])
            }),
        .paragraph(
          "The cross-entropy of a row is minus the natural logarithm, ln, of the probability of the right "
            + "class. It is nearly 0 if the network is sure and right, and large if it is sure and wrong. "
            + "A network that knows nothing gives each of the \(count) classes the probability "
            + "1/\(count), which makes −ln(1/\(count)) = ln \(count) = \(Self.four(guess)). The fresh "
            + "network is no better: \(worse) of the \(rows.count) rows are above that, since their right "
            + "class happens to have less than 1/\(count). The cross-entropies are averaged."),
        .formula([
          "cross-entropy of row \(row) = −ln(\(Self.six(lesson.probabilities[row, label]))) = "
            + Self.four(lesson.rowLosses[row]),
          "mean = (\(Self.sum(lesson.rowLosses.elements))) / \(rows.count) = "
            + Self.four(crossEntropy),
        ]),
        .paragraph(
          "The loss, L, is this mean plus the penalty: λ times the sum of the squares of all weights, "
            + "ΣW1² + ΣW2², here with λ = \(significant(lesson.regularization, 4)). It makes large "
            + "weights cost something, so that a weight grows only if that lowers the cross-entropy by more. "
            + "With a larger λ, training ends with smaller weights, and the network follows single rows less closely; "
            + "with λ = 0, only the cross-entropy counts. Biases cost nothing."),
        .formula([
          "L = mean of the cross-entropies + λ (ΣW1² + ΣW2²)",
          "penalty = \(significant(lesson.regularization, 4)) · (\(Self.six(squares.0)) + "
            + "\(Self.six(squares.1))) = \(Self.four(lesson.penalty))",
          "L = \(Self.six(crossEntropy)) + \(Self.six(lesson.penalty)) = \(Self.four(lesson.loss))",
        ]), .code(LessonCode.loss),
        .figures([
          Self.figure("cross-entropy, mean", crossEntropy),
          Self.figure("penalty", lesson.penalty), Self.figure("loss, L", lesson.loss),
        ]), probabilities,
      ])
  }

  private var probabilities: Report.Block {
    .table(
      .init(
        caption:
          "P, [5, 3]: the probabilities, with the right one shaded, and the cross-entropies.",
        columns: [.words("")] + classes.map { .figures("class \($0)") }
          + [.figures("cross-entropy")],
        rows: rows.map { row in
          [.init("row \(row)")]
            + classes.map {
              .init(
                Self.four(lesson.probabilities[row, $0]),
                tint: $0 == lesson.labels[row] ? 0.5 : nil)
            } + [.init(Self.four(lesson.rowLosses[row]))]
        }))
  }
}
