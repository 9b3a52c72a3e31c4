import PerceptronCommandSupport
import Perceptron

extension SyntheticData {
  /// `count` random bytes, as ``bytes(count:using:)`` makes them.
  ///
  /// - Throws: where an end was asked for while that is only noted.
  static func interruptibleBytes(
    count: Int, using random: inout SeededRandom
  ) throws -> [UInt8] {
    let block = 1 << 20
    var all: [UInt8] = []
    all.reserveCapacity(count)
    while all.count < count {
      try Interruption.check()
      all += bytes(count: min(block, count - all.count), using: &random)
    }
    return all
  }
}
