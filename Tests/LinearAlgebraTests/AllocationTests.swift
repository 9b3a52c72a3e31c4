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

  @Test("A large block that was freed is the next tensor's of about its size")
  func spareBlocks() async {
    await #expect(processExitsWith: .exitCode(3)) {
      let count = 1 << 18
      let first = allocateAligned(count: count, of: Double.self)
      first.initialize(repeating: 3, count: count)
      freeAligned(first)
      let smaller = allocateAligned(count: count / 2, of: Double.self)
      let next = allocateAligned(count: count - 8, of: Double.self)
      // New pages would be clear.
      exit(next == first && smaller != first ? Int32(next[count / 2]) : 1)
    }
  }
}
