import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// CS231n's case study of a minimal network, <https://cs231n.github.io/neural-networks-case-study/>.
@Suite("The case study on the spiral")
struct CaseStudyTests {
  /// The studies that a build runs in a second.
  static let studies = ToyVectors.all.studies.filter { isOptimizedBuild || $0.iterations <= 300 }

  @Test("Losses along the way and the accuracy in the end are NumPy's", arguments: studies)
  func study(_ expected: ToyVectors.Study) throws {
    let spiral = Toy.spiral.dataset().prepared(with: .none, as: Double.self)
    var random = NumPyRandom(seed: 0)
    let hidden = expected.hidden.flatMap { [LayerSpecification.affine(outputs: $0), .relu] }
    let network = Network<Double>(
      inputSize: 2, hidden + [.affine(outputs: 3)], initializer: .normal(scale: 0.01),
      using: &random)
    var trainer = try Trainer(
      network, rowCount: spiral.count,
      settings: TrainerSettings(
        // ½·1e-3·ΣW² there.
        learningRate: 1, penalty: .l2(5e-4), length: .iterations(expected.iterations),
        batchSize: spiral.count, sampling: .epoch),
      random: random)
    let history = try trainer.run(on: spiral)
    let iterations = stride(from: 0, to: expected.iterations, by: expected.every)
    for (iteration, loss) in zipped(Array(iterations), expected.losses) {
      // The rows are shuffled, so that sums are rounded otherwise; in the end a unit turns on or off an
      // iteration earlier or later.
      expectClose(history.loss[iteration], loss, tolerance: iteration <= 4000 ? 1e-9 : 1e-3)
    }
    let accuracy = trainer.network.evaluate(on: spiral)[.accuracy]
    #expect(accuracy == expected.accuracy)
  }
}
