import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

// The last hidden layer on the rows that the run is judged on.

extension RunPage {
  /// The maximum number of units of a chart.
  private static var mostUnits: Int { 100 }

  /// `relu`; of several hidden layers `relu, the last of 2 hidden layers`.
  private func name(of hidden: RunHiddenLayer) -> String {
    hidden.count == 1
      ? hidden.layer : "\(hidden.layer), the last of \(hidden.count) hidden layers"
  }

  /// The rows in two dimensions and, beside them, which units each class uses.
  var hiddenLayer: Report.Section? {
    guard let evaluation, let hidden = evaluation.hidden else { return nil }
    let plane = hidden.plane.map { chart(of: $0, hidden, evaluation) }
    let use = classUse(hidden, evaluation, isWide: plane == nil)
    let charts = [plane, use].compactMap { $0 }
    var blocks: [Report.Block] = charts.isEmpty ? [] : [.charts(charts)]
    if use == nil, let silent = Self.silentUnits(hidden.classes) {
      blocks.append(.paragraph(silent))
    }
    return blocks.isEmpty ? nil : Report.Section("The last hidden layer", blocks)
  }

  // MARK: - In two dimensions

  /// The rows' activations in two dimensions, by class.
  private func chart(
    of plane: RunHiddenLayer.Plane, _ hidden: RunHiddenLayer, _ evaluation: RunEvaluation
  ) -> Report.NamedChart {
    let names = evaluation.schema.names.map { Self.spelled($0, "class") }
    let (labels, predicted) = (evaluation.labels, evaluation.predictions.classes)
    let wrong = plane.rows.indices.filter {
      labels[plane.rows[$0]] != predicted[plane.rows[$0]]
    }
    let rows =
      plane.rows.count < labels.count
      ? "\(evaluation.rows), \(grouped(plane.rows.count)) of \(grouped(labels.count)) rows, evenly "
        + "spaced," : evaluation.rows
    let shares = plane.explainedVarianceRatio.map(percent)
    let repeated = names.count > 20 ? " From the 21st class on, colors and shapes come again." : ""
    let chart = Chart(
      title: "Rows in two dimensions",
      summary:
        "The activations of \(counted(hidden.classes.unitCount, "unit")) (\(name(of: hidden))) on "
        + "\(rows) in the plane in which they vary most (principal components): it has "
        + "\(percent(plane.explainedVarianceRatio.reduce(0, +))) of their variance. Each class has a "
        + "color and a shape, and its name at the mean of its rows. \(grouped(wrong.count)) rows, as "
        + "crosses, are predicted as another class.\(repeated)",
      .scatter(
        .init(
          x: .init("first component, \(shares[0]) of the variance"),
          y: .init("second component, \(shares[1])"),
          points: plane.rows.indices.map { .init(plane.places[$0, 0], plane.places[$0, 1]) },
          names: plane.rows.map { row in
            let label = names[labels[row]]
            return labels[row] == predicted[row]
              ? "row \(row): \(label)"
              : "row \(row): \(label), predicted as \(names[predicted[row]])"
          },
          groups: .init(
            names: evaluation.schema.names, ofPoints: plane.rows.map { labels[$0] },
            crossed: Set(wrong),
            crossName: "wrong"))))
    return Report.NamedChart("hidden-layer", chart)
  }

  // MARK: - By class

  /// How many units, and which, are 0 for every row; nil where none is.
  private static func silentUnits(_ use: ClassActivations) -> String? {
    let silent = use.silentUnits
    if silent.isEmpty { return nil }
    let count = grouped(use.unitCount)
    return silent.count == use.unitCount
      ? "All \(count) units are 0 for every row."
      : "\(grouped(silent.count)) of the \(count) units are 0 for every row: \(list(silent))."
  }

  /// The mean activation of each unit over each class; nil where all units are silent.
  private func classUse(
    _ hidden: RunHiddenLayer, _ evaluation: RunEvaluation, isWide: Bool
  ) -> Report.NamedChart? {
    let use = hidden.classes
    let (shown, count) = Self.ordered(use, without: Set(use.silentUnits))
    if shown.isEmpty { return nil }
    let off = Self.silentUnits(use).map { " " + $0 } ?? ""
    let classes = use.support.indices.filter { use.support[$0] > 0 }
    let largest = shown.map { unit in classes.map { abs(use.means[$0, unit]) }.max() ?? 0 }
    let values = classes.map { label in
      zip(shown, largest).map { unit, most -> Double? in
        most > 0 ? use.means[label, unit] / most : nil
      }
    }
    let isSigned = values.joined().contains { ($0 ?? 0) < 0 }
    let chart = Chart(
      title: "Which units each class uses",
      summary:
        "The mean activation of \(which(shown.count, count)) (\(name(of: hidden))) over each class's rows, "
        + "on \(evaluation.rows), divided by the unit's largest mean"
        + (isSigned ? " by magnitude" : "")
        + ". Units are in the order of the classes that use them most.\(off)",
      .heatMap(
        .init(
          columnLabel: "unit", columns: shown.map { "\($0)" }, rowLabel: "class",
          rows: classes.map { evaluation.schema.names[$0] }, values: values,
          valueLabel: "mean activation, by unit", digits: nil, range: (isSigned ? -1 : 0)...1)))
    return Report.NamedChart("units-by-class", chart, isWide: isWide)
  }

  private func which(_ shown: Int, _ count: Int) -> String {
    shown < count
      ? "the \(shown) units, of \(grouped(count)), whose means differ most"
      : "each of \(counted(count, "unit"))"
  }

  /// Units that are not silent, those whose class means differ most if they are many, by the class of the
  /// largest mean and then by that difference; and the number of units that are not silent.
  private static func ordered(
    _ use: ClassActivations, without silent: Set<Int>
  ) -> (units: [Int], count: Int) {
    let classes = use.support.indices.filter { use.support[$0] > 0 }
    let active = (0..<use.unitCount).filter { !silent.contains($0) }
    let ranked = active.compactMap { unit -> (unit: Int, top: Int, spread: Double)? in
      let means = classes.map { use.means[$0, unit] }
      guard let most = means.max(), let least = means.min(), (most - least).isFinite,
        let top = means.firstIndex(of: most)
      else { return nil }
      return (unit, top, most - least)
    }
    let chosen = ranked.stablySorted { $0.spread > $1.spread }.prefix(mostUnits)
    return (chosen.stablySorted { $0.top < $1.top }.map(\.unit), active.count)
  }

  /// `3, 7, 12 and 20 more`.
  private static func list(_ units: [Int]) -> String {
    let shown = units.prefix(20).map(String.init).joined(separator: ", ")
    return units.count > 20 ? "\(shown) and \(units.count - 20) more" : shown
  }
}
