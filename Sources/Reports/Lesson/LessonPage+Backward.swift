import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronVisualization

/// From the loss back to the gradient of every parameter.
extension LessonPage {
  /// Twice λ, the factor of a weight in the gradient of the penalty.
  private var doubled: String { "2 · \(significant(lesson.regularization, 4))" }

  var backward: Report.Section {
    .init(
      "4. Backward",
      [
        .paragraph(
          "How should each parameter change to make the loss smaller? Its slope answers: the change of "
            + "the loss for a small change of this parameter alone, divided by that change. If it is 2, "
            + "raising the parameter by 0.001 raises the loss by about 0.002. The slopes of all entries of "
            + "W1 are the gradient of W1, dW1, which has the shape of W1; and so for the others."),
        .paragraph(
          "Backpropagation finds all of them in one pass from the loss back to the inputs. It uses one "
            + "rule, the chain rule: if one number changes another, and that changes the loss, the slopes "
            + "multiply; and if a number changes the loss in several ways, the slopes of the ways add up. "
            + "It starts at the cross-entropy; the penalty's slope is added at each weight."),
      ] + scoreBlocks + outputBlocks + maskBlocks + hiddenBlocks)
  }

  private var scoreBlocks: [Report.Block] {
    let other =
      classes.filter { $0 != label }
      .max { lesson.probabilities[row, $0] < lesson.probabilities[row, $1] } ?? 0
    let p = lesson.probabilities
    let change = 0.001
    let raised = lesson.loss(raisingScoreOf: row, label, by: change)
    return [
      .paragraph(
        "The scores come first: G, [5, 3], is the slope of the loss for each score. The p of the right "
          + "class is its power divided by the sum of the powers. Since the logarithm of a quotient is "
          + "the difference of the logarithms, and ln undoes e to a power, the cross-entropy has two parts:"
      ),
      .formula(["−ln p = −ln(e^{s} / sum) = ln(sum) − s, with the s of the right class"]),
      .paragraph(
        "Now raise any score of the row by a small ε. Its power grows by about ε times itself. It is "
          + "the share p of the sum, so the sum grows by about the share ε·p; and when a number grows by a "
          + "small share, its logarithm grows by about that share. So the slope of the first part is p. The "
          + "slope of the second, −s, is −1 if the score is the right class's, and 0 for the others. "
          + "Together: p − y, with the y of the score, 1 for the right class and 0 for the others."),
      .formula(
        ["G = (P − Y) / 5"]
          + classes.map {
            "g_{\(row),\($0)} = (\(Self.six(p[row, $0])) − \($0 == label ? 1 : 0)) / \(rows.count) = "
              + Self.four(lesson.scoreGradient[row, $0])
          }),
      .paragraph(
        "The division by \(rows.count) is that of the mean over the rows. A test of the first number: "
          + "raise that one score by \(significant(change, 4)), compute L again, and divide the change of L "
          + "by \(significant(change, 4))."),
      .formula([
        "(new L − L) / \(significant(change, 4)) = "
          + "(\(Self.text(raised, 8)) − \(Self.text(lesson.loss, 8))) / \(significant(change, 4)) = "
          + Self.four((raised - lesson.loss) / change)
      ]),
      .paragraph(
        "Read the signs: raising the score of class \(other), which is wrong and has the probability "
          + "\(Self.four(p[row, other])), makes the loss larger; raising that of class \(label), which "
          + "is right, makes it smaller. The three add up to 0. Where the network is already sure and "
          + "right, p − y is nearly 0 and there is little left to learn."),
      .code(LessonCode.scores),
      matrix(
        "G, [5, 3]: the slope of the loss for each score. Shaded: the right class.",
        lesson.scoreGradient, rows: "row", columns: "class"
      ) { lesson.labels[$0] == $1 },
    ]
  }

  private var outputBlocks: [Report.Block] {
    let unit = onUnit
    let terms = Self.products(
      rows.map { (lesson.activations[$0, unit], lesson.scoreGradient[$0, label]) })
    return [
      .paragraph(
        "Next, the output layer. A weight from a unit to a class multiplies the unit's activation: "
          + "raising it by ε raises the score by h·ε and so the loss by h·g·ε, in every row. Its slope is "
          + "h·g, added up over the rows. This sum is an entry of Hᵀ·G: Hᵀ is H with rows and columns "
          + "exchanged, so that its row has a unit's activations in all five rows. A bias is added to the score as "
          + "it is: its slope is the sum of g over the rows. The penalty's λw² has the slope 2λw, since "
          + "(w + ε)² is w² + 2wε and a tiny ε²."),
      .formula([
        "dW2 = Hᵀ·G + 2λ W2", "db2 = sum of the rows of G",
        "dW2_{\(unit),\(label)} = \(terms) + \(doubled) · \(Self.factor(w2[unit, label])) = "
          + Self.four(lesson.gradients["W2"][unit, label]),
        "db2_{\(label)} = \(Self.sum(rows.map { lesson.scoreGradient[$0, label] })) = "
          + Self.four(lesson.gradients["b2"][label]),
      ]), .code(LessonCode.output),
      matrix(
        "dW2, [10, 3]: the gradient of W2.", lesson.gradients["W2"], rows: "unit",
        columns: "class"),
      matrix(
        "db2, [3]: the gradient of b2.", lesson.gradients["b2"], rows: nil, columns: "class"),
    ]
  }

