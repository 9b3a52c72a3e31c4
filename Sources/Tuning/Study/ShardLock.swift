import Foundation
import PerceptronFiles
import PerceptronTraining

/// Keeps other processes out of a shard's folder for as long as it exists.
///
/// On one host ``RunLock`` does. It tells other hosts that share the file system nothing (NFS keeps the
/// locks of folders on the client), so a file names the host and the process, and is made by a link,
/// which fails if there is one. A process of this host that was killed leaves the file to the next one,
/// which has the lock; one of another host may still be running.
final class ShardLock: Sendable {
  private static let name = "owner.json"

  private let lock: RunLock
  private let folder: String

  /// Locks the folder of a shard.
  ///
  /// - Throws: `FileError` if another process has it.
  init(_ folder: String, of shard: StudyShard) throws {
    // A lock that is refused is never made, so that its end does not remove the other's file.
    let lock = try Self.lock(folder, taken: "\(shard) is under way")
    try Self.own(folder, shard)
    (self.lock, self.folder) = (lock, folder)
  }

  deinit { unlink(Self.path(in: folder)) }

  private static func path(in folder: String) -> String { folder + "/" + name }

  /// Locks the folder, at the second attempt if need be: a reader that asks whether the shard is under
  /// way holds the lock for a moment.
  private static func lock(_ folder: String, taken: String) throws -> RunLock {
    do {
      return try RunLock(folder, taken: taken)
    } catch let error as FileError where error.message == taken {
      usleep(200_000)
      return try RunLock(folder, taken: taken)
    }
  }

  /// Makes the file with the owner.
  private static func own(_ folder: String, _ shard: StudyShard) throws {
    let path = path(in: folder)
    let part = "\(folder)/.owner.\(String(UInt64.random(in: .min ... .max), radix: 16)).part"
    try AtomicFile.write(Array(ShardOwner.current.jsonLine.utf8), to: part)
    defer { unlink(part) }
    // The other's file may go between the two looks at it.
    for _ in 0..<10 {
      if link(part, path) == 0 { return }
      let code = errno
      // Over NFS, the answer to a link that was made may be lost.
      var status = stat()
      if stat(part, &status) == 0 && status.st_nlink == 2 { return }
      if code != EEXIST { throw FileError.system(path, "cannot be made by a link", code: code) }
      guard let other = try owner(of: folder) else { continue }
      if !other.isOfThisHost {
        throw FileError(folder, "\(shard) is under way on \(other); " + removal(folder))
      }
      if rename(part, path) == 0 { return }
      throw FileError.system(path, "cannot replace this file")
    }
    throw FileError(folder, "other processes begin and end \(shard)")
  }

  /// Removes the folder, which must be empty but for the file of the lock.
  ///
  /// - Returns: whether it was empty.
  func removeFolder() -> Bool {
    unlink(Self.path(in: folder))
    return rmdir(folder) == 0
  }

  private static func removal(_ folder: String) -> String {
    "if that process has ended, remove \(path(in: folder)) and try again"
  }

  /// The process that has a shard's folder or was killed while it had it.
  private static func owner(of folder: String) throws -> ShardOwner? {
    let path = path(in: folder)
    guard let contents = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try ShardOwner(json: contents)
    } catch {
      throw FileError(
        path,
        "expected the host and the process that train this shard: \(decodingReason(error)); "
          + removal(folder))
    }
  }

  /// Whether a process has a shard's folder: one of this host, or one of another host, which may have
  /// been killed.
  static func isTaken(_ folder: String) throws -> Bool {
    if let owner = try owner(of: folder), !owner.isOfThisHost { return true }
    return Study.isUnderWay(at: folder)
  }
}

/// A process and its host.
private struct ShardOwner: Codable {
  let host: String
  /// Tells running systems apart, also those whose hosts have one name.
  let system: String
  let process: Int32

  static let current: ShardOwner = {
    let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
    let system = boot.map { String(decoding: $0, as: UTF8.self) } ?? hostName
    return ShardOwner(
      host: hostName, system: system.trimmingCharacters(in: .whitespacesAndNewlines),
      process: getpid())
  }()

  var isOfThisHost: Bool { system == Self.current.system }
}

extension ShardOwner: CustomStringConvertible {
  var description: String { "\(host), process \(process)" }
}
