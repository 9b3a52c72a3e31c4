/// Points of toy data sets as NumPy and scikit-learn make them, and losses of CS231n's case study.
public struct ToyVectors: Decodable, Sendable {
  /// Some points of a toy.
  public struct Points: Decodable, Sendable, CustomStringConvertible {
    /// The toy and its seed.
    public let name: String, seed: UInt32
    /// Some rows, and their coordinates.
    public let rows: [Int], points: [[Double]]
    /// The classes of all rows.
    public let labels: [Int]
    /// Such as `spiral:7`.
    public var description: String { "\(name):\(seed)" }
  }

  /// A run on the spiral in full batches.
  public struct Study: Decodable, Sendable, CustomStringConvertible {
    /// The hidden layers' widths.
    public let hidden: [Int]
    /// The number of iterations, and of those between two losses.
    public let iterations: Int, every: Int
    /// The losses, of the first iteration on, and the accuracy in the end.
    public let losses: [Double], accuracy: Double
    /// Widths and iterations.
    public var description: String { "\(hidden) for \(iterations) iterations" }
  }

  /// The toys, each of two seeds.
  public let toys: [Points]
  /// The runs.
  public let studies: [Study]

  /// The vectors in toys.json.
  public static let all = Resource.decode(ToyVectors.self, from: "toys")
}
