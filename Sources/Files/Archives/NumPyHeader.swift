import PerceptronLinearAlgebra

/// The header of a `.npy` file, checked: the type, order and shape of the numbers that follow.
///
/// The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>, versions 1 to 3.
struct NumPyHeader: Equatable {
  var format: NumberFormat
  /// Whether the first index moves fastest, as in Fortran.
  var isFortranOrder: Bool
  var shape: [Int]
  /// Where the numbers begin.
  var dataOffset: Int

  /// The number of elements.
  var count: Int { Shape.elementCount(of: shape) ?? 0 }

  static let magic = [0x93] + Array("NUMPY".utf8)
  /// What NumPy gives numbers in memory, and so the header's size, as a multiple of.
  private static let alignment = 64
  /// Numbers need no more than a few hundred bytes; long ones tell of hundreds of fields.
  private static let largestSize = 1 << 20

  /// Reads the header, after which `source` stands at the first number.
  ///
  /// - Parameter ofTexts: whether texts are expected, not numbers. Their format is that of their characters,
  ///   whose number is then the last extent of the shape.
  /// - Throws: ``FileError`` where the source is no `.npy` file, is cut, holds anything but numbers, or
  ///   has fewer bytes than its shape needs.
  init(from source: some ByteSource, ofTexts: Bool = false) throws {
    let magic = try? source.bytes(Self.magic.count, of: "the magic number")
    if magic != Self.magic {
      // By its name alone it may be one.
      let kind = FileKind(of: source.path).flatMap { $0 == .npy ? nil : $0 }
      let found = kind?.description ?? "other bytes"
      throw source.error("expected a NumPy array (.npy), found \(found)", at: 0)
    }
    let version = try source.bytes(2, of: "the version")
    guard (1...3).contains(version[0]), version[1] == 0 else {
      throw source.error(
        "expected version 1, 2 or 3 of the format, found \(version[0]).\(version[1])",
        at: Self.magic.count)
    }
    let sizeOffset = source.offset
    let size = try source.bytes(version[0] == 1 ? 2 : 4, of: "the header's size")
      .reversed().reduce(0) { $0 << 8 | Int($1) }
    if size > Self.largestSize {
      throw source.error(
        "expected a header of at most \(Self.largestSize) bytes, found \(size)", at: sizeOffset)
    }
    let start = source.offset
    let text = try source.bytes(size, of: "the header")
    do throws(PythonLiteral.Problem) {
      let fields = try Fields(PythonLiteral(text), ofTexts: ofTexts)
      (format, isFortranOrder, shape) = (fields.format, fields.isFortranOrder, fields.shape)
    } catch {
      throw source.error(error.message, at: start + error.position)
    }
    dataOffset = source.offset
    guard let count = Shape.elementCount(of: shape),
      !count.multipliedReportingOverflow(by: format.size).overflow
    else { throw source.error("the shape \(shape) has too many elements", at: start) }
    if count * format.size > source.remainingLimit {
      throw source.error(
        "expected \(count * format.size) bytes for \(format.kind) \(shape), found at most "
          + "\(source.remainingLimit)")
    }
  }

  /// The bytes before the numbers of an array in C order, as NumPy 2 writes them.
  ///
  /// - Precondition: at most 64 extents, which NumPy can have.
  static func bytes(_ format: NumberFormat, shape: [Int]) -> [UInt8] {
    bytes(type: typeCode(format), shape: shape)
  }

  /// The same for elements of a type by its name in headers, such as `<U8`.
  static func bytes(type: String, shape: [Int]) -> [UInt8] {
    require(shape.count <= 64, "NumPyArray: \(shape.count) extents, expected at most 64")
    let extents = shape.map(String.init).joined(separator: ", ")
    var text =
      "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)"
      + (shape.count == 1 ? ",), }" : "), }")
    // Room for the first extent to grow to 21 digits without moving the numbers.
    if let first = shape.first { text += String(repeating: " ", count: 21 - "\(first)".count) }
    let head = magic.count + 4
    let padding = alignment - (head + text.utf8.count + 1) % alignment
    text += String(repeating: " ", count: padding) + "\n"
    let size = text.utf8.count
    return magic + [1, 0, UInt8(size & 0xFF), UInt8(size >> 8)] + Array(text.utf8)
  }
}

