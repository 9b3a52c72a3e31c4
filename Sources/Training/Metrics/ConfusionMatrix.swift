import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// How often rows of each true class are predicted as each class.
///
///     let matrix = network.confusionMatrix(on: test)
///     print(matrix)
///     print(matrix.recall[3] ?? .nan, try matrix.json)
///
/// As JSON it is the class names and the counts, which decoding checks.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The classes' names.
  public let classNames: [String]
  /// The number of rows of each true class and each predicted one: `counts[true][predicted]`.
  public private(set) var counts: [[Int]]

  /// The matrix of no rows.
  public init(classNames: [String]) {
    self.classNames = classNames
    let row = [Int](repeating: 0, count: classNames.count)
    counts = [[Int]](repeating: row, count: classNames.count)
  }

  /// The matrix of some rows; see ``add(labels:predicted:)``.
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
  /// `{"classNames": ["cat", "dog"], "counts": [[8, 2], [1, 9]]}`, indented.
  public var json: String { get throws { try Self.json(of: self) } }

  /// That of every value: a property of the same name would call itself.
  private static func json(of value: some Encodable) throws -> String { try value.json }

  private enum CodingKeys: CodingKey { case classNames, counts }

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
  /// The confusion matrix on a data set, computed block by block.
  ///
  /// The classes have the data's names; further ones of the network have their numbers.
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

// MARK: - Measures

// What has no value, a quotient of zeros, is nil, and is left out of averages, as scikit-learn does
// with `zero_division=nan`.

extension ConfusionMatrix {
  /// The number of rows counted.
  public var count: Int { support.reduce(0, +) }

  /// The share of rows whose class is predicted; NaN for no rows.
  public var accuracy: Double {
    (Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(count)).withoutNaNSign
  }

  /// The number of rows of each class.
  public var support: [Int] { counts.map { $0.reduce(0, +) } }

  /// The number of rows predicted as each class.
  public var predictedCounts: [Int] {
    counts.indices.map { predicted in counts.reduce(0) { $0 + $1[predicted] } }
  }

  /// The precision of each class: the share of the rows predicted as it that are of it; nil for a class
  /// that is never predicted.
  public var precision: [Double?] { shares(of: predictedCounts) }

  /// The recall of each class: the share of its rows that are predicted as it; nil for a class that never
  /// occurs.
  public var recall: [Double?] { shares(of: support) }

  /// The harmonic mean of precision and recall, 2·right / (occurring + predicted): 0 for a class that
  /// is never predicted rightly, nil for one that neither occurs nor is predicted.
  public var f1: [Double?] {
    shares(of: zip(support, predictedCounts).map(+)).map { $0.map { 2 * $0 } }
  }

  /// The mean precision of the classes that have one; nil where none has.
  public var macroPrecision: Double? { mean(precision) }
  /// The mean recall of the classes that have one; nil where none has.
  public var macroRecall: Double? { mean(recall) }
  /// The mean F1 of the classes that have one; nil where none has.
  public var macroF1: Double? { mean(f1) }

  /// The rightly predicted rows of each class by `totals`, nil where the total is 0.
  private func shares(of totals: [Int]) -> [Double?] {
    totals.enumerated().map { label, total in
      total == 0 ? nil : Double(counts[label][label]) / Double(total)
    }
  }

  private func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}

// MARK: - Text

extension ConfusionMatrix: CustomStringConvertible {
  /// A row for each true class and a column for each predicted one, with the precision and the
  /// recall of each class, and a line of averages:
  ///
  ///     true   cat  dog  precision  recall
  ///     cat      8    2      0.889   0.800
  ///     dog      1    9      0.818   0.900
  ///     accuracy 0.8500 of 20; macro precision 0.8535, recall 0.8500, F1 0.8496
  ///
  /// A `·` is a count of 0, a `-` what has no value. Names are cut at 20 characters, and at the
  /// columns' heads to what fits into 100 columns; where they could not be told apart then, or there
  /// is no room for three characters, heads are the classes' numbers, which then stand before the
  /// names, too, unless they are the names.
  public var description: String { text(columns: nil) }

  /// The text within a width. What does not fit is left out and named in a line below: precision and
  /// recall first, then the classes that were least often predicted wrongly.
  package func text(columns: Int?) -> String {
    let names = classNames.map { Self.cut($0, to: Self.longestName) }
    let long = names.map(\.count).max() ?? 0
    let room = min(columns ?? Self.widest, Self.widest)
    for length in stride(from: max(long, Self.shortestHead), through: Self.shortestHead, by: -1) {
      let heads = classNames.map { Self.head($0, length) }
      let text = text(names: names, heads: heads)
      let width = text.prefix { $0 != "\n" }.count
      if Set(heads).count == heads.count && width <= room { return text }
    }
    let numbers = classNames.indices.map(String.init)
    return text(
      names: zip(numbers, names).map { $0 == $1 ? $0 : "\($0) \($1)" }, heads: numbers, in: columns)
  }

  private static var longestName: Int { 20 }
  private static var shortestHead: Int { 3 }
  private static var widest: Int { 100 }

  private func text(names: [String], heads: [String], in room: Int? = nil) -> String {
    let (precision, recall) = (precision, recall)
    let header = ["true"] + heads + ["precision", "recall"]
    let rows = counts.indices.map { label in
      [names[label]] + counts[label].map { $0 == 0 ? "·" : "\($0)" }
        + [Self.decimal(precision[label]), Self.decimal(recall[label])]
    }
    let last = heads.count + 1
    let ranks = [0] + mistakeRanks + [last, last]
    return TextTable([header] + rows, wordColumns: 1, ranks: ranks).text(columns: room) + "\n"
      + summary
  }

  /// The rank of each predicted class, 1 for the one that was most often predicted wrongly.
  private var mistakeRanks: [Int] {
    let mistakes = zip(predictedCounts, counts.indices).map { $0 - counts[$1][$1] }
    let order = sortedIndices(mistakes.count) { mistakes[$1] < mistakes[$0] }
    var ranks = mistakes
    for (place, predicted) in order.enumerated() { ranks[predicted] = place + 1 }
    return ranks
  }

  private var summary: String {
    "accuracy \(Self.decimal(count == 0 ? nil : accuracy, 4)) of \(count); macro precision "
      + "\(Self.decimal(macroPrecision, 4)), recall \(Self.decimal(macroRecall, 4)), "
      + "F1 \(Self.decimal(macroF1, 4))"
  }

  private static func decimal(_ value: Double?, _ digits: Int = 3) -> String {
    value.map { PerceptronFiles.decimal($0, digits) } ?? "-"
  }

  private static func head(_ name: String, _ length: Int) -> String {
    var head = name.prefix(length)
    while head.last == " " { head.removeLast() }
    return String(head)
  }

  private static func cut(_ name: String, to length: Int) -> String {
    name.count <= length ? name : name.prefix(length - 1) + "…"
  }
}
