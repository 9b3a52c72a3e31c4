import Foundation
import Perceptron
import TestSupport
import Testing

@Suite struct ShowTests {
  @Test("A run is shown with curves that fit the window", arguments: ["UTF-8", "C"])
  func curves(locale: String) throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a")
    let outcome = try Command.run(
      ["show", "a"], in: scratch.path, environment: ["COLUMNS": "40", "LC_ALL": locale])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("digits: finished after 12 iterations in "))
    #expect(outcome.output.contains("\nloss, "))
    #expect(outcome.output.contains("█") == (locale == "UTF-8"))
  }

  @Test("JSON has the record and the history") func json() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a")
    let outcome = try Command.run(["show", "a", "--json"], in: scratch.path)
    let run = try JSONDecoder().decode(TrainingRun.self, from: Data(outcome.output.utf8))
    #expect(try run == RunDirectory(path: scratch.file("a")).read())
  }

  @Test("A folder without a run is refused") func none() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(["show", "."], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("found no run.json"))
  }
}
