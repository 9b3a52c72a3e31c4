import Foundation
import PerceptronFiles
import PerceptronTraining

/// The folder of a study's event files, which is replaced as a whole.
struct StudyEventFolder {
  /// As the caller gave it, for messages.
  private let given: String
  private let path: String
  /// Where the new one is written, beside the folder.
  private let part: String
  /// Where the old one is while the new one takes its place.
  private let earlier: String
  private let move: (String, String) throws -> Void

  private static let trialPrefix = "trial-"

  /// The folder at `path`, which need not exist.
  ///
  /// - Parameter move: gives a folder another path at which there is nothing.
  init(_ path: String, move: @escaping (String, String) throws -> Void = Self.move) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let parent = url.deletingLastPathComponent().path
    given = path
    self.path = url.path
    part = "\(parent)/.\(url.lastPathComponent).new"
    earlier = "\(parent)/.\(url.lastPathComponent).earlier"
    self.move = move
  }

  /// The folder of a trial's event file in that of its study.
  static func trial(_ id: Int, in folder: String) -> String { "\(folder)/\(trialPrefix)\(id)" }

  /// Throws where the folder holds what ``replace(by:)`` would not have written.
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

  /// Puts what `write` writes to the path that it gets in the folder's place.
  ///
  /// - Throws: `FileError`, or what `write` throws; the folder is then as it was.
  func replace(by write: (String) throws -> Void) throws {
    // What a process that was killed between the two moves has left is all there is.
    if Self.type(path) == nil && Self.type(earlier) != nil { try move(earlier, path) }
    try check()
    // What a process that was killed at other times has left.
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

  /// Whether something in the folder is an event file of it, or the folder of a trial's.
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

  /// Whether an event file is that of a study, not of a run.
  private static func isStudy(_ file: String) -> Bool {
    let data = try? Data(contentsOf: URL(fileURLWithPath: file), options: .mappedIfSafe)
    return data?.range(of: Data(HParams.experimentTag.utf8)) != nil
  }

  /// What is at a path, or nil where nothing is; links are not followed.
  private static func type(_ path: String) -> FileAttributeType? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType
  }

  private static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
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
