import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Description")
struct DescriptionTests {
  @Test(
    "numbers have four significant digits, or one decimal, without trailing zeros",
    arguments: [
      (0.0, "0.0"), (-0.0, "0.0"), (1, "1.0"), (-2.25, "-2.25"), (0.125, "0.125"),
      (1.0 / 7, "0.1429"), (0.00012346, "0.0001235"), (0.0001, "0.0001"), (12.3456, "12.35"),
      (9.9996, "10.0"), (0.99996, "1.0"), (1000, "1000.0"), (123456, "123456.0"),
      (-12345.67, "-12345.7"), (9_999_999, "9999999.0"), (1e7, "1.0e7"), (12_345_678, "1.235e7"),
      (9.9999e9, "1.0e10"), (1e-5, "1.0e-5"), (-1.5e-7, "-1.5e-7"), (1.7e308, "1.7e308"),
      (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
    ])
  func numbers(value: Double, text: String) {
    #expect(Tensor(value).description == text)
  }

  @Test("a NaN's sign, which processors give to a quotient of zeros, is not shown")
  func signOfNaN() {
    let nan = -Double.nan
    #expect("\(nan)" == "-nan" && Tensor(nan).description == "nan")
    #expect(Tensor<Float>([1, -.nan]).description == "[1.0, nan]")
  }

  @Test("a number reads the same in Float")
  func singlePrecision() {
    #expect(Tensor<Float>([0.1, 1e-3, 123456]).description == "[     0.1,    0.001, 123456.0]")
  }

  @Test("a matrix has aligned columns")
  func matrix() {
    let matrix: Tensor<Float> = [[1, -2.25], [1000, 0.125]]
    #expect(
      matrix.description == """
        [[   1.0,  -2.25],
         [1000.0,  0.125]]
        """)
  }

  @Test("tensors of rank 3 and 4 nest their matrices")
  func higherRanks() {
    #expect(
      Tensor<Double>.counting([2, 2, 2]).description == """
        [[[0.0, 1.0],
          [2.0, 3.0]],
         [[4.0, 5.0],
          [6.0, 7.0]]]
        """)
    #expect(
      Tensor<Double>.counting([1, 2, 1, 2]).description == """
        [[[[0.0, 1.0]],
          [[2.0, 3.0]]]]
        """)
  }

  @Test("long axes are cut in the middle")
  func longAxes() {
    #expect(
      Tensor<Float>.counting([7]).description == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]")
    #expect(
      Tensor<Float>.counting([20]).description == "[ 0.0,  1.0,  2.0, …, 17.0, 18.0, 19.0]")
    #expect(
      Tensor<Float>.counting([13, 2]).description == """
        [[ 0.0,  1.0],
         [ 2.0,  3.0],
         [ 4.0,  5.0],
         …,
         [20.0, 21.0],
         [22.0, 23.0],
         [24.0, 25.0]]
        """)
  }

  @Test(
    "twelve entries are shown, as ten class probabilities; more digits and entries as asked for")
  func options() {
    #expect(
      (Tensor<Float>.counting([10]) / 10).description
        == "[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]")
    let third = Tensor<Double>([1 / 3.0, 1e-9])
    #expect(third.description(significantDigits: 8) == "[0.33333333,     1.0e-9]")
    for number in [
      1 / 3.0, 123456789, 12345678.9, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ] {
      let text = Tensor(number).description(significantDigits: 17)
      #expect(Double(text) == number, "\(text)")
    }
    #expect(
      Tensor<Double>.counting([20]).description(longestAxis: 20).split(separator: ",").count == 20)
    #expect(Tensor<Double>.counting([5]).description(longestAxis: 4) == "[0.0, 1.0, …, 3.0, 4.0]")
  }

  @Test("a tensor without elements names its shape")
  func empty() {
    #expect(Tensor<Float>.zeros([0]).description == "[]")
    #expect(Tensor<Float>.zeros([0, 3]).description == "[] of shape [0, 3]")
    #expect(Tensor<Float>.zeros([3, 0]).description == "[] of shape [3, 0]")
  }

  @Test("the mirror shows the shape alone")
  func mirror() {
    let children = Mirror(reflecting: Tensor<Float>.zeros([3, 4])).children
    #expect(children.map(\.label) == ["shape"])
  }
}
