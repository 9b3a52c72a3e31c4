import PerceptronLinearAlgebra

/// An array in a `.npy` file or a `.npz` archive: its shape, its type, and a way to its numbers.
///
///     let array = try NumPyArray(readingFrom: "x_train.npy")
///     print(array.shape, array.typeName)         // [60000, 784] float32
///     let rows: Tensor<Float> = try array.tensor()
///
/// Opening reads the header only; each of ``tensor(as:)``, ``doubles()``, ``floats()``, ``integers()``
/// and ``bytes()`` reads the numbers, straight to where they stay. Versions 1 to 3 of the format are
/// read, all integers, floats and truth values in both byte orders, and arrays in Fortran's order, which
/// come in C's. A file whose name ends in `.gz` is decompressed.
public struct NumPyArray: Sendable {
  /// Where an array is.
  enum Place: Sendable {
    case file(String)
    case member(ZipArchive.Member, of: ZipArchive)
  }

  /// The extents, outermost first; none for a single number.
  public var shape: [Int] { header.shape }
  /// The type of the numbers, as NumPy calls it, such as `float32`.
  public var typeName: String { header.format.kind.rawValue }
  /// What errors name: the file's path, or `archive.npz/member.npy`.
  public let path: String

  /// How the numbers are stored.
  package var format: NumberFormat { header.format }
  /// Whether the first index moves fastest in the file.
  package var isFortranOrder: Bool { header.isFortranOrder }
  /// The place of the first number in the file or member, after decompression.
  package var dataOffset: Int { header.dataOffset }
  /// The number of elements.
  package var count: Int { header.count }

  private let header: NumPyHeader
  private let place: Place

  /// Opens a `.npy` file.
  ///
  /// - Throws: ``FileError`` where the file cannot be read or is none of NumPy's, or the array holds
  ///   anything but numbers; the message says what to do in NumPy.
  public init(readingFrom path: String) throws { try self.init(at: .file(path)) }

  init(at place: Place) throws {
    let source = try place.open()
    self.place = place
    path = source.path
    header = try NumPyHeader(from: source)
  }

  /// An error of this array.
  package func error(_ message: String) -> FileError { FileError(path, message) }
}

extension NumPyArray.Place {
  func open() throws -> any ByteSource {
    switch self {
    case .file(let path): try ByteReader(path: path)
    case .member(let member, let archive): try archive.open(member)
    }
  }
}

// MARK: - Reading

extension NumPyArray {
  /// The array as a tensor; truth values become 0 and 1, other types the nearest numbers.
  ///
  /// - Throws: ``FileError`` where the file cannot be read, is cut or damaged, goes on after the numbers,
  ///   or has more than four dimensions.
  public func tensor<Scalar: BLASScalar>(
    as scalar: Scalar.Type = Scalar.self
  ) throws -> Tensor<Scalar> {
    if shape.count > Shape.maximumRank {
      throw error("expected at most four extents, found \(shape)")
    }
    func tensor<Native: NativeNumber & BLASScalar>(_ native: Native.Type) throws -> Tensor<Native> {
      let source = try open(as: Native.self)
      try source.expectMemory(count * Native.kind.size, for: "the array \(shape)")
      let tensor = try Tensor<Native>(shape: Shape(shape)) { try fill($0, from: source) }
      try source.expectEnd()
      return tensor
    }
    let result: any Sendable =
      switch Scalar.self {
      case is Float.Type: try tensor(Float.self)
      default: try tensor(Double.self)
      }
    guard let result = result as? Tensor<Scalar> else {
      fatalError("NumPyArray: cannot be read as elements of type \(Scalar.self)")
    }
    return result
  }

  /// The elements in C order, rounded to single precision where they are not.
  ///
  /// - Throws: ``FileError`` where the file cannot be read, is cut or damaged, or goes on after the
  ///   numbers.
  public func floats() throws -> [Float] { try elements() }

  /// The elements in C order; integers beyond 2⁵³ are rounded.
  ///
  /// - Throws: ``FileError`` as ``floats()``.
  public func doubles() throws -> [Double] { try elements() }

  /// The elements in C order, which must be unsigned bytes or truth values: 0 and 1.
  ///
  /// - Throws: ``FileError`` as ``floats()``, and where the type is another.
  public func bytes() throws -> [UInt8] { try elements() }

