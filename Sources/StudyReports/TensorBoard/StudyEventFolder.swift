import Foundation
import PerceptronFiles
import PerceptronReports
import PerceptronTraining

struct StudyEventFolder {
  private let given: String
  private let path: String
  /// The path of the new folder while it is written.
  private let part: String
  /// The path of the old folder while it is replaced.
  private let earlier: String
  private let move: (String, String) throws -> Void

  private static let trialPrefix = "trial-"

  /// A folder at `path`, which need not exist; `move` moves a folder to a path at which there is
  /// nothing.
  init(_ path: String, move: @escaping (String, String) throws -> Void = Self.move) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let parent = url.deletingLastPathComponent().path
    given = path
    self.path = url.path
    part = "\(parent)/.\(url.lastPathComponent).new"
    earlier = "\(parent)/.\(url.lastPathComponent).earlier"
    self.move = move
  }

  static func trial(_ id: Int, in folder: String) -> String { "\(folder)/\(trialPrefix)\(id)" }

  /// Throws if the folder holds anything that ``replace(by:)`` would not have written.
  func check() throws {
    guard let type = Self.type(path) else { return }
    if type != .typeDirectory && type != .typeSymbolicLink {
      throw FileError(given, "expected a folder, found a file")
    }
    let names = try Self.names(in: path)
    if names.isEmpty { return }
    let events = Set(EventFileName.names(in: path))
    if let other = names.first(where: { !isOwn($0, events) }) {
      throw FileError(
        given, "expected a study's event files and nothing else in this folder, found \(other)")
    }
    if !events.contains(where: { Self.isStudy(path + "/" + $0) }) {
      throw FileError(given, "expected a study's event files in this folder, found others")
    }
  }

  /// Replaces the folder by the one that `write` creates at the path that it gets.
  ///
  /// - Throws: `FileError`, or what `write` throws; the folder is then unchanged.
  func replace(by write: (String) throws -> Void) throws {
    // A process was killed between the two moves.
    if Self.type(path) == nil && Self.type(earlier) != nil { try move(earlier, path) }
    try check()
    // Leftovers of a process that was killed at another time.
    try Self.remove(part)
    try Self.remove(earlier)
    do {
      try write(part)
      let isThere = Self.type(path) != nil
      if isThere { try move(path, earlier) }
      do {
        try move(part, path)
      } catch {
        if isThere { try move(earlier, path) }
        throw error
      }
    } catch {
      try? Self.remove(part)
      throw error
    }
    try Self.remove(earlier)
  }

  /// Whether an entry of the folder is one of its event files, or a trial's folder.
  private func isOwn(_ name: String, _ events: Set<String>) -> Bool {
    let entry = path + "/" + name
    if events.contains(name) { return Self.type(entry) == .typeRegular }
    guard name.hasPrefix(Self.trialPrefix), let id = Int(name.dropFirst(Self.trialPrefix.count)),
      id >= 0, Self.trial(id, in: path) == entry, Self.type(entry) == .typeDirectory,
      let names = try? Self.names(in: entry)
    else { return false }
    let isEvents = names.allSatisfy { Self.type(entry + "/" + $0) == .typeRegular }
    return !names.isEmpty && isEvents && names == EventFileName.names(in: entry)
  }

  /// Whether an event file is a study's, not a run's.
  private static func isStudy(_ file: String) -> Bool {
    let data = try? Data(contentsOf: URL(fileURLWithPath: file), options: .mappedIfSafe)
    return data?.range(of: Data(HParams.experimentTag.utf8)) != nil
  }

  /// The type of what is at a path, without following links; nil if there is nothing.
  private static func type(_ path: String) -> FileAttributeType? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType
  }

  private static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).stablySorted()
    } catch {
      throw FileError(folder, "the folder cannot be read: \(error.localizedDescription)")
    }
  }

  private static func remove(_ path: String) throws {
    if type(path) == nil { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw FileError(path, "cannot be removed: \(error.localizedDescription)")
    }
  }

  private static func move(_ path: String, to target: String) throws {
    if rename(path, target) != 0 {
      throw FileError.system(target, "this folder cannot be replaced")
    }
  }
}