// MARK: - Types

extension NumPyHeader {
  private static let kinds: [String: NumberFormat.Kind] = [
    "b1": .bool, "?": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8,
    "u2": .uint16, "u4": .uint32, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
  ]

  /// A format as the header names it, such as `<f4`.
  private static func typeCode(_ format: NumberFormat) -> String {
    let code = kinds.first { $0.value == format.kind && $0.key != "?" }?.key ?? ""
    return (format.size == 1 ? "|" : format.isBigEndian ? ">" : "<") + code
  }

  /// The format that the header names `code`; nil where it is none of numbers that are read.
  private static func format(_ code: String) -> NumberFormat? {
    let order = code.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    return kinds[order == nil ? code : String(code.dropFirst())].map {
      NumberFormat($0, isBigEndian: order == ">")
    }
  }

  /// The format of the characters of texts that the header calls `code`, such as `<U8`, and their number; nil for
  /// other types.
  private static func texts(_ code: String) -> (format: NumberFormat, width: Int)? {
    guard let match = code.wholeMatch(of: #/([<>=]?)U([0-9]+)/#), let width = Int(match.2),
      width > 0
    else { return nil }
    return (NumberFormat(.uint32, isBigEndian: match.1 == ">"), width)
  }

  /// What an array of another type is, and what to do in NumPy.
  private static func advice(_ code: String) -> String {
    let name = code.drop { "<>|=".contains($0) }
    let found: String
    let remedy: String
    switch name.first {
    case "O":
      (found, remedy) = ("Python objects", "np.save(path, array.astype(float), allow_pickle=False)")
    case "U", "S", "a":
      (found, remedy) = (
        "texts", "array.astype(float), or np.unique(array, return_inverse=True)[1] for classes"
      )
    case "c": (found, remedy) = ("complex numbers", "np.stack([array.real, array.imag], axis=-1)")
    case "M": (found, remedy) = ("dates", "array.astype(\"datetime64[s]\").astype(float)")
    case "m": (found, remedy) = ("time spans", "array.astype(\"timedelta64[s]\").astype(float)")
    default: (found, remedy) = ("numbers of another type", "array.astype(float)")
    }
    return "expected numbers, found \(found) (\(code.prefix(20))); save \(remedy)"
  }

  /// The entries of a header.
  private struct Fields {
    var format: NumberFormat
    var isFortranOrder: Bool
    var shape: [Int]

    init(_ header: PythonLiteral, ofTexts: Bool) throws(PythonLiteral.Problem) {
      func problem(_ message: String) -> PythonLiteral.Problem {
        .init(position: 0, message: message)
      }
      guard case .dictionary(let entries) = header else {
        throw problem("expected a header that is a dictionary")
      }
      var fields: [String: PythonLiteral] = [:]
      for (key, value) in entries {
        guard case .text(let key) = key, ["descr", "fortran_order", "shape"].contains(key),
          fields.updateValue(value, forKey: key) == nil
        else { throw problem("expected descr, fortran_order and shape once each, found others") }
      }
      guard let type = fields["descr"], case .truth(let order) = fields["fortran_order"],
        case .sequence(let extents) = fields["shape"]
      else { throw problem("expected descr, fortran_order (True or False) and shape (a tuple)") }
      guard case .text(let code) = type else {
        throw problem(
          "expected numbers, found records; save "
            + "np.lib.recfunctions.structured_to_unstructured(array)")
      }
      var shape: [Int] = []
      for extent in extents {
        guard case .integer(let extent) = extent, extent >= 0 else {
          throw problem("expected a shape of extents from 0 up")
        }
        shape.append(extent)
      }
      if ofTexts {
        guard let (format, width) = NumPyHeader.texts(code) else {
          throw problem("expected texts, found another type (\(code.prefix(20)))")
        }
        (self.format, isFortranOrder, self.shape) = (format, order, shape + [width])
      } else {
        guard let format = NumPyHeader.format(code) else { throw problem(advice(code)) }
        (self.format, isFortranOrder, self.shape) = (format, order, shape)
      }
    }
  }
}
