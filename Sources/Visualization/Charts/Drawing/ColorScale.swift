import PerceptronFiles

/// The strip that tells which colour means which value, with what the values are above it.
struct ColorScale {
  let least: Double
  let most: Double
  let label: String
  /// How many digits after the point the numbers have; nil for as many as they need.
  var digits: Int?
  /// The part of the colours that is used, 0 to 1.
  let shades: ClosedRange<Double>

  /// The colours that thin lines can be seen in on light and on dark paper.
  static let shadesOfLines = 0.25...0.8

  /// The room that it takes below a drawing.
  static let height = 48.0

  /// The scale of some values; nil where none is finite.
  ///
  /// - Parameter range: what the first and the last colour mean; nil for the least and the largest
  ///   of the values.
  init?(
    _ values: [Double], range: ClosedRange<Double>? = nil, label: String, digits: Int? = nil,
    shades: ClosedRange<Double> = 0...1
  ) {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return nil }
    self.least = range?.lowerBound ?? least
    self.most = range?.upperBound ?? most
    self.label = label
    self.digits = digits
    self.shades = shades
  }

  /// A value's colour.
  func color(of value: Double) -> ChartColor {
    // Halves, since the difference may overflow.
    shade(least == most ? 0.5 : (value / 2 - least / 2) / (most / 2 - least / 2))
  }

  private func shade(_ share: Double) -> ChartColor {
    let share = min(max(share, 0), 1)
    return .value(shades.lowerBound + share * (shades.upperBound - shades.lowerBound))
  }

  /// Draws it and returns the plot that its colours are, for ``Drawing/plotInPixels(_:)``.
  func draw(in drawing: inout Drawing, from left: Double, to right: Double, top: Double) -> String {
    let (steps, width) = (64, right - left)
    let block = drawing.data(
      (0..<steps).map { step in
        let x = left + width * Double(step) / Double(steps)
        let end = left + width * Double(step + 1) / Double(steps)
        let color = shade(Double(step) / Double(steps - 1)).number
        return "\(x) \(top + 24) \(x) \(end) \(top + 24) \(top + 36) \(color)"
      })
    func text(_ value: Double) -> String {
      digits.map { decimal(value, $0) } ?? significant(value, 4)
    }
    let ends = (text(least), text(most))
    let room = width - Drawing.width(of: ends.0) - Drawing.width(of: ends.1) - 16
    drawing.text(ends.0, x: left, y: top + 12, color: .muted)
    drawing.text(label, x: (left + right) / 2, y: top + 12, .center, room: room)
    drawing.text(ends.1, x: right, y: top + 12, .right, color: .muted)
    return "\(block) using 1:2:3:4:5:6:7 with boxxyerror linecolor rgb variable fillstyle solid"
      + " noborder"
  }
}
