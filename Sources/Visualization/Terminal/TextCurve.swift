import Foundation

/// A curve drawn with block characters, for terminals.
///
/// Each column is a bar of the mean of its values, so that a curve of many values is smoothed and
/// one of few is drawn in steps. NaN and infinite values are left out; a column without others is
/// empty.
public struct TextCurve: Sendable {
  /// The characters of the bars.
  public enum Characters: Sendable {
    /// Eighths of a block, `▁▂▃▄▅▆▇█`.
    case blocks
    /// `.`, `:` and `#`, for terminals without Unicode.
    case ascii

    /// The bars of one row from the lowest to the full one.
    fileprivate var levels: [Character] {
      switch self {
      case .blocks: Array("▁▂▃▄▅▆▇█")
      case .ascii: Array(".:#")
      }
    }
  }

  /// The values from left to right.
  public var values: [Double]
  /// The number of columns and of rows, at least 1.
  public var width: Int, height: Int
  /// Whether heights are logarithmic; values of 0 or less are then left out.
  public var isLogarithmic: Bool
  /// The characters of the bars.
  public var characters: Characters

  /// Creates a curve.
  ///
  /// - Precondition: width and height are at least 1.
  public init(
    _ values: [Double], width: Int, height: Int = 1, isLogarithmic: Bool = false,
    characters: Characters = .blocks
  ) {
    precondition(width >= 1 && height >= 1, "TextCurve: \(width) columns and \(height) rows")
    self.values = values
    self.width = width
    self.height = height
    self.isLogarithmic = isLogarithmic
    self.characters = characters
  }

  /// The values of the lowest and the highest column; nil if all are empty.
  public var range: ClosedRange<Double>? {
    let drawn = columns.compactMap { $0 }
    guard let low = drawn.min(), let high = drawn.max() else { return nil }
    return low...high
  }

  /// The rows from top to bottom, without trailing spaces.
  public var rows: [String] {
    let levels = characters.levels
    let heights = columns.map { $0.map(scaled) }
    let known = heights.compactMap { $0 }
    guard let low = known.min(), let high = known.max() else {
      return [String](repeating: "", count: height)
    }
    // The lowest value gets the lowest bar, to differ from an empty column.
    let steps = height * levels.count - 1
    let bars = heights.map { value -> Int in
      guard let value else { return 0 }
      // Halves, as the difference of two large values may be infinite.
      let share = high == low ? 0.5 : (value / 2 - low / 2) / (high / 2 - low / 2)
      return 1 + Int((share * Double(steps)).rounded())
    }
    return (0..<height).reversed().map { row in
      var line = ""
      for bar in bars {
        let level = min(bar - row * levels.count, levels.count)
        line.append(level > 0 ? levels[level - 1] : " ")
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// The means of the columns, no more than there are values.
  private var columns: [Double?] {
    let count = min(width, values.count)
    return (0..<count).map { column in
      let part = values[column * values.count / count..<(column + 1) * values.count / count]
      let finite = part.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
      if finite.isEmpty { return nil }
      return finite.reduce(0) { $0 + $1 / Double(finite.count) }
    }
  }

  private func scaled(_ value: Double) -> Double { isLogarithmic ? log(value) : value }
}
