import PerceptronLinearAlgebra

/// The random stream of an experiment, of the kind that it chose: one type of trainer for both.
package enum ExperimentRandom: RandomStream {
  case fast(SeededRandom)
  case numpy(NumPyRandom)

  package mutating func next() -> UInt64 { draw({ $0.next() }, { $0.next() }) }
  package mutating func uniform() -> Double { draw({ $0.uniform() }, { $0.uniform() }) }
  package mutating func normal() -> Double { draw({ $0.normal() }, { $0.normal() }) }

  package mutating func index(below bound: Int) -> Int {
    draw({ $0.index(below: bound) }, { $0.index(below: bound) })
  }

  package mutating func choose(below bound: Int, into indices: inout [Int]) {
    draw({ $0.choose(below: bound, into: &indices) }, { $0.choose(below: bound, into: &indices) })
  }

  private mutating func draw<Value>(
    _ fast: (inout SeededRandom) -> Value, _ numpy: (inout NumPyRandom) -> Value
  ) -> Value {
    switch self {
    case .fast(var stream):
      defer { self = .fast(stream) }
      return fast(&stream)
    case .numpy(var stream):
      // Its 624 words are not copied while nothing else holds them.
      self = .fast(Self.placeholder)
      defer { self = .numpy(stream) }
      return numpy(&stream)
    }
  }

  private static let placeholder = SeededRandom(seed: 0)
}

extension ExperimentRandom {
  var kind: Experiment.RandomKind { if case .fast = self { .fast } else { .numpy } }

  /// The stream's type in checkpoints.
  var typeName: String { kind == .fast ? "\(SeededRandom.self)" : "\(NumPyRandom.self)" }
}

/// Encoded as the stream itself, which its fields tell apart.
extension ExperimentRandom: Codable {
  private enum NumPyKey: CodingKey { case words }

  package init(from decoder: any Decoder) throws {
    let isNumPy = try decoder.container(keyedBy: NumPyKey.self).contains(.words)
    self = try isNumPy ? .numpy(NumPyRandom(from: decoder)) : .fast(SeededRandom(from: decoder))
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .fast(let stream): try stream.encode(to: encoder)
    case .numpy(let stream): try stream.encode(to: encoder)
    }
  }
}
