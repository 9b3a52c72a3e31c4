import PerceptronLinearAlgebra

/// What a loss reads off a single row of outputs, to the same bits as off many rows. Nothing is allocated but
/// for losses of your own, whose functions take tensors.
package struct RowReading<Scalar: BLASScalar>: Sendable {
  private enum Kind {
    case softmax, logistic, withoutProbabilities
    /// A loss of your own.
    case own
  }

  private let kind: Kind
  private let loss: any Loss<Scalar>
  private let outputCount: Int
  /// The output above which a value is a class or a label.
  private let threshold: Scalar
  /// Whether a single output tells two classes apart.
  private let hasTwoSides: Bool
  /// The number of classes.
  package let classCount: Int
  /// Whether there are probabilities of classes.
  package let hasProbabilities: Bool

  /// What `loss` reads off rows of `outputCount` outputs.
  package init(_ loss: any Loss<Scalar>, outputCount: Int) {
    self.loss = loss
    self.outputCount = outputCount
    switch loss.specification {
    case nil, .custom: kind = .own
    case .softmax: kind = .softmax
    case .logistic: kind = .logistic
    default: kind = .withoutProbabilities
    }
    threshold = loss.outputThreshold
    hasTwoSides = loss.hasTwoSides(outputSize: outputCount)
    classCount = loss.classCount(outputSize: outputCount)
    hasProbabilities = loss.probabilities(of: .zeros([1, outputCount])) != nil
  }

  /// The class, as ``Loss/classes(of:)`` has it.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func classIndex(of outputs: UnsafePointer<Scalar>) -> Int {
    if kind == .own { return loss.classes(of: tensor(outputs))[0] }
    if hasTwoSides { return outputs[0] > threshold ? 1 : 0 }
    var best = 0
    for index in 0..<outputCount {
      if outputs[index].isNaN { return index }
      if outputs[index] > outputs[best] { best = index }
    }
    return best
  }

  /// Writes the probability of each class, as ``Loss/probabilities(of:)`` has them.
  ///
  /// - Precondition: there are probabilities, and room for ``classCount``.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func writeProbabilities(
    of outputs: UnsafePointer<Scalar>, into target: UnsafeMutablePointer<Scalar>
  ) {
    switch kind {
    case .softmax:
      Scalar.softmax(rows: 1, columns: outputCount, outputs, into: target, sums: nil)
    case .logistic where hasTwoSides:
      (target[0], target[1]) = (-outputs[0], outputs[0])
      Scalar.activate(.sigmoid, count: 2, UnsafePointer(target), into: target)
    case .logistic:
      Scalar.activate(.sigmoid, count: outputCount, outputs, into: target)
    case .own, .withoutProbabilities:
      loss.probabilities(of: tensor(outputs))?.withUnsafeElements {
        guard let base = $0.baseAddress else { return }
        require(
          $0.count == classCount,
          "\(loss.name): \($0.count) probabilities for \(classCount) classes")
        target.update(from: base, count: $0.count)
      }
    }
  }

  /// Whether each output has a probability of its own as a label.
  package var hasLabelProbabilities: Bool { loss is LogisticLoss<Scalar> }

  /// Writes the probability of each output as a label.
  ///
  /// - Precondition: ``hasLabelProbabilities``, and room for all outputs.
  package func writeLabelProbabilities(
    of outputs: UnsafePointer<Scalar>, into target: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.activate(.sigmoid, count: outputCount, outputs, into: target)
  }

  /// Whether an output means a label that is there.
  package func isLabel(_ output: Scalar) -> Bool { output > threshold }

  private func tensor(_ outputs: UnsafePointer<Scalar>) -> Tensor<Scalar> {
    Tensor(UnsafeBufferPointer(start: outputs, count: outputCount), shape: [1, outputCount])
  }
}
