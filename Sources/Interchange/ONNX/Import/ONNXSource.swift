import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// An ONNX file that is read: its model, and the numbers of its tensors, which may be in other files of its
/// folder.
///
/// A few bytes of a graph may refer to the same large weights many times. So all numbers that are taken, and
/// what is made of them, may have a few times the size of the files together, and no more.
final class ONNXSource {
  /// The file's path, as the caller gave it.
  let path: String
  let model: ONNXModel
  /// The place of the graph among the file's bytes.
  private let graph: Range<Int>
  private let bytes: [UInt8]
  /// The files of weights that were opened, by location.
  private var files: [String: RandomAccessFile] = [:]
  /// The number of bytes that may still be made of what the files have.
  private var allowance = 1 << 26

  /// The number of bytes that may be made of each byte of the files.
  private static let expansion = 8

  /// Reads the file at `path`; throws `FileError` where it is no ONNX model.
  convenience init(path: String) throws {
    let reader = try ByteReader(path: path)
    let bytes = try reader.bytes(reader.remainingLimit, of: "the model")
    do {
      try self.init(bytes, path: path)
    } catch {
      if let kind = FileKind(of: path), kind != .onnx {
        throw FileError(path, "expected an ONNX model, found \(kind)")
      }
      throw error
    }
  }

  /// The model that the bytes of the file at `path` are.
  init(_ bytes: [UInt8], path: String) throws {
    (self.bytes, self.path) = (bytes, path)
    (model, graph) = try ONNXModel.read(bytes, path: path)
    allowance += Self.expansion * bytes.count
  }

  /// The bytes of the graph, as the file has them.
  var graphBytes: [UInt8] { Array(bytes[graph]) }

  /// Whether weights have a type.
  func hasWeights(of type: ONNXElementType) -> Bool {
    model.graph.initializers.contains {
      $0.elementType == type.rawValue && $0.dimensions.count == 2
    }
  }

  func error(_ message: String) -> FileError { FileError(path, message) }

  /// Throws where more would be made of the files than they allow.
  func spend(_ count: Int) throws {
    allowance -= min(count, allowance + 1)
    if allowance < 0 {
      throw error("the graph makes far more numbers of its weights than the file has")
    }
  }

  // MARK: - Numbers

  /// The type of a tensor's elements.
  func elementType(of tensor: ONNXTensor) throws -> ONNXElementType {
    guard let type = ONNXElementType(rawValue: tensor.elementType) else {
      throw error("\(Self.name(tensor)): elements of type \(tensor.elementType) are not read")
    }
    return type
  }

  /// The number of elements of a tensor.
  func count(of tensor: ONNXTensor) throws -> Int {
    guard let count = Shape.elementCount(of: tensor.dimensions),
      tensor.dimensions.allSatisfy({ $0 >= 0 })
    else { throw error("\(Self.name(tensor)): there is no shape \(tensor.dimensions)") }
    return count
  }

