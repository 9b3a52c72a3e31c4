import Foundation
import PerceptronFiles
import PerceptronTraining

/// The file that a study's events are appended to, `journal.jsonl`: a line of JSON for each, after a
/// first line with the definition.
///
/// Each line is a single write, so a process that is killed leaves whole lines and at most a torn last
/// one, which is ignored. Lines that end trials are flushed to disk, at most once a second; a trial
/// lost in a power failure is run again.
final class StudyJournal {
  static let name = "journal.jsonl"

  private let path: String
  private let descriptor: Int32
  private var length: Int
  private var lastSynchronization = ContinuousClock.now
  /// Whether the file may end in a partial line.
  private var isTorn = false

  /// Opens the file at `path` for appending and truncates it to its first `length` bytes.
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
  /// - Throws: `FileError`; the file is then unchanged.
  func append(_ line: StudyLine) throws {
    if isTorn { throw FileError(path, "an earlier line could not be written") }
    let bytes = Array((try line.jsonLine + "\n").utf8)
    var written = 0
    // A write is short only where no space is left; the next one then fails with the reason.
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

extension StudyJournal {
  /// The journal's first line.
  private struct Header: Codable {
    /// The version of the journal's format.
    var format: Int
    var study: StudyDefinition
    var trials: [Assignment]
  }

  private static let format = 1

  /// Creates a journal without events, atomically.
  static func create(
    _ path: String, _ definition: StudyDefinition, _ trials: [Assignment]
  ) throws -> StudyJournal {
    let header = Header(format: format, study: definition, trials: trials)
    let line = Array((try header.jsonLine + "\n").utf8)
    try AtomicFile.write(line, to: path)
    return try StudyJournal(path, length: line.count)
  }

  /// The state that the journal at `path` records, and the length of its whole lines in bytes.
  ///
  /// - Throws: `FileError`, with the position of an invalid line.
  static func read(_ path: String) throws -> (state: StudyState, length: Int) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunDirectory.failure(path, "cannot be read")
    }
    var state: StudyState?
    var start = data.startIndex
    while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
      do {
        if state == nil {
          state = try self.state(from: data[start..<end])
        } else {
          let line = try StudyLine(json: data[start..<end])
          if let objection = state?.objection(to: line.event) { throw Refusal(message: objection) }
          state?.apply(line)
        }
      } catch {
        let expected = state == nil ? "the definition of a study" : "an event of the study"
        let reason = (error as? Refusal)?.message ?? decodingReason(error)
        throw FileError(path, atByte: start, "expected \(expected): \(reason)")
      }
      start = end + 1
    }
    guard let state else {
      throw FileError(path, atByte: 0, "expected the definition of a study, found no whole line")
    }
    return (state, start)
  }

  private static func state(from line: Data) throws -> StudyState {
    struct Version: Decodable { var format: Int }
    let version = try Version(json: line).format
    if version != format {
      throw Refusal(message: "the journal's format is \(version), this program knows \(format)")
    }
    let header = try Header(json: line)
    return StudyState(header.study, header.trials)
  }

  /// Why a line of valid JSON is refused.
  private struct Refusal: Error {
    var message: String
  }
}

/// A line of a study's journal: an event and its time, as in `{"done":{…},"time":1700000000.125}`.
struct StudyLine: Codable {
  var event: StudyEvent
  /// In seconds since 1970; nil in journals of versions that recorded no times.
  var time: Double?

  private enum Key: String, CodingKey {
    case time
  }

  /// An event that happens now.
  init(_ event: StudyEvent) {
    self.event = event
    // Milliseconds suffice and keep lines short.
    time = (Date().timeIntervalSince1970 * 1000).rounded() / 1000
  }

  init(from decoder: any Decoder) throws {
    event = try StudyEvent(from: decoder)
    time = try decoder.container(keyedBy: Key.self).decodeIfPresent(Double.self, forKey: .time)
  }

  func encode(to encoder: any Encoder) throws {
    try event.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(time, forKey: .time)
  }
}
