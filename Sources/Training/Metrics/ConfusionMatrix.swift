import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// How often rows of each class are predicted to be of each class.
///
///     let matrix = network.confusionMatrix(on: test)
///     print(matrix)
///     print(matrix.recall[3] ?? .nan, try matrix.json)
///
/// As JSON it is the class names and the counts.
public struct ConfusionMatrix: Sendable, Equatable {
  /// What the classes are called.
  public let classNames: [String]
  /// The number of rows of each true class and each predicted one: `counts[true][predicted]`.
  public private(set) var counts: [[Int]]

  /// The matrix of no rows.
  public init(classNames: [String]) {
    self.classNames = classNames
    let row = [Int](repeating: 0, count: classNames.count)
    counts = [[Int]](repeating: row, count: classNames.count)
  }

  /// The matrix of some rows.
  ///
  /// - Parameters:
  ///   - labels: the class that each row has.
  ///   - predicted: the class that is predicted for each, as many.
  ///   - classNames: what the classes are called.
  /// - Precondition: both name classes that have a name.
  public init(labels: [Int], predicted: [Int], classNames: [String]) {
    self.init(classNames: classNames)
    add(labels: labels, predicted: predicted)
  }

  /// Counts more rows.
  ///
  /// - Parameters:
  ///   - labels: the class that each row has.
  ///   - predicted: the class that is predicted for each, as many.
  /// - Precondition: both name classes that have a name.
  public mutating func add(labels: [Int], predicted: [Int]) {
    require(
      labels.count == predicted.count,
      "ConfusionMatrix: \(labels.count) labels for \(predicted.count) predictions")
    for (row, (label, guess)) in zip(labels, predicted).enumerated() {
      require(
        classNames.indices.contains(label) && classNames.indices.contains(guess),
        "ConfusionMatrix: row \(row) of class \(label), predicted \(guess), of \(classNames.count) classes"
      )
      counts[label][guess] += 1
    }
  }
}

extension ConfusionMatrix: Codable {
  private enum CodingKeys: CodingKey {
    case classNames, counts
  }

  /// Reads names and counts; throws unless there is a count of 0 or more for each pair of classes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    classNames = try container.decode([String].self, forKey: .classNames)
    counts = try container.decode([[Int]].self, forKey: .counts)
    let classes = classNames.count
    guard counts.count == classes,
      counts.allSatisfy({ $0.count == classes && $0.allSatisfy { $0 >= 0 } })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .counts, in: container,
        debugDescription: "expected \(classes) rows of \(classes) counts of 0 or more")
    }
  }
}

extension Network {
  /// How often rows of each class are predicted to be of each class, computed block by block.
  ///
  /// The classes are called what the data calls them; further ones that the network tells apart are
  /// called by their numbers.
  ///
  /// - Parameter workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func confusionMatrix(
    on data: PreparedDataset<Scalar>, workers: Int? = nil
  ) -> ConfusionMatrix {
    requireFit(data, "data")
    let further = (data.classCount..<classCount).map(String.init)
    var matrix = ConfusionMatrix(classNames: data.dataset.classNames + further)
    forEachBlockOfOutputs(of: data, workers: workers) { outputs, labels in
      matrix.add(labels: labels, predicted: loss.classes(of: outputs))
    }
    return matrix
  }
}
