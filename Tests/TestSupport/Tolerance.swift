import PerceptronLinearAlgebra

/// Both scalar types, for `@Test(arguments:)`; the test opens one into a generic function.
public let scalarTypes: [any BLASScalar.Type] = [Float.self, Double.self]

extension BLASScalar {
  /// The relative error that tests allow a computation of a few hundred roundings.
  public static var testTolerance: Double { Self.self == Float.self ? 1e-5 : 1e-12 }
}

/// |a − b| / max(|a|, |b|, 1e-300): 0 for equal numbers, also infinite ones, and for two NaN;
/// infinity where only one of them is finite.
public func relativeError(_ a: Double, _ b: Double) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  if !a.isFinite || !b.isFinite { return .infinity }
  return (a - b).magnitude / max(a.magnitude, b.magnitude, 1e-300)
}
