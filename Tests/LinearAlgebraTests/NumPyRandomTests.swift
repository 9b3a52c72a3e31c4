import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("NumPy's random stream")
struct NumPyRandomTests {
  @Test("uniform, normal and integer draws are NumPy's, bit for bit", arguments: NumPyVectors.all)
  func draws(vectors: NumPyVectors) {
    var random = NumPyRandom(seed: vectors.seed)
    #expect(vectors.uniforms.indices.map { _ in random.uniform() } == vectors.uniforms)
    random = NumPyRandom(seed: vectors.seed)
    #expect(vectors.normals.indices.map { _ in random.normal() } == vectors.normals)
    random = NumPyRandom(seed: vectors.seed)
    #expect(vectors.digits.indices.map { _ in random.integer(in: 0..<10) } == vectors.digits)
    random = NumPyRandom(seed: vectors.seed)
    #expect(random.permutation(10) == vectors.permutation)
  }

  @Test("integers below every kind of bound", arguments: NumPyVectors.all)
  func bounds(vectors: NumPyVectors) {
    for (bound, expected) in zipped(NumPyVectors.bounds, vectors.bounded) {
      var random = NumPyRandom(seed: vectors.seed)
      var drawn = [Int](repeating: -1, count: expected.count)
      random.choose(below: bound, into: &drawn)
      #expect(drawn == expected, "below \(bound)")
      random = NumPyRandom(seed: vectors.seed)
      let shifted = expected.map { _ in random.integer(in: -5..<bound - 5) }
      #expect(shifted == expected.map { $0 - 5 })
    }
  }

  @Test("A spare normal deviate is kept during draws of other kinds", arguments: NumPyVectors.all)
  func interleaved(vectors: NumPyVectors) {
    var random = NumPyRandom(seed: vectors.seed)
    let mixed = vectors.mixed
    #expect(mixed.normals.indices.map { _ in random.normal() } == mixed.normals)
    #expect(mixed.digits.indices.map { _ in random.index(below: 10) } == mixed.digits)
    #expect(mixed.moreNormals.indices.map { _ in random.normal() } == mixed.moreNormals)
    #expect(random.uniform() == mixed.uniform)
  }

  @Test("ten thousand draws add up as in NumPy", arguments: NumPyVectors.all)
  func longRun(vectors: NumPyVectors) {
    var random = NumPyRandom(seed: vectors.seed)
    #expect((0..<10_000).reduce(0) { sum, _ in sum + random.uniform() } == vectors.sums.uniforms)
    random = NumPyRandom(seed: vectors.seed)
    #expect((0..<10_000).reduce(0) { sum, _ in sum + random.normal() } == vectors.sums.normals)
    random = NumPyRandom(seed: vectors.seed)
    #expect(
      (0..<10_000).reduce(0) { sum, _ in sum + random.index(below: 49_000) }
        == vectors.sums.indices)
  }

  @Test("choice(49000, 5) and shuffle for seed 0")
  func choice() {
    var random = NumPyRandom(seed: 0)
    var batch = [Int](repeating: 0, count: 5)
    random.choose(below: 49_000, into: &batch)
    #expect(batch == [2732, 43567, 42613, 45891, 21243])
    random = NumPyRandom(seed: 0)
    var letters = Array("abcdefghij")
    random.shuffle(&letters)
    #expect(String(letters) == "ciejbghdaf")
    var nobody: [Int] = []
    random.shuffle(&nobody)
    #expect(random.permutation(1) == [0])
  }

  @Test("a tensor is drawn in row-major order")
  func tensors() {
    var random = NumPyRandom(seed: 0)
    let normal = Tensor<Double>.normal([2, 2], standardDeviation: 2, using: &random)
    #expect(normal.elements == NumPyVectors.all[0].normals.prefix(4).map { 2 * $0 })
    random = NumPyRandom(seed: 0)
    let uniform = Tensor<Float>.uniform([1, 5], using: &random)
    #expect(uniform.elements == NumPyVectors.all[0].uniforms.map { Float($0) })
  }
}
