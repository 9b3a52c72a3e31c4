/// An owned run of scalars, aligned for vector instructions: what tensors share until one writes.
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
