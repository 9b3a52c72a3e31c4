import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@testable import PerceptronTraining

/// What a model knows of its data comes from the rows that it is trained on.
@Suite struct PreparationLeakTests {
  /// Rows of two numbers, some of them missing, and a category; numbers as targets.
  private func table(disturbing disturbed: Set<Int> = []) -> Dataset {
    var random = SeededRandom(seed: 1, purpose: "cells")
    var (cells, targets): ([Double], [Double]) = ([], [])
    for row in 0..<60 {
      let noise = (0..<4).map { _ in random.uniform() }
      let isDisturbed = disturbed.contains(row)
      let factor = isDisturbed ? 1e6 : 1
      cells += [
        noise[0] < 0.2 && !isDisturbed ? .nan : noise[1] * factor,
        noise[2] * factor - 1e3 * (factor - 1),
        isDisturbed ? 2 : (noise[3] * 2).rounded(.down),
      ]
      targets.append(noise[3] * factor)
    }
    let columns = [
      FeatureColumn(name: "a"), FeatureColumn(name: "b"),
      FeatureColumn(name: "c", categories: ["x", "y", "only held out"]),
    ]
    return Dataset(
      Features(.doubles(cells), exampleShape: [3], columns: columns),
      targets: .numbers(targets, names: ["value"]))
  }

  private func experiment(
    _ preparation: ColumnPreparation, fold: Fold? = nil, projection: ProjectionSettings? = nil
  ) -> Experiment {
    Experiment(
      data: "table", task: .numbers,
      network: NetworkSettings(
        layers: [.affine(outputs: 1)], loss: .squaredError, initializer: .zeros),
      training: TrainerSettings(), validation: 15, fold: fold, pixelScale: 2, subtractMean: true,
      preparation: preparation, projection: projection)
  }

  static let preparations: [ColumnPreparation] = ColumnPreparation.Scaling.allCases.flatMap {
    scaling -> [ColumnPreparation] in
    [ColumnPreparation.Imputation.median, .mean, .mostFrequent].map {
      ColumnPreparation(scaling: scaling, imputation: $0, indicatesMissing: true)
    }
  }

  @Test(
    "No statistic sees validation or test rows", arguments: preparations, [nil, Fold(2, of: 4)])
  func heldOutRowsAreNotSeen(_ preparation: ColumnPreparation, fold: Fold?) throws {
    try check(experiment(preparation, fold: fold))
  }

  @Test("No principal component sees validation or test rows", arguments: [nil, Fold(2, of: 4)])
  func componentsDoNotSeeHeldOutRows(fold: Fold?) throws {
    try check(
      experiment(
        ColumnPreparation(scaling: .standard), fold: fold,
        projection: ProjectionSettings(count: .number(2), whitening: 1e-5)))
  }

  private func check(_ experiment: Experiment) throws {
    let test = TestSplit(.rows(10), by: .stratified(seed: 3))
    func prepare(_ data: Dataset) throws -> Preprocessing {
      let loaded = LoadedData(name: "table", kind: .own, training: data, test: nil)
      return try experiment.sets(of: loaded.holdingOut(test).training, as: Double.self)
        .preprocessing
    }
    // The rows that are held out, found by the numbers in them.
    let data = table()
    let loaded = try LoadedData(name: "table", kind: .own, training: data, test: nil)
      .holdingOut(test)
    let trained = try experiment.parts(of: loaded.training).training
    let kept = Set((0..<trained.count).map { trained.targets.values?[$0] ?? 0 })
    let heldOut = Set((0..<data.count).filter { !kept.contains(data.targets.values?[$0] ?? 0) })
    #expect(heldOut.count == data.count - trained.count && heldOut.count >= 20)
    #expect(try prepare(table(disturbing: heldOut)) == prepare(data))
    // A row that is trained on is seen: the comparison can fail.
    let other = (0..<data.count).first { !heldOut.contains($0) } ?? 0
    #expect(try prepare(table(disturbing: heldOut.union([other]))) != prepare(data))
  }
}
