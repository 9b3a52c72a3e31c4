import Foundation
import TestSupport
import Testing
@testable import PerceptronBench

/// Signals, sent once bench is known to be where they matter.
@Suite("Interrupting bench", .mayHang)
struct BenchInterruptionTests {
  private static func begin(
    _ arguments: [String], temporary: String, path: String? = nil
  ) throws -> RunningCommand {
    try RunningCommand(
      Command.path(ofBuilt: "bench"), arguments,
      // Children that end while they write their coverage would damage it.
      environment: ["TMPDIR": temporary, "LLVM_PROFILE_FILE": "/dev/null"]
        .merging(path.map { ["PATH": $0] } ?? [:]) { $1 })
  }

  /// What bench says beside the warning of a build without optimization.
  private static func messages(_ outcome: Command.Outcome) -> [Substring] {
    outcome.errors.split(separator: "\n").filter { !"┌│└".contains($0.first ?? " ") }
  }

  @Test(
    "Ctrl-C stops writing files at once and removes them", arguments: [SIGINT, SIGTERM])
  func load(_ signal: Int32) throws {
    let scratch = try TemporaryDirectory()
    let json = scratch.file("report.json")
    let temporary = try scratch.makeDirectory("temporary")
    let running = try Self.begin(
      ["load", "--filter", "CIFAR", "--seconds", "1000", "--json", json], temporary: temporary)
    try running.wait(for: "a folder") { try !scratch.names(in: "temporary").isEmpty }
    running.send(signal)
    let outcome = try running.wait()
    #expect(outcome.status == 130 && outcome.output.isEmpty)
    #expect(
      Self.messages(outcome).suffix(2) == ["stopping…", "interrupted; nothing was saved"])
    #expect(try scratch.names == ["temporary"] && scratch.names(in: "temporary").isEmpty)
  }

  @Test("A second Ctrl-C ends bench where it is, and names the folder if it is left")
  func twice() throws {
    let scratch = try TemporaryDirectory()
    let running = try Self.begin(
      ["load", "--filter", "CIFAR", "--seconds", "1000"], temporary: scratch.path)
    try running.wait(for: "a folder") { try !scratch.names.isEmpty }
    try running.wait(for: "its end") {
      if running.isRunning { running.send(SIGINT) }
      return !running.isRunning
    }
    let outcome = try running.wait()
    #expect(outcome.status == 130)
    for folder in try scratch.names {
      #expect(outcome.errors.hasSuffix("/\(folder) is left\n"))
    }
  }

  @Test("The peers end with bench, which prints once that nothing was saved")
  func peers() throws {
    let scratch = try TemporaryDirectory()
    let temporary = try scratch.makeDirectory("temporary")
    // It answers the greeting, and is at work ever after.
    let program = """
      echo $$ >> '\(scratch.file("started"))'
      read -r hello && echo '{"name": "Fake", "threads": 1}'
      read -r prepare && echo $$ > '\(scratch.file("busy"))' && exec sleep 1000
      """
    let python = try scratch.program("python", program).prefix { $0 != ":" } + "/python"
    let running = try Self.begin(
      ["peers", "--python", String(python), "--only", "numpy", "--filter", "24-8-2"],
      temporary: temporary)
    try running.wait(for: "a busy peer") { try scratch.names.contains("busy") }
    running.send(SIGINT)
    let outcome = try running.wait()
    #expect(outcome.status == 130 && outcome.output.isEmpty)
    #expect(
      Self.messages(outcome).suffix(2) == ["stopping…", "interrupted; nothing was saved"])
    #expect(outcome.errors.components(separatedBy: "interrupted").count == 2)
    #expect(try scratch.names(in: "temporary").isEmpty)
    let started = String(decoding: try scratch.bytes(of: "started"), as: UTF8.self)
      .split(separator: "\n").compactMap { Int32($0) }
    #expect(started.count == 2)
    for process in started { #expect(kill(process, 0) != 0 && errno == ESRCH) }
  }

  @Test("Ctrl-C stops a slow gnuplot")
  func chart() throws {
    let scratch = try TemporaryDirectory()
    let temporary = try scratch.makeDirectory("temporary")
    let started = scratch.file("started")
    let running = try Self.begin(
      [
        "--plot", scratch.file("chart.svg"), "--seconds", "0.01", "--filter", "64×64×64 · BLAS",
      ], temporary: temporary,
      path: try scratch.program("gnuplot", "echo $$ > '\(started)' && exec sleep 1000"))
    try running.wait(for: "gnuplot") { try scratch.names.contains("started") }
    running.send(SIGINT)
    let outcome = try running.wait()
    #expect(outcome.status == 130)
    #expect(Self.messages(outcome) == ["stopping…", "interrupted; gnuplot was stopped"])
    #expect(try scratch.names == ["bin", "started", "temporary"])
    #expect(try scratch.names(in: "temporary").isEmpty)
  }

  private static let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  @Test(
    "On a terminal the message is on its own line",
    .enabled(if: hasScript, "there is no script(1) to make a terminal"))
  func terminal() throws {
    let scratch = try TemporaryDirectory()
    let bench = "'\(Command.path(ofBuilt: "bench"))' gradcheck --filter 24-8-2 --seconds 100"
    let running = try RunningCommand(
      "/usr/bin/script", ["-qefc", "echo $$ > number && exec \(bench) > output", "terminal"],
      in: scratch.path,
      environment: ["LLVM_PROFILE_FILE": "/dev/null", "TERM": "xterm", "NO_COLOR": ""])
    func text(_ name: String) -> String {
      String(decoding: (try? scratch.bytes(of: name)) ?? [], as: UTF8.self)
    }
    try running.wait(for: "a status line") { text("terminal").contains("timing, round") }
    kill(try #require(Int32(text("number").split(separator: "\n")[0])), SIGINT)
    #expect(try running.wait().status == 130)
    #expect(text("terminal").contains("\r\u{1B}[Kinterrupted; nothing was saved\r\n"))
    #expect(text("output").isEmpty)
  }
}

extension TemporaryDirectory {
  /// The names in the directory `name`.
  func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(name))
  }

  /// Makes a shell script in the directory `bin`; returns a PATH that begins there.
  func program(_ name: String, _ script: String) throws -> String {
    let folder = try makeDirectory("bin")
    try write(Array("#!/bin/sh\n\(script)\n".utf8), to: "bin/\(name)")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    return "\(folder):/usr/bin:/bin"
  }
}
