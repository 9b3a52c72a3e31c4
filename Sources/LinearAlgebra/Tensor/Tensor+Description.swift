internal import CPerceptronSystem

extension Tensor: CustomStringConvertible {
  /// The elements in nested brackets, with four significant digits and at most twelve entries of each axis:
  /// see ``description(significantDigits:longestAxis:)``.
  public var description: String { description(significantDigits: 4) }

  /// The elements in nested brackets, columns aligned.
  ///
  /// - Parameters:
  ///   - significantDigits: the digits of each element, 1 to 17, without trailing zeros; the whole part of a
  ///     number below 10⁷ is shown with at least one decimal, others in scientific notation.
  ///   - longestAxis: the most entries of an axis that are shown. Of a longer one there are the first and
  ///     last three, or fewer, around an ellipsis.
  public func description(significantDigits: Int = 4, longestAxis: Int = 12) -> String {
    require(
      (1...17).contains(significantDigits) && longestAxis >= 0,
      "description: \(significantDigits) digits and \(longestAxis) entries, expected 1 to 17 and 0 or more"
    )
    return TensorText(shape: shape, longestAxis: longestAxis) {
      Self.format(self[position: $0], significantDigits)
    }.text
  }

  private static func format(_ value: Scalar, _ significant: Int) -> String {
    let number = Double(value)
    if number.isNaN { return "nan" }
    guard number.isFinite, number != 0 else { return number == 0 ? "0.0" : "\(number)" }
    let exponent = scientific(number, 17).exponent
    if !(-4...6).contains(exponent) {
      let (digits, exponent) = scientific(number, significant)
      return trimmed(digits) + "e\(exponent)"
    }
    return trimmed(printed("%.*f", Swift.max(1, significant - 1 - exponent), number))
  }

  /// A number's first digits, with a point after the first, and the power of ten that they are multiplied by.
  private static func scientific(
    _ number: Double, _ significant: Int
  ) -> (digits: String, exponent: Int) {
    let parts = printed("%.*e", significant - 1, number).split(separator: "e")
    return (String(parts[0]), Int(parts[1]) ?? 0)
  }

  /// A number as the C library prints it, rounded from all of its digits.
  private static func printed(_ format: String, _ decimals: Int, _ number: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
      let length = withVaList([Int32(decimals), number]) {
        vsnprintf(text.baseAddress, text.count, format, $0)
      }
      return String(decoding: text[..<Int(length)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }

  /// Digits without zeros at their end but one after the point.
  private static func trimmed(_ digits: String) -> String {
    var text = digits.contains(".") ? digits : digits + ".0"
    while text.hasSuffix("0") && !text.hasSuffix(".0") { text.removeLast() }
    return text
  }
}

extension Tensor: CustomReflectable {
  /// The shape only, so that a debugger does not list every element's storage.
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape.dimensions]) }
}

/// The text of a tensor or mask: its elements in nested brackets.
struct TensorText {
  let shape: Shape
  /// The most entries of an axis that are shown.
  var longestAxis = 12
  /// The text of the element at a position in row-major order.
  let cell: (_ position: Int) -> String

  var text: String {
    if shape.rank == 0 { return cell(0) }
    if shape.count == 0 { return shape.rank == 1 ? "[]" : "[] of shape \(shape)" }
    var cells: [String] = []
    collectCells(axis: 0, start: 0, into: &cells)
    let width = cells.map(\.count).max() ?? 0
    var remaining = cells[...]
    return render(axis: 0, width: width, &remaining)
  }

  /// The indices along an axis that are shown; nil stands for the ellipsis.
  private func shownIndices(_ axis: Int) -> [Int?] {
    let extent = shape[axis]
    if extent <= longestAxis { return Array(0..<extent) }
    let atEachEnd = min(3, longestAxis / 2)
    return Array(0..<atEachEnd) + [nil] + Array(extent - atEachEnd..<extent)
  }

  private func collectCells(axis: Int, start: Int, into cells: inout [String]) {
    let stride = shape.strides[axis]
    for index in shownIndices(axis).compactMap({ $0 }) {
      let position = start + index * stride
      if axis == shape.rank - 1 {
        cells.append(cell(position))
      } else {
        collectCells(axis: axis + 1, start: position, into: &cells)
      }
    }
  }

  private func render(axis: Int, width: Int, _ cells: inout ArraySlice<String>) -> String {
    let innermost = axis == shape.rank - 1
    var parts: [String] = []
    for index in shownIndices(axis) {
      if index == nil {
        parts.append("…")
      } else if innermost {
        let cell = cells.removeFirst()
        parts.append(String(repeating: " ", count: width - cell.count) + cell)
      } else {
        parts.append(render(axis: axis + 1, width: width, &cells))
      }
    }
    let separator = innermost ? ", " : ",\n" + String(repeating: " ", count: axis + 1)
    return "[" + parts.joined(separator: separator) + "]"
  }
}
