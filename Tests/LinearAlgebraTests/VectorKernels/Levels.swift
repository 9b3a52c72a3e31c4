import CPerceptronKernels
import Foundation
import PerceptronLinearAlgebra
import TestSupport

/// Calls `body` once for each level of instructions that this machine has, with its name, while this
/// thread's kernels are of that level.
func onEveryLevel(_ body: (_ name: String) -> Void) {
  defer { _ = ckernels_use_level(ckernels_best_level()) }
  for (name, level) in [
    ("baseline", ckernels_baseline), ("AVX2", ckernels_avx2), ("AVX-512", ckernels_avx512),
  ] where ckernels_use_level(level) {
    body(name)
  }
}

/// Normal deviates, every third replaced by a number from the ends of the range, or none.
func mixedSample<Scalar: BLASScalar>(_ count: Int, seed: UInt64) -> [Scalar] {
  var random = SeededRandom(seed: seed, purpose: "mixed")
  let special: [Scalar] = [
    .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, -.leastNormalMagnitude / 3, .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, 1, -1, 1e-20, -1e18, 88.5, -88.5, 103.5, -103.5,
  ]
  return (0..<count).map { _ in
    let normal = Scalar(random.normal())
    let chosen = special[random.index(below: special.count)]
    return random.index(below: 3) == 0 ? chosen : normal
  }
}

/// Whether two numbers have the same bits, or are both NaN.
func isSame<Scalar: BLASScalar>(_ a: Scalar, _ b: Scalar) -> Bool {
  a.isNaN ? b.isNaN : a == b && a.sign == b.sign
}

/// Whether all elements are the same.
func areSame<Scalar: BLASScalar>(
  _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, count: Int
) -> Bool {
  memcmp(a, b, count * MemoryLayout<Scalar>.stride) == 0
    || (0..<count).allSatisfy { isSame(a[$0], b[$0]) }
}

/// How far off a result is in units of the last place of the expected one, or of `scale` where that
/// is larger; infinite where one of them is not a number that the other one is close to.
func ulps<Scalar: BLASScalar>(
  _ actual: Scalar, _ expected: Scalar, scale: Scalar = 0
) -> Double {
  if isSame(actual, expected) || actual == expected { return 0 }
  if !actual.isFinite || !expected.isFinite { return .infinity }
  let unit = Swift.max(expected.magnitude, scale.magnitude).ulp
  return Double((actual - expected).magnitude) / Double(unit)
}

/// A buffer with room for every misalignment, and numbers around it that no kernel may write to.
struct GuardedBuffer<Scalar: BLASScalar> {
  static var guardValue: Scalar { 12345 }
  let memory: UnsafeMutablePointer<Scalar>
  let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity + 32
    memory = UnsafeMutableRawPointer.allocate(
      byteCount: self.capacity * MemoryLayout<Scalar>.stride, alignment: 64
    ).bindMemory(to: Scalar.self, capacity: self.capacity)
  }

  /// The place `offset` elements behind an aligned one, holding `elements`, everything else guarded.
  func fill(_ elements: UnsafePointer<Scalar>, count: Int, at offset: Int)
    -> UnsafeMutablePointer<Scalar>
  {
    Scalar.fill(count: capacity, memory, with: Self.guardValue)
    (memory + offset).update(from: elements, count: count)
    return memory + offset
  }

  /// Whether nothing was written around `count` elements at `offset`.
  func isIntact(count: Int, at offset: Int) -> Bool {
    (0..<offset).allSatisfy { memory[$0] == Self.guardValue }
      && (offset + count..<offset + count + 16).allSatisfy { memory[$0] == Self.guardValue }
  }

  func deallocate() { memory.deallocate() }
}
