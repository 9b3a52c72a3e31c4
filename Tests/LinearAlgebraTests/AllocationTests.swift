import Foundation
import PerceptronLinearAlgebra
import Testing

@Suite("Memory for numbers")
struct AllocationTests {
  @Test("More memory than there can be ends the process with a message that names the bytes")
  func exhausted() async {
    await #expect(processExitsWith: .failure) {
      _ = allocateAligned(count: 1 << 50, of: Double.self)
    }
    await #expect(processExitsWith: .exitCode(7)) {
      whenMemoryEnds { exit($0 == 1 << 53 ? 7 : 1) }
      _ = allocateAligned(count: 1 << 50, of: Double.self)
    }
  }
}
