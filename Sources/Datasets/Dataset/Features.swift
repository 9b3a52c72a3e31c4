import PerceptronFiles
import PerceptronLinearAlgebra

/// The features of many examples: a row of numbers for each, in the type in which they came.
///
/// A value. Selections of rows share the numbers with the whole.
public struct Features: Sendable {
  /// All numbers, row after row (row-major), and their type.
  public enum Storage: Sendable {
    /// Whole numbers 0…255, such as pixels.
    case bytes([UInt8])
    /// Single-precision numbers.
    case floats([Float])
    /// Double-precision numbers.
    case doubles([Double])
    /// Numbers in memory-mapped files.
    case mapped(MappedRows)

    /// The number of elements.
    public var count: Int {
      switch self {
      case .bytes(let elements): elements.count
      case .floats(let elements): elements.count
      case .doubles(let elements): elements.count
      case .mapped(let rows): rows.count * rows.columnCount
      }
    }
  }

  enum Rows: Sendable {
    case range(Range<Int>)
    case list([Int])
  }

  /// The numbers that this selection and the whole share; ``storedRow(_:)`` says which are whose.
  package let storage: Storage
  /// The extents of one example, such as `[28, 28]`; their product is ``featureCount``.
  public let exampleShape: [Int]
  /// The shape of an example as a picture, if it is one.
  public let image: ImageShape?
  /// The columns of a table, one for each feature; nil where the features are not those of a table.
  public let columns: [FeatureColumn]?
  /// The number of features of an example, at least 1.
  public let featureCount: Int
  private var rows: Rows

  /// The rows of `storage`, each of `exampleShape`'s extents.
  ///
  /// - Parameters:
  ///   - storage: [count, exampleShape…], row-major.
  ///   - exampleShape: the extents of one example, outermost first.
  ///   - image: how an example is a picture, or nil where it is none.
  ///   - columns: the columns of a table, or nil.
  /// - Precondition: the extents are at least 1, the number of elements is a multiple of their
  ///   product, and a picture has as many features, a table as many columns.
  public init(
    _ storage: Storage, exampleShape: [Int], image: ImageShape? = nil,
    columns: [FeatureColumn]? = nil
  ) {
    let size = Shape.elementCount(of: exampleShape) ?? 0
    require(size > 0, "Features: an example of shape \(exampleShape) has no size")
    require(
      storage.count % size == 0,
      "Features: \(storage.count) elements are not whole examples of shape \(exampleShape)")
    require(
      image == nil || image?.featureCount == size,
      "Features: examples of shape \(exampleShape) are not pictures of \(image?.featureCount ?? 0)"
        + " features")
    require(
      columns.map { $0.count == size } ?? true,
      "Features: \(columns?.count ?? 0) columns for examples of shape \(exampleShape)")
    self.storage = storage
    self.columns = columns
    self.exampleShape = exampleShape
    self.image = image
    featureCount = size
    rows = .range(0..<storage.count / size)
  }

  /// The rows of a tensor, copied: `Float` as floats, `Double` as doubles.
  ///
  /// - Precondition: rank 2 or more, rows of at least one element.
  public init<Scalar: BLASScalar>(_ tensor: Tensor<Scalar>, image: ImageShape? = nil) {
    require(
      tensor.rank >= 2, "Features: expected a tensor of rows, found the shape \(tensor.shape)")
    let shape = Array(tensor.shape.dimensions.dropFirst())
    if let tensor = tensor as? Tensor<Float> {
      self.init(.floats(tensor.elements), exampleShape: shape, image: image)
    } else {
      self.init(.doubles(tensor.elements.map { Double($0) }), exampleShape: shape, image: image)
    }
  }

  /// The largest number of features that networks see of an example: a table's categories get one each,
  /// and missing cells and other categories one a column.
  public var largestPreparedCount: Int {
    columns.map { $0.reduce(0) { $0 + 1 + ($1.categories?.count ?? 1) } } ?? featureCount
  }

  /// The number of examples.
  public var count: Int {
    switch rows {
    case .range(let range): range.count
    case .list(let list): list.count
    }
  }

  /// The position of row `index` in the storage.
  ///
  /// - Precondition: `index` lies within 0..<count.
  @inline(__always)
  func storedRow(_ index: Int) -> Int {
    require(index >= 0 && index < count, "Features: row \(index) of \(count)")
    return switch rows {
    case .range(let range): range.lowerBound + index
    case .list(let list): list[index]
    }
  }
}

// MARK: - Selections

extension Features {
  /// The examples `range`, sharing the numbers.
  ///
  /// - Complexity: O(1) in a whole and in a range of one, O(`range.count`) in a subset.
  /// - Precondition: `range` lies within 0..<count.
  public subscript(rows range: Range<Int>) -> Features {
    require(
      range.lowerBound >= 0 && range.upperBound <= count, "Features: rows \(range) of \(count)")
    switch rows {
    case .range(let all):
      let start = all.lowerBound + range.lowerBound
      return selecting(.range(start..<start + range.count))
    case .list(let list): return selecting(.list(Array(list[range])))
    }
  }

  /// The same numbers without the names of a table's columns.
  package var withoutColumns: Features {
    var same = Features(storage, exampleShape: exampleShape, image: image)
    same.rows = rows
    return same
  }

  /// The numbers as they came, in double precision.
  package var withoutPreparation: PreparedFeatures<Double> {
    withoutColumns.prepared(with: .none)
  }

  /// The examples at `indices` in that order, repeats allowed, sharing the numbers.
  ///
  /// - Complexity: O(`indices.count`).
  /// - Precondition: every index lies within 0..<count.
  public func subset(rows indices: [Int]) -> Features {
    selecting(.list(indices.map(storedRow)))
  }

  private func selecting(_ rows: Rows) -> Features {
    var selection = self
    selection.rows = rows
    return selection
  }
}

// Neither `print` nor a debugger lists the numbers: there may be hundreds of millions.
extension Features: CustomStringConvertible, CustomReflectable {
  /// The number of rows, the shape of each and the type: `600 rows of [2] doubles`.
  public var description: String {
    let isMapped = if case .mapped = storage { true } else { false }
    let type = elementType.rawValue + (isMapped ? " in mapped files" : "")
    return "\(counted(count, "row")) of \(exampleShape) \(type)"
  }

  /// The number of rows and the shape of each, without the numbers.
  public var customMirror: Mirror {
    Mirror(self, children: ["count": count, "exampleShape": exampleShape])
  }
}

// MARK: - Tables

/// A column of a table's features: its name, and its categories if it is not one of numbers.
///
/// A cell of a column of categories holds the position of the category's name. A missing cell is NaN.
public struct FeatureColumn: Codable, Hashable, Sendable {
  /// The name, unique in the table.
  public var name: String
  /// The names of the categories; nil for a column of numbers.
  public var categories: [String]?

  /// Creates a column.
  public init(name: String, categories: [String]? = nil) {
    (self.name, self.categories) = (name, categories)
  }
}
