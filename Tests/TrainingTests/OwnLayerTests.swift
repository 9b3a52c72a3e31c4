import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// x·|x|, element by element: a layer that has no name in files.
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

/// A rank-one layer with parameters and settings, x·u·v + shift, which has a name in files.
private struct RankOne<Scalar: BLASScalar>: Layer {
  var u: Tensor<Scalar>
  var v: Tensor<Scalar>
  let shift: Double

  /// The name is this suite's alone: the registry is the whole process's.
  static var specification: LayerSpecification {
    .custom(name: "rank-one", settings: ["outputs": 5, "shift": 0.25])
  }

  static func register() {
    LayerSpecification.register(
      "rank-one", settings: ["outputs", "shift"], float: { RankOne<Float>($0) },
      double: { RankOne<Double>($0) })
  }

  init(u: Tensor<Scalar>, v: Tensor<Scalar>, shift: Double) {
    (self.u, self.v, self.shift) = (u, v, shift)
  }

  init(_ blueprint: LayerBlueprint<Scalar>) {
    self.init(
      u: blueprint.weights(inputs: blueprint.inputSize, outputs: 1),
      v: blueprint.weights(inputs: 1, outputs: Int(blueprint["outputs"])),
      shift: blueprint["shift"])
  }

  var specification: LayerSpecification? {
    .custom(name: "rank-one", settings: ["outputs": Double(v.count), "shift": shift])
  }
  var traits: LayerTraits { LayerTraits(inputSize: u.count) }
  var parameterKinds: [ParameterKind] {
    [ParameterKind("W", isPenalized: true), ParameterKind("v")]
  }

  func outputSize(forInputSize inputSize: Int) -> Int { v.count }
  func parameter(at position: Int) -> Tensor<Scalar> { position == 0 ? u : v }
  mutating func updateParameters(_ body: (Int, inout Tensor<Scalar>) -> Void) {
    body(0, &u)
    body(1, &v)
  }

  /// x·u of a row.
  private func product(_ x: UnsafePointer<Scalar>) -> Scalar {
    (0..<u.count).reduce(0) { $0 + x[$1] * u[position: $1] }
  }

  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    for row in 0..<input.rows {
      let product = product(input.base + row * input.columns)
      for column in 0..<v.count {
        output.base[row * v.count + column] = product * v[position: column] + Scalar(shift)
      }
    }
  }

  func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {
    gradients = [.zeros(u.shape), .zeros(v.shape)]
    for row in 0..<upstream.rows {
      let x = record.input.base + row * record.input.columns
      let product = product(x)
      for column in 0..<v.count {
        let flow = upstream.base[row * v.count + column]
        gradients[1][position: column] += flow * product
        for index in 0..<u.count {
          gradients[0][position: index] += flow * v[position: column] * x[index]
        }
      }
    }
  }

  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    for row in 0..<upstream.rows {
      let flow = (0..<v.count).reduce(Scalar(0)) {
        $0 + upstream.base[row * v.count + $1] * v[position: $1]
      }
      for index in 0..<u.count {
        gradient.base[row * u.count + index] = flow * u[position: index]
      }
    }
  }

  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    RankOne<Other>(u: Tensor(u), v: Tensor(v), shift: shift)
  }
}

/// factor·(output − target)², as a loss with a setting and a name in files.
private struct Scaled<Scalar: BLASScalar>: Loss {
  let factor: Double

  static func register() {
    LossSpecification.register(
      "scaled-square", settings: ["factor"], float: { Scaled<Float>(factor: $0["factor"]) },
      double: { Scaled<Double>(factor: $0["factor"]) })
  }

  var specification: LossSpecification? {
    .custom(name: "scaled-square", settings: ["factor": factor])
  }
  var takesValues: Bool { true }

