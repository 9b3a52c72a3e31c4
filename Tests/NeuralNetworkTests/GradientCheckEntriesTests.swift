import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Gradient check of single entries")
struct GradientCheckEntriesTests {
  private typealias Setting = GradientCheckTests.Setting

  /// Names and positions as text, which can be compared.
  private func texts(_ entries: [(parameter: String, position: Int)]) -> [String] {
    entries.map { "\($0.parameter) \($0.position)" }
  }

  @Test("The largest entries agree with differences", arguments: 0..<12 as Range<UInt64>)
  func right(seed: UInt64) throws {
    let objective = Setting(seed: seed).objective
    let gradients = objective.gradients()
    let entries = GradientCheck.largestEntries(of: gradients, count: 8)
    let compared = GradientCheck().compare(entries, of: objective)
    #expect(texts(compared.map { ($0.parameter, $0.position) }) == texts(entries))
    for entry in compared {
      let gradient = gradients[entry.parameter]
      #expect(entry.analytic == gradient[position: entry.position])
      #expect(entry.index.count == gradient.rank)
      if gradient.rank == 2 {
        #expect(entry.position == entry.index[0] * gradient.shape[1] + entry.index[1])
        #expect(gradient[entry.index[0], entry.index[1]] == entry.analytic)
      }
      // Nil at a kink, which a step of 1e-5 seldom meets.
      if let error = entry.relativeError { #expect(error < 1e-5, "\(entry)") }
    }
    #expect(compared.contains { $0.numeric != nil })
  }

  @Test("The losses are those of networks with the entry larger and smaller by the step")
  func losses() throws {
    let objective = Setting(seed: 4).objective
    let entries = GradientCheck.largestEntries(of: objective.gradients(), count: 4)
    let step = 1e-3
    for entry in GradientCheck(step: step).compare(entries, of: objective) {
      let value = objective.parameters[entry.parameter][position: entry.position]
      let losses = [value + step, value - step].map { value in
        var moved = objective
        moved.setElement(entry.position, of: entry.parameter, to: value)
        return moved.network.loss(of: moved.x, moved.targets, penalty: moved.penalty)
      }
      expectClose(entry.above, losses[0], tolerance: 1e-14)
      expectClose(entry.below, losses[1], tolerance: 1e-14)
      #expect(entry.above != entry.below)
      if let numeric = entry.numeric {
        expectClose((entry.above - entry.below) / (2 * step), numeric, tolerance: 1e-9)
      }
    }
  }

  @Test("They are what a check of all entries finds")
  func report() throws {
    let objective = Setting(seed: 4).objective
    let report = GradientCheck().run(objective)
    for parameter in report.parameters {
      let shape = objective.parameters[parameter.name].shape
      let position =
        parameter.index.count == 2
        ? parameter.index[0] * shape[1] + parameter.index[1] : parameter.index[0]
      let entry = try #require(
        GradientCheck().compare([(parameter.name, position)], of: objective).first)
      #expect(entry.analytic == parameter.analytic && entry.index == parameter.index)
      expectClose(try #require(entry.numeric), parameter.numeric, tolerance: 1e-6)
    }
  }

  @Test("A wrong gradient stands out", arguments: [Mistake.wrongSign, .droppedBias, .missingMean])
  func sabotaged(mistake: Mistake) {
    let right = Setting(seed: 3).objective
    let wrong = Sabotaged(right: right, mistake: mistake)
    let entries = GradientCheck.largestEntries(of: right.gradients(), count: 4)
    let errors = GradientCheck().compare(entries, of: wrong).map { $0.relativeError ?? 0 }
    let expected: [Bool] =
      switch mistake {
      case .wrongSign: [false, false, true, false]
      case .droppedBias: [false, true, false, false]
      default: [true, true, true, true]
      }
    #expect(errors.map { $0 > 0.1 } == expected, "\(errors)")
  }

  @Test("A gradient that is NaN stands first, and is wrong")
  func notANumber() {
    let wrong = Sabotaged(right: Setting(seed: 3).objective, mistake: nil)
    let entries = GradientCheck.largestEntries(of: wrong.gradients(), count: 4)
    #expect(GradientCheck().compare(entries, of: wrong).last?.relativeError == .infinity)
    let some: Parameters<Double> = ["a": Tensor([1, .nan, -3, .infinity])]
    #expect(
      texts(GradientCheck.largestEntries(of: some, count: 4)) == ["a 1", "a 3", "a 2", "a 0"])
  }

  @Test("At a kink there is no difference")
  func kink() {
    // The only pre-activation is x·w + b = 0.
    let net = TwoLayerNet<Double>(
      hidden: Affine(weights: [[0.5]], bias: [-0.5]),
      output: Affine(weights: [[1, -1]], bias: [0, 0]))
    let objective = net.objective(on: [[1]], labels: [0], regularization: 0)
    let entries = GradientCheck().compare([("W1", 0), ("b2", 1)], of: objective)
    #expect(entries[0].numeric == nil && entries[0].relativeError == nil)
    #expect(entries[1].numeric != nil)
  }

  @Test("The largest of each parameter come in turn, until there are enough or no more")
  func largest() {
    let gradients: Parameters<Double> = [
      "W1": [[1, -5], [3, -3]], "b1": [0.5, 0.25], "W2": [[7]],
    ]
    let all = ["W1 1", "b1 0", "W2 0", "W1 2", "b1 1", "W1 3", "W1 0"]
    for count in 0...9 {
      #expect(
        texts(GradientCheck.largestEntries(of: gradients, count: count)) == Array(all.prefix(count))
      )
    }
  }

  @Test("Entries that do not exist, and gradients of another shape, trap")
  func traps() async {
    let entry = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let net = TwoLayerNetTests.fresh(.toy, seed: 0, as: Double.self)
      let objective = net.objective(on: .zeros([1, 4]), labels: [0], regularization: 0)
      _ = GradientCheck().compare([("W1", 40)], of: objective)
    }
    expectMessage(entry, "there is no entry 40 in W1 of shape [4, 10]")
    let shape = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let wrong = Sabotaged(
        right: GradientCheckTests.Setting(seed: 3).objective, mistake: .otherShape)
      _ = GradientCheck().compare([("W1", 0)], of: wrong)
    }
    expectMessage(shape, "GradientCheck: W1 has shape", "its gradient [1]")
  }
}
