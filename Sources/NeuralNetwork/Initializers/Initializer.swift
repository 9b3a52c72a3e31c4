import PerceptronFiles
import PerceptronLinearAlgebra

/// The distribution of fresh weights. Biases begin at zero.
///
/// A matrix is [inputs, outputs]. The variances keep the variance of activations from layer to layer,
/// of gradients, or halfway between.
public enum Initializer: Sendable, Codable, Hashable {
  /// Normal deviates times `scale`.
  case normal(scale: Double)
  /// Uniform in ±√(6/(inputs + outputs)), of variance 2/(inputs + outputs), for tanh and the logistic
  /// function (Glorot and Bengio 2010, eq. 16).
  case glorotUniform
  /// Normal deviates of the same variance.
  case glorotNormal
  /// Normal deviates of variance 2/inputs, for ReLU (He and others 2015, eq. 10).
  case heNormal
  /// Uniform in ±√(6/inputs), of the same variance.
  case heUniform
  /// Normal deviates of variance 1/inputs (LeCun and others 1998, "Efficient BackProp", §4.6), as
  /// networks that normalize themselves need (Klambauer and others 2017).
  case leCunNormal
  /// `gain` times a matrix with orthonormal columns, or rows where it has more columns, uniformly
  /// distributed among all such (Saxe and others 2014; Mezzadri 2007).
  case orthogonal(gain: Double)
  /// Zeros, for a network of a single layer: hidden units that begin equal stay equal.
  case zeros
}

extension Initializer {
  /// All initializers that can be chosen by name. A new one is a case above, a line here and one in
  /// each `switch` below; the command's options follow this list.
  public static let named: [Entry] = [
    .normal,
    Entry("he", .heNormal),
    Entry("he-uniform", .heUniform),
    Entry("glorot", .glorotNormal),
    Entry("glorot-uniform", .glorotUniform),
    Entry("lecun", .leCunNormal),
    Entry("orthogonal", .orthogonal(gain: 1)),
  ]

  /// A named initializer with its default settings.
  public struct Entry: NamedEntry {
    /// The same as ``Initializer/named``.
    public static var allCases: [Entry] { Initializer.named }
    /// The initializer that has a scale.
    package static let normal = Entry("normal", .normal(scale: 0.01))

    /// The name, such as `glorot-uniform`.
    public let rawValue: String
    /// The initializer with its default settings.
    public let initializer: Initializer

    init(_ name: String, _ initializer: Initializer) {
      (rawValue, self.initializer) = (name, initializer)
    }
  }

  /// Throws `InvalidSetting` unless a scale is not negative and a gain above 0.
  public func check() throws {
    switch self {
    case .normal(let scale): try InvalidSetting.demandNotNegative("weight scale", scale)
    case .orthogonal(let gain): try InvalidSetting.demandPositive("gain", gain)
    case .glorotUniform, .glorotNormal, .heNormal, .heUniform, .leCunNormal, .zeros: break
    }
  }

  /// A matrix of fresh weights, [inputs, outputs], drawn in row-major order.
  public func weights<Scalar: BLASScalar>(
    inputs: Int, outputs: Int, using random: inout some RandomStream
  ) -> Tensor<Scalar> {
    let shape = Shape(rows: inputs, columns: outputs)
    let (fanIn, fanSum) = (Double(max(inputs, 1)), Double(max(inputs + outputs, 1)))
    switch self {
    case .normal(let scale):
      return .normal(shape, standardDeviation: scale, using: &random)
    case .glorotUniform:
      return .uniform(shape, within: (6 / fanSum).squareRoot(), using: &random)
    case .glorotNormal:
      return .normal(shape, standardDeviation: (2 / fanSum).squareRoot(), using: &random)
    case .heNormal:
      return .normal(shape, standardDeviation: (2 / fanIn).squareRoot(), using: &random)
    case .heUniform:
      return .uniform(shape, within: (6 / fanIn).squareRoot(), using: &random)
    case .leCunNormal:
      return .normal(shape, standardDeviation: (1 / fanIn).squareRoot(), using: &random)
    case .orthogonal(let gain):
      return orthonormal(shape, gain: gain, using: &random)
    case .zeros:
      return .zeros(shape)
    }
  }
}

/// `gain` times the Q of a matrix of normal deviates; of its transpose where it is wide.
private func orthonormal<Scalar: BLASScalar>(
  _ shape: Shape, gain: Double, using random: inout some RandomStream
) -> Tensor<Scalar> {
  let deviates = Tensor<Scalar>.normal(shape, using: &random)
  let isWide = shape[0] < shape[1]
  do {
    var q = try QR(isWide ? deviates.transposed() : deviates).q
    if isWide { q = q.transposed() }
    if gain != 1 { q *= Scalar(gain) }
    return q
  } catch {
    // Normal deviates are finite; what is left is a lack of memory.
    fatalError("Initializer.orthogonal: \(error)")
  }
}

extension Tensor {
  /// Numbers uniform in ±`bound`, drawn in row-major order.
  fileprivate static func uniform(
    _ shape: Shape, within bound: Double, using random: inout some RandomStream
  ) -> Tensor {
    Tensor(shape: shape) { target in
      for index in target.indices {
        (target.baseAddress! + index).initialize(
          to: Scalar(bound * (2 * random.uniform() - 1)))
      }
    }
  }
}
