import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// `perceptron report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page of a training run or of a study.",
    discussion: """
      The page is one HTML file that needs nothing else. The folder beside it, of its name without .html, \
      has each chart as SVG with its data as CSV, and each picture as PNG; one with other files is \
      refused. The confusions of a run are those on the test \
      set of its data, or on the rows held out where there is no test set.
      """)

  @Argument(help: "The folder of a run or a study.") var folder: String
  @Option(
    help: .init("The data set's folder, where it is elsewhere now.", valueName: "name"))
  var data: String?
  @Option(
    help: .init("The page's file. (default: report.html in the folder)", valueName: "file"))
  var output: String?
  @Flag(help: "Show the page in the browser.") var open = false

  func validate() throws {
    if let output, !output.hasSuffix(".html") {
      throw ValidationError("--output is \(output), expected a file whose name ends in .html")
    }
  }

  func run() throws {
    if !FileManager.default.fileExists(atPath: folder) {
      throw FileError(folder, "there is no such folder")
    }
    if !isDirectory(folder) {
      throw FileError(folder, "expected the folder of a run or a study, found a file")
    }
    let path = output ?? FolderViews(folder: folder).pagePath
    try checkWritable(path)
    var report = try page()
    let time = Date.now.formatted(
      .verbatim(
        "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .current,
        calendar: Calendar(identifier: .gregorian)))
    report.subtitle += ". Page of \(time)"
    let (drawings, problem) = report.draw()
    try report.write(to: path, drawings)
    if let problem { Console.error(problem) }
    try Console.output(path)
    if open { show(path) }
  }

  /// Throws where the page could not be written, before it is made.
  private func checkWritable(_ path: String) throws {
    do {
      try AtomicFile.check(path)
    } catch let error as FileError where output == nil {
      throw FileError(error.path, error.message + "; --output writes the page elsewhere")
    }
  }

  private func page() throws -> Report {
    let directory = RunDirectory(path: folder)
    if directory.holdsRecord {
      var source = try RunPageSource(directory, data: data)
      let report = try source.report()
      for problem in source.problems { Console.error("warning: \(problem)") }
      return report
    }
    if Study.exists(at: folder) {
      if data != nil {
        throw ValidationError("--data is for the page of a run, \(folder) has a study")
      }
      return Report(of: try Study.current(at: folder).study, in: folder)
    }
    if directory.holdsCheckpoint {
      throw FileError(
        folder,
        "the run in it is not over; `\(ShellCommand.line(["perceptron", "resume", folder]))` "
          + "goes on with it")
    }
    let found = directory.holdsModel ? "found a model without its run.json" : "found neither"
    throw FileError(folder, "expected the folder of a run or a study, \(found)")
  }

  private func show(_ path: String) {
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
}
