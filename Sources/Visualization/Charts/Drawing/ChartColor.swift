/// A colour of a drawing: what a page may replace by its own for dark mode or print, and what it is in a
/// file that stands alone.
///
/// In a page the colours are the custom properties `--chart-paper`, `--chart-ink` (texts), `--chart-muted` (axes and
/// ticks), `--chart-grid`, `--chart-faint` (raw data behind smoothed) and `--chart-1` … `--chart-6` (curves, bars, spans).
struct ChartColor: Hashable {
  /// The custom property's name; nil for a colour that means a value and is the same everywhere.
  let name: String?
  let red: UInt8
  let green: UInt8
  let blue: UInt8

  /// A colour of 0xrrggbb.
  init(_ rgb: UInt32) { self.init(nil, rgb) }

  /// A colour that a page may replace.
  init(_ name: String?, _ rgb: UInt32) {
    self.name = name
    red = UInt8(rgb >> 16 & 255)
    green = UInt8(rgb >> 8 & 255)
    blue = UInt8(rgb & 255)
  }

  /// As one number, which gnuplot takes for a variable colour.
  var number: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

  /// As `#rrggbb`.
  var hexadecimal: String {
    let digits = String(number, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  static let ink = ChartColor("--chart-ink", 0x22_22_23)
  static let muted = ChartColor("--chart-muted", 0x5f_63_6b)
  /// That of texts that stand on lines, with an outline in the colour of the paper.
  static let outlined = ChartColor("--chart-muted", 0x5f_63_6c)
  static let grid = ChartColor("--chart-grid", 0xdd_df_e3)
  static let faint = ChartColor("--chart-faint", 0xb4_c3_d6)
  static let white = ChartColor(0xff_ff_ff)
  static let black = ChartColor(0x00_00_00)

  /// Those of curves, bars and spans, after Okabe and Ito (2008), which the colour-blind can tell
  /// apart.
  static let series = [
    ChartColor("--chart-1", 0x00_72_b2), ChartColor("--chart-2", 0xd5_5e_00),
    ChartColor("--chart-3", 0x00_9e_73), ChartColor("--chart-4", 0xcc_79_a7),
    ChartColor("--chart-5", 0xe6_9f_00), ChartColor("--chart-6", 0x56_b4_e9),
  ]

  /// All that a page may replace.
  static let replaceable = [ink, muted, outlined, grid, faint] + series
}

extension ChartColor {
  /// The colour of a value between 0 and 1, from dark blue over green to yellow: anchors of viridis
  /// (Smith and van der Walt 2015), which is even to the eye and to the colour-blind.
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

  /// Black or white, whichever can be read better on this colour (WCAG's relative luminance, to a
  /// gamma of 2).
  var contrasting: ChartColor {
    func linear(_ byte: UInt8) -> Double {
      let share = Double(byte) / 255
      return share * share
    }
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    return luminance > 0.2 ? .black : .white
  }
}
