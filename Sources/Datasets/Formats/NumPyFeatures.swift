import PerceptronFiles
import PerceptronLinearAlgebra

/// An array whose first index counts examples.
struct NumPyFeatures {
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

  /// The type that the numbers become.
  var type: Features.ElementType { Features.ElementType(holding: array.format.kind) }

  /// Reads the rows of several arrays, one after the other: pictures, where an example has two or three
  /// extents that can be one's. Uncompressed files that are large for the memory are mapped.
  ///
  /// - Parameter isMapped: whether files that can be mapped are; nil to decide by the size.
  /// - Precondition: at least one; they have the same example shape, and all or none are bytes.
  static func read(_ parts: [NumPyFeatures], isMapped: Bool? = nil) throws -> Features {
    let arrays = parts.map(\.array)
    let shape = parts[0].exampleShape
    let isLarge = MappedFile.suits(byteCount: arrays.reduce(0) { $0 + $1.count * $1.format.size })
    if isMapped ?? isLarge, arrays.allSatisfy({ $0.canBeMapped && $0.format == arrays[0].format }) {
      let columnCount = shape.reduce(1, *)
      let files = try parts.map { part in
        MappedRows.Part(
          try part.array.mapped(), offset: part.array.dataOffset,
          stride: columnCount * part.array.format.size, count: part.rowCount)
      }
      let rows = MappedRows(files, of: columnCount, arrays[0].format)
      return Features(.mapped(rows), exampleShape: shape, image: IDX.image(of: shape))
    }
    let types = parts.map(\.type)
    let storage: Features.Storage =
      if types[0] == .bytes {
        .bytes(try NumPyArray.elements(of: arrays))
      } else if types.contains(.doubles) {
        .doubles(try NumPyArray.elements(of: arrays))
      } else {
        .floats(try NumPyArray.elements(of: arrays))
      }
    return Features(storage, exampleShape: shape, image: IDX.image(of: shape))
  }
}

extension Features {
  /// Whether rows that are no pictures have a number that is NaN: a missing cell.
  var hasMissingCells: Bool {
    func hasNaN<Element: BinaryFloatingPoint>(_ row: (Int) -> UnsafePointer<Element>) -> Bool {
      (0..<count).contains { index in
        UnsafeBufferPointer(start: row(index), count: featureCount).contains { $0.isNaN }
      }
    }
    if exampleShape.count > 1 { return false }
    return withRows(bytes: { _ in false }, floats: hasNaN, doubles: hasNaN)
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
