import Testing
@testable import PerceptronLinearAlgebra

@Suite("Patience")
struct PatienceTests {
  @Test("A wait lasts as long as the clock says, however fast the polls are")
  func quickLooks() {
    var patience = Patience()
    #expect((0..<1_000_000).allSatisfy { _ in patience.lasts { 7 } })
    // The time that counts began at 7.
    #expect((0..<1000).allSatisfy { _ in patience.lasts { 6 + Patience.duration } })
    #expect(
      !(0..<Patience.looksPerClock).allSatisfy { _ in patience.lasts { 7 + Patience.duration } })
  }

  @Test("A wait with slow polls ends when the clock is read")
  func slowLooks() {
    var patience = Patience()
    var (looks, time) = (0, 0)
    repeat {
      looks += 1
      time += Patience.duration
    } while patience.lasts { time }
    #expect(looks == 2 * Patience.looksPerClock)
  }

  @Test("The clock is not read in a short wait")
  func shortWait() {
    var patience = Patience()
    var readings = 0
    for _ in 1..<Patience.looksPerClock {
      #expect(
        patience.lasts {
          readings += 1
          return 0
        })
    }
    #expect(readings == 0)
  }
}
