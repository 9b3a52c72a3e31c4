import Foundation
import PerceptronFiles
import PerceptronTraining

extension StudyJournal {
  /// The journal's first line.
  private struct Header: Codable {
    /// The version of the journal's format.
    var format: Int
    var study: StudyDefinition
    var trials: [Assignment]
  }

  private static let format = 1

  /// Makes a journal at `path` without events; a process that is killed leaves none or all of it.
  static func create(
    _ path: String, _ definition: StudyDefinition, _ trials: [Assignment]
  ) throws -> StudyJournal {
    let header = Header(format: format, study: definition, trials: trials)
    let line = Array((try header.jsonLine + "\n").utf8)
    try AtomicFile.write(line, to: path)
    return try StudyJournal(path, length: line.count)
  }

  /// What the journal at `path` tells, and how many bytes it has in whole lines.
  ///
  /// - Throws: `FileError`, with the place of a line that cannot be understood.
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

  /// A line that is JSON and makes no sense.
  private struct Refusal: Error {
    var message: String
  }
}
