import Foundation
import PerceptronTuning
import Testing

@Suite("Parameter values")
struct ParameterValueTests {
  @Test("Numbers are equal by value")
  func numbersEqualByTheyWorth() {
    #expect(ParameterValue.integer(1) == .number(1))
    #expect(ParameterValue.number(0) == .number(-0.0))
    #expect(Set<ParameterValue>([.integer(1), .number(1), .integer(0), .number(-0.0)]).count == 2)
    #expect(ParameterValue.integer(1) != .number(1.5))
    // 2⁶³ − 1 is not a Double.
    #expect(ParameterValue.integer(.max) != .number(0x1p63))
    #expect(ParameterValue.integer(1) != .text("1") && ParameterValue.flag(true) != .integer(1))
  }

  @Test("In tables whole numbers have all their digits, and others those that anyone reads")
  func tablesWholeNumbersAllTheir() {
    #expect(ParameterValue.integer(9_007_199_254_740_993).shortDescription == "9007199254740993")
    #expect(ParameterValue.integer(-12).shortDescription == "-12")
    #expect(ParameterValue.number(0.012345678901).shortDescription == "0.01235")
    #expect(ParameterValue.number(1e300).shortDescription == "1e+300")
    #expect(ParameterValue.text("relu").shortDescription == "relu")
  }

  @Test("Numbers are found again in JSON")
  func numbersFoundAgainJSON() throws {
    let values: [ParameterValue] = [
      .number(1), .number(0.1), .number(1e300), .number(-0.0), .number(.leastNonzeroMagnitude),
      .number(1e15),
      .number(0x1p62), .integer(.max), .integer(.min), .flag(true), .text("1"), .text("true"),
    ]
    let data = try JSONEncoder().encode(values)
    #expect(try JSONDecoder().decode([ParameterValue].self, from: data) == values)
  }
}
