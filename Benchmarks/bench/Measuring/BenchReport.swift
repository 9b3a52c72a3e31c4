import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// The result of one run of bench, which `--json` writes and `compare` reads.
struct BenchReport: Codable {
  /// The subcommand.
  let command: String
  /// The time of the end, in ISO 8601 and UTC.
  let date: String
  let machine: Machine
  /// The version of the compiler that built bench.
  let swift: String
  /// Whether bench was built with optimization.
  let isOptimized: Bool
  var timings: [Timing]
  /// The arithmetic of steps as shares of the multiply-add peak.
  var peak: PeakShares?
  /// The programs compared and their versions.
  var versions: [String: String]?
  /// The largest resident memory of each program, in bytes.
  var peakBytes: [String: Double]?
  /// What was left out, with the reason.
  var notes: [String]?

  init(command: String, _ timings: [Timing]) {
    self.command = command
    date = Date().formatted(.iso8601)
    machine = .current
    swift = Build.swiftVersion
    isOptimized = Build.isOptimized
    self.timings = timings
  }

  /// Reads a file.
  ///
  /// - Throws: `FileError` if bench did not write the file, or its times are not positive.
  init(readingFrom path: String) throws {
    if isDirectory(path) {
      throw FileError(path, "expected a file that bench wrote, found a folder")
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw FileError(path, "cannot read: \(error.localizedDescription)")
    }
    do {
      self = try JSONDecoder().decode(BenchReport.self, from: data)
      try JSONText.demandUniqueKeys(Array(data))
    } catch let error as JSONText.DuplicateKey {
      throw FileError(path, "\(error)")
    } catch {
      throw FileError(path, "expected what this version of bench writes with --json")
    }
    if let timing = timings.first(where: { !$0.isMeasured }) {
      throw FileError(path, "\(timing.name): expected visits with times above 0")
    }
  }

  /// Merges several runs of the same build: combines the visits of each timing, including timings that
  /// only some of the runs have.
  ///
  /// - Parameter reports: at least one, of the same command.
  init(merging reports: [BenchReport]) {
    self = reports[0]
    timings = []
    var places: [String: Int] = [:]
    for timing in reports.flatMap(\.timings) {
      if let place = places[timing.name] {
        timings[place] = timings[place].merged(with: timing)
      } else {
        places[timing.name] = timings.count
        timings.append(timing)
      }
    }
  }

  /// Machine, libraries and date, as printed above tables.
  var head: String {
    var lines = [
      "\(machine.processor), \(counted(machine.cores, "core")), \(machine.system)",
      "\(machine.blas), core \(machine.blasCore), \(counted(machine.blasThreads, "thread"))",
      "Swift \(swift), \(date)",
    ]
    if !isOptimized {
      lines.append("BUILT WITHOUT OPTIMIZATION: type swift run -c release bench instead")
    }
    return lines.joined(separator: "\n")
  }

  func write(to path: String) throws {
    try OutputFile.write(self, to: path)
  }
}

extension Timing {
  /// Whether all times that are compared are present and positive.
  fileprivate var isMeasured: Bool {
    !visits.isEmpty && quartiles.count == 2
      && ([median, best] + quartiles + visits.flatMap { [$0.median, $0.best] })
        .allSatisfy { $0.isFinite && $0 > 0 }
  }
}
