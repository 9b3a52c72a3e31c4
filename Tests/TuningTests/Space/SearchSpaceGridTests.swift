import Foundation
import PerceptronLinearAlgebra
import PerceptronTuning
import Testing

@Suite("Grid of a search space")
struct SearchSpaceGridTests {
  private typealias Parameter = SearchSpace.Parameter

  private func grid(_ parameters: [SearchSpace.Parameter], limit: Int = 100_000) throws -> [String]
  {
    try SearchSpace(parameters).assignments(by: .grid, limit: limit).map(\.description)
  }

  @Test("The last parameter changes fastest")
  func lastParameterChangesFastest() throws {
    #expect(
      try grid([
        Parameter("a", .values([.integer(1), .integer(2)])),
        Parameter("b", .values([.text("x"), .text("y")])),
        Parameter("c", .values([.flag(true)])),
      ]) == ["a 1, b x, c true", "a 1, b y, c true", "a 2, b x, c true", "a 2, b y, c true"])
  }

  @Test("Points of a range have its ends among them")
  func pointsRangeEndsAmongThem() throws {
    #expect(
      try grid([Parameter("a", .numbers(lower: 0.1, upper: 0.5, points: 3))])
        == ["a 0.1", "a 0.3", "a 0.5"])
    let logarithmic = try SearchSpace([
      Parameter("a", .numbers(lower: 1e-5, upper: 0.3, scale: .logarithmic, points: 50))
    ]).assignments(by: .grid).compactMap { $0["a"]?.number }
    #expect(logarithmic.first == 1e-5 && logarithmic.last == 0.3 && logarithmic.count == 50)
    for (lower, upper) in zip(logarithmic, logarithmic.dropFirst()) {
      #expect(abs(upper / lower / pow(3e4, 1.0 / 49) - 1) < 2e-11)
    }
  }

  @Test("Points that rounding makes equal are tried once and counted")
  func pointsRoundingMakesEqualTried() throws {
    let domains: [(SearchSpace.Domain, Int)] = [
      (.integers(lower: 1, upper: 4, scale: .logarithmic, points: 9), 5),
      (.integers(lower: 1, upper: 8, scale: .logarithmic, points: 6), 1),
      (.integers(lower: 1, upper: 1000, scale: .logarithmic, points: 4), 0),
      (.integers(lower: 1, upper: 4), 0), (.numbers(lower: 0, upper: 1, points: 7), 0),
      (.numbers(lower: 0, upper: 1), 0), (.values([.integer(1), .integer(2)]), 0),
    ]
    for (domain, merged) in domains {
      #expect(domain.mergedPointCount == merged, "\(domain)")
    }
    #expect(try grid([Parameter("a", domains[0].0)]) == ["a 1", "a 2", "a 3", "a 4"])
  }

  @Test("A range of integers has all of them, or the requested number")
  func rangeWholeNumbersAllSo() throws {
    #expect(
      try grid([Parameter("a", .integers(lower: -1, upper: 2))])
        == ["a -1", "a 0", "a 1", "a 2"])
    #expect(
      try grid([Parameter("a", .integers(lower: 50, upper: 150, points: 5))])
        == ["a 50", "a 75", "a 100", "a 125", "a 150"])
    #expect(
      try grid([Parameter("a", .integers(lower: 1, upper: 64, scale: .logarithmic, points: 7))])
        == ["a 1", "a 2", "a 4", "a 8", "a 16", "a 32", "a 64"])
    #expect(
      try grid([Parameter("a", .integers(lower: 1, upper: 3, points: 9))])
        == ["a 1", "a 2", "a 3"])
  }

  @Test("Numbers of a grid are rounded to twelve digits")
  func numbersGridTwelveDigitsNot() throws {
    #expect(
      try grid([
        Parameter("a", .numbers(lower: 1e-5, upper: 1e-2, scale: .logarithmic, points: 4))
      ]) == ["a 1e-05", "a 0.0001", "a 0.001", "a 0.01"])
  }

  @Test("Values that rounding makes equal come once")
  func valuesRoundingMakesEqualCome() throws {
    let values = try grid([
      Parameter("a", .integers(lower: 1, upper: 100, scale: .logarithmic, points: 60))
    ])
    #expect(values.count < 60 && Set(values).count == values.count)
    #expect(values.first == "a 1" && values.last == "a 100")
    #expect(try grid([Parameter("a", .numbers(lower: 2, upper: 2))]) == ["a 2"])
    #expect(try grid([Parameter("a", .numbers(lower: 2, upper: 2, points: 4))]) == ["a 2"])
    #expect(
      try grid([Parameter("a", .numbers(lower: 1, upper: 1.0.nextUp, points: 9))]).count == 2)
  }

  @Test("A parameter is set only where its condition holds")
  func parameterSetOnlyConditionHolds() throws {
    let width: SearchSpace.Domain = .values([.integer(32), .integer(64)])
    #expect(
      try grid([
        Parameter("depth", .integers(lower: 1, upper: 3)),
        Parameter("width-2", width, when: ["depth": [.integer(2), .integer(3)]]),
        // Where width-2 is not set, this does not hold either.
        Parameter(
          "norm", .values([.flag(true), .flag(false)]),
          when: ["width-2": [.integer(64)], "depth": [.integer(3)]]),
      ]) == [
        "depth 1", "depth 2, width-2 32", "depth 2, width-2 64", "depth 3, width-2 32",
        "depth 3, width-2 64, norm true", "depth 3, width-2 64, norm false",
      ])
  }

  /// Random spaces of lists, ranges and conditions, counted and made.
  @Test("The count before is the number of cells", arguments: 0..<40) func countBeforeNumberCells(
    seed: UInt64
  ) throws {
    var random = SeededRandom(seed: seed)
    var parameters: [SearchSpace.Parameter] = []
    for index in 0..<5 {
      let domain: SearchSpace.Domain =
        switch random.index(below: 3) {
        case 0: .values((0...random.index(below: 3) + 1).map { .integer($0) })
        case 1: .integers(lower: 0, upper: 4, points: 3)
        default: .integers(lower: 0, upper: random.index(below: 3) + 1)
        }
      var condition: [String: [ParameterValue]] = [:]
      // A grid of three from 0 to 4 has no 1.
      let demands: [[ParameterValue]] = [[.integer(0)], [.integer(1)], [.integer(0), .integer(1)]]
      for other in 0..<index where random.index(below: 3) == 0 {
        condition["p\(other)"] = demands[random.index(below: 3)]
      }
      parameters.append(Parameter("p\(index)", domain, when: condition))
    }
    let cells = try grid(parameters)
    #expect(Set(cells).count == cells.count)
    #expect {
      try grid(parameters, limit: cells.count - 1)
    } throws: {
      ($0 as? SearchSpaceError)?.found.replacing(",", with: "")
        == "the grid has \(cells.count) cells"
    }
    #expect(try grid(parameters, limit: cells.count).count == cells.count)
  }

  @Test("A grid that is too large is refused at once")
  func gridTooLargeRefusedAt() {
    func parameters(_ count: Int, _ upper: Int) -> [SearchSpace.Parameter] {
      (0..<count).map { Parameter("p\($0)", .integers(lower: 1, upper: upper)) }
    }
    #expect {
      try grid(parameters(7, 10))
    } throws: {
      "\($0)" == "the grid has 10,000,000 cells, expected at most 100,000"
    }
    #expect {
      try grid(parameters(9, 1 << 50))
    } throws: {
      "\($0)" == "the grid has more than 9,223,372,036,854,775,806 cells, "
        + "expected at most 100,000"
    }
    #expect {
      try grid(
        parameters(1, 1 << 53)
          + [Parameter("c", .values([.integer(1), .integer(2)]), when: ["p0": [.integer(7)]])])
    } throws: {
      "\($0)" == "the grid has 9,007,199,254,740,993 cells, expected at most 100,000"
    }
  }

  @Test("Many conditions are counted without making their combinations")
  func manyConditionsCountedWithoutMaking() {
    let pairs = (0..<30).flatMap { index in
      [
        Parameter("a\(index)", .values([.flag(true), .flag(false)])),
        Parameter(
          "b\(index)", .values([.integer(1), .integer(2)]), when: ["a\(index)": [.flag(true)]]),
      ]
    }
    // 3³⁰.
    #expect {
      try grid(pairs)
    } throws: {
      "\($0)" == "the grid has 205,891,132,094,649 cells, expected at most 100,000"
    }
  }

  @Test("Parameters that can never be set cost nothing")
  func canNeverSetCostsNothing() throws {
    #expect(
      try grid([
        Parameter("a", .values([.integer(1), .integer(2)])),
        Parameter("b", .values([.integer(1)]), when: ["a": [.integer(1)]]),
        Parameter(
          "c", .integers(lower: 1, upper: 1 << 50),
          when: ["a": [.integer(2)], "b": [.integer(1)]]),
      ]) == ["a 1, b 1", "a 2"])
  }

  @Test("A range of numbers without points has no grid")
  func rangeNumbersWithoutPointsNo() {
    #expect {
      try grid([Parameter("rate", .numbers(lower: 0.1, upper: 0.5, scale: .logarithmic))])
    } throws: {
      "\($0)" == "rate: the range 0.1..0.5:log in a grid, expected how many points it has, "
        + "such as 0.1..0.5:log:5, or another method"
    }
  }

  @Test("An invalid space has no assignments")
  func spaceMakesNoSenseNo() {
    #expect(throws: SearchSpaceError.self) { try grid([]) }
  }
}
