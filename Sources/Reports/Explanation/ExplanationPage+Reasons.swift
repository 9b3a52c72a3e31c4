import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension ExplanationPage {
  /// What speaks for the prediction and what against it, what the network takes for similar, and how
  /// sure it may be.
  var reasons: [Report.Section] {
    [why, neighbors, reliability].compactMap { $0 }
  }

  // MARK: - Inputs

  private var why: Report.Section {
    let subject = explanation.subject
    let heading =
      subject.other.map {
        "Why \(explanation.outputName(subject.output)) and not \(explanation.outputName($0))"
      } ?? "Why this \(explanation.schema.kind == .numbers ? "number" : "score")"
    let baseline = explanation.baseline
    let attribution = network.integratedGradients(
      of: trace.input, from: baseline.input, for: subject)
    let (own, start) = (inOwnUnit(attribution.value), inOwnUnit(attribution.baselineValue))
    let sum = Report.Block.formula([
      "sum of the integrated gradients = \(figure(outputScale * attribution.sum, 7))",
      "example − baseline = \(figure(own, 7)) − \(Figure.bracketed(figure(start, 7))) = "
        + figure(outputScale * attribution.difference, 7),
    ])
    return Report.Section(
      heading,
      [
        .paragraph(
          "What in this example makes \(explanation.subjectText) \(ownText(own))? Three answers. The "
            + "gradient says which way a small change of each input moves it. Occlusion replaces "
            + (explanation.image == nil
              ? "one \(explanation.columnNoun) at a time" : "patches of the picture")
            + " by \(baseline.name), and shows by how much it falls. Integrated gradients share the whole way "
            + "from \(baseline.name) to this example among the inputs, so that the shares add up."
            + choice),
        sum,
      ]
        + (explanation.image.map { [.pictures(pictures(attribution, $0))] }
          ?? [.table(table(attribution))]))
  }

  /// Why this output is explained, where there are others.
  private var choice: String {
    if explanation.schema.names.count < 2 { return "" }
    let name = explanation.outputName(explanation.subject.output)
    switch explanation.schema.kind {
    case .classes: return ""
    case .numbers: return " Of the \(explanation.schema), the first is explained, \(name)."
    case .labels:
      return " Of the \(explanation.schema), \(name) is explained, "
        + (explanation.target == nil ? "the likeliest." : "which is furthest from its target.")
    }
  }

  /// What differences of the outputs are multiplied by on the way to the targets' unit.
  private var outputScale: Double {
    explanation.scaling.map { $0.deviations[explanation.subject.output] } ?? 1
  }

  private func ownText(_ value: Double) -> String {
    explanation.schema.kind == .numbers ? Figure.signed(RunPage.number(value)) : figure(value, 4)
  }

  private func inOwnUnit(_ value: Double) -> Double {
    explanation.inOwnUnit(value, explanation.subject.output)
  }

  private func pictures(
    _ attribution: Attribution<Double>, _ shape: ImageShape
  ) -> [Report.Picture] {
    let name = explanation.outputName(explanation.subject.output)
    let against = explanation.subject.other.map { explanation.outputName($0) }
    let sides = "blue speaks for \(name)" + (against.map { ", orange for \($0)" } ?? "")
    let saliency = network.saliency(of: trace.input, for: explanation.subject).elements
    let patches = Patches(shape)
    let drops = network.occlusion(
      of: trace.input, replacing: patches.sets, by: explanation.baseline.input,
      for: explanation.subject
    ).elements
    let gray = ImageShape(width: shape.width, height: shape.height)
    func picture(_ name: String, _ image: Image, _ caption: String) -> Report.Picture {
      .init(name, image.magnified(toSide: 200), caption: caption, summary: caption)
    }
    let own = explanation.picture.map {
      [picture("why-example", $0, "The example")]
    }
    return (own ?? []) + [
      picture(
        "why-gradient", Image(signed: saliency, shape: shape),
        "The gradient: a larger value of a pixel speaks for \(name) where it is blue"
          + (against.map { ", for \($0) where it is orange" } ?? ", against it where it is orange")),
      picture(
        "why-occlusion", Image(signed: patches.means(of: drops), shape: gray),
        "Occlusion by patches of \(patches.side) × \(patches.side) pixels: \(sides)"),
      picture(
        "why-integrated", Image(signed: attribution.contributions.elements, shape: shape),
        "Integrated gradients: \(sides)"),
    ]
  }

  private func table(_ attribution: Attribution<Double>) -> Report.Table {
    let groups = explanation.inputGroups
    let scale = outputScale
    let saliency = network.saliency(of: trace.input, for: explanation.subject).elements
      .map { $0 * scale }
    let drops = network.occlusion(
      of: trace.input, replacing: groups.map(\.inputs), by: explanation.baseline.input,
      for: explanation.subject
    ).elements.map { $0 * scale }
    let shares = attribution.contributions.elements.map { $0 * scale }
    let sums = groups.map { $0.inputs.reduce(0) { $0 + shares[$1] } }
    let order = sums.map(\.magnitude).descendingPositions
    let shown = order.prefix(40)
    let slopes = groups.map { $0.inputs.count == 1 ? saliency[$0.inputs[0]] : nil }
    let format = FigureFormat(sums + drops)
    let slopeFormat = FigureFormat(slopes.compactMap { $0 })
    let most = (sums + drops).map(\.magnitude).max() ?? 0
    let rest = order.dropFirst(shown.count).reduce(0) { $0 + sums[$1] }
    func line(_ name: String, _ value: Double) -> [Report.Table.Cell] {
      [.init(name), "", "", "", .init(format(value))]
    }
    return Report.Table(
      caption:
        "What each \(explanation.columnNoun) adds to \(explanation.subjectText); the gradient is per unit of the "
        + "input after preprocessing",
      columns: [
        .words(explanation.columnNoun), .figures("value"), .figures("gradient"),
        .figures("occlusion"), .figures("integrated gradients"),
      ],
      rows: shown.map { place in
        [
          .init(groups[place].name), .init(groups[place].value),
          .init(slopes[place].map { slopeFormat($0) } ?? "–"),
          Self.tinted(drops[place], most: most, format),
          Self.tinted(sums[place], most: most, format),
        ]
      } + (shown.count < order.count ? [line("\(order.count - shown.count) others", rest)] : [])
        + [
          line("sum", outputScale * attribution.sum),
          line("example − baseline", outputScale * attribution.difference),
        ])
  }

  // MARK: - Similar examples and confidence

  private var neighbors: Report.Section? {
    let neighbors = explanation.context.neighbors
    if neighbors.isEmpty { return nil }
    let text = Report.Block.paragraph(
      "The training examples whose activations of the last hidden layer are nearest to this one's, by their "
        + "Euclidean distance: these look alike to the network. Rows are counted among the training rows."
    )
    let isTable = neighbors.contains { !$0.cells.isEmpty }
    return Report.Section(
      "Nearest training examples", [text, isTable ? table(neighbors) : cards(neighbors)])
  }

  private func cards(_ neighbors: [Explanation.Neighbor]) -> Report.Block {
    .cards(
      neighbors.map { neighbor in
        Report.Card(
          neighbor.target,
          pictures: neighbor.picture.map { [.init(neighbor.name, $0)] } ?? [],
          lines: (neighbor.picture == nil ? [neighbor.name] : [])
            + ["distance \(figure(neighbor.distance, 4))"])
      })
  }

  private func table(_ neighbors: [Explanation.Neighbor]) -> Report.Block {
    let names = neighbors[0].cells.map(\.name)
    return .table(
      Report.Table(
        caption: "The nearest rows, with \(counted(names.count, "column")) of the table",
        columns: [.words("row"), .words("target"), .figures("distance")]
          + names.map { .figures($0) },
        texts: neighbors.map { neighbor in
          [neighbor.name, neighbor.target, figure(neighbor.distance, 4)]
            + neighbor.cells.map(\.text)
        }))
  }

  private var reliability: Report.Section? {
    guard let reliability = explanation.context.reliability,
      let chances = trace.probabilities?.elements, let chance = chances.max()
    else { return nil }
    let bins = reliability.curve.bins
    let own = bins.first {
      $0.count > 0 && chance <= $0.upper && (chance > $0.lower || $0.lower == 0)
    }
    let found =
      own.map { bin in
        "Of \(reliability.rows), \(grouped(bin.count)) are predicted with a probability of "
          + "\(decimal(bin.lower, 1)) to \(decimal(bin.upper, 1)), as this one with "
          + "\(decimal(chance, 3)); \(reliability.isWeighted ? "by their weights, " : "")"
          + "\(percent(bin.observedShare)) of them rightly."
      }
      ?? "No others of \(reliability.rows) are predicted with such a probability, \(decimal(chance, 3))."
    let shown = bins.filter { $0.count > 0 }
    return Report.Section(
      "Confidence",
      [
        .paragraph(found),
        .table(
          Report.Table(
            caption:
              "The rows by the probability of their predicted class: where the network is calibrated, the share "
              + "of right predictions is the mean probability"
              + (reliability.isWeighted
                ? "; both are by the rows' weights, without rows of weight 0" : ""),
            columns: [
              .words("probability"), .figures("rows"), .figures("mean probability"),
              .figures("share right"),
            ],
            rows: shown.map { bin in
              [
                .init(
                  "\(decimal(bin.lower, 1))–\(decimal(bin.upper, 1))",
                  detail: bin == own ? "this example" : nil),
                .init(grouped(bin.count)), .init(decimal(bin.meanPrediction, 3)),
                .init(
                  decimal(bin.observedShare, 3),
                  detail: bin.interval.map {
                    "\(decimal($0.lowerBound, 3))–\(decimal($0.upperBound, 3))"
                  }),
              ]
            })),
      ])
  }
}

