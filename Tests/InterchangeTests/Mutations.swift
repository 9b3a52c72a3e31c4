import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import Testing

/// Files of random damage, and what reading them may do.
enum Mutations {
  /// `PERCEPTRON_MUTATIONS` says how many in place of a few.
  static func count(_ usual: Int) -> Int {
    ProcessInfo.processInfo.environment["PERCEPTRON_MUTATIONS"].flatMap(Int.init) ?? usual
  }

  /// The bytes with one to four changes.
  static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(count, 1))) }
    for _ in 0...below(4) where !bytes.isEmpty {
      let place = below(bytes.count)
      switch below(7) {
      case 0: bytes[place] ^= 1 << UInt8(below(8))
      case 1: bytes[place] = UInt8(below(256))
      case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
      case 3: bytes.removeSubrange(place..<min(place + 1 + below(8), bytes.count))
      case 4: bytes.insert(contentsOf: (0...below(8)).map { _ in UInt8(below(256)) }, at: place)
      case 5:
        let end = min(place + 1 + below(64), bytes.count)
        bytes.insert(contentsOf: Array(bytes[place..<end]), at: below(bytes.count))
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  /// Predicts a row, if it is not of a huge network.
  static func use(_ model: AnyTrainedModel) {
    switch model {
    case .float(let model): use(model)
    case .double(let model): use(model)
    }
  }

  private static func use<Scalar>(_ model: TrainedModel<Scalar>) {
    let count = model.featureCount
    if count > 1000
      || model.preprocessing.columns?.contains(where: { $0.categories != nil }) ?? false
    {
      return
    }
    let features = Features(Tensor<Float>.zeros([1, count])).prepared(
      with: model.preprocessing, as: Scalar.self)
    #expect(model.network.predictions(of: features, as: model.schema, workers: 1).count == 1)
  }
}
