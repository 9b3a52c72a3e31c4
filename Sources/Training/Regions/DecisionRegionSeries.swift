import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// How a network's ``DecisionRegions`` changed while it was trained.
public struct DecisionRegionSeries: Hashable, Sendable {
  /// The regions after a number of iterations.
  public struct Moment: Hashable, Sendable {
    /// The number of iterations made; 0 is the untrained network.
    public var iterations: Int
    /// The loss without the penalty and the accuracy on up to ``mostRows`` of the training rows, evenly
    /// spaced.
    public var loss: Double, accuracy: Double
    /// The regions.
    public var regions: DecisionRegions

    /// Creates a moment.
    public init(iterations: Int, loss: Double, accuracy: Double, regions: DecisionRegions) {
      self.iterations = iterations
      self.loss = loss
      self.accuracy = accuracy
      self.regions = regions
    }
  }

  /// The maximum number of training rows that a run measures each moment's loss and accuracy on.
  public static var mostRows: Int { 1000 }

  /// The grid of all moments.
  public let plane: DecisionPlane
  /// The moments in their order. The last may be of fewer iterations than the one before it: that of the best
  /// weights, which were restored.
  public private(set) var moments: [Moment]

  /// Creates a series, empty or from some moments.
  ///
  /// - Precondition: the moments' regions are on `plane`.
  public init(on plane: DecisionPlane, _ moments: [Moment] = []) {
    require(
      moments.allSatisfy { $0.regions.plane == plane }, "DecisionRegionSeries: on other planes")
    self.plane = plane
    self.moments = moments
  }

  /// Adds a moment, in place of the last one if that is of the same number of iterations.
  ///
  /// - Precondition: its regions are on ``plane``.
  public mutating func append(_ moment: Moment) {
    require(moment.regions.plane == plane, "DecisionRegionSeries: a moment on another plane")
    if moments.last?.iterations == moment.iterations { moments.removeLast() }
    moments.append(moment)
  }

  /// The numbers of iterations after which a run of `iterations` keeps its regions: about twenty, whose
  /// cube roots are evenly spaced, because regions change most at first.
  public static func moments(of iterations: Int) -> [Int] {
    let last = 19
    var counts: [Int] = []
    for index in 0...last {
      let share = Double(index) / Double(last)
      let count = Int((Double(iterations) * share * share * share).rounded())
      if count != counts.last { counts.append(count) }
    }
    return counts
  }
}

// MARK: - The file

extension DecisionRegionSeries {
  private static let (iterationsName, lossName, accuracyName) = ("iterations", "loss", "accuracy")
  private static let (classesName, confidencesName) = ("classes", "confidences")
  private static let (xName, yName) = ("x_range", "y_range")

  /// Writes the series as an archive of NumPy's: `iterations`, `loss` and `accuracy` [moments], `classes` and
  /// `confidences` [moments, rows, columns] as bytes, `x_range` and `y_range` [2].
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func write(to path: String) throws {
    let shape = [moments.count, plane.rows, plane.columns]
    try NumPyArchive.write(to: path) { archive in
      try archive.add(
        integers: moments.map(\.iterations), shape: [moments.count], named: Self.iterationsName)
      try archive.add(
        Tensor(moments.map(\.loss), shape: [moments.count]), named: Self.lossName)
      try archive.add(
        Tensor(moments.map(\.accuracy), shape: [moments.count]), named: Self.accuracyName)
      try archive.add(
        bytes: moments.flatMap(\.regions.classes), shape: shape, named: Self.classesName)
      try archive.add(
        bytes: moments.flatMap(\.regions.confidences), shape: shape, named: Self.confidencesName)
      for (name, range) in [(Self.xName, plane.x), (Self.yName, plane.y)] {
        try archive.add(
          Tensor([range.lowerBound, range.upperBound], shape: [2]), named: name)
      }
    }
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `FileError` where the file is missing or damaged, or its arrays do not go together.
  public init(readingFrom path: String) throws {
    let archive = try NumPyArchive(readingFrom: path)
    let (classes, confidences) = (
      try archive.array(named: Self.classesName), try archive.array(named: Self.confidencesName)
    )
    let iterations = try archive.array(named: Self.iterationsName).integers()
    let shape = classes.shape
    guard shape.count == 3, shape[0] == iterations.count, confidences.shape == shape else {
      throw FileError(
        path,
        "expected classes and confidences of [\(iterations.count), rows, columns], found \(shape) "
          + "and \(confidences.shape)")
    }
    func numbers(_ name: String, _ count: Int) throws -> [Double] {
      let found = try archive.array(named: name).doubles()
      if found.count == count { return found }
      throw FileError(path, "expected \(counted(count, "number")) in \(name), found \(found.count)")
    }
    func range(_ name: String) throws -> ClosedRange<Double> {
      let ends = try numbers(name, 2)
      if ends[0] < ends[1], (ends[1] - ends[0]).isFinite { return ends[0]...ends[1] }
      throw FileError(path, "expected a range in \(name), found \(ends[0]) and \(ends[1])")
    }
    let (x, y) = (try range(Self.xName), try range(Self.yName))
    let (losses, accuracies) = (
      try numbers(Self.lossName, iterations.count), try numbers(Self.accuracyName, iterations.count)
    )
    if !DecisionPlane.isValid(x, y, shape[2], shape[1]) {
      throw FileError(path, "expected at least one row and one column, found \(shape)")
    }
    let plane = DecisionPlane(x: x, y: y, columns: shape[2], rows: shape[1])
    let (labels, shares) = (try classes.bytes(), try confidences.bytes())
    let moments = iterations.indices.map { index in
      let cells = index * plane.cellCount..<(index + 1) * plane.cellCount
      return Moment(
        iterations: iterations[index], loss: losses[index], accuracy: accuracies[index],
        regions: DecisionRegions(
          on: plane, classes: Array(labels[cells]), confidences: Array(shares[cells])))
    }
    self.init(on: plane, moments)
  }
}

// MARK: - Checkpoints

/// The cells are written as base 64.
extension DecisionRegionSeries: Codable {
  private struct CodedMoment: Codable {
    let iterations: Int
    let loss: Double, accuracy: Double
    let classes: Data, confidences: Data
  }

  private enum CodingKeys: String, CodingKey {
    case plane, moments
  }

  /// Decodes a series.
  ///
  /// - Throws: `DecodingError` where a moment has another number of cells than the plane.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let plane = try values.decode(DecisionPlane.self, forKey: .plane)
    let coded = try values.decode([CodedMoment].self, forKey: .moments)
    let isWhole =
      DecisionPlane.isValid(plane.x, plane.y, plane.columns, plane.rows)
      && coded.allSatisfy {
        $0.classes.count == plane.cellCount && $0.confidences.count == plane.cellCount
      }
    if !isWhole {
      throw DecodingError.dataCorruptedError(
        forKey: .moments, in: values,
        debugDescription: "expected \(plane.rows) × \(plane.columns) cells in each moment")
    }
    self.init(
      on: plane,
      coded.map {
        Moment(
          iterations: $0.iterations, loss: $0.loss, accuracy: $0.accuracy,
          regions: DecisionRegions(
            on: plane, classes: Array($0.classes), confidences: Array($0.confidences)))
      })
  }

  /// Encodes the series.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(plane, forKey: .plane)
    try values.encode(
      moments.map {
        CodedMoment(
          iterations: $0.iterations, loss: $0.loss, accuracy: $0.accuracy,
          classes: Data($0.regions.classes), confidences: Data($0.regions.confidences))
      }, forKey: .moments)
  }
}
