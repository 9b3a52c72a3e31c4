import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

// What the units of the first hidden layer respond to.

extension RunPage {
  private static var heading: String { "What excites each unit" }

  /// The training examples that excite each unit most, beside its weights if these can be drawn; without
  /// such examples the weights of the first layer alone.
  var excitement: Report.Section? {
    guard let units else { return firstLayer }
    return units.units.contains { $0.examples != nil } ? pictures(units) : table(units)
  }

  private func which(_ units: RunUnits, chosen: String) -> String {
    units.units.count < units.unitCount
      ? chosen.replacing("#", with: "\(units.units.count) of \(grouped(units.unitCount)) units")
      : counted(units.unitCount, "unit")
  }

  // MARK: - Pictures

  private func pictures(_ units: RunUnits) -> Report.Section {
    let which = which(units, chosen: "the first #")
    var weights: [Image] = []
    if case .pictures(let tiles)? = network?.firstLayer, tiles.count == units.unitCount {
      weights = tiles.prefix(units.units.count).map { $0.reduced(toSide: 32) }
    }
    let examples = units.units.compactMap(\.examples)
    let size = (examples.map(\.width).max() ?? 1, examples.map(\.height).max() ?? 1)
    let blank = Image(
      width: size.0, height: size.1, channels: 1,
      pixels: [UInt8](repeating: 255, count: size.0 * size.1))
    let grids = units.units.map { $0.examples ?? blank }
    let colors = weights.first?.channels == 3 ? ", over red, green and blue together" : ""
    let caption =
      "The \(RunUnits.examplesPerUnit) training examples that excite each of \(which) most, "
      + "after \(units.layer), row by row from the highest activation"
      + (units.isReduced ? ", at a smaller size" : "")
      + (units.isOfClasses ? "; below them, how many are of which class" : "")
      + ". All \(grouped(units.rowCount)) training rows were looked at."
      + (weights.isEmpty
        ? ""
        : " On the left are the unit's weights over the inputs, each scaled by itself, from its least "
          + "weight, which is black, to its largest, which is white\(colors).")
    let tiles = Report.Picture.Tiles(
      ImageGrid(weights.isEmpty ? grids : weights, forSide: 96),
      names: units.units.map { hint($0) },
      beside: weights.isEmpty ? nil : ImageGrid(grids, forSide: 96),
      labels: units.units.map { "unit \($0.index): " + Self.composition($0, units) })
    return Report.Section(
      Self.heading,
      [
        .pictures([
          Report.Picture(
            "units", tiles, caption: caption,
            summary: "The training examples that excite \(which) most, as pictures")
        ])
      ])
  }

  /// `7× Sneaker, 2× Boot`; of numbers the first and the last.
  private static func composition(_ unit: RunUnits.Unit, _ units: RunUnits) -> String {
    guard let first = unit.targets.first, let last = unit.targets.last else {
      return unit.rows.isEmpty ? "never active" : "\(unit.rows.count) rows"
    }
    if !units.isOfClasses { return first == last ? first : "\(first) … \(last)" }
    let counts = Dictionary(unit.targets.map { ($0, 1) }, uniquingKeysWith: +)
    return counts.stablySorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      .map { "\($0.value)×\u{A0}\($0.key)" }.joined(separator: ", ")
  }

  /// The rows with their activations, for the tooltip.
  private func hint(_ unit: RunUnits.Unit) -> String {
    let lines = unit.rows.enumerated().map { place, row in
      "training row \(row.row)"
        + (place < unit.targets.count ? ", \(unit.targets[place])" : "")
        + ": \(Self.number(row.value))"
    }
    return (["unit \(unit.index)"] + lines).joined(separator: "\n")
  }

  // MARK: - Tables

  private func table(_ units: RunUnits) -> Report.Section? {
    let hasWeights = units.units.contains { !$0.weights.isEmpty }
    let hasTargets = units.units.contains { !$0.targets.isEmpty }
    if !hasWeights && !hasTargets { return firstLayer }
    let which = which(units, chosen: "the # with the highest activations")
    let parts = [
      hasWeights ? "the largest weights over the prepared columns" : nil,
      hasTargets
        ? "\(units.isOfClasses ? "how many are of which class" : "the targets of the first and the last") "
          + "of the \(RunUnits.examplesPerUnit) training rows, of \(grouped(units.rowCount)), that excite it "
          + "most" : nil,
      "the highest activation, after \(units.layer)",
    ].compactMap { $0 }
    let table = Report.Table(
      caption: "Of \(which): \(parts.joined(separator: "; "))",
      columns: [.words("unit")] + (hasWeights ? [.words("largest weights")] : [])
        + (hasTargets ? [.words("excited most by")] : []) + [.figures("highest activation")],
      rows: units.units.map { unit in
        var cells: [Report.Table.Cell] = ["\(unit.index)"]
        if hasWeights { cells.append(.init(Self.text(of: unit.weights))) }
        if hasTargets {
          cells.append(.init(Self.composition(unit, units), hint: hint(unit)))
        }
        cells.append(.init(unit.rows.first.map { Self.number($0.value) } ?? "–"))
        return cells
      })
    return Report.Section(Self.heading, [.table(table)])
  }

  /// `0.4123 age, -0.2201 income`.
  private static func text(of weights: [RunUnits.Weight]) -> String {
    weights.map { "\(number($0.value))\u{A0}\($0.name)" }.joined(separator: ", ")
  }
}
