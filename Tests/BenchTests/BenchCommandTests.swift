import Foundation
import Perceptron
import TestSupport
import Testing

@testable import bench

/// Short runs of the real program: whether its results are right and its tables whole, never how
/// long anything takes.
@Suite("bench")
struct BenchCommandTests {
  private static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command.run(
      program: Command.path(ofBuilt: "bench"), arguments, environment: environment, timeout: 300)
  }

  /// What is small enough for a build without optimisation.
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
    let report = try Report(readingFrom: scratch.file("report.json"))
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
      report.timings.filter { $0.subject == Yardsticks.subject }.count == 4)
  }

  @Test(
    "Steps, predictions, gradient checks and loading are checked and timed",
    arguments: [
      ("step", ["24-8-2"], "24-8-2"), ("predict", ["784"], "784-100-10"),
      ("gradcheck", ["24-8-2"], "24-8-2"), ("load", ["CIFAR"], "CIFAR-10, 5 × 20"),
    ] as [(String, [String], String)])
  func others(command: String, small: [String], expected: String) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Self.run(
      [command, "--seconds", "0.1", "--json", scratch.file("report.json")]
        + Self.filter(small) + (command == "load" ? ["--records", "20"] : []))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\n\(expected)"))
    let report = try Report(readingFrom: scratch.file("report.json"))
    #expect(report.command == command && report.timings.contains { $0.subject == expected })
    #expect(report.timings.allSatisfy { $0.best > 0 && $0.best <= $0.median && $0.runs >= 3 })
  }

  @Test("A build without optimisation says so, and what to type", .enabled(if: !isOptimizedBuild))
  func debugWarning() throws {
    let outcome = try Self.run(["gradcheck", "--seconds", "0.01", "--filter", "24-8-2"])
    #expect(outcome.errors.contains("swift run -c release bench"))
    #expect(outcome.output.contains("BUILT WITHOUT OPTIMISATION"))
  }

  @Test("A filter that leaves nothing is bad use, and tells what there is")
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
  }

  @Test("A chart is an SVG file", .enabled(if: Program.exists("gnuplot"), "needs gnuplot"))
  func chart() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("chart.svg")
    let outcome = try Self.run(
      ["--plot", path, "--seconds", "0.1", "--filter", "64×64×64", "--filter", "128×128×128"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let svg = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    #expect(svg.contains("<svg") && svg.contains("OpenBLAS, 1 thread"))
    let folder = try Self.run(["--plot", scratch.file("no/such/folder.svg")])
    #expect(folder.status == 1 && folder.errors.contains("no/such/folder.svg: expected a folder"))
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
    try Report(command: command, timings).write(to: path)
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

  @Test("compare leaves out what has not changed, and writes what it found to a file")
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
    let comparison = try JSONDecoder().decode(
      ReportComparison.self, from: Data(contentsOf: URL(fileURLWithPath: found)))
    #expect(comparison.comparisons.map(\.verdict) == [.slower, .same])
  }

  @Test("compare takes the files between commas together, if they are of one kind")
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
