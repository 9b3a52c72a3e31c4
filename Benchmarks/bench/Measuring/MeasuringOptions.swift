import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// The options of all measuring subcommands.
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

  /// Checks before measuring that the file can be written.
  func checkOutput() throws { try json.map(OutputFile.check) }

  /// Whether a name matches the filter.
  func admits(_ name: String) -> Bool {
    filter.isEmpty || filter.contains { Self.typed(name).contains(Self.typed($0)) }
  }

  private static func typed(_ text: String) -> String {
    text.lowercased().replacing("×", with: "x").replacing("·", with: ".")
      .replacing("ᵀ", with: "t")
  }

  /// The subjects that match the filter.
  ///
  /// - Throws: `ValidationError` if there are none.
  func filtered<Subject>(_ subjects: [Subject], name: (Subject) -> String) throws -> [Subject] {
    let admitted = subjects.filter { admits(name($0)) }
    if admitted.isEmpty {
      throw ValidationError(
        "--filter \(filter.joined(separator: " ")) leaves nothing of:\n  "
          + subjects.map(name).joined(separator: "\n  "))
    }
    return admitted
  }

  /// Writes the JSON file, if any, and prints `text`. If one of the two fails, the other is still done.
  func publish(_ report: BenchReport, _ text: String) throws {
    let written = Result { try json.map(report.write) }
    try Console.output(text)
    try written.get()
  }
}

/// A file that is written after a long measurement.
enum OutputFile {
  /// Throws unless a file can be created at `path`.
  static func check(_ path: String) throws { try AtomicFile.check(path) }

  /// Writes a result as JSON.
  static func write(_ report: some Encodable, to path: String) throws {
    try AtomicFile.write(Array((try report.json + "\n").utf8), to: path)
  }
}
