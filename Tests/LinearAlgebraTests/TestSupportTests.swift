import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Test support")
struct TestSupportTests {
  @Test("relativeError treats equal, infinite and NaN numbers as expected")
  func relativeErrors() {
    #expect(relativeError(2, 1) == 0.5)
    #expect(relativeError(0, 0) == 0)
    #expect(relativeError(.infinity, .infinity) == 0)
    #expect(relativeError(.nan, .nan) == 0)
    #expect(relativeError(.nan, 1) == .infinity)
    #expect(relativeError(1, .infinity) == .infinity)
  }

  @Test("a mismatch names the element that is off, or the shapes")
  func mismatches() {
    let (a, b) = ([[1, 2], [3, 4]], [[1, 2], [3.5, 4]]) as (Tensor<Double>, Tensor<Double>)
    #expect(
      mismatch(a, b, tolerance: 0.1)
        == "element [1, 0] is 3.0, expected 3.5 to 0.1; 1 of 4 elements differ")
    #expect(mismatch(a, b, tolerance: 0.2) == nil)
    #expect(mismatch(a, a.reshaped(to: [4])) == "shape [2, 2], expected [4]")
  }

  @Test("NaN and infinities are close to themselves only")
  func specialValues() {
    let special = Tensor<Double>([.nan, .infinity, -.infinity])
    #expect(mismatch(special, special) == nil)
    for value in special.elements {
      #expect(mismatch(Tensor(value), Tensor<Double>(1)) != nil)
      #expect(mismatch(Tensor<Double>(1), Tensor(value)) != nil)
    }
  }

  @Test("every awkward size stands once in each place of the triples")
  func triples() {
    for place in 0..<3 {
      #expect(awkwardTriples.map { $0[place] }.sorted() == awkwardSizes)
    }
  }

  @Test("a temporary directory is there while it is held and gone afterwards")
  func temporaryDirectory() throws {
    var path = ""
    do {
      let directory = try TemporaryDirectory()
      path = directory.path
      try directory.write([1], to: "file")
      #expect(try directory.names == ["file"])
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
