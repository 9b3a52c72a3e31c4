import PerceptronFiles

/// What a column of a table holds.
public enum ColumnType: String, Codable, CaseIterable, Sendable {
  /// Numbers.
  case number
  /// Names of categories, whatever they look like.
  case category
}

/// How the files of a data set are read, where there is a choice: which part is the target, which columns
/// are features, how pictures become of one size.
///
/// Each format reads what concerns it, and refuses what it cannot do: see `refuse(allBut:of:_:)`.
public struct ReadingOptions: Codable, Hashable, Sendable {
  /// The columns of a table, the array of an archive, or the file, that hold the targets.
  public var targets: [String] = []
  /// The columns of a table that are features; empty for all that have no other role.
  public var columns: [String] = []
  /// The columns of a table that are left out.
  public var ignored: [String] = []
  /// The types of columns of a table that are not to be inferred.
  public var types: [String: ColumnType] = [:]
  /// The separator of the cells of a table; nil to find it.
  public var separator: String?
  /// Whether the first line of a table holds the names of its columns; nil to find out.
  public var hasHeader: Bool?
  /// Texts of missing cells of a table, in addition to the usual ones.
  public var missing: [String] = []
  /// The array of an archive, or the file, that holds the features; nil to find it.
  public var features: String?
  /// The size of pictures; nil where all have one size.
  public var pictureSize: PictureSize?
  /// The column of targets with several columns that is learned, counted from 0; nil for all.
  public var targetColumn: Int?

  /// Creates options with which nothing is chosen.
  public init() {}

  /// Options with which nothing is chosen.
  public static let none = ReadingOptions()

  /// Throws ``UnsuitableOption`` where an option is chosen that a format does not have.
  ///
  /// - Parameters:
  ///   - taken: the names of the options that the format takes, as ``chosen`` has them.
  ///   - path: the file or the folder.
  ///   - format: what was found there, such as `IDX files`.
  func refuse(allBut taken: Set<String>, of path: String, _ format: String) throws {
    if let other = chosen.first(where: { !taken.contains($0) }) {
      throw UnsuitableOption(option: other, path: path, format: format)
    }
  }

  /// The names of the options that are chosen, as hyperparameters and options are named.
  public var chosen: [String] {
    let all: [(String, Bool)] = [
      ("target", !targets.isEmpty), ("columns", !columns.isEmpty), ("ignore", !ignored.isEmpty),
      ("types", !types.isEmpty), ("separator", separator != nil), ("header", hasHeader != nil),
      ("missing", !missing.isEmpty), ("features", features != nil),
      ("resize", pictureSize != nil), ("target-column", targetColumn != nil),
    ]
    return all.filter(\.1).map(\.0)
  }
}

/// An error in ``ReadingOptions``: a choice that the files at hand do not have.
public struct UnsuitableOption: Error, Hashable, CustomStringConvertible {
  /// The name of the option, as ``ReadingOptions/chosen`` has it.
  public var option: String
  /// The file or the folder.
  public var path: String
  /// What was found there, such as `IDX files`.
  public var format: String

  /// Creates an error.
  public init(option: String, path: String, format: String) {
    (self.option, self.path, self.format) = (option, path, format)
  }

  /// What was found, and what cannot be chosen for it.
  public var description: String {
    "\(path): found \(format), for which \(option) cannot be chosen"
  }
}

/// The width and the height of pictures in pixels, as text `32x32`.
public struct PictureSize: Hashable, Sendable, LosslessStringConvertible {
  /// Pixels per row.
  public var width: Int
  /// Rows of pixels.
  public var height: Int

  /// Creates a size.
  public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  /// Reads a text; nil for any but two whole numbers from 1 to 65,536 with an x or a × between them.
  public init?(_ text: String) {
    let parts = text.split(omittingEmptySubsequences: false) { "x×".contains($0) }
    let numbers = parts.compactMap { Int($0) }
    guard parts.count == 2, numbers.count == 2, numbers.allSatisfy({ (1...65_536).contains($0) })
    else { return nil }
    (width, height) = (numbers[0], numbers[1])
  }

  /// The text.
  public var description: String { "\(width)x\(height)" }
}

extension PictureSize: Codable {
  /// Decodes the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let size = PictureSize(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a size such as 32x32, found \(text)")
    }
    self = size
  }

  /// Encodes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A file or a folder, and what is to be read from it.
public struct DataRequest: Sendable {
  /// The path of the file or the folder.
  public var path: String
  /// What the targets are; nil for what they are by themselves.
  public var task: TargetKind?
  /// The file, the column or the array with the weights of the training rows, or nil.
  public var weights: String?
  /// The file, the column or the array with the groups of the training rows, or nil.
  public var groups: String?
  /// Further choices.
  public var reading: ReadingOptions
  /// The features and classes that the reader expects, such as those of a model.
  public var expected = ExpectedFeatures()

  /// Creates a request.
  public init(
    _ path: String, task: TargetKind? = nil, weights: String? = nil, groups: String? = nil,
    reading: ReadingOptions = .none
  ) {
    self.path = path
    self.task = task
    self.weights = weights
    self.groups = groups
    self.reading = reading
  }

  /// Whether the path is that of a folder.
  public var isFolder: Bool { isDirectory(path) }
}
