import Foundation
import PerceptronFiles

extension Report {
  /// Writes the page to `path`, and the charts as SVG and CSV and the pictures as PNG into the
  /// folder of that name without its extension. An earlier page's files in that folder are removed.
  ///
  /// - Throws: `FileError` if a file cannot be written; before anything is written, `FileError` if
  ///   `path` is a file that is not a page of this library or the folder has other files, and ``ImageError`` if a picture cannot be encoded.
  /// - Precondition: as for ``html(_:)``.
  public func write(to path: String, _ drawings: Drawings) throws {
    try Self.checkReplaceable(path)
    let page = try html(drawings)
    var files: [(name: String, bytes: [UInt8])] = try pictures.map {
      ("\($0.name).png", try $0.image.png)
    }
    for chart in charts {
      files.append(("\(chart.name).csv", Array(chart.chart.csv.utf8)))
      if case .drawn(let drawn) = drawings, let own = drawn[chart.name] {
        files.append(("\(chart.name).svg", Array(own.svg.file.utf8)))
      }
    }
    let folder = Self.folder(of: path)
    let earlier = try Self.earlierFiles(in: folder)
    try AtomicFile.write(Array(page.utf8), to: path)
    try Self.replace(earlier, in: folder, with: files)
  }

  /// Writes the page alone to `path`. It replaces an earlier page, whose charts and pictures are
  /// removed from the folder beside it, and no other file.
  ///
  /// - Throws: as ``checkReplaceable(_:)``, ``ImageError`` if a picture cannot be encoded, and
  ///   `FileError` if a file cannot be written or removed.
  /// - Precondition: as for ``html(_:)``.
  public func writePage(to path: String, _ drawings: Drawings) throws {
    try Self.checkReplaceable(path)
    let page = try html(drawings)
    if Self.isPage(at: path) { try Self.removeFiles(in: Self.folder(of: path)) }
    try AtomicFile.write(Array(page.utf8), to: path)
  }

  /// Throws `FileError` where ``writePage(to:_:)`` could not write, or would replace a file that is
  /// not a page of this library.
  public static func checkReplaceable(_ path: String) throws {
    try AtomicFile.check(path)
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if attributes?[.type] as? FileAttributeType == .typeRegular, !isPage(at: path) {
      throw FileError(
        path,
        "expected a page of this library to replace, found another file; give the page "
          + "another name")
    }
  }

  /// Whether ``write(to:_:)`` or ``writePage(to:_:)`` wrote the page at `path`.
  public static func isPage(at path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    // The tag is in the page's head, before the style sheet.
    let head = (try? file.read(upToCount: 1024)) ?? Data()
    return head.range(of: Data(HTML.generator.utf8)) != nil
  }

  /// Removes the page at `path` with its charts and pictures. Other files in the folder beside it
  /// stay, and the folder with them.
  ///
  /// - Returns: false if there is no page of this library; nothing is removed then.
  /// - Throws: `FileError` if a file cannot be removed.
  @discardableResult
  public static func remove(at path: String) throws -> Bool {
    if !isPage(at: path) { return false }
    try removeFiles(in: folder(of: path))
    // Last, so that a removal that failed can be repeated.
    try AtomicFile.remove(path)
    return true
  }

  /// Removes a page's charts and pictures from its folder, and the folder if it has no other files.
  private static func removeFiles(in folder: String) throws {
    // A folder without a page's list stays.
    let files = (try? earlierFiles(in: folder)) ?? []
    for name in files { try AtomicFile.remove(folder + "/" + name) }
    if !files.isEmpty {
      let list = folder + "/" + listName
      try AtomicFile.remove(list)
      // With other files in the folder, an empty list lets the next page be written.
      if rmdir(folder) != 0 { try AtomicFile.write([], to: list) }
    }
  }

  /// The folder beside a page: the path without its extension or, if it has none, with `-files`.
  static func folder(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return path + "-files" }
    return String(path.dropLast(name.distance(from: dot, to: name.endIndex)))
  }

  /// The file that lists the names of a page's files in the folder, one on each line.
  private static let listName = ".page-files"

  /// The names of an earlier page's files in a folder; throws if it has files but no page's list.
  private static func earlierFiles(in folder: String) throws -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    if found.isEmpty { return [] }
    guard let list = try? String(contentsOfFile: folder + "/" + listName, encoding: .utf8) else {
      throw FileError(
        folder,
        "the page's charts and pictures go into this folder, which has other files; give the page "
          + "another name")
    }
    return list.split(separator: "\n").map(String.init).filter { found.contains($0) }
  }

  private static func replace(
    _ earlier: [String], in folder: String, with files: [(name: String, bytes: [UInt8])]
  ) throws {
    let kept = Set(files.map(\.name))
    if !earlier.isEmpty || !files.isEmpty {
      try makeFolder(folder)
      // Written before the files, so that all are listed.
      let names = kept.union(earlier).stablySorted().joined(separator: "\n") + "\n"
      try AtomicFile.write(Array(names.utf8), to: folder + "/" + listName)
    }
    for name in earlier where !kept.contains(name) { try AtomicFile.remove(folder + "/" + name) }
    for file in files { try AtomicFile.write(file.bytes, to: folder + "/" + file.name) }
  }

  /// The drawings of a page's charts, or the reason why there are none.
  public enum Drawings: Hashable, Sendable {
    /// The drawings by the charts' names.
    case drawn([String: DrawnChart])
    /// The reason, a sentence that the page shows.
    case missing(String)
  }

  /// A drawn chart.
  public struct DrawnChart: Hashable, Sendable {
    /// The drawing at the chart's width.
    public var svg: SVG
    /// The drawing of a wide chart for narrow pages; nil for other charts.
    public var narrow: SVG?

    /// Creates a drawn chart.
    public init(_ svg: SVG, narrow: SVG? = nil) {
      self.svg = svg
      self.narrow = narrow
    }
  }

  /// Draws the page's charts in a single gnuplot process.
  ///
  /// - Returns: the drawings, and the error message if they failed.
  public func draw() -> (drawings: Drawings, problem: String?) {
    let wide = charts.filter(\.isWide)
    do {
      let drawn = try Gnuplot.draw(
        (charts + wide).map(\.chart),
        widths: charts.map { $0.isWide ? Chart.fullWidth : Chart.standardWidth }
          + wide.map { _ in Chart.standardWidth })
      let narrow = Dictionary(zip(wide.map(\.name), drawn.dropFirst(charts.count))) { $1 }
      let pairs = zip(charts, drawn).map { chart, svg in
        (chart.name, DrawnChart(svg, narrow: narrow[chart.name]))
      }
      return (.drawn(Dictionary(pairs) { $1 }), nil)
    } catch {
      return (.missing("\(error)"), "\(error)")
    }
  }
}
