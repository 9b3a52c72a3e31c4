import PerceptronLinearAlgebra

/// What an ensemble averages over its networks.
public enum EnsembleMean: String, Codable, Sendable {
  /// The probabilities of classes; the output is the logarithm of the mean.
  case probabilities
  /// The outputs, which are numbers.
  case outputs
  /// The probabilities of independent labels, as the logistic loss has them; the output is ln(p / (1 − p))
  /// of the mean p.
  case labelProbabilities

  /// What the members have equally many of.
  var outputs: String { self == .probabilities ? "classes" : "outputs" }

  /// The losses that suit, for messages.
  var suitableLosses: String {
    switch self {
    case .probabilities: "a loss that has probabilities"
    case .outputs: "a loss that takes numbers"
    case .labelProbabilities: "the logistic loss"
    }
  }

  func suits<Scalar: BLASScalar>(_ loss: any Loss<Scalar>) -> Bool {
    switch self {
    case .probabilities: loss.probabilities(of: Tensor<Scalar>.zeros([1, 1])) != nil
    case .outputs: loss.takesValues
    case .labelProbabilities: loss is LogisticLoss<Scalar>
    }
  }

  func outputSize<Scalar>(_ loss: any Loss<Scalar>, outputs: Int) -> Int {
    self == .probabilities ? loss.classCount(outputSize: outputs) : outputs
  }

  func outputSize<Scalar>(of member: Network<Scalar>) -> Int {
    outputSize(member.loss, outputs: member.outputSize)
  }

  /// A member's terms of the mean, rows × classes or outputs.
  func terms<Scalar>(
    _ outputs: Tensor<Scalar>, of loss: any Loss<Scalar>
  ) -> Tensor<Scalar>? {
    switch self {
    case .probabilities: loss.probabilities(of: outputs)
    case .outputs: outputs
    case .labelProbabilities: outputs.sigmoid
    }
  }

  /// Turns the sums of all members' terms into the output, in place.
  func finish<Scalar>(_ sums: MutableRowBlock<Scalar>, memberCount: Int) {
    let count = Scalar(memberCount)
    func logarithm(_ x: Scalar) -> Scalar {
      Scalar.logarithm(x < Scalar.leastNormalMagnitude ? Scalar.leastNormalMagnitude : x)
    }
    for index in 0..<sums.count {
      let value = sums.base[index] / count
      sums.base[index] =
        switch self {
        case .probabilities: logarithm(value)
        case .outputs: value
        case .labelProbabilities: logarithm(value) - logarithm(1 - value)
        }
    }
  }
}

extension Tensor {
  /// The sigmoid of each element, 1 / (1 + e^−x).
  package var sigmoid: Tensor {
    var result = self
    result.withMutableRows {
      Scalar.activate(.sigmoid, count: $0.count, $0.reading.base, into: $0.base)
    }
    return result
  }
}
