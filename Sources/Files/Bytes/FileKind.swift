import Foundation

/// The kind of a file or folder, for messages about an unexpected one.
///
/// It is detected by the first bytes, else by the name's extension. It is for messages only: each
/// format's reader checks every field.
package enum FileKind: String, CaseIterable, Sendable {
  case folder = "a folder"

  // What is read.
  case idx = "an IDX file"
  case cifar10 = "a file of CIFAR-10 records"
  case cifar100 = "a file of CIFAR-100 records"
  case safetensors = "a safetensors file"

  // Arrays and tables.
  case npy = "a NumPy array"
  case npz = "a NumPy archive"
  case pickle = "a Python pickle"
  case matlab = "a MATLAB file"
  case matlab73 = "a MATLAB 7.3 file"
  case hdf5 = "an HDF5 file"
  case parquet = "a Parquet table"
  case arrow = "an Arrow table"
  case csv = "a CSV table"
  case tsv = "a table with tabs"
  case arff = "an ARFF table"
  case spreadsheet = "a spreadsheet"
  case sqlite = "an SQLite database"

  // Models of other tools.
  case onnx = "an ONNX model"
  case pyTorch = "a PyTorch file"
  case keras = "a Keras model"
  case tensorFlowLite = "a TensorFlow Lite model"
  case gguf = "a GGUF model"

  // Pictures.
  case png = "a PNG picture"
  case jpeg = "a JPEG picture"
  case gif = "a GIF picture"
  case bmp = "a BMP picture"
  case webp = "a WebP picture"
  case tiff = "a TIFF picture"

  // Archives and texts.
  case tar = "a tar archive"
  case zip = "a zip archive"
  case gzip = "gzip data"
  case json = "a JSON file"
  case yaml = "a YAML file"
  case html = "a web page"
  case pdf = "a PDF document"
  case lfsPointer = "a Git LFS pointer, not the file itself"
  case text = "a text file"

  /// Whether it has tables, arrays or pictures, which NumPy can read by itself or with a package.
  package var isArrays: Bool {
    switch self {
    case .npy, .npz, .pickle, .matlab, .matlab73, .hdf5, .parquet, .arrow, .csv, .tsv, .arff,
      .spreadsheet,
      .png, .jpeg, .gif, .bmp, .webp, .tiff:
      true
    default: false
    }
  }

  /// The number of bytes read to tell the kind.
  private static let headSize = 1024

  private var isText: Bool {
    switch self {
    case .csv, .tsv, .arff, .json, .yaml, .html, .text: true
    default: false
    }
  }

  /// What the file or folder at `path` is; nil where it is not there, cannot be read, is empty, or is
  /// nothing that is known. Data compressed with gzip is looked into.
  package init?(of path: String) {
    if isDirectory(path) {
      self = .folder
      return
    }
    guard let (head, isCompressed) = Gzip.head(ofFile: path, count: Self.headSize), !head.isEmpty
    else { return nil }
    let name = (isCompressed && path.hasSuffix(".gz") ? "\(path.dropLast(3))" : path).lowercased()
    let kind = Self.byBytes(head, name: name) ?? Self.byText(head, name: name) ?? Self.byName(name)
    guard let kind = kind ?? (isCompressed ? .gzip : nil) else { return nil }
    self = kind
  }

  // MARK: - First bytes

  private static let signatures: [(at: Int, bytes: [UInt8], kind: FileKind)] = [
    (0, [0x93] + Array("NUMPY".utf8), .npy), (0, [0x89] + Array("HDF\r\n".utf8), .hdf5),
    (0, Array("MATLAB 7.3".utf8), .matlab73), (0, Array("MATLAB ".utf8), .matlab),
    (0, Array("PAR1".utf8), .parquet),
    (0, Array("ARROW1".utf8), .arrow), (0, Array("FEA1".utf8), .arrow),
    (0, Array("SQLite format 3".utf8), .sqlite), (4, Array("TFL3".utf8), .tensorFlowLite),
    (0, Array("GGUF".utf8), .gguf), (0, [0x89] + Array("PNG\r\n".utf8), .png),
    (0, [0xFF, 0xD8, 0xFF], .jpeg), (0, Array("GIF8".utf8), .gif), (8, Array("WEBP".utf8), .webp),
    (0, Array("II*\0".utf8), .tiff), (0, Array("MM\0*".utf8), .tiff),
    (257, Array("ustar".utf8), .tar), (0, Array("%PDF".utf8), .pdf),
    // The container of Excel's files before 2007.
    (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .spreadsheet),
    // A pickle of the number that older versions of torch.save begin with.
    (0, [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46], .pyTorch),
  ]

  private static func byBytes(_ head: [UInt8], name: String) -> FileKind? {
    for (place, bytes, kind) in signatures where head.dropFirst(place).starts(with: bytes) {
      return kind
    }
    if head.starts(with: Array("PK\u{3}\u{4}".utf8)) { return zipped(head, name: name) }
    if head.count >= 4 {
      switch (head[0], head[1], head[2], head[3]) {
      case (0, 0, 8...9, 1...), (0, 0, 11...14, 1...): return .idx
      case (0x80, 2...5, _, _): return .pickle
      // A protocol buffer's version, then the name of the program that wrote the model.
      case (8, 1..<32, 0x12, 1..<64)
      where head.dropFirst(4).prefix(Int(head[3])).allSatisfy({ (0x20..<0x7F).contains($0) }):
        return .onnx
      case (UInt8(ascii: "B"), UInt8(ascii: "M"), _, _) where name.hasSuffix(".bmp"): return .bmp
      default: break
      }
    }
    if head.count > 8, head[8] == UInt8(ascii: "{"), head[4..<8].allSatisfy({ $0 == 0 }) {
      return .safetensors
    }
    if !name.hasSuffix(".bin") || head.count < headSize { return nil }
    let parts = ["train.bin", "test.bin"]
    if parts.contains((name as NSString).lastPathComponent) {
      return head[0] < 20 && head[1] < 100 ? .cifar100 : nil
    }
    return head[0] < 10 ? .cifar10 : nil
  }

  /// The kind of a zip archive, by the name of its first file.
  private static func zipped(_ head: [UInt8], name: String) -> FileKind {
    let count = head.count < 30 ? 0 : Int(head[26]) + Int(head[27]) << 8
    let first = String(decoding: head.dropFirst(30).prefix(count), as: UTF8.self)
    if first.hasSuffix(".npy") { return .npz }
    if first.hasSuffix("/data.pkl") || first.hasSuffix("/version") { return .pyTorch }
    if first == "[Content_Types].xml" { return .spreadsheet }
    return byName(name) ?? .zip
  }

  // MARK: - Texts and names

  private static func byText(_ head: [UInt8], name: String) -> FileKind? {
    let controls = head.contains { $0 < 0x20 && !(9...13).contains($0) }
    if controls || head.contains(0x7F) { return nil }
    if let named = byName(name), named.isText { return named }
    let text = String(decoding: head, as: UTF8.self)
    if text.hasPrefix("version https://git-lfs.github.com/") { return .lfsPointer }
    let start = text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    if start.hasPrefix("{") || start.hasPrefix("[") { return .json }
    if start.hasPrefix("@relation") { return .arff }
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return .html }
    // The last line of what was read may be cut.
    let lines = text.split(whereSeparator: \.isNewline).prefix(2)
    func areCells(_ separator: Character) -> Bool {
      let counts = lines.map { line in line.count { $0 == separator } }
      return lines.count == 2 && counts[0] > 0 && (counts[0] == counts[1] || head.count == headSize)
    }
    if areCells("\t") { return .tsv }
    if areCells(",") || areCells(";") { return .csv }
    // A character at the end of what was read may be cut, too.
    let ends = head.count == headSize ? 0...3 : 0...0
    let isText = ends.contains { String(validating: head.dropLast($0), as: UTF8.self) != nil }
    return isText ? .text : nil
  }

  private static let extensions: [String: FileKind] = [
    "csv": .csv, "tsv": .tsv, "arff": .arff, "npy": .npy, "npz": .npz, "pkl": .pickle,
    "pickle": .pickle, "joblib": .pickle, "mat": .matlab, "h5": .hdf5, "hdf5": .hdf5,
    "parquet": .parquet, "arrow": .arrow, "feather": .arrow, "xls": .spreadsheet,
    "xlsx": .spreadsheet, "ods": .spreadsheet, "onnx": .onnx, "pt": .pyTorch, "pth": .pyTorch,
    "keras": .keras, "tflite": .tensorFlowLite, "gguf": .gguf, "safetensors": .safetensors,
    "png": .png, "jpg": .jpeg, "jpeg": .jpeg, "gif": .gif, "bmp": .bmp, "webp": .webp,
    "tif": .tiff, "tiff": .tiff, "tar": .tar, "tgz": .tar, "zip": .zip, "json": .json,
    "yaml": .yaml, "yml": .yaml, "html": .html, "pdf": .pdf, "txt": .text,
  ]

  private static func byName(_ name: String) -> FileKind? {
    guard let dot = name.lastIndex(of: "."), !name[dot...].contains("/") else { return nil }
    return extensions[String(name[name.index(after: dot)...])]
  }
}

extension FileKind: CustomStringConvertible {
  /// The name with its article.
  package var description: String { rawValue }
}
