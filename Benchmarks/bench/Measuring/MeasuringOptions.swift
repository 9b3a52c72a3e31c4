import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// What all measuring subcommands take.
struct MeasuringOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .init("Total time of the measurement, without the checks.", valueName: "s"))
  var seconds: Double?
  @Option(
    help: .init(
      """
      Measure only names that contain this text, ignoring case, with x for ×, . for · and T for ᵀ; \
      may be repeated.
      """,
      valueName: "text"))
  var filter: [String] = []
  @Option(
    help: .init(
      "JSON file to write all figures to, for compare. (default: none)", valueName: "file"))
  var json: String?

  func validate() throws { try require("--seconds", aboveZero: seconds) }

  /// Makes sure, before anything is measured, that the file can be written.
  func checkOutput() throws { try json.map(OutputFile.check) }

  /// Whether the filter leaves this in: any of its texts is part of the name, as the help has it.
  func admits(_ name: String) -> Bool {
    filter.isEmpty || filter.contains { Self.typed(name).contains(Self.typed($0)) }
  }

  private static func typed(_ text: String) -> String {
    text.lowercased().replacing("×", with: "x").replacing("·", with: ".")
      .replacing("ᵀ", with: "t")
  }

  /// Those that the filter leaves in.
  ///
  /// - Throws: `ValidationError` where none is.
  func filtered<Subject>(_ subjects: [Subject], name: (Subject) -> String) throws -> [Subject] {
    let admitted = subjects.filter { admits(name($0)) }
    if admitted.isEmpty {
      throw ValidationError(
        "--filter \(filter.joined(separator: " ")) leaves nothing of:\n  "
          + subjects.map(name).joined(separator: "\n  "))
    }
    return admitted
  }

  /// Writes the file that was asked for and prints `text`; where one of the two fails, the other is
  /// done all the same.
  func publish(_ report: BenchReport, _ text: String) throws {
    let written = Result { try json.map(report.write) }
    try Console.output(text)
    try written.get()
  }
}

/// A file that is written at the end of something long.
enum OutputFile {
  /// Throws unless a file can be made at `path`.
  static func check(_ path: String) throws { try AtomicFile.check(path) }

  /// Writes what was found as JSON.
  static func write(_ report: some Encodable, to path: String) throws {
    try AtomicFile.write(Array((try report.json + "\n").utf8), to: path)
  }
}
