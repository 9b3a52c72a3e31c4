import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// Throws a `ValidationError` unless the value of --output, if given, names an HTML file.
func requirePage(_ output: String?) throws {
  guard let output, !output.hasSuffix(".html") else { return }
  throw ValidationError("--output is \(output), expected a file whose name ends in .html")
}

/// Draws a page's charts, writes the page alone to `path`, and prints the path.
///
/// - Throws: as `Report.writePage`.
func publish(_ report: Report, to path: String, open: Bool) throws {
  let (drawings, problem) = report.draw()
  try report.writePage(to: path, drawings)
  if let problem { Console.error(problem) }
  try Console.output(path)
  if open { openPage(path) }
}

/// Opens a page in the browser, for `--open`; standard error says where that is not possible.
func openPage(_ path: String) {
  let programs = ["xdg-open", "open"]
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  let candidates = programs.flatMap { name in folders.map { "\($0)/\(name)" } }
  guard
    let program = candidates.first(where: FileManager.default.isExecutableFile(atPath:)),
    let process = try? Process.run(URL(fileURLWithPath: program), arguments: [path])
  else {
    Console.error("--open: there is no xdg-open or open here; open \(path) in a browser")
    return
  }
  process.waitUntilExit()
  if process.terminationStatus != 0 {
    Console.error("--open: \(program) failed; open \(path) in a browser")
  }
}
