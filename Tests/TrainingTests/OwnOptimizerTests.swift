import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

/// Adam with the largest second moment so far (Reddi, Kale and Kumar 2018), as PyTorch has it.
private struct AMSGrad: OptimizerRule {
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  var stateNames: [String] { ["first_moment", "second_moment", "largest_second_moment"] }

  func check() throws {
    try InvalidSetting.demandBelowOne("beta1", beta1)
    try InvalidSetting.demandBelowOne("beta2", beta2)
  }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    let (first, second, largest) = (update.state(0), update.state(1), update.state(2))
    let (beta1, beta2, epsilon) = (Scalar(beta1), Scalar(beta2), Scalar(epsilon))
    let keep = Scalar(1 - update.step.decay)
    let rate = Scalar(update.step.learningRate / (1 - pow(self.beta1, Double(update.number))))
    let root = Scalar((1 - pow(self.beta2, Double(update.number))).squareRoot())
    for i in 0..<update.count {
      let gradient = update.gradient[i]
      first[i] = beta1 * first[i] + (1 - beta1) * gradient
      second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient
      largest[i] = max(largest[i], second[i])
      let denominator = largest[i].squareRoot() / root + epsilon
      update.parameter[i] = keep * update.parameter[i] - rate * first[i] / denominator
    }
  }
}

@Suite("Optimizers of users")
struct OwnOptimizerTests {
  init() {
    Optimizer.register("amsgrad", settings: ["beta1", "beta2", "epsilon"]) {
      AMSGrad(beta1: $0["beta1"], beta2: $0["beta2"], epsilon: $0["epsilon"])
    }
    Schedule.register("polynomial", settings: ["power"]) { position, settings in
      let left = 1 - Double(position.iteration) / Double(position.iterations)
      return position.baseRate * pow(left, settings["power"])
    }
  }

  private static func amsGrad(
    beta1: Double = 0.9, beta2: Double = 0.5, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) -> Optimizer {
    let settings = ["beta1": beta1, "beta2": beta2, "epsilon": epsilon]
    return Optimizer(.custom(name: "amsgrad", settings: settings), weightDecay: weightDecay)
  }

  private static let polynomial = Schedule.custom(name: "polynomial", settings: ["power": 0.9])

