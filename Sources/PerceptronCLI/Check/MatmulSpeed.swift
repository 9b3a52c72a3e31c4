import PerceptronCommandSupport
import Perceptron

/// The time of one product, as the median of many.
struct MatmulSpeed: Encodable {
  let scalar: String
  let shape: String
  let seconds: Double
  /// 2·rows·inner·columns per second, in billions.
  let gigaflops: Double

  init<Scalar: BLASScalar>(_ type: Scalar.Type, _ rows: Int, _ inner: Int, _ columns: Int) {
    var random = SeededRandom(seed: 0, purpose: "doctor")
    let a = Tensor<Scalar>.uniform([rows, inner], using: &random)
    let b = Tensor<Scalar>.uniform([inner, columns], using: &random)
    var c = Tensor<Scalar>.zeros([rows, columns])
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .milliseconds(300))
    multiply(a, b, into: &c)
    var times: [Double] = []
    repeat {
      times.append(clock.measure { multiply(a, b, into: &c) }.seconds)
    } while clock.now < end
    scalar = "\(type)"
    shape = "\(rows)×\(inner) · \(inner)×\(columns)"
    seconds = median(times) ?? .nan
    gigaflops = Self.gigaflops(rows, inner, columns, seconds: seconds)
  }

  /// A multiplication and an addition for each of the terms, in billions per second.
  static func gigaflops(_ rows: Int, _ inner: Int, _ columns: Int, seconds: Double) -> Double {
    2 * Double(rows) * Double(inner) * Double(columns) / seconds / 1e9
  }
}
