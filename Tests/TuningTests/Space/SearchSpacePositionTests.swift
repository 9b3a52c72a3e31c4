import PerceptronTuning
import Testing

@Suite("Positions in a search space")
struct SearchSpacePositionTests {
  @Test(
    "A value's position follows its scale",
    arguments: [
      (SearchSpace.Domain.numbers(lower: -1, upper: 3), ParameterValue.number(0), 0.25 as Double?),
      (.numbers(lower: -1, upper: 3), .integer(3), 1),
      (.numbers(lower: -1, upper: 3), .number(3.1), nil),
      (.numbers(lower: -1, upper: 3), .text("0"), nil),
      (.numbers(lower: -1e308, upper: 1e308), .number(0), 0.5),
      (.numbers(lower: 1e-4, upper: 1, scale: .logarithmic), .number(1e-3), 0.25),
      (.numbers(lower: 2, upper: 2), .number(2), 0.5),
      (.integers(lower: 0, upper: 10), .integer(3), 0.3),
      (.integers(lower: 1, upper: 100, scale: .logarithmic), .number(10), 0.5),
      (.integers(lower: 0, upper: 10), .number(0.5), nil),
      (.values([.number(3), .number(1), .number(100)]), .number(1), 0),
      (.values([.number(3), .number(1), .number(100)]), .number(3), 0.5),
      (.values([.number(3), .number(1), .number(100)]), .number(2), nil),
      (.values([.text("b"), .text("a"), .text("c")]), .text("a"), 0.5),
      (.values([.flag(true), .flag(false)]), .flag(false), 1),
      (.values([.integer(7)]), .integer(7), 0.5),
    ])
  func valueLiesScaleSays(
    domain: SearchSpace.Domain, value: ParameterValue, expected: Double?
  ) {
    let place = domain.position(of: value)
    #expect((place == nil) == (expected == nil))
    if let place, let expected { #expect(abs(place - expected) < 1e-12) }
  }

  @Test(
    "Only numbers with others beside them are at an edge",
    arguments: [
      (
        SearchSpace.Domain.values([.number(3), .number(1), .number(100)]), ParameterValue.number(1),
        SearchSpace.Domain.Edge.lower as SearchSpace.Domain.Edge?
      ),
      (.values([.number(3), .number(1), .number(100)]), .number(100), .upper),
      (.values([.number(3), .number(1), .number(100)]), .number(3), nil),
      (.values([.integer(7)]), .integer(7), nil),
      (.values([.text("a"), .text("b")]), .text("a"), nil),
      (.values([.flag(true), .flag(false)]), .flag(true), nil),
      (.integers(lower: 1, upper: 3), .integer(1), .lower),
      (.integers(lower: 1, upper: 3), .integer(2), nil),
      (.integers(lower: 1, upper: 3), .integer(3), .upper),
      (.integers(lower: 1, upper: 3), .integer(4), nil),
      (.numbers(lower: 1e-4, upper: 1, scale: .logarithmic), .number(1.05e-4), .lower),
      (.numbers(lower: 1e-4, upper: 1, scale: .logarithmic), .number(0.01), nil),
      (.numbers(lower: 0, upper: 1), .number(0.995), .upper),
      (.numbers(lower: 0, upper: 1), .number(0.985), nil),
      (.numbers(lower: 1, upper: 1), .number(1), nil),
    ])
  func onlyNumbersWithOthersBeside(
    domain: SearchSpace.Domain, value: ParameterValue, expected: SearchSpace.Domain.Edge?
  ) {
    #expect(domain.edge(of: value) == expected)
  }
}
