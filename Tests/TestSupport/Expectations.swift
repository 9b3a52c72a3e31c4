import PerceptronLinearAlgebra
import Testing

/// Expects |actual − expected| ≤ tolerance · max(1, |expected|); NaN is close to NaN, an infinity
/// to itself.
public func expectClose(
  _ actual: some BinaryFloatingPoint, _ expected: some BinaryFloatingPoint,
  tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  let (actual, expected) = (Double(actual), Double(expected))
  #expect(
    isClose(actual, expected, tolerance), "\(actual), expected \(expected)",
    sourceLocation: sourceLocation)
}

/// Expects equal shapes and every element close to the expected one.
public func expectClose<Scalar>(
  _ actual: Tensor<Scalar>, _ expected: Tensor<some BLASScalar>,
  tolerance: Double = Scalar.testTolerance, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let message = mismatch(actual, expected, tolerance: tolerance) else { return }
  Issue.record("\(message)", sourceLocation: sourceLocation)
}

/// What is wrong where two tensors are not close: the shapes, or the first element that is off
/// with both values, and how many are.
public func mismatch<Scalar>(
  _ actual: Tensor<Scalar>, _ expected: Tensor<some BLASScalar>,
  tolerance: Double = Scalar.testTolerance
) -> String? {
  if actual.shape != expected.shape {
    return "shape \(actual.shape), expected \(expected.shape)"
  }
  let (actuals, expecteds) = (actual.elements, expected.elements)
  let wrong = actuals.indices.filter {
    !isClose(Double(actuals[$0]), Double(expecteds[$0]), tolerance)
  }
  guard let first = wrong.first else { return nil }
  return """
    element \(index(of: first, in: actual.shape)) is \(actuals[first]), expected \
    \(expecteds[first]) to \(tolerance); \(wrong.count) of \(actual.count) elements differ
    """
}

private func isClose(_ actual: Double, _ expected: Double, _ tolerance: Double) -> Bool {
  if actual == expected || (actual.isNaN && expected.isNaN) { return true }
  return (actual - expected).magnitude <= tolerance * max(1, expected.magnitude)
    && expected.isFinite
}

/// The indices of the element at a row-major position.
private func index(of position: Int, in shape: Shape) -> [Int] {
  var rest = position
  var indices: [Int] = []
  for extent in shape.dimensions.reversed() {
    indices.append(rest % extent)
    rest /= extent
  }
  return indices.reversed()
}

/// Expects that a process which trapped said `parts`, in this order, on its standard error.
public func expectMessage(
  _ result: ExitTest.Result?, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  var rest = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)[...]
  for part in parts {
    guard let found = rest.firstRange(of: part) else {
      Issue.record("no “\(part)” in what is left: \(rest)", sourceLocation: sourceLocation)
      return
    }
    rest = rest[found.upperBound...]
  }
}

/// Pairs of the elements of two collections, which are expected to have equal counts.
public func zipped<First: Collection, Second: Collection>(
  _ first: First, _ second: Second, sourceLocation: SourceLocation = #_sourceLocation
) -> Zip2Sequence<First, Second> {
  #expect(first.count == second.count, sourceLocation: sourceLocation)
  return zip(first, second)
}
