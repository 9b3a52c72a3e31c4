import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

/// A result as numbers, whatever its type.
struct Answer: Sendable {
  let elements: [Double]
  /// Nil for a list, such as indices, which has no shape of its own.
  let shape: Shape?

  init(_ elements: [Double], shape: Shape?) { (self.elements, self.shape) = (elements, shape) }
  init<Scalar>(_ tensor: Tensor<Scalar>) {
    self.init(tensor.elements.map(Double.init), shape: tensor.shape)
  }
  init(_ mask: Mask) { self.init(mask.elements.map { $0 ? 1 : 0 }, shape: mask.shape) }
  init(_ number: Double) { self.init([number], shape: []) }
  init(_ number: Int) { self.init(Double(number)) }
  init(_ truth: Bool) { self.init(truth ? 1 : 0) }
  init(_ shape: Shape) { self.init(shape.dimensions) }
  init(_ numbers: [Int]) { self.init(numbers.map(Double.init), shape: nil) }
}

@Suite("From NumPy and SciPy")
struct NumPyTableTests {
  @Test("each line of the table gives NumPy's or SciPy's result", arguments: NumPyCall.all.indices)
  func lines(index: Int) throws {
    let call = NumPyCall.all[index]
    let result = try call.result()
    #expect(result.elements.count == call.expected.elements.count, "\(call.call)")
    if let shape = result.shape { #expect(shape == call.expected.shape, "\(call.call)") }
    let tolerance = call.swift.contains("Float") ? 1e-7 : 1e-12
    for (value, expected) in zip(result.elements, call.expected.elements) {
      let error = (value - expected).magnitude
      #expect(
        error <= tolerance * max(1, expected.magnitude) || (value.isNaN && expected.isNaN),
        "\(call.swift): \(value), \(call.call): \(expected)")
    }
  }

  @Test("the page has these lines, at least 120 of them")
  func page() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/LinearAlgebra/NUMPY.md")
    let page = try String(contentsOf: path, encoding: .utf8)
    let lines = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    let expected = NumPyCall.all.map { call in
      "| `\(call.call)` | `\(call.swift)` |".replacing("|", with: "\\|")
        .replacing("\\| `", with: "| `").replacing("` \\|", with: "` |")
    }
    #expect(lines.map(String.init) == expected)
    #expect(expected.count >= 120)
  }
}