  @Test("A user's optimizer with three tensors makes its steps, including weight decay")
  func steps() {
    let vectors = OptimizerVectors.shared
    /// The parameter and the largest second moment after all steps, one element after the other.
    func reference(_ name: String) -> (parameter: [Double], largest: [Double]) {
      let (rate, decay) = (vectors.learningRate, name.hasPrefix("W") ? 0.3 : 0)
      var result: (parameter: [Double], largest: [Double]) = ([], [])
      for (index, initial) in (vectors.initial[name] ?? []).enumerated() {
        var (p, m, v, largest) = (initial, 0.0, 0.0, 0.0)
        for (step, gradients) in vectors.gradients.enumerated() {
          let (g, t) = (gradients[name]?[index] ?? .nan, Double(step + 1))
          m = 0.9 * m + 0.1 * g
          v = 0.5 * v + 0.5 * g * g
          largest = max(largest, v)
          p -= rate * decay * p
          p -= rate * m / (1 - pow(0.9, t)) / ((largest / (1 - pow(0.5, t))).squareRoot() + 1e-8)
        }
        result.parameter.append(p)
        result.largest.append(largest)
      }
      return result
    }
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var (network, _) = vectors.network(Scalar.self)
      var state = OptimizerState(Self.amsGrad(weightDecay: 0.3), for: network)
      OptimizerTests.makeSteps(vectors.gradients.indices, &state, on: &network)
      for (name, tensor) in network.parameters {
        let expected = reference(name)
        let kept = state.tensors["\(name).largest_second_moment"]
        expectClose(tensor, Tensor(expected.parameter, shape: tensor.shape))
        expectClose(kept, Tensor(expected.largest, shape: tensor.shape))
        #expect(kept != state.tensors["\(name).second_moment"], "the third tensor tells nothing")
      }
      #expect(
        state.tensors.names.prefix(3)
          == ["W1.first_moment", "W1.second_moment", "W1.largest_second_moment"])
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "The engine's steps of it are those of the readable path, with any clipping and workers",
    arguments: [GradientClipping.none, .norm(maximum: 0.05), .value(limit: 1e-3)], [1, 2, 3])
  func engine(clipping: GradientClipping, workers: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      TrainingEngineTests.expectSame(
        PlanCase<Scalar>(
          [.affine(outputs: 65), .relu, .affine(outputs: 3)], inputs: 70,
          settings: TrainerSettings(
            optimizer: Self.amsGrad(epsilon: 0.1, weightDecay: 0.1), learningRate: 0.1,
            penalty: .l2(0.01), clipping: clipping, batchSize: 19)), workers: workers)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A trainer learns with it")
  func learns() throws {
    let data = TrainTests.blobs(120)
    var trainer = try TrainerTests.trainer(
      TrainerSettings(
        optimizer: Self.amsGrad(), learningRate: 0.01, schedule: Self.polynomial,
        length: .epochs(30), batchSize: 20), rows: 120)
    try trainer.run(on: data)
    #expect(trainer.result.evaluate(on: data).accuracy > 0.98)
  }

  @Test("A checkpoint of it is resumed with the same bits")
  func resumes() throws {
    let scratch = try TemporaryDirectory()
    var settings = CheckpointTests.settings(Self.amsGrad(weightDecay: 0.01))
    settings.schedule = Self.polynomial
    var whole = try CheckpointTests.fresh(settings, random: SeededRandom(seed: 1))
    try CheckpointTests.run(&whole)
    for stop in [1, 17, 44] {
      var first = try CheckpointTests.fresh(settings, random: SeededRandom(seed: 1))
      try CheckpointTests.run(&first, until: stop)
      try first.saveCheckpoint(to: scratch.file("checkpoint"))
      var second = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("checkpoint"))
      #expect(
        second.settings == settings && second.members[0].optimizer == first.members[0].optimizer)
      #expect(second.members[0].schedule == first.members[0].schedule)
      try CheckpointTests.run(&second)
      CheckpointTests.expectSame(second, whole, "stopped after \(stop)")
    }
  }

  @Test("Names that are not registered are refused when a run starts and when it is resumed")
  func unregistered() throws {
    let cases: [(kind: String, name: String, settings: TrainerSettings)] = [
      ("optimizer", "amsgrad", TrainerSettings(optimizer: Self.amsGrad(), batchSize: 20)),
      ("schedule", "polynomial", TrainerSettings(schedule: Self.polynomial, batchSize: 20)),
    ]
    for (kind, name, settings) in cases {
      let absent = try TrainerSettings(
        json: settings.jsonLine.replacing(name, with: "absent").utf8)
      let error = #expect(throws: InvalidSetting.self) { try TrainerTests.trainer(absent) }
      let message = try #require(error?.description)
      #expect(message.hasPrefix("\(kind) is \"absent\", expected one that is registered ("))
      #expect(message.contains(name) && message.contains(".register(\"absent\", settings: ["))

      // A checkpoint as a program had written it where the name was registered.
      var archive = try TrainerTests.trainer(settings).checkpoint()
      for key in ["settings", "state"] {
        archive.metadata[key] = archive.metadata[key]?.replacing(name, with: "absent")
      }
      archive.metadata["sha256"] = try archive.digest(withoutKey: "sha256")
      let refusal = #expect(throws: FileError.self) {
        try Trainer<Float, SeededRandom>(archive, path: "there")
      }
      #expect(refusal?.description == "there: \(message)")
      #expect(try RunState(json: try #require(archive.metadata["state"]).utf8).rowCount == 60)
    }
  }

  @Test("Settings that are missing, unknown or bad are refused")
  func badSettings() throws {
    func message(_ settings: [String: Double]) -> String? {
      let optimizer = Optimizer(.custom(name: "amsgrad", settings: settings))
      return #expect(throws: InvalidSetting.self) { try optimizer.check() }?.description
    }
    let good = ["beta1": 0.9, "beta2": 0.5, "epsilon": 1e-8]
    try Optimizer(.custom(name: "amsgrad", settings: good)).check()
    #expect(
      message(["beta1": 0.9, "epsilon": 0])
        == "beta2 of optimizer \"amsgrad\" is missing, expected a number")
    #expect(
      message(good.merging(["beta3": 1]) { $1 }) == "a setting of optimizer \"amsgrad\" is "
        + "\"beta3\", expected one of [\"beta1\", \"beta2\", \"epsilon\"]")
    #expect(
      message(good.merging(["beta1": 1]) { $1 })
        == "beta1 is 1.0, expected a number from 0 to below 1")
  }

  @Test("Files have the library's own as ever, and others by name and settings")
  func json() throws {
    func check(_ optimizer: Optimizer, _ method: String) throws {
      let line = "{\"method\":\(method),\"weightDecay\":0}"
      #expect(try optimizer.jsonLine == line)
      #expect(try Optimizer(json: line.utf8) == optimizer)
    }
    try check(.sgd, #"{"sgd":{}}"#)
    try check(.momentum(), #"{"momentum":{"factor":0.9}}"#)
    try check(.nesterov(), #"{"nesterov":{"factor":0.9}}"#)
    try check(.adagrad(epsilon: 0.5), #"{"adagrad":{"epsilon":0.5}}"#)
    try check(
      .rmsProp(decay: 0.5, epsilon: 0.25), #"{"rmsProp":{"decay":0.5,"epsilon":0.25}}"#)
    try check(
      .adam(epsilon: 0.5), #"{"adam":{"beta1":0.9,"beta2":0.999,"epsilon":0.5}}"#)
    try check(
      Self.amsGrad(epsilon: 0.25),
      #"{"custom":{"name":"amsgrad","settings":{"beta1":0.9,"beta2":0.5,"epsilon":0.25}}}"#)

    let state = ScheduleState(.step(epochs: 2, factor: 0.5), baseRate: 2, iterations: 9)
    let line =
      #"{"baseRate":2,"endedEpochs":0,"epochRate":2,"iterations":9,"plateau":{"epochs":0},"#
      + #""schedule":{"step":{"epochs":2,"factor":0.5}}}"#
    #expect(try state.jsonLine == line)
    #expect(try ScheduleState(json: line.utf8) == state)
  }

  @Test("A user's schedule gives its rates, by iteration and by completed epochs")
  func schedule() {
    Schedule.register("halving") { position, _ in
      position.baseRate * pow(0.5, Double(position.endedEpochs))
    }
    let polynomial = ScheduleState(Self.polynomial, baseRate: 2, iterations: 10)
    for iteration in 0..<10 {
      let expected = 2 * pow(1 - Double(iteration) / 10, 0.9)
      expectClose(polynomial.rate(at: iteration), expected, tolerance: 1e-15)
    }
    var halving = ScheduleState(
      .custom(name: "halving", settings: [:]), baseRate: 2, iterations: 10)
    halving.epochEnded(score: nil)
    #expect(halving.rate(at: 5) == 1)
  }
}
