import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing

/// Each interval's coverage: how many of 400 drawn samples have an interval around the value of the
/// distribution that they are drawn from. With a coverage of 95 %, one deviation is 1.1 %.
@Suite("Intervals of metrics")
struct MetricIntervalTests {
  private static let draws = 400
  private static let expected = 0.91...0.985

  private func coverage(
    of value: Double, _ draw: (inout SeededRandom) -> MetricInterval
  ) throws -> Double {
    var covered = 0
    for index in 0..<Self.draws {
      var random = SeededRandom(seed: 8, purpose: "coverage", index: UInt64(index))
      let drawn = draw(&random)
      let interval = try #require(drawn.interval)
      #expect(interval.contains(drawn.value))
      if interval.contains(value) { covered += 1 }
    }
    return Double(covered) / Double(Self.draws)
  }

  /// Weights that do not depend on the rows; every fifth is 0.
  private func weights(_ count: Int) -> [Double] { (0..<count).map { Double($0 % 5) } }

  /// Scores of standard deviates, those of the class 1 one higher: an area of Φ(1/√2).
  @Test(
    "95 % of the intervals of areas cover the true one",
    arguments: [(40, 40, false), (15, 300, false), (100, 100, true)])
  func area(ones: Int, zeros: Int, hasWeights: Bool) throws {
    let labels = (0..<ones + zeros).map { $0 < ones ? 1 : 0 }
    let covered = try coverage(of: 0.7602499389065234) { random in
      let scores = labels.map { Double($0) + random.normal() }
      return .areaUnderROC(
        of: scores, labels: labels, weights: hasWeights ? weights(labels.count) : nil)
    }
    #expect(Self.expected.contains(covered), "\(covered)")
  }

  @Test("Also with few distinct scores, where ties count half")
  func ties() throws {
    let labels = (0..<120).map { $0 % 3 == 0 ? 1 : 0 }
    // The class 1 has scores 0...3 with 1/4 each, the class 0 those of 0...2 with 1/3.
    var area = 0.0
    for one in 0..<4 {
      for zero in 0..<3 { area += (zero < one ? 1 : zero == one ? 0.5 : 0) / 12 }
    }
    let covered = try coverage(of: area) { random in
      .areaUnderROC(
        of: labels.map { Double(random.index(below: $0 == 1 ? 4 : 3)) }, labels: labels)
    }
    #expect(Self.expected.contains(covered), "\(covered)")
  }

