import Foundation
import PerceptronFiles

/// What keeps a run's folder to one run at a time: a lock on the folder itself, which leaves nothing
/// behind and ends with the process, however that ends.
public final class RunLock: Sendable {
  /// What is said of a folder that is locked already.
  package static let taken = "a run is under way in this folder"

  private let descriptor: Int32

  /// Locks the folder at `path`, at once or, where it may, after waiting.
  ///
  /// - Parameter taken: what is said where it is locked already.
  /// - Throws: `FileError` where it is locked already, or cannot be.
  package init(
    _ path: String, waits: Bool = false, taken: String = RunLock.taken
  ) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw FileError.system(path, "the folder cannot be opened") }
    if flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 { return }
    throw errno == EWOULDBLOCK
      ? FileError(path, taken)
      : FileError.system(path, "the folder cannot be locked")
  }

  deinit {
    // Not left to `close` alone: a child process that is just being started may have a copy of the
    // descriptor, which would keep the lock until its program begins.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
