import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What a network of two features predicts all over a part of the plane: for each cell of a grid the class
/// and its probability.
///
///     let spiral = Toy.spiral.dataset()
///     if let plane = DecisionPlane(around: spiral.features) {
///       let regions = network.decisionRegions(on: plane, as: spiral.schema)
///       print(regions.classes.count)                             // 100 · 100
///     }
public struct DecisionRegions: Hashable, Sendable {
  /// The grid.
  public let plane: DecisionPlane
  /// The predicted class of each cell, [rows, columns]; the first row is that of the smallest y.
  public let classes: [UInt8]
  /// The probability of that class, 0…255 for 0…1, [rows, columns]; 255 everywhere for losses without
  /// probabilities, such as a hinge.
  public let confidences: [UInt8]

  /// Creates regions from the prediction of each cell.
  ///
  /// - Precondition: as many classes and confidences as the plane has cells.
  public init(on plane: DecisionPlane, classes: [UInt8], confidences: [UInt8]) {
    require(
      classes.count == plane.cellCount && confidences.count == plane.cellCount,
      "DecisionRegions: \(classes.count) classes and \(confidences.count) confidences for "
        + "\(plane.cellCount) cells")
    self.plane = plane
    self.classes = classes
    self.confidences = confidences
  }

  /// The class predicted in the cell of a point; nil outside the plane.
  public func predictedClass(x: Double, y: Double) -> Int? {
    plane.cell(x: x, y: y).map { Int(classes[$0]) }
  }
}

/// A grid over a part of the plane, whose coordinates are two features before their preprocessing.
public struct DecisionPlane: Codable, Hashable, Sendable {
  /// The ranges of the first feature, which lies across, and of the second, upwards.
  public let x: ClosedRange<Double>, y: ClosedRange<Double>
  /// The numbers of cells across and upwards.
  public let columns: Int, rows: Int

  /// The usual number of cells in each direction.
  public static let usualCells = 100

  /// Creates a grid over a rectangle of the plane.
  ///
  /// - Precondition: ranges of finite lengths above 0, at least one column and row.
  public init(
    x: ClosedRange<Double>, y: ClosedRange<Double>, columns: Int = usualCells,
    rows: Int = usualCells
  ) {
    require(
      Self.isValid(x, y, columns, rows), "DecisionPlane: \(columns) × \(rows) cells of \(x), \(y)")
    (self.x, self.y, self.columns, self.rows) = (x, y, columns, rows)
  }

  static func isValid(
    _ x: ClosedRange<Double>, _ y: ClosedRange<Double>, _ columns: Int, _ rows: Int
  ) -> Bool {
    [x, y].allSatisfy {
      let length = $0.upperBound - $0.lowerBound
      return length > 0 && length.isFinite
    } && columns > 0 && rows > 0
  }

  /// The grid around all rows, with a tenth of their extent as a margin on each side.
  ///
  /// - Parameter preprocessing: where it takes a feature's logarithm, the grid stays above its pole.
  /// - Returns: nil unless the rows have two features that are numbers, and are no pictures.
  public init?(around features: Features, preprocessing: Preprocessing = .none) {
    guard features.featureCount == 2, features.image == nil,
      features.columns?.allSatisfy({ $0.categories == nil }) ?? true
    else { return nil }
    var ends = [(least: Double.infinity, largest: -Double.infinity)]
    ends += ends
    features.withoutPreparation.forEachBlock(of: 4096) { _, block in
      for (index, value) in block.elements.enumerated() where value.isFinite {
        let column = index % 2
        ends[column] = (min(ends[column].least, value), max(ends[column].largest, value))
      }
    }
    let isLogarithm = (0..<2).map { column in
      preprocessing.steps.contains {
        if case .log(let columns) = $0 { columns.contains(column) } else { false }
      }
    }
    let ranges = zip(ends, isLogarithm).compactMap { ends, isLogarithm -> ClosedRange<Double>? in
      let (least, largest) = ends
      let extent = largest - least
      guard extent >= 0, extent.isFinite else { return nil }
      let margin = extent > 0 ? extent / 10 : max(1, least.magnitude)
      let low = isLogarithm ? max(least - margin, (least - 1) / 2) : least - margin
      return low...(largest + margin)
    }
    guard ranges.count == 2, Self.isValid(ranges[0], ranges[1], 1, 1) else { return nil }
    self.init(x: ranges[0], y: ranges[1])
  }

  /// The number of cells.
  public var cellCount: Int { columns * rows }

  /// The cell of a point, row after row from the smallest y on; nil outside.
  public func cell(x: Double, y: Double) -> Int? {
    guard self.x.contains(x), self.y.contains(y) else { return nil }
    func place(_ value: Double, _ range: ClosedRange<Double>, _ count: Int) -> Int {
      let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      return min(Int(share * Double(count)), count - 1)
    }
    return place(y, self.y, rows) * columns + place(x, self.x, columns)
  }

  /// The coordinates of the middle of each cell, [cells, 2].
  ///
  /// - Parameter columns: the columns of a table that the coordinates are, or nil.
  public func features(columns names: [FeatureColumn]? = nil) -> Features {
    func middle(_ index: Int, _ range: ClosedRange<Double>, _ count: Int) -> Double {
      range.lowerBound
        + (range.upperBound - range.lowerBound) * ((Double(index) + 0.5) / Double(count))
    }
    let across = (0..<columns).map { middle($0, x, columns) }
    var numbers: [Double] = []
    numbers.reserveCapacity(2 * cellCount)
    for row in 0..<rows {
      let up = middle(row, y, rows)
      for column in across {
        numbers.append(column)
        numbers.append(up)
      }
    }
    return Features(.doubles(numbers), exampleShape: [2], columns: names)
  }
}

extension Network {
  /// What the network predicts in the middle of each cell of a grid.
  ///
  /// - Parameters:
  ///   - schema: what the network was trained to predict.
  ///   - preprocessing: that of the features that the network was trained on.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Precondition: the preprocessing makes this network's inputs of two features; classes are predicted, at
  ///   most 256.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func decisionRegions(
    on plane: DecisionPlane, as schema: TargetSchema, preprocessing: Preprocessing = .none,
    workers: Int? = nil
  ) -> DecisionRegions {
    require(
      schema.kind == .classes && classCount <= 256,
      "decisionRegions: \(schema), expected at most 256 classes")
    requireFit(schema, "the schema")
    let cells: PreparedFeatures<Scalar> = plane.features(columns: preprocessing.columns)
      .prepared(with: preprocessing)
    require(
      cells.featureCount == inputSize,
      "decisionRegions: preprocessing to \(cells.featureCount) features, the network has "
        + "\(inputSize) inputs")
    var (classes, confidences): ([UInt8], [UInt8]) = ([], [])
    classes.reserveCapacity(plane.cellCount)
    confidences.reserveCapacity(plane.cellCount)
    forEachBlockOfRows(in: cells, workers: workers) { _, outputs in
      let labels = loss.classes(of: outputs)
      classes += labels.map { UInt8($0) }
      guard let probabilities = loss.probabilities(of: outputs) else {
        confidences += repeatElement(255, count: labels.count)
        return
      }
      let count = probabilities.shape.columnCount
      probabilities.withUnsafeElements { probabilities in
        for (cell, label) in labels.enumerated() {
          let share = probabilities[cell * count + label]
          confidences.append(share >= 0 ? UInt8((255 * min(share, 1)).rounded()) : 0)
        }
      }
    }
    return DecisionRegions(on: plane, classes: classes, confidences: confidences)
  }
}
