internal import CPerceptronSystem

/// Uninitialized memory for `count` numbers, at least for one, aligned to a cache line, which is also
/// the width of the widest vector registers. Free it with ``freeAligned(_:)``.
///
/// If there is no memory, the process ends with a message that names the bytes: see
/// ``whenMemoryEnds(_:)``.
package func allocateAligned<Element: BitwiseCopyable>(
  count: Int, of type: Element.Type = Element.self
) -> UnsafeMutablePointer<Element> {
  let room = max(count, 1)
  let (bytes, overflow) = room.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  if overflow {
    fatalError("out of memory: \(count) numbers of \(MemoryLayout<Element>.stride) bytes")
  }
  return block(of: bytes, for: count).bindMemory(to: Element.self, capacity: room)
}

package func freeAligned<Element>(_ numbers: UnsafeMutablePointer<Element>) {
  let size = Int(size_of_block(numbers))
  if size < SpareBlocks.least || !spareBlocks.withLock({ $0.keep(numbers, size) }) { free(numbers) }
}

private func block(of bytes: Int, for count: Int) -> UnsafeMutableRawPointer {
  if bytes >= SpareBlocks.least, let spare = spareBlocks.withLock({ $0.take(bytes) }) {
    return spare
  }
  var memory: UnsafeMutableRawPointer?
  if posix_memalign(&memory, 64, bytes) != 0 {
    spareBlocks.withLock { $0.releaseAll() }
    if posix_memalign(&memory, 64, bytes) != 0 { memory = nil }
  }
  guard let memory else { endOfMemory(bytes, "\(count) numbers") }
  if bytes >= 4 << 20 { hint_large_pages(memory, bytes) }
  return memory
}

/// Sets a function to call with the number of bytes requested before the process ends for lack of memory.
package func whenMemoryEnds(_ body: @escaping @Sendable (_ bytes: Int) -> Void) {
  memoryEnded.withLock { $0 = body }
}

func endOfMemory(_ bytes: Int, _ what: String) -> Never {
  memoryEnded.withLock { $0 }?(bytes)
  fatalError("out of memory: \(bytes) bytes for \(what)")
}

private let memoryEnded = Locked<(@Sendable (Int) -> Void)?>(nil)

// MARK: - Spare blocks

/// Large blocks that were freed, for the next tensors of about their size: the system clears every page that it
/// gives, which passes over memory once more than most operations do.
private struct SpareBlocks {
  /// The size of the smallest block that is kept.
  static let least = 1 << 20
  /// The size of all blocks together, at most.
  static let most = 64 << 20

  /// The longest unused first.
  private var blocks: [(memory: UnsafeMutableRawPointer, size: Int)] = []
  private var total = 0

  /// A block of at least so many bytes, and of not many more.
  mutating func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard
      let place = blocks.lastIndex(where: { $0.size >= bytes && $0.size <= bytes + bytes / 4 })
    else { return nil }
    let block = blocks.remove(at: place)
    total -= block.size
    return block.memory
  }

  /// Whether the block is kept, for which older ones may be freed.
  mutating func keep(_ memory: UnsafeMutableRawPointer, _ size: Int) -> Bool {
    if size > Self.most / 2 { return false }
    while total + size > Self.most || blocks.count == 8 { release(blocks.removeFirst()) }
    blocks.append((memory, size))
    total += size
    return true
  }

  /// Frees all blocks.
  mutating func releaseAll() {
    while let block = blocks.popLast() { release(block) }
  }

  private mutating func release(_ block: (memory: UnsafeMutableRawPointer, size: Int)) {
    total -= block.size
    free(block.memory)
  }
}

private let spareBlocks = Locked(SpareBlocks())

// MARK: - Owners

/// Memory for numbers, aligned for vector instructions and freed with its last reference.
package final class AlignedBuffer<Element: BitwiseCopyable> {
  package let base: UnsafeMutablePointer<Element>

  /// Room for `count` elements that are all `value`.
  package init(count: Int, repeating value: Element) {
    base = allocateAligned(count: count)
    let size = max(count, 1)
    if withUnsafeBytes(of: value, { $0.allSatisfy { $0 == 0 } }) {
      // At once: where the type is not known, elements would be copied one by one.
      memset(base, 0, size * MemoryLayout<Element>.stride)
    } else {
      base.initialize(repeating: value, count: size)
    }
  }

  deinit { freeAligned(base) }
}

/// An owned run of scalars, aligned for vector instructions, which tensors share until one writes.
///
/// Sendable because a tensor writes only to storage that it alone refers to.
@usableFromInline
final class TensorStorage<Scalar: BLASScalar>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Scalar>

  /// Uninitialized room for `count` scalars; never a null pointer, also for none.
  @usableFromInline init(uninitializedCount count: Int) {
    base = allocateAligned(count: count)
  }

  deinit { freeAligned(base) }
}

// MARK: - Reading ahead

/// Prefetches `count` elements at `start`, which are read soon.
package func willRead<Element>(_ start: UnsafePointer<Element>, count: Int) {
  // The processor prefetches the rest by itself; and its queue of loads is short.
  hint_reading(start, min(count * MemoryLayout<Element>.stride, 4096))
}