  /// The elements in C order, which must be integers or truth values: 0 and 1.
  ///
  /// - Throws: ``FileError`` as ``floats()``, and where the type is another or an element is 2⁶³ or more.
  public func integers() throws -> [Int] {
    let integers: [Int] = try elements()
    if format.kind == .uint64, let index = integers.firstIndex(where: { $0 < 0 }) {
      throw error(
        "element \(index): expected an integer below 2⁶³, found \(UInt(bitPattern: integers[index]))"
      )
    }
    return integers
  }

  private func elements<Native: NativeNumber>() throws -> [Native] {
    try Self.elements(of: [self])
  }

  /// The elements of several arrays, one after the other, as ``floats()`` and its like read one.
  ///
  /// - Throws: ``FileError`` as ``floats()``, and where a type cannot be converted.
  package static func elements<Native: NativeNumber>(
    of arrays: [NumPyArray], as native: Native.Type = Native.self
  ) throws -> [Native] {
    let sources = try arrays.map { try $0.open(as: Native.self) }
    let count = arrays.reduce(0) { $0 + $1.count }
    try sources.first?.expectMemory(count * Native.kind.size, for: "an array of \(count) numbers")
    return try [Native](unsafeUninitializedCapacity: count) { buffer, initialized in
      for (array, source) in zip(arrays, sources) {
        let end = initialized + array.count
        try array.fill(
          UnsafeMutableBufferPointer(rebasing: buffer[initialized..<end]), from: source)
        try source.expectEnd()
        initialized = end
      }
    }
  }

  /// Whether the numbers can be mapped: the array is in a file that is not compressed, in C order.
  package var canBeMapped: Bool {
    guard case .file(let path) = place else { return false }
    return !path.hasSuffix(".gz") && (!isFortranOrder || shape.count < 2)
  }

  /// The file, mapped into memory; the numbers begin at ``dataOffset``.
  ///
  /// - Throws: ``FileError`` where the file cannot be mapped, changed, or goes on after the numbers.
  /// - Precondition: the array can be mapped.
  package func mapped() throws -> MappedFile {
    require(canBeMapped, "NumPyArray: \(path) cannot be mapped")
    let source = try open()
    let size = count * format.size
    if source.remainingLimit < size {
      throw source.error("expected \(size) bytes of elements, found \(source.remainingLimit)")
    }
    if source.remainingLimit > size {
      throw source.error(
        "expected the end of the file, found \(source.remainingLimit - size) more bytes",
        at: dataOffset + size)
    }
    return try MappedFile(path: path)
  }

  /// Opens the file again, and goes to the first number.
  private func open() throws -> any ByteSource {
    let source = try place.open()
    if try NumPyHeader(from: source) != header {
      throw source.error("the array became another since it was opened", at: 0)
    }
    return source
  }

  /// Opens the file again to read its numbers, for which there is memory.
  private func open<Native: NativeNumber>(as native: Native.Type) throws -> any ByteSource {
    if !Native.holds(format.kind) {
      let expected = Native.self == UInt8.self ? "unsigned bytes (uint8)" : "integers"
      throw error("expected \(expected), found \(typeName)")
    }
    let source = try open()
    try source.expect(count * format.size, of: "elements")
    return source
  }
}

// MARK: - Elements

extension NumPyArray {
  /// The most elements that are converted or put in order at once.
  private static let pieceCount = 1 << 17

  /// Initializes `target` with all elements in C order.
  private func fill<Native: NativeNumber>(
    _ target: UnsafeMutableBufferPointer<Native>, from source: any ByteSource
  ) throws {
    if isFortranOrder && shape.count > 1 && count > 0 {
      try fillTransposed(target, from: source)
    } else {
      try fillInOrder(target, from: source)
    }
  }

