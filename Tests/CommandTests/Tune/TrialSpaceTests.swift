import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronCLI

@Suite("The space of perceptron tune")
struct TrialSpaceTests {
  private func space(
    _ options: [String], file: String? = nil, preset: TrialSpace.Preset? = nil,
    repeats: Int? = nil
  ) throws -> TrialSpace {
    try TrialSpace(
      file: file, options: try RangeOptions.parse(options), preset: preset, repeats: repeats)
  }

  @Test("The preset cs231n is the grid of 180 plain networks")
  func preset() throws {
    let space = try space([], preset: .cs231n)
    let grid = try space.space.assignments(by: .grid)
    #expect(grid.count == 180)
    #expect(
      grid.first?.description
        == "learning-rate 0.09, hidden 50, iterations 1000, regularization 0.1")
    #expect(
      grid.last?.description
        == "learning-rate 0.004, hidden 150, iterations 2500, regularization 0.5")
    #expect(space.fixed == ["batch": "200", "decay": "0.95", "epoch-clock": "classic"])
  }

  @Test("Commas stand within the weights of classes; semicolons separate several choices")
  func classWeights() throws {
    let one = try space(["--class-weights", "1,0.5,4", "--hidden", "5,6"])
    #expect(one.fixed == ["class-weights": "1,0.5,4"])
    let two = try space(["--class-weights", "balanced;1,0.5,4"])
    #expect(
      try two.space.assignments(by: .grid).map(\.description)
        == ["class-weights balanced", "class-weights 1,0.5,4"])
  }

  @Test("Options override a preset and add to it")
  func overriding() throws {
    let space = try space(
      ["--hidden", "10", "--batch", "100,200", "--seed", "7"], preset: .cs231n)
    #expect(
      space.space.parameters.map(\.name)
        == ["learning-rate", "iterations", "batch", "regularization"])
    #expect(
      space.fixed == ["hidden": "10", "decay": "0.95", "epoch-clock": "classic", "seed": "7"])
  }

  @Test("Several seeds are repeats, however they are given, and never a setting that is tried")
  func repeats() throws {
    for (options, repeats, seeds) in [
      (["--seed", "4,0,2"], nil, [4, 0, 2]), (["--seed", "1..9:3"], nil, [1, 5, 9]),
      (["--seed", "3..5"], nil, [3, 4, 5]), (["--seed", "5"], 3, [5, 6, 7]), ([], 3, [0, 1, 2]),
      (["--seed", "5"], 1, []), (["--seed", "5"], nil, []),
    ] as [([String], Int?, [Int])] {
      let space = try space(options + ["--hidden", "5,6"], repeats: repeats)
      #expect(space.seeds == seeds)
      #expect(space.space.parameters.map(\.name) == ["hidden"])
      #expect(space.fixed == (seeds.isEmpty ? ["seed": "5"] : [:]))
    }
    #expect(try space([], repeats: 2).space.parameters.isEmpty)
    let scratch = try TemporaryDirectory()
    for (parameters, message) in [
      (#"{"name": "seed", "values": [1, 2]}"#, nil),
      (
        #"{"name": "batch", "values": [5, 6]}, {"name": "seed", "values": [1, 2], "when": {"batch": [5]}}"#,
        "seed is 1,2 under a condition"
      ),
      (
        #"{"name": "seed", "values": [1, 2]}, {"name": "batch", "values": [5, 6], "when": {"seed": [1]}}"#,
        "seed is 1,2 in a condition"
      ),
      (
        #"{"name": "seed", "range": [1, 5000], "integer": true}"#,
        "seed: 1..5000, each of which repeats every point, expected at most 1000 seeds"
      ),
    ] as [(String, String?)] {
      let path = try scratch.write(
        Array(#"{"parameters": [\#(parameters)]}"#.utf8), to: "space.json")
      if let message {
        let error = #expect(throws: (any Error).self) { try space([], file: path) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(message))
      } else {
        #expect(try space([], file: path).seeds == [1, 2])
      }
    }
    for (options, repeats, message) in [
      (["--seed", "1,2"], 2, "--repeats is 2, but --seed lists 2 seeds"),
      ([], 1, "nothing to try"),
      (["--seed", "\(Int.max)"], 2, "too large for 2 consecutive seeds"),
    ] {
      let error = #expect(throws: (any Error).self) { try space(options, repeats: repeats) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(message))
    }
  }

  @Test("Networks are compared by the same rows, so that these have one value")
  func rows() throws {
    for options in [
      ["--validation", "100,200"], ["--split-seed", "0,1"], ["--split", "last,stratified"],
    ] {
      let error = #expect(throws: (any Error).self) { try space(options + ["--hidden", "5,6"]) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("expected one value"), "\(options)")
    }
    #expect(try space(["--validation", "100", "--hidden", "5,6"]).fixed == ["validation": "100"])
  }

  @Test("A single value is fixed, with its digits as they are compared")
  func fixed() throws {
    let space = try space(["--learning-rate", "1e-3", "--hidden", "5,6", "--batch-norm", "true"])
    #expect(space.fixed == ["learning-rate": "0.001", "batch-norm": "true"])
    #expect(space.space == SearchSpace([.init("hidden", .values([.integer(5), .integer(6)]))]))
  }

  @Test("A width is set only in networks that have the layer")
  func conditions() throws {
    let space = try space(["--depth", "1,3", "--width-1", "8,9", "--width-3", "4"])
    let conditions = space.space.parameters.map(\.condition)
    #expect(conditions == [[:], [:], ["depth": [.integer(3)]]])
    #expect(space.fixed.isEmpty)
  }

  @Test("Settings are those of train with the same options, with widths as layers")
  func settings() throws {
    let maker = TrialSettings(
      data: DataSettings(source: "digits"),
      fixed: ["width-1": "9", "batch-norm": "true", "subtract-mean": "false", "seed": "3"])
    let data = try DatasetLibrary.load("digits")
    let made = try maker.experiments(
      of: [
        ["learning-rate": .number(0.01), "depth": .integer(2), "width-2": .number(7)],
        ["layer-norm": .flag(false), "optimizer": .text("sgd")],
      ], for: data)
    func train(_ options: [String]) throws -> Experiment {
      try TrainCommand.parse(options + ["--batch-norm", "--no-subtract-mean", "--seed", "3"])
        .experiment(for: data)
    }
    #expect(try made[0] == train(["--learning-rate", "0.01", "--layers", "9,7"]))
    #expect(try made[1] == train(["--layers", "9", "--optimizer", "sgd"]))
  }

  @Test("A file's names are held to those that there are, and to whole numbers where they are")
  func files() throws {
    let scratch = try TemporaryDirectory()
    let files = [
      (#"{"name": "learnin-rate", "values": [1, 2]}"#, "did you mean learning-rate?"),
      (#"{"name": "hidden", "range": [1, 20]}"#, #"add "integer": true"#),
      (#"{"name": "hidden", "values": [1]}"#, "nothing to try"),
      (#"{"name": "hidden", "values": [1, 2]}"#, "--hidden is given, but"),
      (#"{"name": "hidden", "values": []}"#, "hidden: no values"),
    ]
    for (parameter, message) in files {
      let path = try scratch.write(
        Array(#"{"parameters": [\#(parameter)]}"#.utf8), to: "space.json")
      let options = message.hasPrefix("--hidden") ? ["--hidden", "5"] : []
      let error = #expect(throws: (any Error).self) { try space(options, file: path) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(message))
    }
  }
}
