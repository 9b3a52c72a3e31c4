import PerceptronLinearAlgebra

/// The random stream of an experiment, of the kind that it chose: one type of trainer for both.
package enum ExperimentRandom: RandomStream {
  case fast(SeededRandom)
  case numpy(NumPyRandom)

  package mutating func next() -> UInt64 {
    draw {
      $0.next()
    } numpy: {
      $0.next()
    }
  }
  package mutating func uniform() -> Double {
    draw {
      $0.uniform()
    } numpy: {
      $0.uniform()
    }
  }
  package mutating func normal() -> Double {
    draw {
      $0.normal()
    } numpy: {
      $0.normal()
    }
  }

  package mutating func index(below bound: Int) -> Int {
    draw {
      $0.index(below: bound)
    } numpy: {
      $0.index(below: bound)
    }
  }

  package mutating func permutation(_ count: Int) -> [Int] {
    draw {
      $0.permutation(count)
    } numpy: {
      $0.permutation(count)
    }
  }

  package mutating func choose(below bound: Int, into indices: inout [Int]) {
    draw {
      $0.choose(below: bound, into: &indices)
    } numpy: {
      $0.choose(below: bound, into: &indices)
    }
  }

  private mutating func draw<Value>(
    fast: (inout SeededRandom) -> Value, numpy: (inout NumPyRandom) -> Value
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
  /// Its kind in checkpoints.
  var kind: String { Experiment.RandomKind(self).typeName }
}

extension Experiment.RandomKind {
  init(_ random: ExperimentRandom) {
    self = if case .fast = random { .fast } else { .numpy }
  }

  /// The name of the stream's type.
  var typeName: String {
    switch self {
    case .fast: "\(SeededRandom.self)"
    case .numpy: "\(NumPyRandom.self)"
    }
  }
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
