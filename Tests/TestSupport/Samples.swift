import PerceptronLinearAlgebra

/// Extents on both sides of what kernels are blocked by, and the degenerate ones.
public let awkwardSizes = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 130]

/// Triples of awkward sizes in which every size stands once in every place.
public let awkwardTriples: [[Int]] = awkwardSizes.indices.map { index in
  [0, 5, 9].map { awkwardSizes[(index + $0) % awkwardSizes.count] }
}

extension Tensor {
  /// Normal deviates that are the same in every run; another `seed` gives others.
  public static func sample(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
    var random = SeededRandom(seed: seed, purpose: "test")
    return .normal(shape, using: &random)
  }

  /// So many normal deviates; with `isMixed` a few of them are NaN, infinite or 0.
  public static func sampleElements(_ count: Int, seed: UInt64, isMixed: Bool) -> [Scalar] {
    var numbers = sample([count], seed: seed).elements
    if isMixed && count > 0 {
      for (index, number) in [Scalar.infinity, 0, -.infinity, .nan].enumerated() {
        numbers[(index + 1) * 7919 % count] = number
      }
    }
    return numbers
  }

  /// 0, 1, 2, … in row-major order.
  public static func counting(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.count).map { Scalar($0) }, shape: shape)
  }
}

extension Tensor {
  /// Where the first element is, for checks that nothing was copied.
  public var address: UInt { withUnsafeElements { UInt(bitPattern: $0.baseAddress) } }
}
