import PerceptronLinearAlgebra

/// The arrays of a `.npz` file: a zip archive of `.npy` files, as `np.savez` and
/// `np.savez_compressed` write it.
///
///     let archive = try NumPyArchive(readingFrom: "data.npz")
///     print(archive.names)                                       // ["x_train", "y_train"]
///     let rows: Tensor<Float> = try archive.array(named: "x_train").tensor()
///
///     try NumPyArchive.write(to: "results.npz") { archive in
///       try archive.add(weights, named: "weights")
///     }
///
/// Opening reads the directory only; an array is read when its numbers are.
public struct NumPyArchive: Sendable {
  /// The file's path.
  public let path: String
  private let zip: ZipArchive
  private let arrays: [(name: String, member: ZipArchive.Member)]

  /// Reads the directory of the archive at `path`.
  ///
  /// - Throws: ``FileError`` where the file cannot be read, is no zip archive, or is cut, or it has files
  ///   but no array.
  public init(readingFrom path: String) throws {
    self.path = path
    zip = try ZipArchive(path: path)
    arrays = zip.members.compactMap { member in
      member.name.hasSuffix(".npy") ? (String(member.name.dropLast(4)), member) : nil
    }
    if arrays.isEmpty, let first = zip.members.first {
      throw FileError(path, "expected arrays (.npy) in the archive, found \(first.name)")
    }
  }

  /// The arrays' names, in the order of the archive.
  public var names: [String] { arrays.map(\.name) }

  /// The array `name`, whose header is read.
  ///
  /// - Throws: ``FileError`` where there is no such array, its member is encrypted or damaged, or it holds
  ///   anything but numbers.
  public func array(named name: String) throws -> NumPyArray {
    try NumPyArray(at: .member(try member(named: name), of: zip))
  }

  /// The texts of the array `name` (`<U8`) in C order, and its shape.
  ///
  /// - Throws: ``FileError`` where there is no such array, its member is encrypted or damaged, or it holds
  ///   anything but texts.
  public func texts(named name: String) throws -> (texts: [String], shape: [Int]) {
    let source = try zip.open(try member(named: name))
    let header = try NumPyHeader(from: source, ofTexts: true)
    var shape = header.shape
    let width = shape.removeLast()
    if header.isFortranOrder && shape.count > 1 {
      throw source.error("expected texts in C order, found Fortran's")
    }
    let size = header.count * header.format.size
    try source.expectMemory(size, for: "the texts \(shape)")
    var numbers = [UInt32](repeating: 0, count: header.count)
    try numbers.withUnsafeMutableBytes {
      try source.read(into: $0, of: "texts")
      header.format.makeNative($0)
    }
    try source.expectEnd()
    let texts = try stride(from: 0, to: numbers.count, by: width).map { start in
      var text = String.UnicodeScalarView()
      let end = numbers[start..<start + width].lastIndex { $0 != 0 } ?? start - 1
      for number in numbers[start..<end + 1] {
        guard let scalar = UnicodeScalar(number) else {
          throw source.error("text \(start / width): \(number) is no character of Unicode")
        }
        text.append(scalar)
      }
      return String(text)
    }
    return (texts, shape)
  }

  private func member(named name: String) throws -> ZipArchive.Member {
    guard let member = arrays.first(where: { $0.name == name })?.member else {
      let known = names.isEmpty ? "none" : names.joined(separator: ", ")
      throw FileError(path, "expected an array named \(name), found \(known)")
    }
    return member
  }
}

// MARK: - Writing

extension NumPyArchive {
  /// Writes an archive of the arrays that `body` adds, uncompressed, as `np.savez` does.
  ///
  /// The file is written atomically: an error, also one of `body`, leaves the old file as it was. Its
  /// bytes depend only on the arrays and their order.
  ///
  /// - Throws: ``FileError`` where the file cannot be written, and what `body` throws.
  public static func write(
    to path: String, _ body: (_ archive: inout Writer) throws -> Void
  ) throws {
    try write(to: path, wideLimit: UInt64(UInt32.max), body)
  }

