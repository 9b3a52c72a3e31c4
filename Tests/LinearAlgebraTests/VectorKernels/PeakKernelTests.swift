import CPerceptronKernels
import PerceptronLinearAlgebra
import Testing

@Suite("Vector kernels on every level of instructions: multiply-adds")
struct PeakKernelTests {
  @Test("Every element is multiplied and added to as often as asked for")
  func twin() {
    let count = Int(ckernels_multiply_add_elements)
    let floats = (0..<count).map { Float($0) }
    let doubles = (0..<count).map { Double($0) }
    // Halves of whole numbers: exact, fused or not.
    func twin<Scalar: BLASScalar>(_ x: Scalar, _ rounds: Int) -> Scalar {
      (0..<rounds).reduce(x) { x, _ in x * 0.5 + 3 }
    }
    for rounds in [0, 1, 5] {
      onEveryLevel { level in
        var (x, y) = (floats, doubles)
        ckernels_multiply_adds(ckernels_float, rounds, 0.5, 3, &x)
        ckernels_multiply_adds(ckernels_double, rounds, 0.5, 3, &y)
        #expect(x == floats.map { twin($0, rounds) }, "\(rounds) rounds, \(level)")
        #expect(y == doubles.map { twin($0, rounds) }, "\(rounds) rounds, \(level)")
      }
    }
    #expect(MultiplyAddLoop.operations(count: 3) == Double(2 * 3 * count))
    MultiplyAddLoop.run(count: 2)
  }
}
