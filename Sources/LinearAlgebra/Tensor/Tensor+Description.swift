extension Tensor: CustomStringConvertible {
  /// The elements in nested brackets, columns aligned; long axes show their first and last three
  /// entries around an ellipsis, and four significant digits stand for each element.
  public var description: String {
    if rank == 0 { return Self.format(scalar) }
    if count == 0 { return rank == 1 ? "[]" : "[] of shape \(shape)" }
    var cells: [String] = []
    collectCells(axis: 0, start: 0, into: &cells)
    let width = cells.map(\.count).max() ?? 0
    var remaining = cells[...]
    return render(axis: 0, width: width, &remaining)
  }

  /// The number of entries shown at each end of a long axis.
  private var shownAtEachEnd: Int { 3 }

  /// The indices along an axis that are shown; nil stands for the ellipsis.
  private func shownIndices(_ axis: Int) -> [Int?] {
    let extent = shape[axis]
    if extent <= 2 * shownAtEachEnd + 1 { return Array(0..<extent) }
    return Array(0..<shownAtEachEnd) + [nil] + Array(extent - shownAtEachEnd..<extent)
  }

  private func stride(_ axis: Int) -> Int {
    (axis + 1..<Swift.max(rank, axis + 1)).reduce(1) { $0 * shape[$1] }
  }

  private func collectCells(axis: Int, start: Int, into cells: inout [String]) {
    for index in shownIndices(axis).compactMap({ $0 }) {
      let position = start + index * stride(axis)
      if axis == rank - 1 {
        cells.append(Self.format(self[position: position]))
      } else {
        collectCells(axis: axis + 1, start: position, into: &cells)
      }
    }
  }

  private func render(axis: Int, width: Int, _ cells: inout ArraySlice<String>) -> String {
    let innermost = axis == rank - 1
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

  /// Four significant digits or one decimal, whichever is more, without trailing zeros; in
  /// scientific notation for very large and very small numbers.
  private static func format(_ value: Scalar) -> String {
    let number = Double(value)
    guard number.isFinite, number != 0 else { return number == 0 ? "0.0" : "\(number)" }
    let sign = number < 0 ? "-" : ""
    var exponent = 0
    var leading = number.magnitude
    while leading >= 10 { (leading, exponent) = (leading / 10, exponent + 1) }
    while leading < 1 { (leading, exponent) = (leading * 10, exponent - 1) }
    if !(-4...6).contains(exponent) {
      let rounded = (leading * 1000).rounded() / 1000
      return sign + (rounded < 10 ? "\(rounded)e\(exponent)" : "1.0e\(exponent + 1)")
    }
    let decimals = Swift.max(1, 3 - exponent)
    let power = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
    let digits = String(Int((number.magnitude * power).rounded()))
    var text = String(repeating: "0", count: Swift.max(0, decimals + 1 - digits.count)) + digits
    text.insert(".", at: text.index(text.endIndex, offsetBy: -decimals))
    while text.hasSuffix("0") && !text.hasSuffix(".0") { text.removeLast() }
    return sign + text
  }
}

extension Tensor: CustomReflectable {
  /// The shape only, so that a debugger does not list every element's storage.
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape.dimensions]) }
}
