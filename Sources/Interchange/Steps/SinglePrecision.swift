import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining

extension ModelSteps {
  /// Throws where single precision has not a number of the preparation or of the unit of predicted numbers: one that
  /// is too large, or a factor or divisor that it rounds to 0 or that lies so near its range's ends that it loses
  /// digits.
  func requireSinglePrecision(path: String) throws {
    func check(_ numbers: [Double], _ name: String, where isFit: (Float) -> Bool) throws {
      guard let place = numbers.firstIndex(where: { !isFit(Float($0)) }) else { return }
      throw FileError(
        path,
        "not written: number \(place) of the \(name) is \(wholeOrPlain(numbers[place])), which single "
          + "precision does not have")
    }
    func isFactor(_ number: Float) -> Bool { number.isNormal && (1 / number).isNormal }
    let columns = plan.numbers
    try check(columns.map(\.shift), "columns' shifts", where: \.isFinite)
    try check(columns.map(\.divisor), "columns' divisors", where: isFactor)
    try check(
      columns.filter { !$0.fill.isNaN }.map { $0.prepared($0.fill) },
      "columns' prepared numbers for missing cells", where: \.isFinite)
    if case .numbers(let scaling?) = prediction {
      try check(scaling.means, "targets' means", where: \.isFinite)
      try check(scaling.deviations, "targets' deviations", where: isFactor)
    }
  }
}

// MARK: - Cells

/// A column of cells that differ so little from each other, beside their size, that rounding them to single precision
/// is felt.
package struct RoundedColumn: Equatable, Sendable {
  /// The column's name or, where it has none, its position.
  package var name: String
  /// About the size of its cells.
  package var size: Double
  /// The largest error of a rounded cell of this size.
  package var error: Double
  /// The number that the differences of cells are divided by.
  package var divisor: Double
}

extension AnyTrainedModel {
  /// The columns of numbers whose cells single precision changes, as ``TrainedModel/roundedColumns`` has them.
  package var roundedColumns: [RoundedColumn] {
    switch self {
    case .float(let model): model.roundedColumns
    case .double(let model): model.roundedColumns
    }
  }
}

extension TrainedModel {
  /// The columns of numbers whose cells, rounded to single precision, can change prepared numbers by more than
  /// 1e-5: ONNX files and C headers take cells so, and cannot predict as `predict` does from all their digits.
  package var roundedColumns: [RoundedColumn] {
    let names = preprocessing.columns?.map(\.name)
    return preprocessing.plan(columnCount: featureCount).numbers.compactMap { column in
      // Of logarithms, rounding a cell changes any by as much as that of 1 + x, relative to it.
      let size = abs(column.shift)
      let error = (column.isLogarithm ? 1 : size) * 0x1p-24
      if error <= 1e-5 * column.divisor { return nil }
      return RoundedColumn(
        name: names?[column.source] ?? "\(column.source)",
        size: column.isLogarithm ? expm1(size) : size,
        error: column.isLogarithm ? exp(size) * 0x1p-24 : error, divisor: column.divisor)
    }
  }
}

extension TrainedModel {
  /// The same model in single precision.
  var inSinglePrecision: TrainedModel<Float> {
    TrainedModel<Float>(
      network: network as? Network<Float> ?? Network<Float>(network),
      preprocessing: preprocessing, schema: schema, image: image)
  }
}

extension [ColumnPlan.Number] {
  /// What is subtracted of each column in single precision, in two parts, so that numbers that are much larger
  /// than they differ stay exact; the second is nil where it changes nothing.
  var singleShifts: (shifts: [Double], rests: [Double]?) {
    let shifts = map { Double(Float($0.shift)) }
    let rests = zip(self, shifts).map { $0.shift - $1 }
    let isNeeded = zip(rests, self).contains { abs($0 / $1.divisor) > 1e-7 }
    return (shifts, isNeeded ? rests : nil)
  }
}
