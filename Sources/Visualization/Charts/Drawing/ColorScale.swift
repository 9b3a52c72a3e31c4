import Serialization

/// The strip that tells which colour means which value, with what the values are above it.
struct ColorScale {
  let least: Double
  let most: Double
  let label: String
  /// How many digits after the point the numbers have; nil for as many as they need.
  var digits: Int?

  /// The room that it takes below a drawing.
  static let height = 48.0

  /// The scale of some values; nil where none is finite.
  init?(_ values: [Double], label: String, digits: Int? = nil) {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return nil }
    self.least = least
    self.most = most
    self.label = label
    self.digits = digits
  }

  /// A value's colour.
  func color(of value: Double) -> ChartColor {
    // Halves, since the difference may overflow.
    .value(least == most ? 0.5 : (value / 2 - least / 2) / (most / 2 - least / 2))
  }

  /// Draws it and returns the plot that its colours are, for ``Drawing/plotInPixels(_:)``.
  func draw(in drawing: inout Drawing, from left: Double, to right: Double, top: Double) -> String {
    let (steps, width) = (64, right - left)
    let block = drawing.data(
      (0..<steps).map { step in
        let x = left + width * Double(step) / Double(steps)
        let end = left + width * Double(step + 1) / Double(steps)
        let color = ChartColor.value(Double(step) / Double(steps - 1)).number
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
