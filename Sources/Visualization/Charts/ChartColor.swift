import Foundation
import PerceptronFiles

/// A color of a drawing.
///
/// A page may replace colors, for dark mode or print, by the custom properties `--chart-paper`,
/// `--chart-ink` (texts), `--chart-muted` (axes and ticks), `--chart-grid`, `--chart-faint` (raw
/// data behind smoothed), `--chart-1` … `--chart-6` (curves, bars, spans, groups of dots) and `--chart-7` …
/// `--chart-10` (further groups).
struct ChartColor: Hashable {
  /// The custom property's name; nil for a color that encodes a value and is never replaced.
  let name: String?
  let red: UInt8, green: UInt8, blue: UInt8

  /// A fixed color, 0xrrggbb.
  init(_ rgb: UInt32) { self.init(nil, rgb) }

  init(_ name: String?, _ rgb: UInt32) {
    self.name = name
    red = UInt8(rgb >> 16 & 255)
    green = UInt8(rgb >> 8 & 255)
    blue = UInt8(rgb & 255)
  }

  /// The number 0xrrggbb, as gnuplot's variable colors have it.
  var number: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

  var hexadecimal: String {
    let digits = String(number, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The color in markup; a page replaces the one of a replaceable color.
  var markup: String { name == nil ? hexadecimal : "rgb(\(red),\(green),\(blue))" }

  static let ink = ChartColor("--chart-ink", 0x22_22_23)
  static let muted = ChartColor("--chart-muted", 0x5f_63_6b)
  /// The color of texts on lines, with an outline in the paper's color.
  static let outlined = ChartColor("--chart-muted", 0x5f_63_6c)
  static let grid = ChartColor("--chart-grid", 0xdd_df_e3)
  static let faint = ChartColor("--chart-faint", 0xb4_c3_d6)
  static let white = ChartColor(0xff_ff_ff)
  static let black = ChartColor(0x00_00_00)

  /// The colors of curves, bars and spans, distinct to the color-blind: Okabe and Ito (2008).
  static let series = [
    ChartColor("--chart-1", 0x00_72_b2), ChartColor("--chart-2", 0xd5_5e_00),
    ChartColor("--chart-3", 0x00_9e_73), ChartColor("--chart-4", 0xcc_79_a7),
    ChartColor("--chart-5", 0xe6_9f_00), ChartColor("--chart-6", 0x56_b4_e9),
  ]

  /// Those of groups of dots, which differ by their shapes, too.
  static let groups =
    series + [
      ChartColor("--chart-7", 0x5b_3a_a8), ChartColor("--chart-8", 0x8a_9a_00),
      ChartColor("--chart-9", 0x7a_4b_2a), ChartColor("--chart-10", 0x9b_16_3c),
    ]

  static let replaceable = [ink, muted, outlined, grid, faint] + groups
}

extension ChartColor {
  /// The color of a value between 0 and 1, from dark blue over green to yellow, interpolated in
  /// viridis (Smith and van der Walt 2015), which is perceptually uniform.
  static func value(_ share: Double) -> ChartColor {
    let place = min(max(share.isNaN ? 0 : share, 0), 1) * Double(viridis.count - 1)
    let index = min(Int(place), viridis.count - 2)
    let rest = place - Double(index)
    func mix(_ channel: KeyPath<ChartColor, UInt8>) -> UInt32 {
      let (low, high) = (viridis[index][keyPath: channel], viridis[index + 1][keyPath: channel])
      return UInt32((Double(low) * (1 - rest) + Double(high) * rest).rounded())
    }
    return ChartColor(mix(\.red) << 16 | mix(\.green) << 8 | mix(\.blue))
  }

  private static let viridis = [
    0x44_01_54, 0x48_28_78, 0x3e_4a_89, 0x31_68_8e, 0x26_82_8e, 0x1f_9e_89, 0x35_b7_79, 0x6d_cd_59,
    0xb4_de_2c, 0xfd_e7_25,
  ].map { ChartColor($0) }

  /// Black or white, whichever is more readable on this color: WCAG's relative luminance with a
  /// gamma of 2.
  var contrasting: ChartColor {
    func linear(_ byte: UInt8) -> Double {
      let share = Double(byte) / 255
      return share * share
    }
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    return luminance > 0.2 ? .black : .white
  }
}

/// A color scale: a strip of colors with its least and largest value and a label.
struct ColorScale {
  let least: Double, most: Double
  let label: String
  /// The number of decimals; nil for significant digits.
  var digits: Int?
  /// The part of the colors in use, within 0...1.
  let shades: ClosedRange<Double>
  /// Whether colors follow the values or their logarithms, which are above 0 then.
  var scale = Chart.Scale.linear

  /// The colors in which thin lines are visible on light and on dark paper.
  static let shadesOfLines = 0.25...0.8

  static let height = 48.0

  /// Creates the scale of some values; nil if none is finite.
  ///
  /// - Parameter range: the values of the first and the last color; nil for the least and the
  ///   largest value.
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

  func color(of value: Double) -> ChartColor {
    if scale == .logarithmic {
      return shade(least == most ? 0.5 : log(value / least) / log(most / least))
    }
    // Halved, since the difference may overflow.
    return shade(least == most ? 0.5 : (value / 2 - least / 2) / (most / 2 - least / 2))
  }

  private func shade(_ share: Double) -> ChartColor {
    let share = min(max(share, 0), 1)
    return .value(shades.lowerBound + share * (shades.upperBound - shades.lowerBound))
  }

  /// Draws the texts and returns the plot of the colors, for ``Drawing/plotInPixels(_:)``.
  func draw(in drawing: inout Drawing, from left: Double, to right: Double, top: Double) -> String {
    let (steps, width) = (64, right - left)
    let boxes = drawing.boxes(
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
    return boxes
  }
}
