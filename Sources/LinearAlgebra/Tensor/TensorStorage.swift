/// An owned run of scalars, aligned for vector instructions: what tensors share until one writes.
///
/// Sendable because a tensor writes only to storage that it alone refers to.
@usableFromInline
final class TensorStorage<Scalar: BLASScalar>: @unchecked Sendable {
  /// One cache line, and the width of the widest vector registers.
  static var alignment: Int { 64 }

  @usableFromInline let base: UnsafeMutablePointer<Scalar>

  /// Uninitialized room for `count` scalars; never a null pointer, also for none.
  @usableFromInline init(uninitializedCount count: Int) {
    base = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Scalar>.stride, alignment: Self.alignment
    ).bindMemory(to: Scalar.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
