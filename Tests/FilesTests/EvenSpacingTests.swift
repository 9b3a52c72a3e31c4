import PerceptronFiles
import Testing

@Suite("Evenly spaced elements")
struct EvenSpacingTests {
  @Test("All are taken where there are no more than the limit")
  func all() {
    #expect((0..<5).evenlySpaced(atMost: 5) == [0, 1, 2, 3, 4])
    #expect(["a", "b"].evenlySpaced(atMost: 9) == ["a", "b"])
    #expect([Int]().evenlySpaced(atMost: 0) == [])
  }

  @Test(
    "Of more, those from the first one on at distances that differ by at most 1", arguments: 1...30)
  func some(limit: Int) {
    let found = (0..<31).evenlySpaced(atMost: limit)
    #expect(found.count == limit && found[0] == 0)
    let steps = zip(found + [31], (found + [31]).dropFirst()).map { $1 - $0 }
    #expect((steps.max() ?? 0) - (steps.min() ?? 0) <= 1 && !steps.contains(0))
    let slice = Array(100..<200)[10..<41]
    #expect(slice.evenlySpaced(atMost: limit) == found.map { $0 + 110 })
  }

  @Test("A limit of 0 takes none")
  func none() { #expect([1, 2].evenlySpaced(atMost: 0) == []) }
}
