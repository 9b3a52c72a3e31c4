import Foundation
import PerceptronFiles
import PerceptronTraining

/// The file that a study's events are appended to, `journal.jsonl`: a line of JSON for each, after
/// a first line with the definition.
///
/// Each line is a single write, so a process that is killed leaves whole lines and at most a torn
/// last one, which is ignored. Lines that end trials are flushed to disk, at most once a second; a
/// trial lost in a power failure is run again.
final class StudyJournal: StudyRecorder {
  private let file: AppendingFile
  private var lastSynchronization = ContinuousClock.now

  /// Opens the file at `path` for appending and truncates it to its first `length` bytes.
  init(_ path: String, length: Int) throws {
    file = try AppendingFile(path, length: length)
  }

  /// Appends a line; if it throws `FileError`, the file is unchanged.
  func append(_ line: StudyLine) throws {
    try file.append(Array((try line.jsonLine + "\n").utf8))
    if line.event.isFinal { synchronize() }
  }

  private func synchronize() {
    let now = ContinuousClock.now
    if now - lastSynchronization < .seconds(1) { return }
    file.synchronize()
    lastSynchronization = now
  }
}

extension StudyJournal {
  private struct Header: Codable {
    var format: Int
    var study: StudyDefinition
    var trials: [Assignment]
    var shard: ShardPart?
  }

  /// The format of a whole study and that of a shard, which earlier versions would train whole.
  private static let format = 1, shardFormat = 2

  /// The first line of the journal of a study that has not begun.
  private static func header(of fresh: StudyState) throws -> [UInt8] {
    let header = Header(
      format: fresh.part == nil ? format : shardFormat, study: fresh.definition,
      trials: fresh.trials.map(\.parameters), shard: fresh.part)
    return Array((try header.jsonLine + "\n").utf8)
  }

  /// Creates the journal of a study that has not begun.
  static func create(_ path: String, _ fresh: StudyState) throws -> StudyJournal {
    let line = try header(of: fresh)
    try AtomicFile.write(line, to: path)
    return try StudyJournal(path, length: line.count)
  }

  /// Writes a whole journal: the study that has not begun, and the lines of its events.
  static func write(_ fresh: StudyState, _ lines: [Data], to path: String) throws {
    let bytes = lines.reduce(into: try header(of: fresh)) { bytes, line in
      bytes += line
      bytes.append(UInt8(ascii: "\n"))
    }
    try AtomicFile.write(bytes, to: path)
  }

  /// The state that the journal at `path` records, and the length of its whole lines in bytes.
  ///
  /// - Parameters:
  ///   - begin: called with the study of the first line.
  ///   - visit: called with each event and its line.
  /// - Throws: `FileError`, with the position of an invalid line.
  static func read(
    _ path: String, begin: (StudyState) -> Void = { _ in },
    visit: (StudyLine, Data) -> Void = { _, _ in }
  ) throws -> (state: StudyState, length: Int) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError.system(path, "cannot be read")
    }
    var state: StudyState?
    var start = data.startIndex
    while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
      do {
        if state == nil {
          let fresh = try self.state(from: data[start..<end])
          begin(fresh)
          state = fresh
        } else {
          let line = try StudyLine(json: data[start..<end])
          if let objection = state?.objection(to: line.event) { throw Refusal(message: objection) }
          state?.apply(line)
          visit(line, data[start..<end])
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
    if version != format && version != shardFormat {
      throw Refusal(
        message:
          "the journal's format is \(version), this program knows \(format) and \(shardFormat)")
    }
    let header = try Header(json: line)
    if (version == shardFormat) != (header.shard != nil) {
      throw Refusal(
        message: "format \(version) is that of \(header.shard == nil ? "a shard" : "a whole study")"
      )
    }
    if let unknown = header.shard?.trials.first(where: { !header.trials.indices.contains($0) }) {
      throw Refusal(message: "trial \(unknown) of the shard is not one of \(header.trials.count)")
    }
    return StudyState(header.study, header.trials, part: header.shard)
  }

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
