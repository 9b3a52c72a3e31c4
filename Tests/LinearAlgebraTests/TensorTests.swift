import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Tensor")
struct TensorTests {
  @Test("nested literals make tensors of rank 1 to 4")
  func literals() {
    let vector: Tensor<Float> = [1, 2]
    let matrix: Tensor<Double> = [[1, 2, 3], [4, 5, 6.5]]
    let three: Tensor<Double> = [[[1], [2]], [[3], [4]]]
    let four: Tensor<Double> = [[[[1, 2]]]]
    let none: Tensor<Double> = []
    #expect(vector.shape == [2] && vector.elements == [1, 2])
    #expect(matrix.shape == [2, 3] && matrix.elements == [1, 2, 3, 4, 5, 6.5])
    #expect(three.shape == [2, 2, 1] && three.elements == [1, 2, 3, 4])
    #expect(four.shape == [1, 1, 1, 2])
    #expect(none.shape == [0])
    #expect(([[], []] as Tensor<Double>).shape == [2, 0])
  }

  @Test("rows of variables make a matrix")
  func rows() {
    let (x, y): (Float, Float) = (2, 3)
    #expect(Tensor([[x, 1], [y, 1]]) == [[2, 1], [3, 1]])
    #expect(Tensor([[Double]]()).shape == [0, 0])
  }

  @Test("a number is no tensor, so that x == 0 does not compile")
  func numbers() {
    #expect(!(Tensor<Float>.self is any ExpressibleByIntegerLiteral.Type))
    #expect(!(Tensor<Float>.self is any ExpressibleByFloatLiteral.Type))
  }

  @Test("initializers fill in row-major order")
  func initializers() {
    #expect(Tensor<Float>(shape: [2, 2], repeating: 3).elements == [3, 3, 3, 3])
    #expect(Tensor<Float>.zeros([3]).elements == [0, 0, 0])
    #expect(Tensor<Double>([1, 2, 3, 4], shape: [2, 2])[1, 0] == 3)
    #expect(Tensor(stride(from: 1.0, to: 4, by: 1).map { $0 }).shape == [3])
    let squares = Tensor<Double>(shape: [4]) { target in
      for index in target.indices { target[index] = Double(index * index) }
    }
    #expect(squares.elements == [0, 1, 4, 9])
  }

  @Test("a scalar type converts to the other, rounding")
  func conversion() {
    let precise = Tensor<Double>([0.1, 1e300, -2], shape: [3, 1])
    #expect(Tensor<Float>(precise).elements == [0.1, .infinity, -2])
    #expect(Tensor<Double>(Tensor<Float>(0.1)).scalar == Double(Float(0.1)))
    #expect(Tensor<Float>(precise).shape == [3, 1])
  }

  @Test("storage is aligned to 64 bytes", arguments: awkwardSizes)
  func alignment(size: Int) {
    let tensor = Tensor<Float>.zeros([size])
    #expect(tensor.address % 64 == 0)
  }

  @Test("subscripts read and write in row-major order for ranks 1 to 4")
  func subscripts() {
    var vector = Tensor<Double>.counting([5])
    var matrix = Tensor<Double>.counting([2, 3])
    var three = Tensor<Double>.counting([2, 3, 4])
    var four = Tensor<Double>.counting([2, 3, 4, 5])
    #expect(vector[4] == 4)
    #expect(matrix[1, 2] == 5)
    #expect(three[1, 2, 3] == 23)
    #expect(four[1, 2, 3, 4] == 119)
    #expect(four[0, 1, 0, 2] == 22)
    vector[0] = -1
    matrix[0, 1] = -1
    three[0, 1, 0] = -1
    four[0, 0, 1, 0] += 0.5
    #expect(vector.elements == [-1, 1, 2, 3, 4])
    #expect(matrix.elements == [0, -1, 2, 3, 4, 5])
    #expect(three[position: 4] == -1)
    #expect(four[position: 5] == 5.5)
    four[position: 119] = 7
    #expect(four[1, 2, 3, 4] == 7)
  }

  @Test("scalar is the element of any tensor with one")
  func scalar() {
    #expect(Tensor<Float>(3).scalar == 3)
    #expect(Tensor<Float>([3], shape: [1, 1]).scalar == 3)
  }

