import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// What one run of bench found, and where: what `--json` writes and `compare` reads.
struct BenchReport: Codable {
  /// The subcommand.
  let command: String
  /// When it ended, as ISO 8601 in universal time.
  let date: String
  let machine: Machine
  /// The version of the compiler that built this.
  let swift: String
  /// Whether it was built with optimisation.
  let isOptimized: Bool
  var timings: [Timing]
  /// The arithmetic of steps as shares of the multiply-add peak.
  var peak: PeakShares?
  /// The programs compared and their versions.
  var versions: [String: String]?
  /// The largest resident memory of each program, in bytes.
  var peakBytes: [String: Double]?
  /// What was left out, and why.
  var notes: [String]?

  init(command: String, _ timings: [Timing]) {
    self.command = command
    date = Date().formatted(.iso8601)
    machine = .current
    swift = Build.swiftVersion
    isOptimized = Build.isOptimized
    self.timings = timings
  }

  /// - Throws: `FileError` where this is no file that bench wrote, or one with times that none can
  ///   have measured.
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

  /// Several runs of the same build as one: the visits of each timing together, also of those that
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

  /// What was measured where, for the top of a table.
  var head: String {
    var lines = [
      "\(machine.processor), \(counted(machine.cores, "core")), \(machine.system)",
      "\(machine.blas), core \(machine.blasCore), \(counted(machine.blasThreads, "thread"))",
      "Swift \(swift), \(date)",
    ]
    if !isOptimized {
      lines.append("BUILT WITHOUT OPTIMISATION: type swift run -c release bench instead")
    }
    return lines.joined(separator: "\n")
  }

  func write(to path: String) throws {
    try OutputFile.write(self, to: path)
  }
}

extension Timing {
  /// Whether all times that are compared are there.
  fileprivate var isMeasured: Bool {
    !visits.isEmpty && quartiles.count == 2
      && ([median, best] + quartiles + visits.flatMap { [$0.median, $0.best] })
        .allSatisfy { $0.isFinite && $0 > 0 }
  }
}
