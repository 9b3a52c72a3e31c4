import PerceptronFiles
import PerceptronLinearAlgebra

/// An array whose first index counts examples.
struct NumPyFeatures {
  /// The types of numbers that features become, the narrowest first.
  enum NumberType: Int {
    case bytes, floats, doubles
  }

  let array: NumPyArray
  /// The number of examples.
  let rowCount: Int
  /// The extents of one example; [1] for an array of one extent.
  let exampleShape: [Int]

  /// Throws a `FileError` unless the array has rows of at least one number.
  init(_ array: NumPyArray) throws {
    let shape = Array(array.shape.dropFirst())
    guard let count = array.shape.first, !shape.contains(0) else {
      throw array.error("expected rows of features, found the shape \(array.shape)")
    }
    (self.array, rowCount, exampleShape) = (array, count, shape.isEmpty ? [1] : shape)
  }

  /// Unsigned bytes stay bytes; truth values, other integers of up to 16 bits and floats of up to 32 become
  /// floats, and the rest doubles. Nothing is rounded but integers beyond 2⁵³.
  var type: NumberType {
    switch array.format.kind {
    case .uint8: .bytes
    case .bool, .int8, .int16, .uint16, .float16, .float32: .floats
    case .int32, .uint32, .int64, .uint64, .float64: .doubles
    }
  }

  /// Reads the features, pictures where an example has two or three extents that can be one's.
  func read() throws -> Features { try Self.read([self]) }

  /// Reads the rows of several arrays, one after the other.
  ///
  /// - Precondition: at least one; they have the same example shape, and all or none are bytes.
  static func read(_ parts: [NumPyFeatures]) throws -> Features {
    let arrays = parts.map(\.array)
    let widest = parts.map(\.type).max { $0.rawValue < $1.rawValue }
    let storage: Features.Storage =
      switch widest ?? .doubles {
      case .bytes: .bytes(try NumPyArray.elements(of: arrays))
      case .floats: .floats(try NumPyArray.elements(of: arrays))
      case .doubles: .doubles(try NumPyArray.elements(of: arrays))
      }
    let shape = parts[0].exampleShape
    return Features(storage, exampleShape: shape, image: IDX.image(of: shape))
  }
}

extension Features {
  /// Whether rows that are no pictures have a number that is NaN: a missing cell.
  var hasMissingCells: Bool {
    if exampleShape.count > 1 { return false }
    return switch storage {
    case .bytes: false
    case .floats(let elements): elements.contains(where: \.isNaN)
    case .doubles(let elements): elements.contains(where: \.isNaN)
    }
  }

  /// The features as the columns of a table, which have no names of their own.
  ///
  /// - Parameter columns: the columns that are expected, in the order of the features; nil for none, and
  ///   without effect where their number is another.
  /// - Throws: `FileError` where a column that is expected has categories.
  func naming(columns: [FeatureColumn]?, of path: String) throws -> Features {
    guard let columns, exampleShape == [columns.count] else { return self }
    if let column = columns.first(where: { $0.categories != nil }) {
      throw FileError(
        path,
        "column \(column.name) has categories, which arrays of numbers do not have; read a table")
    }
    return Features(storage, exampleShape: exampleShape, image: image, columns: columns)
  }
}
