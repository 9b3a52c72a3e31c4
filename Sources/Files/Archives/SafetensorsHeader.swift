import Foundation
import PerceptronLinearAlgebra

/// The JSON header of a safetensors file, checked: the tensors' types, shapes and places in the data.
///
/// The format: <https://github.com/huggingface/safetensors#format>.
struct SafetensorsHeader {
  struct Field {
    var name: String
    var type: StoredType
    var shape: Shape
    /// Offsets from the end of the header.
    var range: Range<Int>
  }

  /// A type of elements by its name in the format.
  enum StoredType: String {
    case float32 = "F32"
    case float64 = "F64"
    // Only of other programs' files, and converted.
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint8 = "U8"
    case bool = "BOOL"

    /// Bytes per element.
    var size: Int {
      switch self {
      case .int8, .uint8, .bool: 1
      case .int16, .float16, .bfloat16: 2
      case .int32, .float32: 4
      case .int64, .float64: 8
      }
    }

    /// Whether elements have fractions.
    var isFloating: Bool {
      switch self {
      case .float32, .float64, .float16, .bfloat16: true
      case .int64, .int32, .int16, .int8, .uint8, .bool: false
      }
    }

    /// Whether elements are read as they are.
    var isPlain: Bool { self == .float32 || self == .float64 }

    /// The format of numbers to convert; nil for the upper halves of single-precision numbers.
    var format: NumberFormat? {
      switch self {
      case .float32: NumberFormat(.float32)
      case .float64: NumberFormat(.float64)
      case .float16: NumberFormat(.float16)
      case .bfloat16: nil
      case .int64: NumberFormat(.int64)
      case .int32: NumberFormat(.int32)
      case .int16: NumberFormat(.int16)
      case .int8: NumberFormat(.int8)
      case .uint8: NumberFormat(.uint8)
      case .bool: NumberFormat(.bool)
      }
    }
  }

  /// The largest header that the format's own implementation reads.
  static let largestSize = 100_000_000

  var metadata: [String: String]
  /// In the order of their data, which they fill without a gap.
  var fields: [Field]

  /// Reads the header `json` of the file at `path`, which `dataSize` bytes of data follow; throws a
  /// ``FileError`` if it is not as the format has it.
  ///
  /// - Parameter converts: whether other types than F32 and F64 are allowed.
  init(json: [UInt8], path: String, dataSize: Int, converts: Bool = false) throws {
    if json.first != UInt8(ascii: "{") {
      throw FileError(path, atByte: 8, "expected a header that begins with {")
    }
    let raw: RawHeader
    do {
      // JSONDecoder would take UTF-16 too, which the format does not allow.
      if json.contains(0) { throw Complaint(description: "it holds a null byte") }
      raw = try JSONDecoder().decode(RawHeader.self, from: Data(json))
      try JSONText.demandUniqueKeys(json)
    } catch {
      throw FileError(path, atByte: 8, "cannot read the header: \(decodingReason(error))")
    }
    metadata = raw.metadata
    fields = try raw.tensors
      .map { try SafetensorsHeader.field($0, $1, path: path, converts: converts) }
      .stablySorted {
        ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
      }
    try SafetensorsHeader.checkCover(fields, path: path, dataSize: dataSize)
  }

  private static func field(
    _ name: String, _ raw: RawField, path: String, converts: Bool
  ) throws -> Field {
    func complain(_ message: String) -> FileError {
      FileError(path, atByte: 8, "tensor \(name): \(message)")
    }
    guard let type = StoredType(rawValue: raw.dtype), type.isPlain || converts else {
      throw complain(
        "its type is \(raw.dtype); only F32 and F64 can be read"
          + (converts ? ", and F16, BF16, integers and BOOL converted" : ""))
    }
    if raw.shape.count > Shape.maximumRank || raw.shape.contains(where: { $0 < 0 }) {
      throw complain("expected a shape of at most four extents from 0 up, found \(raw.shape)")
    }
    guard let count = Shape.elementCount(of: raw.shape),
      !count.multipliedReportingOverflow(by: type.size).overflow
    else { throw complain("the shape \(raw.shape) has too many elements") }
    guard raw.offsets.count == 2, let start = raw.offsets.first, let end = raw.offsets.last,
      0 <= start, start <= end
    else { throw complain("expected data offsets in ascending order, found \(raw.offsets)") }
    if end - start != count * type.size {
      throw complain(
        "expected \(count * type.size) bytes for \(type.rawValue) \(raw.shape), "
          + "found \(end - start)")
    }
    return Field(name: name, type: type, shape: Shape(raw.shape), range: start..<end)
  }

  /// Checks that the tensors' data has no hole or overlap and ends where the file does.
  private static func checkCover(_ fields: [Field], path: String, dataSize: Int) throws {
    var position = 0
    for field in fields {
      if field.range.lowerBound != position {
        throw FileError(
          path, atByte: 8,
          "tensor \(field.name): expected its data at offset \(position), "
            + "found \(field.range.lowerBound)")
      }
      position = field.range.upperBound
    }
    if position != dataSize {
      throw FileError(path, "expected \(position) bytes after the header, found \(dataSize)")
    }
  }
}

// MARK: - JSON

private struct RawHeader: Decodable {
  var metadata: [String: String] = [:]
  var tensors: [(String, RawField)] = []

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyCodingKey.self)
    for key in container.allKeys {
      if key.stringValue == TensorArchive.metadataKey {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        tensors.append((key.stringValue, try container.decode(RawField.self, forKey: key)))
      }
    }
  }
}

private struct RawField: Decodable {
  var dtype: String
  var shape: [Int]
  var offsets: [Int]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyCodingKey.self)
    let known = ["dtype", "shape", "data_offsets"]
    if let other = container.allKeys.first(where: { !known.contains($0.stringValue) }) {
      throw Complaint(description: "\(other.stringValue) is not a field of a tensor")
    }
    dtype = try container.decode(String.self, forKey: AnyCodingKey("dtype"))
    shape = try container.decode([Int].self, forKey: AnyCodingKey("shape"))
    offsets = try container.decode([Int].self, forKey: AnyCodingKey("data_offsets"))
  }
}

private struct Complaint: Error, CustomStringConvertible {
  var description: String
}
