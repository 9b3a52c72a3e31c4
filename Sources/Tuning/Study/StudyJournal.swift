import Foundation
import PerceptronFiles
import PerceptronTraining

/// The file that a study's events are appended to, `journal.jsonl`: a line of JSON for each, the
/// first one of what the study is.
///
/// A line is one write to the end of the file, so a process that is killed leaves whole lines and
/// at most a torn last one, which counts as not written. After a power failure the file system
/// decides what is there; lines that end trials are therefore forced onto the disk, but at most
/// once a second: a trial that is lost is run again.
final class StudyJournal {
  static let name = "journal.jsonl"

  private let path: String
  private let descriptor: Int32
  private var length: Int
  private var lastSynchronization = ContinuousClock.now
  /// Whether a part of a line may be at the end of the file.
  private var isTorn = false

  /// Goes on with the file at `path` after its first `length` bytes; what is behind them goes.
  init(_ path: String, length: Int) throws {
    self.path = path
    self.length = length
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    if descriptor < 0 { throw RunDirectory.failure(path, "cannot be opened") }
    if ftruncate(descriptor, off_t(length)) != 0 {
      let error = RunDirectory.failure(path, "cannot be written to")
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Appends a line.
  ///
  /// - Throws: `FileError`; the file is then as it was.
  func append(_ line: StudyLine) throws {
    if isTorn { throw FileError(path, "an earlier line could not be written") }
    let bytes = Array((try line.jsonLine + "\n").utf8)
    var written = 0
    // One write takes the line but where no space is left; the next then tells why.
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 {
        let error = RunDirectory.failure(path, "cannot be written to")
        isTorn = written > 0 && ftruncate(descriptor, off_t(length)) != 0
        throw error
      }
      written += count
    }
    length += bytes.count
    if line.event.isFinal { synchronize() }
  }

  private func synchronize() {
    let now = ContinuousClock.now
    if now - lastSynchronization < .seconds(1) { return }
    fsync(descriptor)
    lastSynchronization = now
  }
}