  private var maskBlocks: [Report.Block] {
    let (on, off) = (onUnit, offUnit)
    let flow = { (unit: Int) in
      Self.products(classes.map { (lesson.scoreGradient[row, $0], w2[unit, $0]) })
    }
    let silent = lesson.silentUnits
    return [
      .paragraph(
        "Now back through W2 to the hidden units. A unit's activation goes into all three scores, into "
          + "each times a weight. So the slope of the loss for the activation is the sum of g times "
          + "weight over the classes. That is F, [5, 10], what flows back; with W2ᵀ, the product adds up "
          + "over the classes."),
      .paragraph(
        "Between a unit's sum and its activation stands max(0, ·). Where the unit is on, a change of "
          + "the sum passes unchanged, and so does the slope. Where it is off, the activation is 0 and "
          + "stays 0 when the sum changes a little: the loss does not notice, the slope is 0. The mask "
          + "M, [5, 10], is 1 where a unit is on and 0 where it is off; multiplied with F entry by entry "
          + "(⊙), it leaves D, [5, 10], the slope of the loss for each sum."),
      .formula([
        "F = G·W2ᵀ", "D = M ⊙ F",
        "f_{\(row),\(on)} = \(flow(on)) = \(Self.four(lesson.flow[row, on]))",
        "d_{\(row),\(on)} = 1 · \(Self.factor(lesson.flow[row, on])) = "
          + Self.four(lesson.sumGradient[row, on]),
        "f_{\(row),\(off)} = \(flow(off)) = \(Self.four(lesson.flow[row, off]))",
        "d_{\(row),\(off)} = 0 · \(Self.factor(lesson.flow[row, off])) = "
          + Self.four(lesson.sumGradient[row, off]),
      ]), .code(LessonCode.mask),
      matrix(
        "F, [5, 10]: what flows back. Shaded where the unit is on.", lesson.flow, rows: "row",
        columns: "unit", marking: isOn),
      matrix(
        "M, [5, 10]: the mask.", lesson.mask, decimals: 0, rows: "row", columns: "unit",
        marking: isOn),
      matrix(
        "D, [5, 10]: the slope of the loss for each sum. Zero where the unit is off.",
        lesson.sumGradient, rows: "row", columns: "unit", marking: isOn),
      .paragraph(
        "A unit that is off in a row learns nothing from that row: the row adds 0 to the gradients of "
          + "its weights in W1 and its bias, and, since its activation is 0, to those of its weights in "
          + "W2. It still learns from the rows in which it is on."
          + (silent.isEmpty
            ? ""
            : " The units \(Self.list(silent)) are off in all five rows and learn from none; only the "
              + "penalty changes their weights.")),
    ]
  }

  private var hiddenBlocks: [Report.Block] {
    let entry = { (unit: Int) in
      let input = 0
      let terms = Self.products(rows.map { (lesson.x[$0, input], lesson.sumGradient[$0, unit]) })
      return "dW1_{\(input),\(unit)} = \(terms) + \(doubled) · \(Self.factor(w1[input, unit])) = "
        + Self.four(lesson.gradients["W1"][input, unit])
    }
    let activeRows = rows.filter { isOn(row: $0, unit: offUnit) }
    return [
      .paragraph(
        "Last, the hidden layer. It is the output layer's rule again: the gradient of a weight is what "
          + "comes in, here the input, times what flows back, here d, added up over the rows (hence Xᵀ), "
          + "plus the penalty's 2λw. By hand, the weights from input 0 to the units \(onUnit) and \(offUnit); "
          + "unit \(offUnit) is on only in \(activeRows.count == 1 ? "row" : "the rows") "
          + "\(Self.list(activeRows))."),
      .formula([
        "dW1 = Xᵀ·D + 2λ W1", "db1 = sum of the rows of D", entry(onUnit), entry(offUnit),
        "db1_{\(onUnit)} = \(Self.sum(rows.map { lesson.sumGradient[$0, onUnit] })) = "
          + Self.four(lesson.gradients["b1"][onUnit]),
      ]), .code(LessonCode.hidden),
      matrix(
        "dW1, [4, 10]: the gradient of W1.", lesson.gradients["W1"], rows: "input",
        columns: "unit"),
      matrix(
        "db1, [10]: the gradient of b1.", lesson.gradients["b1"], rows: nil, columns: "unit"),
    ]
  }
}
