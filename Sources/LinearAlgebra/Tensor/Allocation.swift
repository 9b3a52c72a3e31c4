internal import CPerceptronSystem

/// Uninitialized room for `count` numbers, at least for one, aligned to a cache line, which is the
/// width of the widest vector registers, too. To be given back by ``freeAligned(_:)``.
///
/// Where there is no memory, the process ends with a message that names the bytes: see
/// ``whenMemoryEnds(_:)``.
package func allocateAligned<Element: BitwiseCopyable>(
  count: Int, of type: Element.Type = Element.self
) -> UnsafeMutablePointer<Element> {
  let room = max(count, 1)
  let (bytes, overflow) = room.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  var memory: UnsafeMutableRawPointer?
  guard !overflow, posix_memalign(&memory, 64, bytes) == 0, let memory else {
    endOfMemory(bytes, "\(count) numbers")
  }
  return memory.bindMemory(to: Element.self, capacity: room)
}

/// Gives back what ``allocateAligned(count:of:)`` gave.
package func freeAligned<Element>(_ numbers: UnsafeMutablePointer<Element>) { free(numbers) }

/// Sets what is called with the number of bytes that there is no memory for, before the process ends.
package func whenMemoryEnds(_ body: @escaping @Sendable (_ bytes: Int) -> Void) {
  memoryEnded.withLock { $0 = body }
}

/// Ends the process, which cannot have `bytes` bytes of memory for `what`.
func endOfMemory(_ bytes: Int, _ what: String) -> Never {
  memoryEnded.withLock { $0 }?(bytes)
  fatalError("out of memory: \(bytes) bytes for \(what)")
}

private let memoryEnded = Locked<(@Sendable (Int) -> Void)?>(nil)
