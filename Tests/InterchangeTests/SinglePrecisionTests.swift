import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining
import Testing

@testable import PerceptronInterchange

@Suite("Models in single precision")
struct SinglePrecisionTests {
  private func numbers(
    shift: Double = 0, divisor: Double = 1, fill: Double? = nil,
    targets: TargetScaling? = nil
  ) -> TrainedModel<Float> {
    let columns = ["a", "b"].map { FeatureColumn(name: $0) }
    let imputation = fill.map {
      PreparationStep.impute(columns: [0, 1], values: [0, $0], indicated: [])
    }
    return TrainedModel(
      network: Sample.network(2, [.affine(outputs: 1)], loss: .squaredError),
      preprocessing: Preprocessing(
        steps: (imputation.map { [$0] } ?? []) + [
          .standardize(columns: [0, 1], means: [0, shift], deviations: [1, divisor])
        ], columns: columns, targets: targets),
      schema: TargetSchema(.numbers, names: ["y"]))
  }

  private func error(_ model: TrainedModel<Float>) throws -> [String] {
    let steps = try ModelSteps(of: model, path: "a")
    let error = try #require(throws: FileError.self) {
      try steps.requireSinglePrecision(path: "a")
    }
    // Both formats ask.
    #expect(throws: FileError.self) { try model.writeONNX(to: "/nowhere/a.onnx") }
    let header = try #require(throws: FileError.self) { try model.cHeader(path: "a") }
    return [error.message, header.message]
  }

  @Test(
    "Numbers that single precision does not have are refused, also divisors that it rounds to 0")
  func refused() throws {
    for (model, sentence) in [
      (numbers(shift: 1e40), "number 1 of the columns' shifts is 1e+40"),
      (numbers(divisor: 1e-50), "number 1 of the columns' divisors is 1e-50"),
      (numbers(divisor: 1e-39), "columns' divisors"), (numbers(divisor: 1e45), "columns' divisors"),
      (numbers(fill: 1e60), "number 1 of the columns' prepared numbers for missing cells"),
      (
        numbers(targets: TargetScaling(means: [0], deviations: [1e-50])),
        "number 0 of the targets' deviations is 1e-50"
      ),
      (
        numbers(targets: TargetScaling(means: [1e40], deviations: [1])),
        "number 0 of the targets' means is 1e+40"
      ),
      (
        numbers(targets: TargetScaling(means: [0], deviations: [1e40])),
        "number 0 of the targets' deviations is 1e+40"
      ),
    ] {
      for message in try error(model) { #expect(message.contains(sentence), "\(message)") }
    }
    // A number for missing cells is taken as it is prepared.
    let far = numbers(shift: 1e30, divisor: 1e30, fill: 2e30)
    try ModelSteps(of: far, path: "a").requireSinglePrecision(path: "a")
    #expect(try far.cHeader(path: "a.h").contains("1.0f"))
  }

  @Test("Columns whose cells single precision rounds too much are known, with the error")
  func rounded() {
    #expect(Sample.table.roundedColumns.isEmpty)
    #expect(numbers(shift: 100, divisor: 1).roundedColumns.isEmpty)
    #expect(numbers(shift: 0, divisor: 1e-30).roundedColumns.isEmpty)
    #expect(
      numbers(shift: -101325, divisor: 2).roundedColumns
        == [RoundedColumn(name: "b", size: 101325, error: 101325 * 0x1p-24, divisor: 2)])
    #expect(Sample.timestamps.roundedColumns.map(\.name) == ["time"])
    #expect(abs(Sample.timestamps.roundedColumns[0].error - 105) < 1)
    #expect(AnyTrainedModel.float(Sample.timestamps).roundedColumns.count == 1)
  }
}
