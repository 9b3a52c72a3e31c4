import PerceptronVisualization
import Testing

@Suite("Text curves")
struct TextCurveTests {
  @Test("Values are bars from the lowest to the full one")
  func bars() {
    #expect(TextCurve([0, 1, 2, 3, 4, 5, 6, 7], width: 20).rows == ["▁▂▃▄▅▆▇█"])
    #expect(TextCurve([0, 1, 2], width: 3, characters: .ascii).rows == [".:#"])
  }

  @Test("Several rows stand on each other")
  func rows() {
    let curve = TextCurve([0, 15, 8], width: 3, height: 2)
    #expect(curve.rows == [" █▁", "▁██"])
    #expect(curve.range == 0...15)
  }

  @Test("Nothing is drawn for no values and for values that are not finite")
  func empty() {
    #expect(TextCurve([], width: 5, height: 2).rows == ["", ""])
    #expect(TextCurve([], width: 5).range == nil)
    #expect(TextCurve([.nan, .infinity], width: 5).rows == [""])
    #expect(TextCurve([0, -1], width: 5, isLogarithmic: true).rows == [""])
  }

  @Test("One value and a constant are bars in the middle")
  func constant() {
    #expect(TextCurve([3], width: 5).rows == ["▅"])
    #expect(TextCurve([3, 3, 3], width: 5).rows == ["▅▅▅"])
  }

  @Test("NaN leaves a gap")
  func gaps() {
    #expect(TextCurve([7, .nan, 0], width: 3).rows == ["█ ▁"])
  }

  @Test("More values than columns are drawn by the means of each column")
  func means() {
    let curve = TextCurve([0, 2, 4, .nan, 1e9, -1e9 + 16], width: 3)
    #expect(curve.range == 1...8)
    #expect(curve.rows == ["▁▄█"])
  }

  @Test("Logarithmic heights have the same step for the same factor")
  func logarithmic() {
    let curve = TextCurve([1, 1e7, 1e3], width: 3, isLogarithmic: true)
    #expect(curve.rows == ["▁█▄"])
  }

  @Test("The largest values there are do not overflow")
  func large() {
    let most = Double.greatestFiniteMagnitude
    #expect(TextCurve([-most, most], width: 2).rows == ["▁█"])
  }
}
