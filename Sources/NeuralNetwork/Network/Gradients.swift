import PerceptronLinearAlgebra

/// The gradient of a loss for every parameter, under its name and in its shape, and what the batch tells
/// the layers' running statistics. ``Network/lossAndGradients(of:_:penalty:pass:)`` computes them, and an
/// optimizer's step takes them.
///
/// Gradients of several batches are added and scaled: the mean of those of equally large parts of a batch
/// is the gradient of the whole batch, unless a layer normalizes by the batch's own moments.
///
///     var sum = Gradients(zerosFor: net)
///     for part in parts { sum += net.lossAndGradients(of: part.x, .labels(part.labels)).gradients }
///     sum /= Scalar(parts.count)
///
/// A sum updates the statistics by each of its batches, in the order of the additions, as PyTorch does
/// where gradients are accumulated. Factors change only the gradients.
public struct Gradients<Scalar: BLASScalar>: Sendable, Equatable {
  /// The gradient of each parameter.
  public var parameters: Parameters<Scalar>
  /// The batches whose statistics a step takes up.
  var batches: [BatchStatistics] = []

  /// What the layers saved of a batch's training pass for their statistics.
  struct BatchStatistics: Sendable, Equatable {
    let rows: Int
    /// The saved activations of the layers that need the whole batch.
    let saved: [LayerActivations]
  }

  struct LayerActivations: Sendable, Equatable {
    let layer: Int
    let values: Tensor<Scalar>
  }

  /// Gradients that a program has computed, which tell the layers' statistics nothing.
  public init(_ parameters: Parameters<Scalar>) { self.parameters = parameters }

  /// A gradient of zeros for each parameter of a network: the beginning of a sum.
  public init(zerosFor network: Network<Scalar>) {
    self.init(Parameters(network.parameters.map { ($0.name, .zeros($0.tensor.shape)) }))
  }

  /// The parameters' names in the network's order.
  public var names: [String] { parameters.names }

  /// The gradient of the parameter called `name`.
  ///
  /// - Precondition: there is one, and it keeps its shape.
  public subscript(name: String) -> Tensor<Scalar> {
    get { parameters[name] }
    set { parameters[name] = newValue }
  }

  /// The Euclidean norm of all gradients together, as if they were one vector; NaN where one is.
  public var norm: Double { parameters.norm }
}

extension Gradients: RandomAccessCollection {
  /// 0, the position of the first parameter's gradient.
  public var startIndex: Int { 0 }
  /// The number of parameters.
  public var endIndex: Int { parameters.count }
  /// The name of the parameter at a position in the network's order, and its gradient.
  public subscript(position: Int) -> (name: String, tensor: Tensor<Scalar>) { parameters[position] }
}

// MARK: - Sums

extension Gradients {
  /// Adds the gradients of another batch, and its statistics behind those of earlier ones.
  ///
  /// - Precondition: both are of the same parameters.
  public static func += (sum: inout Gradients, other: Gradients) {
    sum.parameters += other.parameters
    sum.batches += other.batches
  }

  /// The sum of the gradients of two batches; see ``+=(_:_:)-(Gradients,_)``.
  public static func + (first: Gradients, second: Gradients) -> Gradients {
    var sum = first
    sum += second
    return sum
  }

  /// Multiplies every gradient by `factor`.
  public static func *= (gradients: inout Gradients, factor: Scalar) {
    gradients.parameters *= factor
  }

  /// Divides every gradient by `divisor`.
  public static func /= (gradients: inout Gradients, divisor: Scalar) {
    gradients.parameters /= divisor
  }
}

// MARK: - Statistics

extension Network {
  /// Updates the layers' statistics with the batches of some gradients. An optimizer's step by
  /// ``Gradients`` does so.
  ///
  /// - Precondition: the gradients are those of a network of the same layers.
  public mutating func updateStatistics(from gradients: Gradients<Scalar>) {
    for batch in gradients.batches {
      for saved in batch.saved {
        require(
          layers.indices.contains(saved.layer) && layers[saved.layer].traits.needsWholeBatch,
          "Network: statistics of layer \(saved.layer), which has none")
        saved.values.withUnsafeElements {
          layers[saved.layer].updateStatistics(saved: $0, rows: batch.rows)
        }
      }
    }
  }

  /// What the last pass left for the layers' statistics; nil for a pass of inference, and where no
  /// layer has any.
  func batchStatistics(in workspace: Workspace) -> Gradients<Scalar>.BatchStatistics? {
    if workspace.pass == .inference { return nil }
    var saved: [Gradients<Scalar>.LayerActivations] = []
    for index in layers.indices where layers[index] is any StatisticsLayer<Scalar> {
      let start = workspace.layout.saved[index]
      let count = layers[index].savedCount(
        rows: workspace.rows, columns: inputWidth(of: index))
      let values = workspace.memory.withUnsafeElements {
        Tensor($0[start..<start + count], shape: [count])
      }
      saved.append(.init(layer: index, values: values))
    }
    return saved.isEmpty ? nil : .init(rows: workspace.rows, saved: saved)
  }
}
