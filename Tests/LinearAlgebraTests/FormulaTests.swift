import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Formulas")
struct FormulaTests {
  // That they compile is most of the test: the compiler gives up on an expression after a number of steps.
  @Test("a page of fifty formulas compiles, and gives numbers")
  func page() {
    let (a, b) = (Tensor<Float>.sample([4, 3]), Tensor<Float>.sample([4, 3], seed: 2))
    for result in formulas(a, b, a, b, s: 0.5, n: 3) {
      #expect(result.firstNonFinite() == nil)
    }
    let g = Tensor<Double>.sample([4, 3])
    var (w, m, v) = (Tensor<Double>.sample([4, 3], seed: 3), g * 0, g * 0)
    for result in moreFormulas(&w, &m, &v, g, rate: 0.1, step: 1) {
      #expect(result.firstNonFinite() == nil)
    }
    let results = Tensor(numbers(a, b, [1, 2, 3], i: 1, j: 0))
    #expect(results.firstNonFinite() == nil)
  }
}
