import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A row that is predicted to be of another class than its own.
public struct Mistake: Hashable, Codable, Sendable {
  /// A network's confidence in a wrong class.
  public enum Confidence: Hashable, Codable, Sendable {
    /// The class's probability, for losses that have one: softmax cross-entropy and the logistic loss.
    case probability(Double)
    /// For other losses, the score of the class minus that of the true one; with a single output for two
    /// classes, its distance from the true class's number.
    case margin(Double)

    /// The probability or the margin.
    public var value: Double {
      switch self {
      case .probability(let value), .margin(let value): value
      }
    }
  }

  /// The row's index.
  public let row: Int
  /// The class that it has.
  public let label: Int
  /// The class that is predicted for it.
  public let predicted: Int
  /// The network's confidence in that class.
  public let confidence: Confidence

  /// Creates a mistake.
  public init(row: Int, label: Int, predicted: Int, confidence: Confidence) {
    self.row = row
    self.label = label
    self.predicted = predicted
    self.confidence = confidence
  }

  /// Whether it comes before `other`: by confidence, then by row; NaN comes last.
  fileprivate func precedes(_ other: Mistake) -> Bool {
    let (own, its) = (confidence.value, other.confidence.value)
    if own.isNaN != its.isNaN { return its.isNaN }
    return own == its || own.isNaN ? row < other.row : own > its
  }
}

extension Network {
  /// The most confident errors, computed block by block: in descending order of confidence, equal ones in
  /// the order of the rows, and last those whose confidence is NaN, since scores are not finite.
  ///
  ///     for mistake in network.mostConfidentErrors(on: test, count: 5) {
  ///       print("row \(mistake.row) of class \(mistake.label), taken for \(mistake.predicted)")
  ///     }
  ///
  /// - Parameters:
  ///   - data: rows of this network's input size, of no more classes than it.
  ///   - count: the largest number, 0 or more.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Returns: `count` mistakes, or all where there are fewer.
  public func mostConfidentErrors(
    on data: PreparedDataset<Scalar>, count: Int, workers: Int? = nil
  ) -> [Mistake] {
    require(count >= 0, "mostConfidentErrors: \(count) of them, expected 0 or more")
    var top: [Mistake] = []
    var start = 0
    forEachBlockOfOutputs(of: data, workers: workers) { outputs, labels in
      top += mistakes(outputs, labels, firstRow: start)
      top = Array(top.stablySorted { $0.precedes($1) }.prefix(count))
      start += labels.count
    }
    return top
  }

  /// The rows with the largest losses, each times the row's weight: the largest first, equal ones in the
  /// order of the rows, NaN last.
  ///
  /// - Parameters: as for ``mostConfidentErrors(on:count:workers:)``; targets may be of any kind that fits
  ///   the outputs.
  public func largestLosses(
    on data: PreparedDataset<Scalar>, count: Int, workers: Int? = nil
  ) -> [RankedRow] {
    require(count >= 0, "largestLosses: \(count) of them, expected 0 or more")
    var largest = RowRanking<Scalar>(count: count, isDescending: true)
    for (row, loss) in rowLosses(on: data, workers: workers).enumerated() {
      largest.add(row: row, loss)
    }
    return largest.ranked
  }

  /// All mistakes of a block: outputs are [rows, outputs].
  private func mistakes(_ outputs: Tensor<Scalar>, _ labels: [Int], firstRow: Int) -> [Mistake] {
    let probabilities = loss.probabilities(of: outputs)
    let scores = (probabilities ?? outputs).elements
    let columns = (probabilities ?? outputs).shape.columnCount
    return zip(labels, loss.classes(of: outputs)).enumerated().compactMap { index, classes in
      let (label, predicted) = classes
      if label == predicted { return nil }
      func score(_ column: Int) -> Double { Double(scores[index * columns + column]) }
      let confidence: Mistake.Confidence =
        if probabilities != nil {
          .probability(score(predicted))
        } else if columns == 1 {
          .margin(abs(score(0) - Double(label)))
        } else {
          .margin(score(predicted) - score(label))
        }
      return Mistake(
        row: firstRow + index, label: label, predicted: predicted, confidence: confidence)
    }
  }
}