  /// - Parameter wideLimit: the least size or offset that is written with 64 bits.
  package static func write(
    to path: String, wideLimit: UInt64, _ body: (_ archive: inout Writer) throws -> Void
  ) throws {
    try AtomicFile.write(to: path) { file in
      var writer = Writer(zip: ZipWriter(file, wideLimit: wideLimit))
      try body(&writer)
      try writer.zip.finish()
    }
  }

  /// Takes the arrays of an archive that is being written; valid only inside the call that lends it.
  public struct Writer {
    fileprivate var zip: ZipWriter
    private var names: Set<String> = []

    fileprivate init(zip: ZipWriter) { self.zip = zip }

    /// Writes a tensor as float32 or float64.
    ///
    /// - Throws: ``FileError`` where it cannot be written.
    /// - Precondition: no array has that name yet.
    public mutating func add<Scalar: BLASScalar>(
      _ tensor: Tensor<Scalar>, named name: String
    ) throws {
      try tensor.withUnsafeElements { try add($0, shape: tensor.shape.dimensions, named: name) }
    }

    /// Writes bytes as uint8.
    ///
    /// - Throws: ``FileError`` where they cannot be written.
    /// - Precondition: `shape` has as many elements, and no array has that name yet.
    public mutating func add(bytes: [UInt8], shape: [Int], named name: String) throws {
      try bytes.withUnsafeBufferPointer { try add($0, shape: shape, named: name) }
    }

    /// Writes integers as int64.
    ///
    /// - Throws: ``FileError`` where they cannot be written.
    /// - Precondition: `shape` has as many elements, and no array has that name yet.
    public mutating func add(integers: [Int], shape: [Int], named name: String) throws {
      try integers.withUnsafeBufferPointer { try add($0, shape: shape, named: name) }
    }

    /// Writes truth values as bool.
    ///
    /// - Throws: ``FileError`` where they cannot be written.
    /// - Precondition: `shape` has as many elements, and no array has that name yet.
    public mutating func add(flags: [Bool], shape: [Int], named name: String) throws {
      let bytes = flags.map { $0 ? 1 : 0 as UInt8 }
      try bytes.withUnsafeBytes {
        try add($0, NumPyHeader.bytes(NumberFormat(.bool), shape: shape), named: name)
      }
    }

    /// Writes texts as NumPy's, which all have the room of the longest (`<U8`); a text that ends with U+0000
    /// loses it there.
    ///
    /// - Throws: ``FileError`` where they cannot be written.
    /// - Precondition: `shape` has as many elements, and no array has that name yet.
    public mutating func add(texts: [String], shape: [Int], named name: String) throws {
      let scalars = texts.map { Array($0.unicodeScalars) }
      let width = max(scalars.map(\.count).max() ?? 1, 1)
      require(
        Shape.elementCount(of: shape) == texts.count,
        "NumPyArchive: \(texts.count) texts for the shape \(shape)")
      var elements: [UInt32] = []
      elements.reserveCapacity(width * texts.count)
      for text in scalars {
        elements += text.map { $0.value.littleEndian }
        elements += [UInt32](repeating: 0, count: width - text.count)
      }
      try elements.withUnsafeBytes {
        try add($0, NumPyHeader.bytes(type: "<U\(width)", shape: shape), named: name)
      }
    }

    /// Writes the bytes of a `.npy` file as they are, whatever they say.
    package mutating func add(file bytes: [UInt8], named name: String) throws {
      try bytes.withUnsafeBytes { try add($0, [], named: name) }
    }

    private mutating func add<Element>(
      _ elements: UnsafeBufferPointer<Element>, shape: [Int], named name: String
    ) throws {
      try add(
        UnsafeRawBufferPointer(elements), NumPyArray.header(of: elements, shape: shape), named: name
      )
    }

    private mutating func add(
      _ elements: UnsafeRawBufferPointer, _ header: [UInt8], named name: String
    ) throws {
      require(
        names.insert(name).inserted, "NumPyArchive: there is already an array named \(name)")
      try header.withUnsafeBytes { try zip.add(name + ".npy", [$0, elements]) }
    }
  }
}