  func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>, saved: MutableRowBlock<Scalar>,
    losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    guard case .values(let values) = targets.kind else { fatalError("Scaled: labels") }
    for row in 0..<outputs.rows {
      losses[row] = 0
      for place in row * outputs.columns..<(row + 1) * outputs.columns {
        let miss = outputs.base[place] - values.base[place]
        saved.base[place] = 2 * Scalar(factor) * miss
        losses[row] += Scalar(factor) * miss * miss
      }
    }
  }

  func backward(
    saved: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
    into gradient: MutableRowBlock<Scalar>
  ) {
    for place in 0..<saved.count { gradient.base[place] = saved.base[place] / normalizer }
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
      error?.description.contains(
        "layer 1, SignedSquare<Double>, has no form in a file; give it a name by LayerSpecification.register"
      ) == true)

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

  // MARK: - Layers and losses with a name in files

  private func named<Scalar: BLASScalar>(_: Scalar.Type = Scalar.self) -> Network<Scalar> {
    RankOne<Float>.register()
    Scaled<Float>.register()
    var random = SeededRandom(seed: 5)
    return Network(
      inputSize: 4,
      [.affine(outputs: 6), .batchNorm(), RankOne<Scalar>.specification, .affine(outputs: 2)],
      loss: .custom(name: "scaled-square", settings: ["factor": 3]), using: &random)
  }

  private func numbers<Scalar: BLASScalar>(_: Scalar.Type) -> PreparedDataset<Scalar> {
    Dataset(
      Features(Tensor<Double>.sample([30, 4])),
      targets: .numbers(Tensor<Double>.sample([30, 2], seed: 2).elements, names: ["a", "b"])
    ).prepared(with: .none, as: Scalar.self)
  }

  @Test(
    "A registered layer is built from its specification, with weights from the network's stream")
  func built() {
    let network = named(Double.self)
    #expect(network.parameters.names == ["W1", "b1", "gamma1", "beta1", "W2", "v1", "W3", "b2"])
    #expect(network.layers[2].specification == RankOne<Double>.specification)
    #expect(
      network.parameters["W2"].norm() > 0 && network.parameters["W2"] != network.parameters["v1"])
    #expect(network.summary.layers[2].name == "rank-one, outputs 5.0, shift 0.25")
    #expect(network.summary.loss == "scaled-square, factor 3.0")
    #expect(Network<Double>(Network<Float>(network)).loss.name == network.loss.name)
    let x = Tensor<Double>.sample([7, 4])
    let report = GradientCheck().run(
      NetworkObjective(network, on: x, .values(.sample([7, 2], seed: 3)), penalty: .l2(0.1)))
    #expect(report.passed, "\(report)")
  }

  @Test("A model file holds a registered layer and loss by name and settings")
  func namedModel() throws {
    let scratch = try TemporaryDirectory()
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let model = TrainedModel(
        network: named(Scalar.self), preprocessing: .none,
        schema: TargetSchema(.numbers, names: ["a", "b"]))
      let path = scratch.file("\(Scalar.self)")
      try model.save(to: path)
      #expect(try TrainedModel<Scalar>(readingFrom: path) == model)
      let text = try TensorArchive(readingFrom: path).metadata["architecture"] ?? ""
      #expect(
        text.contains(
          #"{"custom":{"name":"rank-one","settings":{"outputs":5,"shift":0.25}}}"#))
      #expect(text.contains(#""loss":{"custom":{"name":"scaled-square","settings":{"factor":3}}}"#))
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A checkpoint with them is resumed to the same bits")
  func namedCheckpoint() throws {
    let scratch = try TemporaryDirectory()
    let data = numbers(Double.self)
    let settings = TrainerSettings(
      optimizer: .adam(), learningRate: 0.01, length: .iterations(9), batchSize: 10)
    var whole = try Trainer(
      named(Double.self), rowCount: 30, settings: settings, random: SeededRandom(seed: 0))
    try whole.run(on: data)
    var first = try Trainer(
      named(Double.self), rowCount: 30, settings: settings, random: SeededRandom(seed: 0))
    try first.run(
      on: data, callbacks: [.perform { $0.progress.iteration == 3 ? .stop : .proceed }])
    let path = scratch.file("checkpoint")
    try first.saveCheckpoint(to: path)
    let summary = try CheckpointSummary(TensorArchive(readingFrom: path), path: path)
    #expect(summary.layers[2] == RankOne<Double>.specification)
    var second = try Trainer<Double, SeededRandom>(resumingFrom: path)
    try second.run(on: data)
    #expect(second.network == whole.network && second.history == whole.history)
  }

  @Test(
    "A file with a name that is not registered says what to register, and wrong settings are named",
    arguments: [
      (
        #""rank-one","settings":{"outputs":5,"shift":0.25}"#,
        #""rank-two","settings":{"outputs":5,"shift":0.25}"#,
        #"layer is "rank-two", expected one that is registered"#,
        #"call LayerSpecification.register("rank-two", settings: ["outputs", "shift"]) first"#
      ),
      (
        #""scaled-square""#, #""scaled-cube""#, #"loss is "scaled-cube", expected"#,
        #"call LossSpecification.register("scaled-cube", settings: ["factor"]) first"#
      ),
      (
        #""shift":0.25"#, #""turn":0.25"#, #"shift of layer "rank-one" is missing"#,
        "expected a number"
      ),
      (
        #""factor":3"#, #""factor":3,"power":2"#, #"a setting of loss "scaled-square" is "power""#,
        #"expected one of ["factor"]"#
      ),
    ])
  func unregistered(old: String, new: String, problem: String, remedy: String) throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("model")
    try TrainedModel(
      network: named(Float.self), preprocessing: .none,
      schema: TargetSchema(.numbers, names: ["a", "b"])
    ).save(to: path)
    var archive = try TensorArchive(readingFrom: path)
    let text = try #require(archive.metadata["architecture"])
    #expect(text.contains(old))
    archive.metadata["architecture"] = text.replacingOccurrences(of: old, with: new)
    try archive.write(to: path)
    let error = #expect(throws: FileError.self) { try TrainedModel<Float>(readingFrom: path) }
    let message = error?.description ?? ""
    #expect(message.contains(problem) && message.contains(remedy), "\(message)")
  }

  @Test("A registered layer that states another specification traps")
  func mismatch() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      LayerSpecification.register(
        "forgetful", float: { _ in ReLU<Float>() }, double: { _ in ReLU<Double>() })
      var random = SeededRandom(seed: 0)
      _ = Network<Float>(
        inputSize: 2, [.affine(outputs: 3), .custom(name: "forgetful")], using: &random)
    }
    expectMessage(
      result,
      "the layer that is registered as \"forgetful\" has the specification relu, expected forgetful"
    )
  }
}
