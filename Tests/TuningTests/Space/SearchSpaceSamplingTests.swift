import PerceptronTuning
import TestSupport
import Testing

@Suite("Sampling of a search space")
struct SearchSpaceSamplingTests {
  private typealias Parameter = SearchSpace.Parameter

  private static func methods(_ count: Int, seed: UInt64 = 5) -> [SearchMethod] {
    [
      .random(count: count, seed: seed), .sobol(count: count, seed: seed),
      .halton(count: count, seed: seed),
    ]
  }

  private static let space = SearchSpace([
    Parameter("rate", .numbers(lower: 1e-4, upper: 0.3, scale: .logarithmic)),
    Parameter("momentum", .numbers(lower: -0.9, upper: 0.99)),
    Parameter("depth", .integers(lower: 1, upper: 3)),
    Parameter("width", .integers(lower: 4, upper: 500, scale: .logarithmic)),
    Parameter("width-2", .integers(lower: 4, upper: 500), when: ["depth": [.integer(2)]]),
    Parameter("activation", .values([.text("relu"), .text("tanh"), .text("gelu")])),
  ])

  @Test(
    "The same seed gives the same points, and fewer are the first of more", arguments: [0, 1, 2])
  func sameSeedGivesSamePoints(method: Int) throws {
    let many = try Self.space.assignments(by: Self.methods(200)[method])
    #expect(many.count == 200 && Set(many).count == 200)
    #expect(try Self.space.assignments(by: Self.methods(200)[method]) == many)
    #expect(try Self.space.assignments(by: Self.methods(17)[method]) == Array(many.prefix(17)))
    #expect(try Self.space.assignments(by: Self.methods(200, seed: 6)[method]) != many)
  }

  @Test("Points are inside the ranges, and conditions hold", arguments: methods(1000))
  func pointsInsideRangesConditionsHold(method: SearchMethod) throws {
    for point in try Self.space.assignments(by: method) {
      for entry in point.entries {
        let parameter = try #require(Self.space.parameters.first { $0.name == entry.name })
        #expect(parameter.domain.contains(entry.value))
      }
      #expect((point["width-2"] != nil) == (point["depth"] == .integer(2)))
      #expect(point.entries.count == (point["depth"] == .integer(2) ? 6 : 5))
    }
  }

  @Test(
    "A parameter keeps its dimension when others come after it or are not set",
    arguments: methods(50))
  func parameterKeepsDimensionWhenOthers(
    method: SearchMethod
  ) throws {
    let more = try Self.space.assignments(by: method)
    let first = SearchSpace(Array(Self.space.parameters.prefix(4)))
    let fewer = try first.assignments(by: method)
    for (more, fewer) in zipped(more, fewer) {
      #expect(Array(more.entries.prefix(4)) == fewer.entries)
    }
    var always = Self.space
    always.parameters[4].condition = [:]
    for (more, always) in zipped(more, try always.assignments(by: method)) {
      #expect(more["activation"] == always["activation"])
    }
  }

  @Test(
    "Whole numbers and lists get equal shares, numbers lie evenly in their scale",
    arguments: methods(4096))
  func wholeNumbersListsGetEqual(
    method: SearchMethod
  ) throws {
    // The first parameter only makes points differ.
    let space = SearchSpace([
      Parameter("noise", .numbers(lower: 0, upper: 1)),
      Parameter("whole", .integers(lower: -2, upper: 2)),
      Parameter("list", .values([.text("a"), .text("b"), .text("c")])),
      Parameter("linear", .numbers(lower: -1, upper: 3)),
      Parameter("log", .numbers(lower: 1e-4, upper: 1, scale: .logarithmic)),
    ])
    let points = try space.assignments(by: method)
    let isRandom = if case .random = method { true } else { false }
    func expectEqual(_ counts: [Int]) {
      let share = 4096 / Double(counts.count)
      for count in counts {
        // Five standard deviations, or what nets and Halton's sequence leave over.
        #expect(abs(Double(count) - share) < (isRandom ? 5 * share.squareRoot() : 20), "\(counts)")
      }
    }
    func counts(_ name: String, _ parts: Int, _ part: (ParameterValue) -> Int?) -> [Int] {
      points.compactMap { $0[name].flatMap(part) }
        .reduce(into: Array(repeating: 0, count: parts)) { $0[$1] += 1 }
    }
    expectEqual(counts("whole", 5) { $0.whole.map { $0 + 2 } })
    expectEqual(counts("list", 3) { ["a", "b", "c"].firstIndex(of: $0.description) })
    for name in ["linear", "log"] {
      let domain = try #require(space.parameters.first { $0.name == name }).domain
      expectEqual(counts(name, 8) { domain.position(of: $0).map { min(Int($0 * 8), 7) } })
    }
  }

