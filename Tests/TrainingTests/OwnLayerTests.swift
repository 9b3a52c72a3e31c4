import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// x·|x|, element by element: a layer that files know nothing of.
private struct SignedSquare<Scalar: BLASScalar>: Layer {
  var traits: LayerTraits { LayerTraits(worksInPlace: true) }

  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    for index in 0..<input.count {
      output.base[index] = input.base[index] * input.base[index].magnitude
    }
  }

  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    for index in 0..<upstream.count {
      gradient.base[index] = upstream.base[index] * 2 * record.input.base[index].magnitude
    }
  }
}

@Suite("Layers of users")
struct OwnLayerTests {
  private func net() -> Network<Double> {
    var random = SeededRandom(seed: 1)
    return Network(
      inputSize: 4,
      layers: [
        Affine(inputSize: 4, outputSize: 7, scale: 0.5, using: &random), SignedSquare<Double>(),
        Affine(inputSize: 7, outputSize: 3, scale: 0.5, using: &random),
      ])
  }

  private let data = Dataset(
    Tensor<Double>.sample([30, 4]), labels: (0..<30).map { $0 % 3 }
  ).prepared(with: .none, as: Double.self)

  @Test("A user's layer is checked, trained and named in the summary")
  func works() throws {
    let report = GradientCheck().run(
      NetworkObjective(net(), on: data.block(0..<9), .labels(Array(data.labels[0..<9]))))
    #expect(report.passed, "\(report)")
    #expect(net().summary.layers[1].name == "SignedSquare<Double>")
  }

  @Test("Files refuse it, and checkpoints are resumed into a network that has it")
  func files() throws {
    let scratch = try TemporaryDirectory()
    let model = TrainedModel(network: net(), preprocessing: .none, classNames: ["a", "b", "c"])
    let error = #expect(throws: FileError.self) { try model.save(to: scratch.file("model")) }
    #expect(
      error?.description.contains("layer 1, SignedSquare<Double>, has no form in a file") == true)

    let settings = TrainerSettings(length: .iterations(8), batchSize: 10)
    func fresh() throws -> Trainer<Double, SeededRandom> {
      try Trainer(net(), rowCount: 30, settings: settings, random: SeededRandom(seed: 0))
    }
    var whole = try fresh()
    try whole.run(on: data)
    var first = try fresh()
    try first.run(
      on: data, callbacks: [.perform { $0.progress.iteration == 3 ? .stop : .proceed }])
    let path = scratch.file("checkpoint")
    try first.saveCheckpoint(to: path)
    #expect(throws: FileError.self) { try Trainer<Double, SeededRandom>(resumingFrom: path) }
    var second = try Trainer<Double, SeededRandom>(resumingFrom: path, into: net())
    try second.run(on: data)
    #expect(second.network == whole.network && second.history == whole.history)
  }
}
