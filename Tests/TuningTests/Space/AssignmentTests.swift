import Foundation
import PerceptronTuning
import Testing

@Suite("Assignments")
struct AssignmentTests {
  @Test("Values survive JSON with their order and kind")
  func valuesSurviveJSONWithTheir() throws {
    let assignment: Assignment = [
      "learning-rate": .number(0.1), "hidden": .integer(50), "optimizer": .text("adam"),
      "batch-norm": .flag(true),
    ]
    let data = try JSONEncoder().encode(assignment)
    #expect(try JSONDecoder().decode(Assignment.self, from: data) == assignment)
  }

  @Test("A name that comes twice in a file is refused")
  func nameComesTwiceFileRefused() {
    let text = #"[{"name": "hidden", "value": 1}, {"name": "hidden", "value": 2}]"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Assignment.self, from: Data(text.utf8))
    }
  }
}
