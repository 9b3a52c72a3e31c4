import Foundation
import PerceptronFiles

extension Report {
  /// Writes the page to `path`, and into the folder of that name without its extension each chart as
  /// SVG and its data as CSV, and each picture as PNG. Files of an earlier page in that folder are
  /// removed.
  ///
  /// - Throws: `FileError` where something cannot be written or the folder has other files than an
  ///   earlier page's, ``ImageError`` where a picture cannot be made. In the latter two cases nothing
  ///   is written.
  /// - Precondition: as for ``html(_:)``.
  public func write(to path: String, _ drawings: Drawings) throws {
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

  /// Whether ``write(to:_:)`` wrote the page at `path`.
  public static func isPage(at path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    // It stands in the page's head, before its style.
    let head = (try? file.read(upToCount: 1024)) ?? Data()
    return head.range(of: Data(HTML.generator.utf8)) != nil
  }

  /// Removes the page at `path` with its charts and pictures, as when what it shows is no longer so.
  ///
  /// Of the folder beside it only what ``write(to:_:)`` put there is removed, and the folder itself
  /// where nothing else is in it.
  ///
  /// - Returns: false where there is no page of ``write(to:_:)``; then nothing is removed.
  /// - Throws: `FileError` where a file cannot be removed.
  @discardableResult
  public static func remove(at path: String) throws -> Bool {
    if !isPage(at: path) { return false }
    let folder = folder(of: path)
    // A folder of others' files, which no page was written beside, stays.
    let files = (try? earlierFiles(in: folder)) ?? []
    for name in files { try AtomicFile.remove(folder + "/" + name) }
    if !files.isEmpty {
      let list = folder + "/" + listName
      try AtomicFile.remove(list)
      // Where others' files are in it, the next page can still be written beside them.
      if rmdir(folder) != 0 { try AtomicFile.write([], to: list) }
    }
    // Last, so that what is left of a removal that failed can be removed again.
    try AtomicFile.remove(path)
    return true
  }

  /// The folder beside a page: its path without the extension, or with `-files` where it has none.
  static func folder(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return path + "-files" }
    return String(path.dropLast(name.distance(from: dot, to: name.endIndex)))
  }

  /// The file in the folder that has the names of all others of a page, a line each.
  private static let listName = ".page-files"

  /// The names of an earlier page's files in a folder.
  ///
  /// - Throws: `FileError` where it has files and no page's.
  private static func earlierFiles(in folder: String) throws -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    if found.isEmpty { return [] }
    guard let list = try? String(contentsOfFile: folder + "/" + listName, encoding: .utf8) else {
      throw FileError(
        folder,
        "the page's charts and pictures go into this folder, which has other files; give the page "
          + "another name")
    }
    // What is no name of a file here was not written by a page.
    return list.split(separator: "\n").map(String.init).filter { found.contains($0) }
  }

  private static func replace(
    _ earlier: [String], in folder: String, with files: [(name: String, bytes: [UInt8])]
  ) throws {
    let kept = Set(files.map(\.name))
    if !earlier.isEmpty || !files.isEmpty {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw FileError(folder, "the folder cannot be made: \(error.localizedDescription)")
      }
      // Before the files, so that none is without its name on the list.
      let names = kept.union(earlier).sorted().joined(separator: "\n") + "\n"
      try AtomicFile.write(Array(names.utf8), to: folder + "/" + listName)
    }
    for name in earlier where !kept.contains(name) { try AtomicFile.remove(folder + "/" + name) }
    for file in files { try AtomicFile.write(file.bytes, to: folder + "/" + file.name) }
  }
}
