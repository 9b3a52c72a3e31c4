import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Making tensors")
struct CreationTests {
  @Test("patterns are where they belong")
  func patterns() {
    #expect(Tensor<Float>.ones([2]).elements == [1, 1])
    #expect(Tensor<Float>.eye(2).elements == [1, 0, 0, 1])
    #expect(Tensor<Float>.eye(2, 3, offset: 1).elements == [0, 1, 0, 0, 0, 1])
    #expect(Tensor<Float>.eye(3, 2, offset: -1).elements == [0, 0, 1, 0, 0, 1])
    #expect(Tensor<Float>.eye(2, offset: 5).elements == [0, 0, 0, 0])
    #expect(Tensor<Float>.eye(0).shape == [0, 0])
    #expect(Tensor<Float>.diagonal(Tensor([2, 3])).elements == [2, 0, 0, 3])
    #expect(
      Tensor<Float>.diagonal(Tensor([2, 3]), offset: -1).elements == [0, 0, 0, 2, 0, 0, 0, 3, 0])
    #expect(Tensor<Float>.diagonal(Tensor([2]), offset: 1).elements == [0, 2, 0, 0])
    #expect(Tensor<Float>.oneHot([2, 0], classes: 3).elements == [0, 0, 1, 1, 0, 0])
    #expect(Tensor<Float>.arange(3).elements == [0, 1, 2])
    #expect(Tensor<Float>.linspace(from: 0, to: 0.1, count: 3).elements == [0, 0.05, 0.1])
    let products = outer(Tensor<Float>([1, 2]), Tensor<Float>([3, 4, 5]))
    #expect(products.elements == [3, 4, 5, 6, 8, 10] && products.shape == [2, 3])
    #expect(outer(Tensor<Float>([]), Tensor<Float>([1])).shape == [0, 1])
    #expect(kron(Tensor<Float>(2), Tensor<Float>([1, 2])).elements == [2, 4])
    #expect(meshgrid(Tensor<Float>([1, 2])) == [Tensor<Float>([1, 2])])
  }

  @Test("the rounded ends of a uniform range", arguments: scalarTypes)
  func uniform(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 7)
      for range in [0..<1, -3..<5, 1..<(1 + Scalar.ulpOfOne * 4)] as [Range<Scalar>] {
        let x = Tensor<Scalar>.uniform([5000], in: range, using: &random)
        #expect(x.elements.allSatisfy { range.contains($0) })
        let middle = (Double(range.lowerBound) + Double(range.upperBound)) / 2
        let width = Double(range.upperBound) - Double(range.lowerBound)
        #expect((Double(x.mean()) - middle).magnitude < width)
      }
      let integers = Tensor<Scalar>.integers([1000], in: -2..<3, using: &random)
      #expect(Set(integers.elements) == [-2, -1, 0, 1, 2])
      var (a, b) = (SeededRandom(seed: 1), SeededRandom(seed: 1))
      let plain = Tensor<Scalar>.normal([9], standardDeviation: 2, using: &a)
      let moved = Tensor<Scalar>.normal([9], mean: 3, standardDeviation: 2, using: &b)
      expectClose(moved, plain.map { $0 + 3 })
    }
    check(type)
  }

  @Test("choices without replacement are distinct, and weights of 0 are never chosen")
  func choices() {
    var random = SeededRandom(seed: 3)
    var counts = [Int](repeating: 0, count: 4)
    for _ in 0..<500 {
      let chosen = random.choose(2, of: 4, weights: [1, 0, 3, 1])
      #expect(Set(chosen).count == 2)
      for index in chosen { counts[index] += 1 }
      #expect(random.choose(3, of: 9, replacing: true).allSatisfy { (0..<9).contains($0) })
    }
    #expect(counts[1] == 0 && counts[2] > counts[0] && counts[2] > counts[3])
    #expect(random.choose(0, of: 0) == [])
  }

  @Test("mistakes name the operation and what came")
  func traps() async {
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var random = SeededRandom(seed: 1)
        _ = random.choose(1, of: 2, weights: [0, 0])
      }, "choose: 1 of 2, of which 0 have a weight above 0")
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var random = SeededRandom(seed: 1)
        _ = random.choose(1, of: 2, weights: [1, -2])
      }, "choose: weight -2.0 of 1 is negative or not finite")
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor<Float>.zeros([2, 3]).sum(axes: [0, 0])
      }, "sum: the axes [0, 0] of a tensor of shape [2, 3] repeat one")
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor<Float>.zeros([2, 3]).topK(4, axis: 1)
      }, "topK: 4 elements of axis 1 of a tensor of shape [2, 3]")
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor<Float>([1, .nan]).histogram()
      }, "histogram: the range from", "is not finite")
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor<Float>.zeros([2, 3]).takingAlong([5, 0], axis: 1)
      }, "takingAlong: index 5 of axis 1 of a tensor of shape [2, 3]")
    expectMessage(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor<Float>.oneHot([3], classes: 3)
      }, "oneHot: label 3 of row 0, expected one of 0..<3")
  }
}