  @Test("An area of 1 or 0 has an interval, which narrows with rows; too few rows have none")
  func perfect() throws {
    func interval(_ count: Int, _ sign: Double) -> ClosedRange<Double>? {
      let labels = (0..<2 * count).map { $0 % 2 }
      return MetricInterval.areaUnderROC(of: labels.map { sign * Double($0) }, labels: labels)
        .interval
    }
    let (few, many) = (try #require(interval(5, 1)), try #require(interval(500, 1)))
    #expect(few.upperBound == 1 && many.upperBound == 1)
    #expect(few.lowerBound < 0.8 && many.lowerBound > 0.99)
    #expect(try #require(interval(5, -1)).upperBound == 1 - few.lowerBound)
    #expect(interval(1, 1) == nil)
    #expect(MetricInterval.areaUnderROC(of: [1, 1, 1, 1], labels: [0, 1, 0, 1]).interval == nil)
    #expect(MetricInterval.areaUnderROC(of: [1, 2], labels: [1, 1]).value.isNaN)
  }

  @Test("DeLong's interval is that of its published formula, computed pair by pair")
  func pairs() throws {
    let drawn = MetricVectors.all.binary[2]
    let ones = drawn.scores.indices.filter { drawn.labels[$0] == 1 }.map { drawn.scores[$0] }
    let zeros = drawn.scores.indices.filter { drawn.labels[$0] == 0 }.map { drawn.scores[$0] }
    func kernel(_ one: Double, _ zero: Double) -> Double { one > zero ? 1 : one == zero ? 0.5 : 0 }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    let ofOnes = ones.map { one in
      zeros.reduce(0) { $0 + kernel(one, $1) } / Double(zeros.count)
    }
    let ofZeros = zeros.map { zero in
      ones.reduce(0) { $0 + kernel($1, zero) } / Double(ones.count)
    }
    let error =
      (variance(ofOnes) / Double(ones.count) + variance(ofZeros) / Double(zeros.count))
      .squareRoot()
    let found = MetricInterval.areaUnderROC(of: drawn.scores, labels: drawn.labels)
    let interval = try #require(found.interval)
    // Both ends are as far from the area on the scale of log odds.
    func logOdds(_ share: Double) -> Double { -Double.logarithm(1 / share - 1) }
    let spread = 1.959963984540054 * error / (found.value * (1 - found.value))
    expectClose(logOdds(interval.lowerBound), logOdds(found.value) - spread, tolerance: 1e-12)
    expectClose(logOdds(interval.upperBound), logOdds(found.value) + spread, tolerance: 1e-12)
  }

  /// Errors are standard deviates; targets have a variance of 4.
  @Test("95 % of the intervals of errors and R² cover the true ones", arguments: [false, true])
  func numbers(hasWeights: Bool) throws {
    let weights = hasWeights ? weights(250) : nil
    func rows(_ random: inout SeededRandom) -> (predicted: [Double], targets: [Double]) {
      let targets = (0..<250).map { _ in 2 * random.normal() }
      return (targets.map { $0 + random.normal() }, targets)
    }
    let absolute = try coverage(of: 0.7978845608028654) { random in
      let rows = rows(&random)
      return .meanAbsoluteError(of: rows.predicted, targets: rows.targets, weights: weights)
    }
    let root = try coverage(of: 1) { random in
      let rows = rows(&random)
      return .rootMeanSquaredError(of: rows.predicted, targets: rows.targets, weights: weights)
    }
    let determined = try coverage(of: 0.75) { random in
      let rows = rows(&random)
      return .coefficientOfDetermination(
        of: rows.predicted, targets: rows.targets, weights: weights)
    }
    for covered in [absolute, root, determined] {
      #expect(Self.expected.contains(covered), "\(covered)")
    }
  }

  /// Three classes with 1/2, 3/10 and 1/5 of the rows, predicted rightly with 0.9, 0.7 and 0.6, else as
  /// the next class.
  @Test(
    "95 % of the intervals of metrics of classes cover the true ones", arguments: [false, true])
  func classes(hasWeights: Bool) throws {
    let weights = hasWeights ? weights(300) : nil
    let (shares, recalls) = ([0.5, 0.3, 0.2], [0.9, 0.7, 0.6])
    func rows(_ random: inout SeededRandom) -> (predicted: [Int], labels: [Int]) {
      var (predicted, labels): ([Int], [Int]) = ([], [])
      for _ in 0..<300 {
        let place = random.uniform()
        let label = place < 0.5 ? 0 : place < 0.8 ? 1 : 2
        labels.append(label)
        predicted.append(random.uniform() < recalls[label] ? label : (label + 1) % 3)
      }
      return (predicted, labels)
    }
    let f1 = (0..<3).map { label -> Double in
      let before = (label + 2) % 3
      let right = shares[label] * recalls[label]
      let predicted = right + shares[before] * (1 - recalls[before])
      return 2 * right / (shares[label] + predicted)
    }
    let balanced = try coverage(of: 2.2 / 3) { random in
      let rows = rows(&random)
      return .balancedAccuracy(of: rows.predicted, labels: rows.labels, weights: weights)
    }
    let macro = try coverage(of: f1.reduce(0, +) / 3) { random in
      let rows = rows(&random)
      return .f1Score(of: rows.predicted, labels: rows.labels, weights: weights)
    }
    let binary = try coverage(of: f1[1]) { random in
      let rows = rows(&random)
      return .binaryF1Score(
        of: rows.predicted.map { $0 == 1 ? 1 : 0 }, labels: rows.labels.map { $0 == 1 ? 1 : 0 },
        weights: weights)
    }
    let accuracy = try coverage(of: 0.78) { random in
      let rows = rows(&random)
      return .accuracy(of: rows.predicted, labels: rows.labels, weights: weights)
    }
    for covered in [balanced, macro, binary, accuracy] {
      #expect(Self.expected.contains(covered), "\(covered)")
    }
  }

  @Test("Perfect predictions have intervals below 1")
  func withoutMistakes() throws {
    let labels = (0..<20).map { $0 % 2 }
    for found: MetricInterval in [
      .accuracy(of: labels, labels: labels), .balancedAccuracy(of: labels, labels: labels),
      .f1Score(of: labels, labels: labels), .binaryF1Score(of: labels, labels: labels),
    ] {
      let interval = try #require(found.interval)
      #expect(found.value == 1 && interval.upperBound == 1)
      #expect((0.6...0.95).contains(interval.lowerBound))
    }
  }

  @Test("Equal weights of any size give the intervals of rows without weights")
  func equalWeights() throws {
    let labels = (0..<40).map { $0 % 3 == 0 ? 1 : 0 }
    let scores = (0..<40).map { Double($0 * 7 % 11) / 11 }
    let predicted = scores.map { $0 > 0.5 ? 1 : 0 }
    let weights = [Double](repeating: 0.1, count: 40)
    let targets = labels.map(Double.init)
    for (plain, weighted): (MetricInterval, MetricInterval) in [
      (
        .areaUnderROC(of: scores, labels: labels),
        .areaUnderROC(of: scores, labels: labels, weights: weights)
      ),
      (
        .f1Score(of: predicted, labels: labels),
        .f1Score(of: predicted, labels: labels, weights: weights)
      ),
      (
        .binaryF1Score(of: predicted, labels: labels),
        .binaryF1Score(of: predicted, labels: labels, weights: weights)
      ),
      (
        .balancedAccuracy(of: predicted, labels: labels),
        .balancedAccuracy(of: predicted, labels: labels, weights: weights)
      ),
      (
        .rootMeanSquaredError(of: scores, targets: targets),
        .rootMeanSquaredError(of: scores, targets: targets, weights: weights)
      ),
      (
        .coefficientOfDetermination(of: scores, targets: targets),
        .coefficientOfDetermination(of: scores, targets: targets, weights: weights)
      ),
    ] {
      let (plain, weighted) = (try #require(plain.interval), try #require(weighted.interval))
      expectClose(weighted.lowerBound, plain.lowerBound, tolerance: 1e-12)
      expectClose(weighted.upperBound, plain.upperBound, tolerance: 1e-12)
    }
  }

  @Test("Errors that are equal, and single rows, have no interval")
  func none() {
    #expect(MetricInterval.meanAbsoluteError(of: [1, 2, 3], targets: [2, 3, 4]).interval == nil)
    #expect(MetricInterval.rootMeanSquaredError(of: [1], targets: [2]).interval == nil)
    #expect(
      MetricInterval.coefficientOfDetermination(of: [1, 2], targets: [3, 3]).interval == nil)
    #expect(MetricInterval.mean(of: [], weights: []).interval == nil)
    #expect(MetricInterval.accuracy(of: [], labels: []).interval == nil)
    #expect(MetricInterval.f1Score(of: [], labels: []).interval == nil)
    #expect(MetricInterval.balancedAccuracy(of: [], labels: []).interval == nil)
    #expect(MetricInterval.binaryF1Score(of: [0], labels: [0]).interval == nil)
  }
}
