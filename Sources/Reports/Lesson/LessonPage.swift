import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

extension Report {
  /// Creates the page of the lesson: each part with its formula, its lines of Swift and its numbers.
  public init(of lesson: Lesson) throws {
    let page = LessonPage(lesson: lesson)
    self.init(
      title: "How a network learns, number by number",
      subtitle: "The classic two-layer network on five rows.",
      sections: [
        page.overview, page.initialize, page.forward, page.loss, page.backward, page.check,
        page.update, try page.train, page.predict,
      ])
  }
}

/// The sections of the page. Tables have four decimals; calculations start from six or more and end in four.
struct LessonPage {
  let lesson: Lesson

  /// The row that is followed by hand, and its class.
  let row = 0
  var label: Int { lesson.labels[row] }
  /// The hidden unit with the largest sum in that row, and the one with the smallest, which is off.
  var onUnit: Int { lesson.sums.row(row).argmax() }
  var offUnit: Int { (-lesson.sums.row(row)).argmax() }

  var w1: Tensor<Double> { lesson.network.hidden.weights }
  var b1: Tensor<Double> { lesson.network.hidden.bias }
  var w2: Tensor<Double> { lesson.network.output.weights }
  var b2: Tensor<Double> { lesson.network.output.bias }
  var rows: Range<Int> { lesson.labels.indices }
  var inputs: Range<Int> { 0..<lesson.network.inputSize }
  var units: Range<Int> { 0..<lesson.network.hiddenSize }
  var classes: Range<Int> { 0..<lesson.network.classCount }
}

// MARK: - Numbers

extension LessonPage {
  /// A number with four decimals and a minus sign; an exact 0 as `0`.
  static func four(_ value: Double) -> String { text(value, 4) }
  /// A number with six decimals, as calculations start from.
  static func six(_ value: Double) -> String { text(value, 6) }

  static func text(_ value: Double, _ digits: Int) -> String {
    value == 0 ? "0" : signed(decimal(value, digits))
  }

  /// A number's text with a minus sign in place of each hyphen.
  static func signed(_ number: String) -> String { number.replacing("-", with: "−") }

  /// `a · b + c · d`, with brackets around negative numbers.
  static func products(_ pairs: [(Double, Double)]) -> String {
    pairs.map { "\(factor($0)) · \(factor($1))" }.joined(separator: " + ")
  }

  static func sum(_ terms: [Double]) -> String { terms.map(factor).joined(separator: " + ") }

  static func factor(_ value: Double) -> String { factor(value, 6) }

  static func factor(_ value: Double, _ digits: Int) -> String {
    value < 0 ? "(\(text(value, digits)))" : text(value, digits)
  }

  /// A list such as `1, 5 and 6`.
  static func list(_ numbers: [Int]) -> String {
    let texts = numbers.map(String.init)
    if texts.count < 2 { return texts.joined() }
    return texts.dropLast().joined(separator: ", ") + " and " + texts[texts.count - 1]
  }
}

// MARK: - Blocks

extension LessonPage {
  /// A loss with four decimals and, below, with all its digits.
  static func figure(_ name: String, _ value: Double) -> Report.Fact {
    .init(name, four(value), detail: plain(value))
  }

  /// A table of a matrix, or of a vector as a single row.
  ///
  /// - Parameter isMarked: whether an entry is shaded.
  func matrix(
    _ caption: String, _ tensor: Tensor<Double>, decimals: Int = 4, rows: String?,
    columns: String,
    marking isMarked: (_ row: Int, _ column: Int) -> Bool = { _, _ in false }
  ) -> Report.Block {
    let width = tensor.shape[tensor.rank - 1]
    let body = (0..<tensor.count / width).map { row in
      [Report.Table.Cell(rows.map { "\($0) \(row)" } ?? "all rows")]
        + (0..<width).map { column in
          Report.Table.Cell(
            Self.text(tensor[position: row * width + column], decimals),
            tint: isMarked(row, column) ? 0.5 : nil)
        }
    }
    return .table(
      .init(
        caption: caption,
        columns: [.words("")] + (0..<width).map { .figures("\(columns) \($0)") }, rows: body))
  }

  /// Whether a hidden unit is on in a row.
  func isOn(row: Int, unit: Int) -> Bool { lesson.mask[row, unit] > 0 }
}
