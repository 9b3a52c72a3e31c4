import Foundation
import Serialization

extension Report {
  /// Writes the page to `path`, and into the folder of that name without its extension each chart as
  /// SVG and its data as CSV, and each picture as PNG. Charts and pictures of an earlier page in that
  /// folder are removed.
  ///
  /// - Throws: `FileError` where something cannot be written, ``ImageError`` where a picture cannot
  ///   be made.
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
    try AtomicFile.write(Array(page.utf8), to: path)
    try Self.replaceFiles(in: Self.folder(of: path), with: files)
  }

  /// The folder beside a page: its path without the extension, or with `-files` where it has none.
  static func folder(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return path + "-files" }
    return String(path.dropLast(name.distance(from: dot, to: name.endIndex)))
  }

  private static func replaceFiles(
    in folder: String, with files: [(name: String, bytes: [UInt8])]
  ) throws {
    let manager = FileManager.default
    let old = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
    let kept = Set(files.map(\.name))
    for name in old where !kept.contains(name) {
      if [".svg", ".csv", ".png"].contains(where: name.hasSuffix) {
        try AtomicFile.remove(folder + "/" + name)
      }
    }
    if files.isEmpty { return }
    do {
      try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "the folder cannot be made: \(error.localizedDescription)")
    }
    for file in files { try AtomicFile.write(file.bytes, to: folder + "/" + file.name) }
  }
}
