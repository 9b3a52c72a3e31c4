/// Memory for numbers, aligned for vector instructions and freed with its last reference.
package final class AlignedBuffer<Element: BitwiseCopyable> {
  /// The first of the elements.
  package let base: UnsafeMutablePointer<Element>

  /// Room for `count` elements that are all `value`.
  package init(count: Int, repeating value: Element) {
    base = allocateAligned(count: count)
    base.initialize(repeating: value, count: max(count, 1))
  }

  deinit { freeAligned(base) }
}
