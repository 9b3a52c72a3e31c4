import Foundation
import Perceptron
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronCLI

@Suite("Tunable options", .mayHang)
struct TunableTests {
  /// The parts of ArgumentParser's description of a command that are looked at.
  private struct Dump: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }

      let kind: String
      let names: [Name]?

      var longNames: [String] { (names ?? []).filter { $0.kind == "long" }.map(\.name) }
    }

    struct Command: Decodable { let arguments: [Argument] }

    let command: Command
  }

  private func arguments(of command: [String]) throws -> [Dump.Argument] {
    let outcome = try Command.run(command + ["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(outcome.output.utf8)).command.arguments
  }

  /// What of `perceptron train` determines no numbers, or not those of a trial.
  private let untuned: Set = [
    "target", "columns", "ignore", "types", "separator", "header", "no-header", "missing",
    "features", "resize", "target-column", "ensemble", "repeats", "from", "data", "format", "task",
    "weights", "group", "test", "output",
    "overwrite", "checkpoint-every", "diagnose",
    "tensorboard", "quiet", "blocks", "mixed-processors",
    "json",
    "workers", "help", "version", "no-subtract-mean",
  ]

  private let tunable = RangeOptions.tunable
  private var trainNames: [Hyperparameter] { tunable.filter { $0.use != .trials } }

  @Test("Every option of train that determines numbers can be tuned, and nothing else")
  func complete() throws {
    let names = try arguments(of: ["train"]).flatMap(\.longNames)
    #expect(Set(names).subtracting(untuned) == Set(trainNames.map(\.name)))
    #expect(Set(Hyperparameter.all.map(\.name)).count == Hyperparameter.all.count)
  }

  @Test("Flags of train are flags, and every other setting takes a value that train reads")
  func kinds() throws {
    let values: [Hyperparameter.Value.Kind: String] = [.number: "0.5", .integer: "2"]
    for argument in try arguments(of: ["train"]) {
      guard let hyperparameter = trainNames.first(where: { argument.longNames.contains($0.name) })
      else { continue }
      #expect((hyperparameter.kind == .flag) == (argument.kind == "flag"), "\(hyperparameter.name)")
      if let value = values[hyperparameter.kind] {
        // What is refused is so for its size, or what it goes with, and not for what it is.
        let outcome = try Command.run([
          "train", "--\(hyperparameter.name)=\(value)", "--data", "nosuch",
        ])
        #expect(!outcome.errors.contains("is invalid for"), "\(hyperparameter.name)")
      }
    }
  }

  @Test("Each setting has an option of tune that the help lists")
  func help() throws {
    let names = Set(try arguments(of: ["tune", "search"]).flatMap(\.longNames))
    let help = try Command.run(["tune", "--help"]).output
    for hyperparameter in tunable {
      #expect(names.contains(hyperparameter.name))
      #expect(help.contains("\n  --\(hyperparameter.name) <"))
    }
    for name in ["tune show", "tune export", "--resume", "--preset"] {
      #expect(help.contains(name))
    }
  }

  @Test("Widths are numbered from 1, without limit")
  func widths() {
    #expect(["width-1", "width-12"].map(Hyperparameter.layer(ofWidth:)) == [1, 12])
    for name in ["width-0", "width-", "width-01", "width-x", "width--1", "hidden"] {
      #expect(Hyperparameter.layer(ofWidth: name) == nil)
    }
    #expect(Hyperparameter.named("width-12")?.kind == .integer)
    #expect(Hyperparameter.named("width-0") == nil)
  }
}