  /// Initializes `target` with the next elements, as they come.
  private func fillInOrder<Native: NativeNumber>(
    _ target: UnsafeMutableBufferPointer<Native>, from source: any ByteSource
  ) throws {
    if Native.kind == format.kind {
      let bytes = UnsafeMutableRawBufferPointer(target)
      try source.read(into: bytes, of: "elements")
      return format.makeNative(bytes)
    }
    let size = format.size
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(target.count, Self.pieceCount) * size, alignment: 64)
    defer { piece.deallocate() }
    for start in stride(from: 0, to: target.count, by: Self.pieceCount) {
      let end = min(start + Self.pieceCount, target.count)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<((end - start) * size)])
      try source.read(into: bytes, of: "elements")
      format.convert(
        UnsafeRawBufferPointer(bytes),
        into: UnsafeMutableBufferPointer(rebasing: target[start..<end]))
    }
  }

  /// Initializes `target` in C order with elements that come in Fortran's.
  ///
  /// They come as columns: the elements of all rows, which the first index counts, with the same other
  /// indices. Some whole columns are read at once, or a part of one that is long, so that neighbors in
  /// memory are written together.
  private func fillTransposed<Native: NativeNumber>(
    _ target: UnsafeMutableBufferPointer<Native>, from source: any ByteSource
  ) throws {
    let (rows, columns) = (shape[0], count / shape[0])
    let pieceRows = min(rows, Self.pieceCount)
    let pieceColumns = min(columns, Self.pieceCount / pieceRows)
    let piece = UnsafeMutableBufferPointer<Native>.allocate(capacity: pieceRows * pieceColumns)
    defer { piece.deallocate() }
    var places = ColumnPlaces(extents: Array(shape.dropFirst()))
    for firstColumn in stride(from: 0, to: columns, by: pieceColumns) {
      let offsets = (firstColumn..<min(firstColumn + pieceColumns, columns)).map { _ in
        places.next()
      }
      for firstRow in stride(from: 0, to: rows, by: pieceRows) {
        let rowCount = min(pieceRows, rows - firstRow)
        try fillInOrder(
          UnsafeMutableBufferPointer(rebasing: piece[..<(rowCount * offsets.count)]), from: source)
        for row in 0..<rowCount {
          let start = (firstRow + row) * columns
          for (column, offset) in offsets.enumerated() {
            target.initializeElement(at: start + offset, to: piece[column * rowCount + row])
          }
        }
      }
    }
  }
}

/// The places of a row's elements in C order, in the order in which Fortran has them.
private struct ColumnPlaces {
  private let extents: [Int]
  private let strides: [Int]
  private var indices: [Int]
  private var place = 0

  init(extents: [Int]) {
    self.extents = extents
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    self.strides = strides
    indices = [Int](repeating: 0, count: extents.count)
  }

  /// The place of the next element.
  mutating func next() -> Int {
    defer {
      for axis in extents.indices {
        indices[axis] += 1
        place += strides[axis]
        if indices[axis] < extents[axis] { break }
        place -= extents[axis] * strides[axis]
        indices[axis] = 0
      }
    }
    return place
  }
}

// MARK: - Writing

extension NumPyArray {
  /// Writes a tensor as a `.npy` file: float32 or float64, little-endian, in C order.
  ///
  /// - Throws: ``FileError`` where the file cannot be written, or its name promises compression.
  public static func write<Scalar: BLASScalar>(_ tensor: Tensor<Scalar>, to path: String) throws {
    try tensor.withUnsafeElements { try write($0, shape: tensor.shape.dimensions, to: path) }
  }

  /// Writes bytes as a `.npy` file of uint8 in C order.
  ///
  /// - Throws: ``FileError`` where the file cannot be written, or its name promises compression.
  /// - Precondition: `shape` has as many elements.
  public static func write(bytes: [UInt8], shape: [Int], to path: String) throws {
    try bytes.withUnsafeBufferPointer { try write($0, shape: shape, to: path) }
  }

  /// Writes integers as a `.npy` file of int64, little-endian, in C order.
  ///
  /// - Throws: ``FileError`` where the file cannot be written, or its name promises compression.
  /// - Precondition: `shape` has as many elements.
  public static func write(integers: [Int], shape: [Int], to path: String) throws {
    try integers.withUnsafeBufferPointer { try write($0, shape: shape, to: path) }
  }

  private static func write<Element>(
    _ elements: UnsafeBufferPointer<Element>, shape: [Int], to path: String
  ) throws {
    if path.hasSuffix(".gz") {
      throw FileError(path, "cannot write compressed files; choose a name without .gz")
    }
    let head = header(of: elements, shape: shape)
    try AtomicFile.write(to: path) { file in
      try file.write(head)
      try file.write(UnsafeRawBufferPointer(elements))
    }
  }

  /// The bytes before `elements` in a `.npy` file.
  ///
  /// - Precondition: the shape has as many elements.
  static func header<Element>(
    of elements: UnsafeBufferPointer<Element>, shape: [Int]
  ) -> [UInt8] {
    guard let native = Element.self as? any NativeNumber.Type else {
      fatalError("NumPyArray: cannot write elements of type \(Element.self)")
    }
    require(
      Shape.elementCount(of: shape) == elements.count && shape.allSatisfy { $0 >= 0 },
      "NumPyArray: \(elements.count) elements for the shape \(shape)")
    return NumPyHeader.bytes(NumberFormat(native.kind), shape: shape)
  }
}
