import Foundation
import Testing
import PerceptronTuning

struct AssignmentTests {
  @Test func `Values survive JSON with their order and kind`() throws {
    let assignment: Assignment = [
      "learning-rate": .number(0.1), "hidden": .integer(50), "optimizer": .text("adam"),
      "batch-norm": .flag(true),
    ]
    let data = try JSONEncoder().encode(assignment)
    #expect(try JSONDecoder().decode(Assignment.self, from: data) == assignment)
  }

  @Test func `A name that comes twice in a file is refused`() {
    let text = #"[{"name": "hidden", "value": 1}, {"name": "hidden", "value": 2}]"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Assignment.self, from: Data(text.utf8))
    }
  }
}
