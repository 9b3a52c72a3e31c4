import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

/// Short runs of the real program: whether its results are right and its tables whole, never how
/// long anything takes.
@Suite("bench", .mayHang)
struct BenchCommandTests {
  private static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command.run(
      program: Command.path(ofBuilt: "bench"), arguments, environment: environment)
  }

  /// What is small enough for a build without optimization.
  private static func filter(_ small: [String]) -> [String] {
    isOptimizedBuild ? [] : small.flatMap { ["--filter", $0] }
  }

  @Test("bench checks and times every product")
  func matmul() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Self.run(
      ["--seconds", "0.2", "--json", scratch.file("report.json")]
        + Self.filter(["17×31×23", "64×64×64", "hidden·W2"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.allSatisfy { $0.count <= 110 })
    let report = try BenchReport(readingFrom: scratch.file("report.json"))
    #expect(report.command == "matmul" && report.isOptimized == isOptimizedBuild)
    #expect(report.swift.contains(/^\d+\.\d+/))
    let products = Product.groups.flatMap(\.products).map(\.description).filter { product in
      isOptimizedBuild || ["17×", "64×64×", "hidden·W2"].contains { product.hasPrefix($0) }
    }
    for product in products {
      #expect(report.timings.contains { $0.subject == product && $0.variant.hasPrefix("BLAS") })
      #expect(outcome.output.contains("\n\(product) "))
    }
    #expect(
      report.timings.filter { $0.subject == ReferenceBenchmarks.subject }.count == 5)
  }

  @Test(
    "Steps, predictions, gradient checks and loading are checked and timed",
    arguments: [
      ("step", ["24-8-2"], [], "24-8-2"),
      ("predict", ["784"], ["--rows", "500"], "784-100-10"),
      ("gradcheck", ["24-8-2"], [], "24-8-2"),
      ("load", ["CIFAR"], ["--records", "20"], "CIFAR-10, 5 × 20"),
    ] as [(String, [String], [String], String)])
  func others(command: String, small: [String], size: [String], expected: String) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Self.run(
      [command, "--seconds", "0.1", "--json", scratch.file("report.json")]
        + Self.filter(small) + size)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\n\(expected)"))
    let report = try BenchReport(readingFrom: scratch.file("report.json"))
    #expect(report.command == command && report.timings.contains { $0.subject == expected })
    #expect(report.timings.allSatisfy { $0.best > 0 && $0.best <= $0.median && $0.runs >= 3 })
  }

  @Test(
    "A build without optimization warns and names the release build",
    .enabled(if: !isOptimizedBuild))
  func debugWarning() throws {
    let outcome = try Self.run(["gradcheck", "--seconds", "0.01", "--filter", "24-8-2"])
    #expect(outcome.errors.contains("swift run -c release bench"))
    #expect(outcome.output.contains("BUILT WITHOUT OPTIMIZATION"))
  }

  @Test("A filter without a match is a usage error that lists the names")
  func filter() throws {
    let outcome = try Self.run(["step", "--filter", "nothing like it"])
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("--filter nothing like it leaves nothing of:\n  3072-50-10"))
  }

  @Test("Without gnuplot, a chart is refused before anything is measured")
  func noGnuplot() throws {
    let outcome = try Self.run(["--plot", "/tmp/never.svg"], environment: ["PATH": "/nowhere"])
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("apt-get install gnuplot-nox"))
    let filtered = try Self.run(
      ["--plot", "/tmp/never.svg", "--filter", "nothing"], environment: ["PATH": "/nowhere"])
    #expect(filtered.status == 2 && filtered.errors.contains("--filter nothing leaves nothing"))
  }

  @Test("A chart that gnuplot leaves empty is refused, and the old one stays")
  func emptyChart() throws {
    let scratch = try TemporaryDirectory()
    let chart = try scratch.write([7], to: "chart.svg")
    let outcome = try Self.run(
      ["--plot", chart, "--seconds", "0.01", "--filter", "64×64×64 · BLAS"],
      environment: ["PATH": try scratch.program("gnuplot", "exit 0")])
    #expect(outcome.status == 1 && outcome.output.contains("\n64×64×64 "))
    #expect(outcome.errors.contains("gnuplot: ended without any output"))
    #expect(try scratch.bytes(of: "chart.svg") == [7])
  }

  @Test("--details prints a line for each product and way, with all figures")
  func details() throws {
    let outcome = try Self.run(
      ["--details", "--seconds", "0.01", "--filter", "17x31x23 . BLAS"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let line = try #require(outcome.lines.first { $0.hasPrefix("17×31×23  OpenBLAS, 1 thread ") })
    // Runs, median, best, spread, GFLOP/s; the peak needs a large square, the gain the loops.
    #expect(line.contains(/\d+ +[\d.]+ .?s +[\d.]+ .?s +\d+ % +[\d.]+ +– +–$/), "\(line)")
    #expect(outcome.lines.count { $0.hasPrefix("17×31×23 ") } <= 2)
  }

  @Test("step counts the allocations of a run", .enabled(if: Allocations.areCounted))
  func allocations() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("report.json")
    let outcome = try Self.run(
      ["step", "--seconds", "0.05", "--filter", "24-8-2", "--json", path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let timing = try #require(
      try BenchReport(readingFrom: path).timings["24-8-2", StepBenchmarks.gradients])
    let allocations = try #require(timing.allocations)
    #expect(allocations.count >= 0 && allocations.bytes >= allocations.count)
    let line = try #require(outcome.lines.first { $0.hasPrefix("24-8-2 ") })
    #expect(line.hasSuffix(String(format: " %.1f", allocations.count)))
  }

  @Test("A name that no file can have is refused before anything is measured")
  func output() throws {
    let scratch = try TemporaryDirectory()
    try scratch.write([], to: "plain")
    for name in ["", scratch.file("plain/x.json"), scratch.file("x.json/"), scratch.path] {
      let outcome = try Self.run(["gradcheck", "--seconds", "1000", "--json", name])
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      #expect(outcome.errors.contains(name.isEmpty ? "Error: '': expected" : "Error: \(name): "))
    }
    #expect(try scratch.names == ["plain"])
  }

  @Test(
    "Where the report cannot be printed, its file is written all the same",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullOutput() throws {
    let scratch = try TemporaryDirectory()
    let bench = Command.path(ofBuilt: "bench")
    let measure = "gradcheck --seconds 0.01 --filter 24-8-2 --json report.json"
    let compare = "compare report.json report.json --json comparison.json"
    for (command, file) in [(measure, "report.json"), (compare, "comparison.json")] {
      let outcome = try Command.run(
        program: "/bin/sh", ["-c", "'\(bench)' \(command) >/dev/full"], in: scratch.path)
      #expect(outcome.status == 1 && outcome.errors.contains("standard output: cannot write"))
      #expect(try scratch.names.contains(file))
    }
  }

  @Test("A chart is an SVG file", .requires(.gnuplot, Gnuplot.isInstalled, "needs gnuplot"))
  func chart() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("chart.svg")
    let outcome = try Self.run(
      [
        "--plot", path, "--seconds", "0.02", "--filter", "64×64×64 · BLAS", "--filter",
        "128×128×128 · BLAS",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let svg = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    #expect(svg.contains("<svg") && svg.contains("OpenBLAS, 1 thread"))
    let folder = try Self.run(["--plot", scratch.file("no/such/folder.svg")])
    #expect(folder.status == 1 && folder.errors.contains("no/such/folder.svg: cannot write here"))
  }

  /// A report with the given medians, each of ten visits, in a file.
  private func write(
    _ medians: [String: Double], command: String = "step", to path: String
  ) throws {
    let timings = medians.sorted { $0.key < $1.key }.map { subject, seconds in
      Timing(
        subject: subject, variant: "who",
        visits: (0..<10).map { [seconds * (1 + 0.002 * Double($0))] }, runs: 10)
    }
    try BenchReport(command: command, timings).write(to: path)
  }

  @Test("compare marks a planted slowdown and nothing else")
  func compare() throws {
    let scratch = try TemporaryDirectory()
    try write(["a": 1, "b": 1, "c": 1], to: scratch.file("old.json"))
    try write(["a": 1.2, "b": 1.02, "c": 0.8], to: scratch.file("new.json"))
    let outcome = try Self.run(["compare", scratch.file("old.json"), scratch.file("new.json")])
    #expect(outcome.status == 0)
    let marked = outcome.lines.filter { $0.hasSuffix("SLOWER") || $0.hasSuffix("FASTER") }
    #expect(marked.map { $0.prefix(1) } == ["a", "c"])
    #expect(outcome.output.contains("3 compared: 1 slower, 1 faster, 1 without a change"))

    let missing = try Self.run(["compare", scratch.file("old.json"), scratch.file("none.json")])
    #expect(missing.status == 1 && missing.errors.contains("none.json: cannot read"))
    try Data("{}".utf8).write(to: URL(fileURLWithPath: scratch.file("none.json")))
    let empty = try Self.run(["compare", scratch.file("old.json"), scratch.file("none.json")])
    #expect(
      empty.status == 1 && empty.errors.contains("expected what this version of bench writes"))
  }

  @Test("compare takes no folder, and no times that nothing can have taken")
  func compareRefusals() throws {
    let scratch = try TemporaryDirectory()
    let whole = scratch.file("whole.json")
    try write(["a": 1], to: whole)
    let folder = try Self.run(["compare", scratch.path, whole])
    #expect(folder.status == 1 && folder.errors.contains("\(scratch.path): expected a file"))
    let text = String(decoding: try scratch.bytes(of: "whole.json"), as: UTF8.self)
    let visits = try #require(text.firstRange(of: /"visits" : \[[^\]]*\]/))
    let noVisits = text.replacingCharacters(in: visits, with: #""visits" : []"#)
    let noTime = text.replacing(#""best" : 1,"#, with: #""best" : 0,"#)
    for wrong in [noVisits, noTime] {
      #expect(wrong != text)
      let path = try scratch.write(Array(wrong.utf8), to: "wrong.json")
      for files in [[path, whole], [whole, path]] {
        let outcome = try Self.run(["compare"] + files)
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("wrong.json: a · who: expected visits with times above 0"))
      }
    }
  }

  @Test("compare --changed leaves out unchanged timings, and --json writes a file")
  func compareOptions() throws {
    let scratch = try TemporaryDirectory()
    let (old, new) = (scratch.file("old.json"), scratch.file("new.json"))
    try write(["a": 1, "b": 1], to: old)
    try write(["a": 1.2, "b": 1], to: new)
    let found = scratch.file("found.json")
    let outcome = try Self.run(["compare", old, new, "--changed", "--json", found])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.lines.filter { !$0.hasPrefix("careful") }
    #expect(lines.map { $0.prefix(2) } == ["wh", "a ", "2 "])
    let same = try Self.run(["compare", old, old, "--changed"])
    #expect(same.lines.last?.hasPrefix("2 compared: 0 slower") == true)
    #expect(!same.output.contains("what  who"))
    let comparison = try JSONDecoder().decode(
      ReportComparison.self, from: Data(contentsOf: URL(fileURLWithPath: found)))
    #expect(comparison.comparisons.map(\.verdict) == [.slower, .same])
  }

  @Test("compare merges files separated by commas if they are of one command")
  func compareLists() throws {
    let scratch = try TemporaryDirectory()
    let files = ["slow", "fast", "new", "other"].map { scratch.file("\($0).json") }
    try write(["a": 1.4], to: files[0])
    try write(["a": 1], to: files[1])
    try write(["a": 1.2], to: files[2])
    try write(["a": 1], command: "predict", to: files[3])
    // A median of 1.2 of both.
    let outcome = try Self.run(["compare", "\(files[0]),\(files[1])", files[2]])
    #expect(outcome.status == 0 && outcome.output.contains("1 without a change"))
    let line = try #require(outcome.lines.first { $0.hasPrefix("a ") })
    #expect(line.split(separator: " ").prefix(6) == ["a", "who", "1.2", "s", "1.2", "s"])

    let mixed = try Self.run(["compare", "\(files[0]),\(files[3])", files[2]])
    #expect(mixed.status == 2 && mixed.errors.contains("other.json: both step and predict"))
    let none = try Self.run(["compare", ",", files[2]])
    #expect(none.status == 2 && none.errors.contains("expected files, found ','"))
    let text = String(decoding: try scratch.bytes(of: "fast.json"), as: UTF8.self)
    try scratch.write(
      Array(text.replacing(#"cores" : "#, with: #"cores" : 9"#).utf8), to: "fast.json")
    let machines = try Self.run(["compare", "\(files[0]),\(files[1])", files[2]])
    #expect(machines.status == 2 && machines.errors.contains("not all of one machine and build"))
  }
}
