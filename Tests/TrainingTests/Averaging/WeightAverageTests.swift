import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Averages of weights", .mayHang)
struct WeightAverageTests {
  /// The average by its definition: network s of t counts (1 − decay)·decay^(t − s) / (1 − decayᵗ).
  static func expected(_ values: [Tensor<Double>], decay: Double) -> Tensor<Double> {
    let weights = values.indices.map { pow(decay, Double(values.count - 1 - $0)) }
    let sum = zip(weights, values).reduce(Tensor<Double>.zeros(values[0].shape)) {
      $0 + $1.1 * Tensor($1.0)
    }
    return sum / Tensor(weights.reduce(0, +))
  }

  @Test(
    "Parameters and statistics are the weighted means of all networks seen",
    arguments: [0, 0.5, 0.9, 0.999])
  func means(decay: Double) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var average = WeightAverage(of: RunningMean<Scalar>.network(seed: 99), decay: decay)
      var networks: [Network<Scalar>] = []
      for step in 1...20 {
        let network = RunningMean<Scalar>.network(seed: UInt64(step))
        networks.append(network)
        average.update(with: network)
        #expect(average.updateCount == step)
        for (name, tensor) in average.network.parameters {
          let values = networks.map { Tensor<Double>($0.parameters[name]) }
          expectClose(tensor, Self.expected(values, decay: decay))
        }
        for (name, tensor) in average.network.statistics {
          let values = networks.map { Tensor<Double>($0.statistics[name]) }
          expectClose(tensor, Self.expected(values, decay: decay))
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Before the first update it is the given network, after it the updating one, bit for bit")
  func first() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var start = RunningMean<Scalar>.network(seed: 1)
      var average = WeightAverage(of: start, decay: 0.99)
      #expect(average.network == start)
      // Nothing of the start stays, not even NaN.
      start.parameters["b1"] = Tensor(shape: [5], repeating: .nan)
      average = WeightAverage(of: start, decay: 0.99)
      let network = RunningMean<Scalar>.network(seed: 2)
      average.update(with: network)
      #expect(average.network == network)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A network that no longer changes is the average, in single precision too")
  func settled() {
    let network = RunningMean<Float>.network(seed: 3)
    var average = WeightAverage(of: network, decay: 0.9999)
    for _ in 0..<1000 { average.update(with: network) }
    #expect(average.network == network)
  }

  @Test("Updates copy nothing: every tensor stays where it is in memory")
  func addresses() {
    func places(_ average: WeightAverage<Float>) -> [UnsafeRawPointer] {
      average.tensors.map { _, tensor in
        tensor.withUnsafeElements { UnsafeRawPointer($0.baseAddress!) }
      }
    }
    let start = RunningMean<Float>.network(seed: 0)
    var average = WeightAverage(of: start, decay: 0.9)
    let before = places(average)
    #expect(before.count == 6)
    for (place, tensor) in zipped(before, Array(start.parameters) + Array(start.statistics)) {
      tensor.tensor.withUnsafeElements { #expect(UnsafeRawPointer($0.baseAddress!) != place) }
    }
    for seed in 1...3 as ClosedRange<UInt64> {
      average.update(with: RunningMean<Float>.network(seed: seed))
      #expect(places(average) == before)
    }
  }

  @Test("A network that was taken does not follow later updates")
  func valueSemantics() {
    var average = WeightAverage(of: RunningMean<Double>.network(seed: 0), decay: 0.5)
    average.update(with: RunningMean<Double>.network(seed: 1))
    let (taken, copy) = (average.network, average)
    average.update(with: RunningMean<Double>.network(seed: 2))
    #expect(taken == RunningMean<Double>.network(seed: 1))
    #expect(copy.network == taken && average.network != taken)
  }

  @Test("An average continues from its tensors and update count with the same bits")
  func checkpoint() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var whole = WeightAverage(of: RunningMean<Scalar>.network(seed: 0), decay: 0.9)
      for seed in 1...5 as ClosedRange<UInt64> { whole.update(with: .sampled(seed)) }
      #expect(
        whole.tensors.names == ["W1", "b1", "W2", "b2", "mean.1", "variance.1"])
      var resumed = WeightAverage(of: RunningMean<Scalar>.network(seed: 77), decay: 0.9)
      resumed.tensors = whole.tensors
      resumed.updateCount = whole.updateCount
      #expect(resumed.network == whole.network)
      for seed in 6...8 as ClosedRange<UInt64> {
        whole.update(with: .sampled(seed))
        resumed.update(with: .sampled(seed))
      }
      #expect(resumed.network == whole.network && resumed.updateCount == 8)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Impossible decays, other networks and tensors of other shapes trap")
  func traps() async {
    // As bits: the exit test cannot hand a NaN to its process.
    for bits in [-0.1, 1, Double.nan].map(\.bitPattern) {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { [bits = bits as UInt64] in
        _ = WeightAverage(of: Network<Float>.identity(2), decay: Double(bitPattern: bits))
      }
      expectMessage(result, "WeightAverage: a decay of")
    }
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var average = WeightAverage(of: Network<Float>.identity(2), decay: 0.9)
      average.update(with: .identity(3))
    }
    expectMessage(result, "WeightAverage: W1 has shape [3, 3], expected [2, 2]")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var average = WeightAverage(of: Network<Float>.identity(2), decay: 0.9)
      average.update(with: RunningMean.network(seed: 1))
    }
    expectMessage(result, "other parameters than [\"W1\", \"b1\"]")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var average = WeightAverage(of: RunningMean<Float>.network(seed: 1), decay: 0.9)
      var tensors = average.tensors
      tensors = Parameters(tensors.map { ($0.name, $0.name == "mean.1" ? [1] : $0.tensor) })
      average.tensors = tensors
    }
    expectMessage(result, "mean.1 has shape [1], expected [5]")
  }
}

extension Network {
  /// A network with statistics, drawn by `seed`.
  fileprivate static func sampled(_ seed: UInt64) -> Network {
    RunningMean<Scalar>.network(seed: seed)
  }
}