  /// All numbers of a tensor, converted to a type.
  ///
  /// - Throws: `FileError` where there are not as many as its shape says, or they cannot be read.
  func numbers<Native: NativeNumber>(
    of tensor: ONNXTensor, as native: Native.Type = Native.self
  ) throws -> [Native] {
    let (type, count) = (try elementType(of: tensor), try count(of: tensor))
    guard let size = type.size, Native.holds(type.numberFormat?.kind ?? .float32) else {
      throw error("\(Self.name(tensor)): expected numbers, found elements of type \(type)")
    }
    let (byteCount, isTooLarge) = count.multipliedReportingOverflow(by: size)
    if isTooLarge { throw error("\(Self.name(tensor)): there is no shape \(tensor.dimensions)") }
    func demand(_ found: Int, _ expected: Int, _ what: String) throws {
      if found == expected { return }
      throw error(
        "\(Self.name(tensor)): expected \(expected) \(what) for the shape \(tensor.dimensions), found "
          + "\(found)")
    }
    switch tensor.contents {
    case .raw(let raw):
      try demand(raw.count, byteCount, "bytes")
      try spend(count * MemoryLayout<Native>.size)
      return raw.withUnsafeBytes { convert($0, of: type) }
    case .external(let entries):
      // Before memory is allocated for it.
      let (file, offset) = try externalPlace(entries, byteCount, of: tensor)
      try spend(byteCount + count * MemoryLayout<Native>.size)
      return try file.bytes(at: offset, byteCount).withUnsafeBytes { convert($0, of: type) }
    case .floats(let floats) where type == .float:
      try demand(floats.count, count, "numbers")
      try spend(count * MemoryLayout<Native>.size)
      return floats.map { Native.converting($0) }
    case .doubles(let doubles) where type == .double:
      try demand(doubles.count, count, "numbers")
      try spend(count * MemoryLayout<Native>.size)
      return doubles.map { Native.converting($0) }
    case .integers(let integers) where type != .float && type != .double:
      try demand(integers.count, count, "numbers")
      try spend(count * MemoryLayout<Native>.size)
      if !type.isFloating { return integers.map { Native.converting($0) } }
      // The bits of numbers of half the size.
      let bits = integers.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
      }
      return bits.withUnsafeBytes { convert($0, of: type) }
    case .none where count == 0: return []
    default:
      throw error("\(Self.name(tensor)): expected \(count) numbers of type \(type), found none")
    }
  }

  /// All texts of a tensor.
  func texts(of tensor: ONNXTensor) throws -> [String] {
    guard try elementType(of: tensor) == .string, case .texts(let texts) = tensor.contents,
      texts.count == (try count(of: tensor))
    else { throw error("\(Self.name(tensor)): expected texts") }
    return try texts.map(text)
  }

  /// A text in UTF-8.
  func text(_ bytes: [UInt8]) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error("a text that is not UTF-8")
    }
    return text
  }

  private static func name(_ tensor: ONNXTensor) -> String {
    tensor.name.isEmpty ? "a constant" : "the weights \(tensor.name)"
  }

  private func convert<Native: NativeNumber>(
    _ bytes: UnsafeRawBufferPointer, of type: ONNXElementType
  ) -> [Native] {
    if let format = type.numberFormat { return format.numbers(in: bytes) }
    // bfloat16: the upper half of a float.
    return (0..<bytes.count / 2).map { index in
      let bits = UInt32(bytes[2 * index]) << 16 | UInt32(bytes[2 * index + 1]) << 24
      return Native.converting(Float(bitPattern: bits))
    }
  }

  // MARK: - Other files

  /// The place of a tensor's bytes in another file.
  private func externalPlace(
    _ entries: [String: String], _ count: Int, of tensor: ONNXTensor
  ) throws -> (file: RandomAccessFile, offset: Int) {
    func number(_ key: String, else value: Int) throws -> Int {
      guard let text = entries[key] else { return value }
      guard let number = Int(text), text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
        throw error("\(Self.name(tensor)): the \(key) \(text) is no place in a file")
      }
      return number
    }
    guard let location = entries["location"] else {
      throw error("\(Self.name(tensor)): expected the name of the file that has them")
    }
    let (offset, length) = (try number("offset", else: 0), try number("length", else: count))
    if length != count {
      throw error(
        "\(Self.name(tensor)): expected \(count) bytes for the shape \(tensor.dimensions), found \(length)"
      )
    }
    let file = try file(at: location)
    if offset > file.size || count > file.size - offset {
      throw error(
        "\(Self.name(tensor)): expected \(count) bytes from byte \(offset) of \(location) on, which has "
          + "\(file.size)")
    }
    return (file, offset)
  }

  /// The file of weights at a location, which is relative to the folder of the model and must be in it.
  private func file(at location: String) throws -> RandomAccessFile {
    if let file = files[location] { return file }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    if location.isEmpty || location.hasPrefix("/") || parts.contains("..")
      || location.utf8.contains(0)
    {
      throw error(
        "weights are said to be in \(location.isEmpty ? "''" : location), expected a file in the "
          + "model's folder")
    }
    let folder =
      path.contains("/") ? String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) : "./"
    guard let inner = Self.resolved(folder + location) else {
      throw FileError.system(folder + location, "cannot open the model's weights")
    }
    let outer = Self.resolved(folder) ?? folder
    let prefix = outer.hasSuffix("/") ? outer : outer + "/"
    if !inner.utf8.starts(with: prefix.utf8) {
      throw error(
        "weights are said to be in \(location), which is a link to \(inner), outside the model's folder"
      )
    }
    let file = try RandomAccessFile(path: inner)
    files[location] = file
    allowance += Self.expansion * file.size
    return file
  }

  /// The path without symbolic links; nil where there is no such file.
  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

extension ONNXElementType {
  /// The format of the numbers in raw data; nil for texts and `bfloat16`.
  fileprivate var numberFormat: NumberFormat? {
    switch self {
    case .float: NumberFormat(.float32)
    case .double: NumberFormat(.float64)
    case .float16: NumberFormat(.float16)
    case .uint8: NumberFormat(.uint8)
    case .int8: NumberFormat(.int8)
    case .uint16: NumberFormat(.uint16)
    case .int16: NumberFormat(.int16)
    case .uint32: NumberFormat(.uint32)
    case .int32: NumberFormat(.int32)
    case .uint64: NumberFormat(.uint64)
    case .int64: NumberFormat(.int64)
    case .bool: NumberFormat(.bool)
    case .string, .bfloat16: nil
    }
  }
}
