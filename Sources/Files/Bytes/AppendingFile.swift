import Foundation

/// A file that whole records are appended to, such as a journal or a log.
///
/// A record is one write to the end of the file, so a process that is killed leaves whole records
/// and at most a torn last one. Not for use from several threads at a time.
package final class AppendingFile {
  private let path: String
  private let descriptor: Int32
  /// The number of bytes in whole records.
  private var length = 0
  /// Whether a part of a record may be at the end of the file.
  private var isTorn = false

  /// Makes a new file; throws a ``FileError`` if there is one already.
  package init(creating path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw FileError.system(path, "cannot be made") }
  }

  /// Opens a file and truncates it to `length` bytes.
  package init(_ path: String, length: Int) throws {
    self.path = path
    self.length = length
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    if descriptor < 0 { throw FileError.system(path, "cannot be opened") }
    if ftruncate(descriptor, off_t(length)) != 0 {
      let error = FileError.system(path, "cannot be written to")
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Appends a record. If it cannot be written, the file is as it was; where not even that is possible,
  /// every later call throws, since no reader gets past a part of a record.
  package func append(_ record: [UInt8]) throws {
    if isTorn { throw FileError(path, "an earlier record could not be written") }
    var written = 0
    // One write takes all of it unless space runs out; the next then tells why.
    while written < record.count {
      let count = record[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 {
        let error = FileError.system(path, "cannot be written to")
        isTorn = written > 0 && ftruncate(descriptor, off_t(length)) != 0
        throw error
      }
      written += count
    }
    length += written
  }

  /// Returns when all records are on the disk.
  package func synchronize() { fsync(descriptor) }
}