  @Test("reshaping shares the elements")
  func reshaping() {
    let tensor = Tensor<Float>.counting([2, 6])
    let reshaped = tensor.reshaped(to: [3, 2, 2])
    #expect(reshaped.shape == [3, 2, 2])
    #expect(reshaped[2, 1, 0] == 10)
    #expect(reshaped.address == tensor.address)
    #expect(Tensor<Float>.zeros([0, 3]).reshaped(to: [0]).shape == [0])
    #expect(Tensor<Float>([4]).reshaped(to: []).scalar == 4)
  }

  @Test("equality compares shapes and elements by the rules of floating point")
  func equality() {
    let tensor: Tensor<Double> = [1, 2]
    #expect(tensor == [1, 2])
    #expect(tensor != [1, 3])
    #expect(tensor != [[1, 2]])
    #expect(Tensor<Double>([-0.0]) == [0])
    let nan = Tensor<Double>([.nan])
    #expect(nan != nan)
    #expect(Tensor<Double>.zeros([0, 2]) == .zeros([0, 2]))
    #expect(Tensor<Double>.zeros([0, 2]) != .zeros([2, 0]))
    #expect(Tensor<Double>.counting([4])[rows: 1..<3] == [1, 2])
  }

  @Test("rows of a tensor as a block")
  func rowBlocks() {
    var tensor = Tensor<Float>.counting([2, 2, 3])
    tensor.withRows { block in
      #expect(block.shape == [2, 6])
      #expect(block.count == 12)
      #expect(block.base[7] == 7)
    }
    Tensor<Float>.counting([3]).withRows { #expect($0.shape == [1, 3]) }
    let copy = tensor
    tensor.withMutableRows { block in
      block.base[0] = 9
      #expect(block.reading.base[0] == 9)
      #expect(block.reading.shape == [2, 6])
    }
    #expect(tensor[0, 0, 0] == 9)
    #expect(copy[0, 0, 0] == 0)
  }
}

@Suite("Sharing and copy-on-write")
struct SharingTests {
  @Test("a copy shares elements until it is written to")
  func copyOnWrite() {
    let original = Tensor<Float>.counting([3, 2])
    var copy = original
    #expect(copy.address == original.address)
    copy[0, 0] = 9
    #expect(copy.address != original.address)
    #expect(original[0, 0] == 0 && copy[0, 0] == 9)
    let address = copy.address
    copy[2, 1] = 8
    #expect(copy.address == address, "its own elements are written in place")
  }

  @Test("row slices share storage at the right place")
  func slices() {
    let matrix = Tensor<Float>.counting([4, 3])
    let slice = matrix[rows: 1..<3]
    #expect(slice.shape == [2, 3])
    #expect(slice.elements == [3, 4, 5, 6, 7, 8])
    #expect(slice.address == matrix.address + 3 * 4)
    #expect(slice[rows: 1..<2].elements == [6, 7, 8], "a slice of a slice")
    #expect(matrix[rows: 4..<4].shape == [0, 3])
    #expect(matrix.row(2).shape == [3])
    #expect(matrix.row(2).address != matrix.address + 6 * 4, "a row is a copy")
    #expect(Tensor<Float>.counting([5])[rows: 2..<4].elements == [2, 3])
    let volume = Tensor<Float>.counting([3, 2, 2])
    #expect(volume.row(1).shape == [2, 2])
    #expect(volume[rows: 2..<3].elements == [8, 9, 10, 11])
    #expect(Tensor<Float>.zeros([3, 0])[rows: 1..<3].shape == [2, 0])
  }

  @Test("writing to a slice leaves its parent, and the other way round")
  func slicesAreValues() {
    var parent = Tensor<Double>.counting([4, 2])
    var slice = parent[rows: 2..<4]
    slice[0, 0] = -1
    #expect(parent[2, 0] == 4)
    let second = parent[rows: 0..<1]
    parent[0, 0] = -2
    #expect(second[0, 0] == 0)
    #expect(slice.elements == [-1, 5, 6, 7])
  }

  @Test("a slice outlives its parent and is then written in place")
  func sliceAfterParent() {
    func makeSlice() -> Tensor<Double> { Tensor<Double>.counting([4, 2])[rows: 1..<2] }
    var slice = makeSlice()
    let address = slice.address
    slice[0, 1] = 7
    #expect(slice.address == address)
    #expect(slice.elements == [2, 7])
  }
}
