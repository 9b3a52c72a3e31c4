import Testing
@testable import PerceptronTraining

@Suite("Lasting warnings")
struct LastingWarningTests {
  private func warning(
    _ kind: DiagnosticWarning.Kind, _ subject: String? = "W1", value: Double = 1
  ) -> DiagnosticWarning {
    DiagnosticWarning(kind: kind, subject: subject, value: value, message: "")
  }

  /// What lasts at each look, at iterations 1, 101, … of 1000.
  private func lasting(_ looks: [[DiagnosticWarning]]) -> [[DiagnosticWarning]] {
    var filter = LastingWarnings()
    return looks.enumerated().map {
      filter.update(with: $0.element, at: 100 * $0.offset + 1, of: 1000)
    }
  }

  @Test("Three looks in a row make a warning last, and one without it ends it")
  func window() {
    let large = warning(.largeUpdate)
    let (none, one) = ([DiagnosticWarning](), [large])
    #expect(
      lasting([none, one, one, one, one, none, one, one, one])
        == [none, none, none, one, one, none, none, none, one])
  }

  @Test("The first tenth of a run counts for nothing")
  func warmUp() {
    let one = [warning(.largeUpdate)]
    // The looks at iterations 101, 201 and 301 are the first three.
    #expect(lasting([one, one, one, one]) == [[], [], [], one])
  }

  @Test("Looks have to agree on the kind and the subject, not on the value")
  func kinds() {
    let (a, b) = (warning(.largeUpdate, "W1"), warning(.largeUpdate, "W2"))
    for found in lasting([[], [a], [b], [a], [b], [a]]) { #expect(found == []) }
    let other = warning(.largeUpdate, "W1", value: 2)
    #expect(lasting([[], [a], [other], [a]]).last == [a])
    #expect(
      lasting([[], [a], [a], [warning(.smallUpdate, "W1")]]).last?.isEmpty == true)
  }

  @Test("Errors before training and a loss that is not finite are reported at once")
  func immediate() {
    var filter = LastingWarnings()
    let start = [warning(.startLoss, nil), warning(.deadUnits, "layer 1")]
    #expect(filter.update(with: start, at: nil, of: 1000) == start)
    let overflow = [warning(.explodingLoss, nil, value: .infinity), warning(.largeUpdate)]
    #expect(filter.update(with: overflow, at: 1, of: 1000) == [overflow[0]])
    #expect(filter.update(with: overflow, at: 901, of: 1000) == [overflow[0]])
    #expect(
      filter.update(with: [warning(.explodingLoss, nil, value: 9)], at: 921, of: 1000).isEmpty)
  }
}
