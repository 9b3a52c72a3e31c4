import Datasets
import LinearAlgebra
import NeuralNetwork

/// Several trained networks that predict together: the probability of a class is the mean of the
/// members' probabilities. Members may differ in everything but inputs and classes.
public struct Ensemble<Scalar: BLASScalar>: Sendable {
  /// The networks, at least one.
  public let members: [Network<Scalar>]

  /// The ensemble of the given networks.
  ///
  /// - Throws: `InvalidSetting` where there is none, where one has another number of
  ///   inputs or classes than the first, or where one's loss knows no probabilities, as a hinge.
  public init(_ members: [Network<Scalar>]) throws {
    guard let first = members.first else {
      throw InvalidSetting(
        name: "the number of an ensemble's members", value: "0", expected: "at least 1")
    }
    for (index, member) in members.enumerated() {
      let name = "member \(index) of the ensemble"
      guard member.inputSize == first.inputSize, member.classCount == first.classCount else {
        throw InvalidSetting(
          name: name, value: "for \(member.inputSize) inputs and \(member.classCount) classes",
          expected: "\(first.inputSize) and \(first.classCount) as in member 0")
      }
      guard member.loss.probabilities(of: .zeros([1, member.outputSize])) != nil else {
        throw InvalidSetting(
          name: name, value: "trained with the loss \(member.loss.name)",
          expected: "a loss that knows probabilities")
      }
    }
    self.members = members
  }

  /// How many numbers a row of input has.
  public var inputSize: Int { members[0].inputSize }
  /// How many classes are told apart.
  public var classCount: Int { members[0].classCount }
}

extension Ensemble {
  /// The mean of the members' probabilities of each class.
  ///
  /// - Parameter x: [rows, inputs].
  /// - Returns: [rows, classes].
  public func predictProbabilities(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    mean { members[$0].outputs(of: x) }
  }

  /// The likeliest class of each row, the first of equal ones.
  ///
  /// - Parameter x: [rows, inputs].
  public func predict(_ x: Tensor<Scalar>) -> [Int] { predictProbabilities(x).argmax(axis: 1) }

  /// Calls `body` with the probabilities and labels of all rows in order, a block at a time, so that
  /// memory stays bounded.
  ///
  /// - Parameter body: takes probabilities, [rows, classes], and as many labels.
  /// - Precondition: the data has the members' input size and no more classes than they.
  public func forEachBlockOfProbabilities(
    of data: PreparedDataset<Scalar>, _ body: (Tensor<Scalar>, [Int]) throws -> Void
  ) rethrows {
    members[0].requireFit(data, "data")
    try data.forEachBlock(of: Network<Scalar>.blockSize) { rows, labels in
      try body(predictProbabilities(rows), Array(labels))
    }
  }

  /// Accuracy and mean cross-entropy −ln(probability of the label) of the mean probabilities,
  /// computed block by block.
  ///
  /// A probability that is 0 in this precision counts as the smallest normal number, so that one row
  /// does not make the loss infinite; NaN stays NaN.
  ///
  /// - Precondition: the data has the members' input size and no more classes than they.
  public func evaluate(on data: PreparedDataset<Scalar>) -> Evaluation {
    var (right, total) = (0, 0.0)
    let least = Double(Scalar.leastNormalMagnitude)
    forEachBlockOfProbabilities(of: data) { probabilities, labels in
      right += zip(probabilities.argmax(axis: 1), labels).count { $0 == $1 }
      for (row, label) in labels.enumerated() {
        let probability = Double(probabilities[row, label])
        total -= Double.logarithm(probability < least ? least : probability)
      }
    }
    return Evaluation(
      accuracy: Double(right) / Double(data.count), loss: total / Double(data.count),
      count: data.count)
  }

  /// The mean of the probabilities that the members' losses make of their outputs.
  private func mean(_ outputs: (_ member: Int) -> Tensor<Scalar>) -> Tensor<Scalar> {
    func probabilities(_ member: Int) -> Tensor<Scalar> {
      guard let probabilities = members[member].loss.probabilities(of: outputs(member)) else {
        fatalError("Ensemble: the loss of member \(member) knows no probabilities")
      }
      return probabilities
    }
    var sum = probabilities(0)
    for member in members.indices.dropFirst() { sum += probabilities(member) }
    return sum / Tensor(Scalar(members.count))
  }
}
