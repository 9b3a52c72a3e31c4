import ArgumentParser
import CommandSupport
import Perceptron

/// What all measuring subcommands take.
struct MeasuringOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .init("Time for all timings together, after the checks.", valueName: "s"))
  var seconds: Double?
  @Option(
    help: .init(
      "Measure only what has this text in its subject or variant; may be given more than once.",
      valueName: "text"))
  var filter: [String] = []
  @Option(help: .init("Write all figures to this file, for compare.", valueName: "file"))
  var json: String?

  func validate() throws { try require("--seconds", aboveZero: seconds) }

  /// Whether the filter leaves this in: any of its texts is part of the name, in either case.
  func admits(_ name: String) -> Bool {
    filter.isEmpty || filter.contains { name.lowercased().contains($0.lowercased()) }
  }

  /// Those that the filter leaves in.
  ///
  /// - Throws: `ValidationError` where none is.
  func filtered<Subject>(_ subjects: [Subject], name: (Subject) -> String) throws -> [Subject] {
    let admitted = subjects.filter { admits(name($0)) }
    if admitted.isEmpty {
      let names = subjects.map(name)
      let shown = names.prefix(12).joined(separator: ", ")
      throw ValidationError(
        "--filter \(filter.joined(separator: " ")) leaves nothing of: \(shown)"
          + (names.count > 12 ? " and \(names.count - 12) more" : ""))
    }
    return admitted
  }

  /// Writes the file that was asked for.
  func write(_ report: Report) throws { try json.map(report.write) }
}
