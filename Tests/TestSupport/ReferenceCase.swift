import Foundation
import LinearAlgebra

/// A two-layer network's numbers as NumPy computed them in double precision: scores, loss and
/// gradients of a fresh network, and the histories and parameters of a training run.
public struct ReferenceCase: Decodable, Sendable {
  /// Parameters or gradients by name.
  public struct Named: Decodable, Sendable {
    public let W1: [[Double]]
    public let b1: [Double]
    public let W2: [[Double]]
    public let b2: [Double]

    /// The tensor called `name`.
    public subscript(name: String) -> Tensor<Double> {
      switch name {
      case "W1": matrix(W1)
      case "b1": Tensor(b1)
      case "W2": matrix(W2)
      case "b2": Tensor(b2)
      default: preconditionFailure("ReferenceCase has no \(name)")
      }
    }
  }

  /// The settings of the training run.
  public struct Settings: Decodable, Sendable {
    public let lr, decay, reg: Double
    public let iters, batch: Int
  }

  /// What the training run recorded.
  public struct Histories: Decodable, Sendable {
    public let loss: [Double]
    public let train_accuracy: [Double]
    public let validation_accuracy: [Double]
  }

  public let X: [[Double]]
  public let y: [Int]
  public let initial: Named
  public let scores: [[Double]]
  public let regularization: Double
  public let loss: Double
  public let gradients: Named
  public let training: Settings
  public let history: Histories
  public let trained: Named

  /// The batch, [rows, inputs].
  public var x: Tensor<Double> { matrix(X) }

  /// The classic 4-10-3 check: weights from seed 0, scale 0.1.
  public static let toy = load("toy")
  /// A 12-8-5 network: weights from seed 7, scale 0.1.
  public static let case12x8x5 = load("case_12_8_5")

  private static func load(_ name: String) -> ReferenceCase {
    let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Resources")!
    return try! JSONDecoder().decode(ReferenceCase.self, from: Data(contentsOf: url))
  }
}

/// A matrix from its rows.
public func matrix(_ rows: [[Double]]) -> Tensor<Double> {
  Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
}
