import PerceptronTuning
import Testing

@Suite("Checks of a search space")
struct SearchSpaceCheckTests {
  private typealias Parameter = SearchSpace.Parameter

  private func message(_ parameters: [SearchSpace.Parameter]) -> String? {
    do {
      try SearchSpace(parameters).check()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("A space of every kind of parameter passes")
  func spaceEveryKindParameterPasses() {
    #expect(
      message([
        Parameter("rate", .numbers(lower: 1e-5, upper: 1e-1, scale: .logarithmic, points: 2)),
        Parameter("depth", .integers(lower: 1, upper: 3)),
        Parameter("width", .values([.integer(32), .integer(64)]), when: ["depth": [.integer(2)]]),
        Parameter("activation", .values([.text("relu")])),
        Parameter("norm", .values([.flag(true), .flag(false)])),
        Parameter("fixed", .numbers(lower: -1, upper: -1, points: 1)),
        Parameter("shift", .numbers(lower: -1e308, upper: 1e308)),
      ]) == nil)
  }

  @Test("A space without parameters is refused")
  func spaceWithoutParametersRefused() {
    #expect(message([]) == "no parameters, expected at least one")
  }

  @Test(
    "An invalid domain is refused by name",
    arguments: [
      (SearchSpace.Domain.values([]), "rate: no values, expected at least one"),
      (
        .values([.integer(1), .integer(2), .integer(1)]),
        "rate: the value 1 twice, expected values that differ"
      ),
      (.values([.number(.nan)]), "rate: the value nan, expected a finite number"),
      (.values([.number(.infinity)]), "rate: the value inf, expected a finite number"),
      (.values([.text(" ")]), "rate: an empty value, expected a text"),
      (
        .values([.integer(1), .text("high")]),
        "rate: 1 (integer) and high (text) in one list, expected values of one kind"
      ),
      (.numbers(lower: 0, upper: .infinity), "rate: the range 0.0..inf, expected finite ends"),
      (.numbers(lower: .nan, upper: 1), "rate: the range nan..1.0, expected finite ends"),
      (
        .numbers(lower: 0.5, upper: 0.1),
        "rate: the range 0.5..0.1, expected a lower end that is not above the upper"
      ),
      (
        .numbers(lower: 0, upper: 1, scale: .logarithmic),
        "rate: the logarithmic range 0.0..1.0, expected a lower end above 0"
      ),
      (
        .numbers(lower: 0, upper: 1, points: 1),
        "rate: 1 point in a range, expected at least 2, as both ends are among them"
      ),
      (.numbers(lower: 1, upper: 1, points: 0), "rate: 0 points in a range, expected at least 1"),
      (
        .integers(lower: 3, upper: 1),
        "rate: the range 3..1, expected a lower end that is not above the upper"
      ),
      (
        .integers(lower: 0, upper: 8, scale: .logarithmic),
        "rate: the logarithmic range 0..8, expected a lower end above 0"
      ),
      (
        .integers(lower: 0, upper: .max),
        "rate: the range 0..9223372036854775807, expected ends from -2⁵³ to 2⁵³"
      ),
      (
        .integers(lower: 0, upper: 8, points: -2),
        "rate: -2 points in a range, expected at least 2, as both ends are among them"
      ),
    ])
  func domainWithoutSenseRefusedBy(domain: SearchSpace.Domain, expected: String) {
    #expect(message([Parameter("rate", domain)]) == expected)
  }

  @Test("Every name is there and comes once")
  func everyNameThereComesOnce() {
    let domain = SearchSpace.Domain.values([.integer(1)])
    #expect(
      message([Parameter(" ", domain)]) == "a parameter without a name, expected one such as width")
    #expect(
      message([Parameter("a", domain), Parameter("b", domain), Parameter("a", domain)])
        == "a: two parameters of this name, expected one")
  }

  @Test(
    "A condition that cannot hold is refused",
    arguments: [
      (
        "width", [ParameterValue.integer(2)],
        "width: a condition about width, expected one about a parameter before it: depth, rate"
      ),
      (
        "later", [.integer(2)],
        "width: a condition about later, expected one about a parameter before it: depth, rate"
      ),
      ("depth", [], "width: a condition about no value of depth, expected at least one value"),
      (
        "depth", [.integer(2), .integer(4)],
        "width: a condition about depth being 4, expected values that it can take: 1,2,3"
      ),
      (
        "depth", [.text("2")],
        "width: a condition about depth being 2, expected values that it can take: 1,2,3"
      ),
      (
        "rate", [.number(0.1)],
        "width: a condition about rate, a range of numbers, "
          + "expected one about a list or whole numbers"
      ),
    ])
  func conditionCannotHoldRefused(
    about: String, values: [ParameterValue], expected: String
  ) {
    #expect(
      message([
        Parameter("depth", .values([.integer(1), .integer(2), .integer(3)])),
        Parameter("rate", .numbers(lower: 0, upper: 1)),
        Parameter("width", .values([.integer(8)]), when: [about: values]),
        Parameter("later", .values([.integer(2)])),
      ]) == expected)
  }

  @Test("The first parameter can have no condition")
  func firstParameterCanNoCondition() {
    #expect(
      message([Parameter("a", .values([.integer(1)]), when: ["b": [.integer(1)]])])
        == "a: a condition about b, expected none, as no parameter comes before")
  }
}
