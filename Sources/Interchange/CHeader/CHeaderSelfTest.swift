import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining

/// Rows that a header tests itself with, and what the model predicts for them.
///
/// A saved model has no data. The rows are drawn, always the same, so that prepared numbers are about as large
/// as those of the training rows: from −1 to 1 deviations from the mean where the columns are scaled, else from
/// 0 to the magnitude. Every third has missing cells and unknown categories, where these are allowed.
struct CHeaderSelfTest {
  let rowCount: Int
  /// The features, row by row, as the header takes them.
  let features: [Float]
  let predictions: Predictions

  /// - Throws: `FileError` where the outputs are not finite.
  init<Scalar>(_ model: TrainedModel<Scalar>, rowCount: Int = 3, path: String) throws {
    self.rowCount = rowCount
    let count = model.featureCount
    let plan = model.preprocessing.plan(columnCount: count)
    var random = SeededRandom(seed: 0, purpose: "self-test")
    var cells = [Float](repeating: 0, count: rowCount * count)
    for row in 0..<rowCount {
      let isOdd = row % 3 == 2
      for column in plan.numbers {
        let draw = Double.random(in: 0..<1, using: &random)
        cells[row * count + column.source] =
          isOdd && !column.fill.isNaN && column.source % 2 == 0
          ? .nan : Self.cell(column, draw, of: model.preprocessing)
      }
      for (position, column) in plan.categories.enumerated() {
        let cell =
          switch (isOdd, column.unknown) {
          case (false, _): Float((row + position) % max(column.knownCount, 1))
          case (true, .error): Float.nan
          case (true, .ignore), (true, .other): Float(column.knownCount)
          }
        cells[row * count + column.source] = column.knownCount == 0 ? .nan : cell
      }
    }
    features = cells
    let columns = model.preprocessing.knownColumns.map { columns in
      columns.map { column in
        // A name more than those that are known.
        FeatureColumn(
          name: column.name, categories: column.categories.map { $0 + [$0.joined() + "?"] })
      }
    }
    let rows = Features(
      .doubles(cells.map { Double($0) }), exampleShape: [count], columns: columns)
    predictions = model.network.predictions(
      of: rows.prepared(with: model.preprocessing), as: model.schema)
    if let place = (predictions.values ?? predictions.outputs).firstNonFinite() {
      throw FileError(
        path,
        "not written: output \(place) of three rows for the self-test is not finite, so that the "
          + "model has no use")
    }
  }

  /// A cell of a column, with a few digits: what a prepared number of −1…1 was made of, or of columns that all
  /// are treated alike, such as pixels, a number from 0 to the magnitude.
  private static func cell(
    _ column: ColumnPlan.Number, _ draw: Double, of preprocessing: Preprocessing
  ) -> Float {
    if !preprocessing.isByColumn {
      let largest = preprocessing.magnitude ?? preprocessing.divisor
      return rounded((largest == 0 ? 1 : largest) * draw)
    }
    let number = column.shift + column.divisor * (2 * draw - 1)
    // Of large numbers that differ little, digits that tell them apart.
    let digits = 4 + Int(max(0, min(log10(abs(column.shift) / column.divisor), 5)))
    // Above −1 after rounding, too.
    return column.isLogarithm ? max(rounded(expm1(number)), -0.9) : rounded(number, digits)
  }

  private static func rounded(_ number: Double, _ digits: Int = 4) -> Float {
    let text = significant(number, digits)
    return Float(text) ?? Float(number)
  }
}

// MARK: - Text

extension CHeaderSelfTest {
  /// The function `self_test`, where a macro of its own is defined.
  func definition(in builder: CHeaderBuilder, _ interface: CInterface) -> String {
    let (prefix, macro) = (builder.prefix, builder.macro)
    let kind = predictions.schema.kind
    let output = interface.outputs[0]
    let expected =
      kind == .numbers ? predictions.values : predictions.probabilities ?? predictions.outputs
    let results =
      kind == .classes ? predictions.classes : Array(repeating: 0, count: rowCount)
    var arguments = ["features[i]", output.name]
    var constants = ""
    var declarations = ["float \(output.name)[\(output.count)] = {0};"]
    var comparison = ""
    if let labels = interface.outputs.dropFirst().first, let values = predictions.values {
      arguments.append(labels.name)
      constants = """
          static const uint8_t expected_labels[\(rowCount)][\(labels.count)] = {
        \(table(values.elements) { $0 == 1 ? "1" : "0" })};

        """
      declarations.append("\(labels.type) \(labels.name)[\(labels.count)] = {0};")
      comparison = """

            for (size_t j = 0; j < \(labels.count); j++) {
              if (labels[j] != expected_labels[i][j]) differs = 1;
            }
        """
    }
    if builder.takesScratch {
      arguments.append("scratch")
      declarations.append("static float scratch[\(macro)_SCRATCH];")
    }
    return """
      #ifdef \(macro)_SELF_TEST
      /* Returns how many of three rows are predicted otherwise than by Perceptron: another \(kind == .numbers ? "result" : interface.noun), or numbers
       * that differ by more than 1e-5, of numbers above 1 relative to these. A saved model has no data, so the
       * rows are drawn, of the size that its preparation expects. */
      static inline int \(prefix)_self_test(void) {
        static const float features[\(rowCount)][\(macro)_FEATURES] = {
      \(table(features, CText.number))};
        static const float expected[\(rowCount)][\(output.count)] = {
      \(table(expected?.elements.map { Float($0) } ?? [], CText.number))};
        static const int results[\(rowCount)] = {\(results.map { "\($0)" }.joined(separator: ", "))};
      \(constants)  \(declarations.joined(separator: "\n  "))
        int failures = 0;
        for (size_t i = 0; i < \(rowCount); i++) {
          int differs = \(prefix)_predict(\(arguments.joined(separator: ", "))) != results[i];
          for (size_t j = 0; j < \(output.count); j++) {
            const float size = fabsf(expected[i][j]);
            const float limit = 1e-5f * (size > 1.0f ? size : 1.0f);
            if (!(fabsf(\(output.name)[j] - expected[i][j]) <= limit)) differs = 1;
          }\(comparison)
          failures += differs;
        }
        return failures;
      }
      #endif
      """
  }

  /// The rows of a table of numbers, each in braces.
  private func table<Number>(_ numbers: [Number], _ text: (Number) -> String) -> String {
    let size = numbers.count / rowCount
    return (0..<rowCount).map { row in
      let items = numbers[row * size..<(row + 1) * size].map(text)
      return "    {\n" + CText.lines(items, indent: "      ") + "}"
    }.joined(separator: ",\n")
  }
}
