import Foundation
import Perceptron
import PerceptronFiles

/// Files with the same random data and weights for every peer.
struct PeerFiles {
  let folder: String

  /// `work` with its files, which are made where they are not there yet.
  func filled(_ work: PeerProtocol.Work) throws -> PeerProtocol.Work {
    var work = work
    let (inputs, classes) = (work.layers[0], work.layers[work.layers.count - 1])
    work.features = try file("features-\(work.rows)-\(inputs)") {
      var random = SeededRandom(seed: 0, purpose: "bench data")
      return try SyntheticData.interruptibleBytes(count: work.rows * inputs, using: &random)
    }
    work.labels = try file("labels-\(work.rows)-\(classes)") {
      var random = SeededRandom(seed: 0, purpose: "bench labels")
      return (0..<work.rows).map { _ in UInt8(random.index(below: classes)) }
    }
    work.weights = try file("weights-\(work.layers.map(String.init).joined(separator: "-"))") {
      Self.weights(work.layers)
    }
    return work
  }

  private func file(_ name: String, _ contents: () throws -> [UInt8]) throws -> String {
    let path = "\(folder)/\(name)"
    if !FileManager.default.fileExists(atPath: path) {
      try AtomicFile.write(contents(), to: path)
    }
    return path
  }

  /// Weights and biases of standard deviation √(2 / inputs) (He and others, 2015), the biases a tenth
  /// of that.
  private static func weights(_ layers: [Int]) -> [UInt8] {
    var random = SeededRandom(seed: 0, purpose: "bench weights")
    var numbers: [Float] = []
    for (inputs, outputs) in zip(layers, layers.dropFirst()) {
      let scale = (2 / Double(inputs)).squareRoot()
      numbers += (0..<inputs * outputs).map { _ in Float(scale * random.normal()) }
      numbers += (0..<outputs).map { _ in Float(0.1 * scale * random.normal()) }
    }
    return numbers.withUnsafeBytes { Array($0) }
  }
}