  @Test(
    "In a logarithmic range, an integer has the share of the numbers that round to it",
    arguments: methods(20_000))
  func logarithmicRangeWholeNumberShare(
    method: SearchMethod
  ) throws {
    let space = SearchSpace([
      Parameter("whole", .integers(lower: 1, upper: 4, scale: .logarithmic)),
      Parameter("noise", .numbers(lower: 0, upper: 1)),
    ])
    let points = try space.assignments(by: method)
    // log(3), log(5/3), log(7/5) and log(9/7) over log(9).
    for (value, share) in [(1, 0.5), (2, 0.23249), (3, 0.15313), (4, 0.11438)] {
      let count = points.filter { $0["whole"] == .integer(value) }.count
      #expect(abs(Double(count) / 20_000 - share) < 0.016, "\(value)")
    }
  }

  @Test("A space that has fewer points gives each once", arguments: methods(100))
  func spaceFewerPointsGivesEach(method: SearchMethod) throws {
    let space = SearchSpace([
      Parameter("depth", .integers(lower: 1, upper: 3)),
      Parameter(
        "width", .values((0..<7).map { .integer($0) }), when: ["depth": [.integer(2)]]),
      Parameter("norm", .values([.flag(true), .flag(false)])),
    ])
    let points = try space.assignments(by: method)
    #expect(Set(points) == Set(try space.assignments(by: .grid)))
    #expect(points.count == 18)
  }

  @Test("The last points of a space are drawn for long enough", arguments: methods(5000))
  func lastPointsSpaceDrawnFor(method: SearchMethod) throws {
    let space = SearchSpace([Parameter("a", .integers(lower: 1, upper: 5000))])
    #expect(try space.assignments(by: method).count == 5000)
  }

  @Test("Extreme ranges stay inside their ends", arguments: methods(1000))
  func extremeRangesStayInsideTheir(method: SearchMethod) throws {
    let domains: [SearchSpace.Domain] = [
      .numbers(lower: -.greatestFiniteMagnitude, upper: .greatestFiniteMagnitude),
      .numbers(
        lower: .leastNonzeroMagnitude, upper: .greatestFiniteMagnitude, scale: .logarithmic),
      .numbers(lower: 1, upper: 1.0.nextUp), .numbers(lower: 0.1, upper: 0.1, scale: .logarithmic),
      .integers(lower: -(1 << 53), upper: 1 << 53),
      .integers(lower: 1, upper: 1 << 53, scale: .logarithmic),
    ]
    let space = SearchSpace(domains.enumerated().map { Parameter("p\($0)", $1) })
    let points = try space.assignments(by: method)
    #expect(points.count == 1000)
    for point in points {
      for (domain, entry) in zipped(domains, point.entries) {
        #expect(domain.contains(entry.value), "\(entry)")
      }
    }
    let signs = Set(points.compactMap { $0["p0"]?.number?.sign })
    #expect(signs.count == 2)
  }

  @Test("Counts below 1 and above the limit are refused", arguments: [0, 1, 2])
  func countsBelow1AboveLimit(method: Int) {
    #expect {
      try Self.space.assignments(by: Self.methods(0)[method])
    } throws: {
      "\($0)" == "0 points, expected at least 1"
    }
    #expect {
      try Self.space.assignments(by: Self.methods(100_001)[method])
    } throws: {
      "\($0)" == "100,001 points, expected at most 100,000"
    }
    #expect {
      try Self.space.assignments(by: Self.methods(11)[method], limit: 10)
    } throws: {
      "\($0)" == "11 points, expected at most 10"
    }
  }

  @Test("Sequences have 32 dimensions, random searches any number")
  func sequences32DimensionsRandomSearches() throws {
    func space(_ count: Int) -> SearchSpace {
      SearchSpace((0..<count).map { Parameter("p\($0)", .numbers(lower: 0, upper: 1)) })
    }
    for method in Self.methods(3) {
      #expect(try space(32).assignments(by: method).count == 3)
    }
    #expect(try space(33).assignments(by: .random(count: 3, seed: 0)).count == 3)
    #expect {
      try space(33).assignments(by: .sobol(count: 3, seed: 0))
    } throws: {
      "\($0)" == "33 parameters for Sobol's sequence, expected at most 32, or a random search"
    }
    #expect(throws: SearchSpaceError.self) {
      try space(33).assignments(by: .halton(count: 3, seed: 0))
    }
  }
}
