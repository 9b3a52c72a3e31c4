import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// What every loss does besides its mathematics.
@Suite("Conformance of losses")
struct ConformanceLossTests {
  static let extents = [[1, 1], [1, 4], [6, 1], [9, 3], [17, 33], [70, 130]]

  @Test("Float agrees with Double, in rows' losses and gradients", arguments: Conformance.losses)
  func precision(loss: LossCase) {
    for extents in Self.extents {
      let outputs = Tensor<Float>.sample([extents[0], extents[1]])
      let specification = loss.specification(outputs: extents[1])
      let targets = loss.targets(rows: extents[0], outputs: extents[1], seed: 2)
      let narrow = specification.makeLoss(Float.self)
      let wide = specification.makeLoss(Double.self)
      let same = Tensor<Double>(outputs)
      let tolerance = 10 * Float.testTolerance
      expectClose(
        narrow.rowLosses(outputs, single(targets)), wide.rowLosses(same, targets),
        tolerance: tolerance)
      expectClose(
        narrow.gradient(outputs, single(targets)), wide.gradient(same, targets),
        tolerance: tolerance)
      expectClose(
        narrow(outputs, single(targets)), wide(same, targets), tolerance: tolerance)
    }
  }

  private func single(_ targets: Targets<Double>) -> Targets<Float> {
    let weights = targets.weights.map { $0.map(Float.init) }
    return switch targets.kind {
    case .labels(let labels): .labels(labels, weights: weights)
    case .values(let values): .values(Tensor<Float>(values), weights: weights)
    }
  }

  @Test("A batch's loss is its rows' losses over the normalizer", arguments: Conformance.losses)
  func normalizer(loss: LossCase) {
    let specification = loss.specification(outputs: 3)
    let made = specification.makeLoss(Double.self)
    let outputs = Tensor<Double>.sample([7, 3])
    let targets = loss.targets(rows: 7, outputs: 3, seed: 2)
    let normalizer = targets.withBlock { made.normalizer(of: $0, rows: 7) }
    expectClose(
      made(outputs, targets), made.rowLosses(outputs, targets).sum() / normalizer,
      tolerance: 1e-15)
  }

  @Test(
    "Its specification goes through JSON and makes such a loss again, in both scalar types",
    arguments: Conformance.losses)
  func specification(loss: LossCase) throws {
    let specification = loss.specification(outputs: 4)
    try specification.check(classCount: 4)
    let bytes = try JSONEncoder().encode(specification)
    let read = try JSONDecoder().decode(LossSpecification.self, from: bytes)
    #expect(read == specification)
    let made = read.makeLoss(Float.self)
    #expect(made.specification == specification)
    let back = made.converted(to: Double.self).converted(to: Float.self)
    #expect(back.specification == specification)
    let isEqual = areEqual(back, made)
    #expect(isEqual)
  }

  private func areEqual<Some: Loss<Float>>(_ one: Some, _ other: any Loss<Float>) -> Bool {
    one == other as? Some
  }

  @Test("No rows have a loss of NaN and an empty gradient", arguments: Conformance.losses)
  func noRows(loss: LossCase) {
    let made = loss.specification(outputs: 4).makeLoss(Float.self)
    let targets: Targets<Float> = loss.takesValues ? .values(.zeros([0, 4])) : .labels([])
    #expect(made(.zeros([0, 4]), targets).isNaN)
    #expect(made.gradient(.zeros([0, 4]), targets).shape == [0, 4])
    #expect(made.classes(of: .zeros([0, 4])) == [])
  }

  @Test("Fewer targets than rows trap, naming how many", arguments: Conformance.losses)
  func missingTargets(loss: LossCase) async {
    let specification = loss.specification(outputs: 4)
    let takesValues = loss.takesValues
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      [specification = specification as LossSpecification, takesValues = takesValues as Bool] in
      let targets: Targets<Float> = takesValues ? .values(.zeros([3, 4])) : .labels([0, 1, 2])
      _ = specification.makeLoss(Float.self).rowLosses(.zeros([5, 4]), targets)
    }
    expectMessage(result, "3", "5")
  }
}
