import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import Testing

@Suite("Digests")
struct DigestTests {
  @Test("The digest is that of the rows' bytes and then the labels, whatever they are part of")
  func digest() throws {
    let whole = Dataset(
      Features(.bytes([1, 2, 3, 4, 5, 6]), exampleShape: [2]), labels: [0, 1, 2])
    var bytes: [UInt8] = [1, 2, 3, 4, 5, 6]
    for label in [0, 1, 2] { withUnsafeBytes(of: label) { bytes += $0 } }
    #expect(try whole.digest() == SHA256.digest(of: bytes))
    #expect(try whole.subset(rows: [0, 1, 2]).digest() == whole.digest())
    let part = Dataset(Features(.bytes([3, 4, 5, 6]), exampleShape: [2]), labels: [1, 2])
    #expect(try whole[rows: 1..<3].digest() == part.digest())
    #expect(try whole[rows: 3..<3].digest() == SHA256.digest(of: []))
  }

  @Test("Another feature, label or order is another digest")
  func differs() throws {
    let rows: [[Float]] = [[1, 2], [3, 4]]
    func digest(_ rows: [[Float]], _ labels: [Int]) throws -> String {
      try Dataset(Tensor(rows.flatMap { $0 }, shape: [2, 2]), labels: labels).digest()
    }
    let digests = try [
      digest(rows, [0, 1]), digest(rows, [1, 0]), digest(rows.reversed(), [0, 1]),
      digest([[1, 2], [3, 4.0000005]], [0, 1]),
      Dataset(Tensor<Double>([1, 2, 3, 4], shape: [2, 2]), labels: [0, 1]).digest(),
    ]
    #expect(Set(digests).count == digests.count)
  }
}