extension Explanation {
  /// The inputs that belong together: those of a table's column, or single ones.
  var inputGroups: [(name: String, value: String, inputs: [Int])] {
    guard let columns = features.columns, let sources = inputColumns else {
      let values = trace.input.elements
      return inputNames.enumerated().map { ($1, figure(values[$0], 5), [$0]) }
    }
    return columns.indices.compactMap { column in
      let inputs = sources.indices.filter { sources[$0] == column }
      if inputs.isEmpty { return nil }
      return (columns[column].name, features.cellText(row: 0, column: column), inputs)
    }
  }

  /// What a reader calls an input: a column of a table.
  var columnNoun: String { inputColumns == nil ? "input" : "column" }
}

/// Overlapping squares that cover a picture.
struct Patches {
  /// The side of a square in pixels.
  let side: Int
  /// The features of each square.
  let sets: [[Int]]
  /// The pixels of each square, row by row of the picture.
  private let pixels: [[Int]]
  private let pixelCount: Int

  /// Squares of an eighth of the longer side, at least 2, half of it apart.
  init(_ shape: ImageShape) {
    let side = max(2, (max(shape.width, shape.height) + 7) / 8)
    let step = max(1, side / 2)
    func starts(_ extent: Int) -> [Int] {
      if extent <= side { return [0] }
      return Array(stride(from: 0, to: extent - side, by: step)) + [extent - side]
    }
    let corners = starts(shape.height).flatMap { top in
      starts(shape.width).map { (top, $0) }
    }
    let squares = corners.map { top, left in
      (top..<min(top + side, shape.height)).flatMap { row in
        (left..<min(left + side, shape.width)).map { (row, $0) }
      }
    }
    self.side = side
    sets = squares.map { square in
      square.flatMap { row, column in
        (0..<shape.channels).map {
          shape.featureIndex(row: row, column: column, channel: $0)
        }
      }
    }
    pixels = squares.map { $0.map { $0.0 * shape.width + $0.1 } }
    pixelCount = shape.width * shape.height
  }

  /// For each pixel, the mean of the numbers of the squares that cover it.
  func means(of numbers: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: pixelCount)
    var counts = [Double](repeating: 0, count: pixelCount)
    for (square, number) in zip(pixels, numbers) {
      for pixel in square {
        sums[pixel] += number
        counts[pixel] += 1
      }
    }
    return zip(sums, counts).map { $0 / $1 }
  }
}
