import Foundation
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Learning rate schedules")
struct ScheduleTests {
  static let vectors = OptimizerVectors.shared

  @Test("Every schedule's rates are NumPy's", arguments: OptimizerVectors.shared.schedules.indices)
  func vectors(index: Int) {
    let expected = Self.vectors.schedules[index]
    var state = ScheduleState(
      expected.schedule, baseRate: Self.vectors.learningRate, iterations: expected.rates.count)
    var scores = Self.vectors.scores[...]
    for (iteration, rate) in expected.rates.enumerated() {
      expectClose(state.rate(at: iteration), rate, tolerance: 1e-15)
      if (iteration + 1) % Self.vectors.iterationsPerEpoch == 0 {
        state.epochEnded(score: scores.popFirst())
      }
    }
  }

  @Test("The decay per epoch is a product made again and again, bit for bit")
  func epochDecay() {
    var state = ScheduleState(.epochDecay(factor: 0.95), baseRate: 1e-3, iterations: 100)
    var rate = 1e-3
    for iteration in 0..<100 {
      #expect(state.rate(at: iteration) == rate)
      state.epochEnded(score: nil)
      rate *= 0.95
    }
  }

  @Test("Steps come at regular intervals of epochs")
  func step() {
    var state = ScheduleState(.step(epochs: 2, factor: 0.5), baseRate: 8, iterations: 100)
    var rates: [Double] = []
    for _ in 0..<6 {
      rates.append(state.rate(at: 0))
      state.epochEnded(score: nil)
    }
    #expect(rates == [8, 8, 4, 4, 2, 2])
  }

  @Test("A cosine rises by equal steps, then falls from the base rate to the final one")
  func cosine() {
    let state = ScheduleState(.cosine(warmUp: 4, final: 0.2), baseRate: 1, iterations: 12)
    for (iteration, rate) in [0.25, 0.5, 0.75, 1, 1].enumerated() {
      #expect(state.rate(at: iteration) == rate)
    }
    // A quarter, half and three quarters of the way down: cos(π/4) is √½.
    expectClose(state.rate(at: 6), 0.2 + 0.4 * (1 + 0.5.squareRoot()), tolerance: 1e-15)
    expectClose(state.rate(at: 8), 0.6, tolerance: 1e-15)
    expectClose(state.rate(at: 10), 0.2 + 0.4 * (1 - 0.5.squareRoot()), tolerance: 1e-15)
    expectClose(state.rate(at: 12), 0.2, tolerance: 1e-15)
    #expect(state.rate(at: 1000) == state.rate(at: 12))
  }

  @Test("A cosine that warms up for longer than the run does nothing but that")
  func longWarmUp() {
    let state = ScheduleState(.cosine(warmUp: 10), baseRate: 1, iterations: 5)
    #expect((0..<5).map(state.rate) == [0.1, 0.2, 0.3, 0.4, 0.5])
    let none = ScheduleState(.cosine(), baseRate: 1, iterations: 0)
    #expect(none.rate(at: 0) == 1)
  }

  @Test("The inverse of time halves the rate when decay times iterations is 1")
  func inverse() {
    let state = ScheduleState(.inverse(decay: 0.25), baseRate: 3, iterations: 100)
    #expect([0, 4, 8].map(state.rate) == [3, 1.5, 1])
  }

  @Test("A plateau longer than the patience lowers the rate, down to the minimum")
  func plateau() {
    var state = ScheduleState(
      .reduceOnPlateau(factor: 0.5, patience: 1, minimumRate: 0.3), baseRate: 1, iterations: 100)
    func rates(_ scores: [Double?]) -> [Double] {
      scores.map {
        state.epochEnded(score: $0)
        return state.rate(at: 0)
      }
    }
    #expect(rates([0.5, 0.4, 0.6, 0.6, 0.6]) == [1, 1, 1, 1, 0.5])
    // Nothing is said by nil; what is not finite is never better.
    #expect(rates([nil, nil, .nan, nil, .infinity]) == [0.5, 0.5, 0.5, 0.5, 0.3])
    #expect(rates([0.1, 0.1, 0.7, 0.1, 0.1]) == [0.3, 0.3, 0.3, 0.3, 0.3])
  }

  @Test("A base rate below the minimum is not raised")
  func belowMinimum() {
    var state = ScheduleState(
      .reduceOnPlateau(factor: 0.5, patience: 0, minimumRate: 0.3), baseRate: 0.2, iterations: 9)
    for _ in 0..<3 { state.epochEnded(score: 0) }
    #expect(state.rate(at: 0) == 0.2)
  }

  @Test(
    "A state continues from JSON where it was",
    arguments: OptimizerVectors.shared.schedules.map(\.schedule))
  func codable(schedule: Schedule) throws {
    var state = ScheduleState(schedule, baseRate: 0.3, iterations: 40)
    for iteration in 0..<40 {
      if iteration % 3 == 2 { state.epochEnded(score: 1 - Double(iteration % 7)) }
      let read = try JSONDecoder().decode(
        ScheduleState.self, from: JSONEncoder().encode(state))
      #expect(read == state && read.rate(at: iteration) == state.rate(at: iteration))
      state = read
    }
  }

  @Test("Invalid settings are refused with their value")
  func badSettings() throws {
    let cases: [(Schedule, String)] = [
      (.epochDecay(factor: 0), "decay is 0.0, expected a number above 0"),
      (.step(epochs: 0, factor: 0.5), "epochs per step is 0, expected 1 or more"),
      (.step(epochs: 2, factor: .nan), "step factor is nan, expected a number above 0"),
      (.cosine(warmUp: -1), "warm-up is -1, expected 0 iterations or more"),
      (.cosine(final: 1.5), "final rate is 1.5, expected a share from 0 to 1"),
      (.cosine(final: .nan), "final rate is nan, expected a share from 0 to 1"),
      (.inverse(decay: -0.1), "decay is -0.1, expected 0 or a number above 0"),
      (.reduceOnPlateau(factor: 1), "plateau factor is 1.0, expected a number between 0 and 1"),
      (.reduceOnPlateau(patience: -1), "patience is -1, expected 0 epochs or more"),
      (.reduceOnPlateau(minimumRate: -1), "minimum rate is -1.0, expected 0 or a number above 0"),
    ]
    for (schedule, message) in cases {
      let error = #expect(throws: InvalidSetting.self) { try schedule.check() }
      #expect(error?.description == message)
    }
    for schedule in Self.vectors.schedules.map(\.schedule) { try schedule.check() }
  }
}
