import PerceptronLinearAlgebra

extension Network {
  /// The memory of a network's passes over batches of a limited size, so that passes allocate nothing:
  /// one run of scalars, in which every block has its place.
  public struct Workspace: Sendable {
    /// The passes that a workspace has room for.
    public enum Purpose: Sendable {
      /// Forward and backward.
      case training
      /// Forward only, which needs less.
      case inference
    }

    /// The passes that there is room for.
    public let purpose: Purpose
    /// The largest number of rows.
    public let capacity: Int
    /// The number of inputs, and of each layer's outputs.
    private let widths: [Int]
    /// The number of scalars that each layer saves of a full batch.
    private let savedCounts: [Int]
    /// The number of rows of the last forward pass, and the pass.
    var rows = 0
    var pass = Pass.inference
    let layout: Layout
    var memory: Tensor<Scalar>
    /// The loss of each row.
    var losses: Tensor<Scalar>
    /// The gradient of each layer's parameters.
    package internal(set) var gradients: [[Tensor<Scalar>]]

    /// Room for passes of `network` over batches of at most `batchSize` rows.
    public init(for network: Network, batchSize: Int, purpose: Purpose = .training) {
      let isTraining = purpose == .training
      self.purpose = purpose
      capacity = batchSize
      widths = [network.inputSize] + network.widths
      savedCounts = network.layers.indices.map {
        network.layers[$0].savedCount(rows: batchSize, columns: network.inputWidth(of: $0))
      }
      layout = Layout(of: network, rows: batchSize, purpose: purpose)
      memory = .zeros([layout.count])
      losses = .zeros([isTraining ? batchSize : 0])
      gradients =
        isTraining
        ? network.layers.map { $0.parameters.map { .zeros($0.shape) } } : []
      BLASLibrary.demandBuffers(threads: 1)
    }

    /// Traps unless the workspace was made for such a network.
    func requireFit(_ network: Network) {
      let isFit =
        network.layers.count == savedCounts.count && network.inputSize == widths[0]
        && network.layers.indices.allSatisfy { layer in
          network.widths[layer] == widths[layer + 1]
            && network.layers[layer].savedCount(
              rows: capacity, columns: network.inputWidth(of: layer)) == savedCounts[layer]
        }
      require(
        isFit,
        "Network: a network of widths \([network.inputSize] + network.widths) in a workspace for one of \(widths)"
      )
    }

    /// Traps unless it is made for training.
    func requireTraining() {
      require(
        purpose == .training, "Network: a loss or gradients in a workspace made for inference")
    }

    /// The outputs of the last forward pass, [rows, outputs], copied.
    public var outputs: Tensor<Scalar> {
      memory.withUnsafeElements { memory in
        let offset = layout.outputs[layout.outputs.count - 1]
        return Tensor(
          memory[offset..<offset + rows * layout.outputWidth], shape: [rows, layout.outputWidth])
      }
    }

    /// Writes the outputs of the last forward pass, rows × outputs.
    func copyOutputs(to block: MutableRowBlock<Scalar>) {
      memory.withUnsafeElements {
        guard let base = $0.baseAddress else { return }
        block.base.update(
          from: base + layout.outputs[layout.outputs.count - 1], count: rows * layout.outputWidth)
      }
    }
  }

  /// The first layer with parameters: below it no gradient is needed.
  package var lowestTrainedLayer: Int {
    // Not `first`, which allocates where it is not specialised.
    parameterPlaces.isEmpty ? layers.count : parameterPlaces[0].layer
  }

  /// The number of inputs of a layer.
  package func inputWidth(of layer: Int) -> Int { layer == 0 ? inputSize : widths[layer - 1] }

  /// The gradients that the last backward pass left, under the parameters' names.
  public func gradients(in workspace: Workspace) -> Gradients<Scalar> {
    var gradients = Gradients(
      Parameters(parameterPlaces.map { ($0.name, workspace.gradients[$0.layer][$0.position]) }))
    gradients.batches = batchStatistics(in: workspace).map { [$0] } ?? []
    return gradients
  }
}

extension Network.Workspace {
  /// The offsets of the blocks of a workspace in its memory.
  package final class Layout: Sendable {
    /// The output of each layer.
    let outputs: [Int]
    /// The loss's gradient with respect to each layer's output: in the same block as the input's
    /// gradient for a layer that works in place. Empty at inference.
    let upstreams: [Int]
    /// The saved activations of each layer.
    package let saved: [Int]
    /// The number of rows of a batch, or of the largest block of it.
    let blockRows: Int
    /// The number of the network's outputs.
    let outputWidth: Int
    /// The number of scalars of all blocks.
    package let count: Int

    /// - Parameters:
    ///   - rows: the number of rows that go through the layers together.
    ///   - blocks: the number and the rows of the blocks that layers take for a whole batch, each with
    ///     room of its own for what such a layer saves; nil where all rows are one batch.
    package init(
      of network: Network<Scalar>, rows: Int, purpose: Purpose,
      blocks: (count: Int, rows: Int)? = nil
    ) {
      var room = Room()
      blockRows = blocks?.rows ?? rows
      let isTraining = purpose == .training
      outputWidth = network.outputSize
      outputs =
        isTraining
        ? Self.trainingOutputs(of: network, rows: rows, in: &room)
        : Self.inferenceOutputs(of: network, rows: rows, in: &room)
      upstreams = isTraining ? Self.upstreams(of: network, rows: rows, in: &room) : []
      saved = network.layers.enumerated().map { index, layer in
        let columns = network.inputWidth(of: index)
        guard let blocks, layer.traits.needsWholeBatch else {
          return room.take(layer.savedCount(rows: rows, columns: columns))
        }
        return room.take(blocks.count * layer.savedCount(rows: blocks.rows, columns: columns))
      }
      count = room.count
    }

    /// Upstream gradients stay valid until the end of the step, since the parameters' gradients are
    /// computed last.
    private static func upstreams(
      of network: Network<Scalar>, rows: Int, in room: inout Room
    ) -> [Int] {
      let last = network.layers.count - 1
      var offsets = [Int](repeating: room.take(rows * network.outputSize), count: last + 1)
      for index in network.layers.indices.reversed() where index > network.lowestTrainedLayer {
        offsets[index - 1] =
          network.layers[index].traits.worksInPlace && network.layers[index].parameterKinds.isEmpty
          ? offsets[index] : room.take(rows * network.inputWidth(of: index))
      }
      return offsets
    }

    /// Each layer has an output block of its own, unless it may write over its input and neither its
    /// backward pass nor that of the layer before reads the overwritten block.
    private static func trainingOutputs(
      of network: Network<Scalar>, rows: Int, in room: inout Room
    ) -> [Int] {
      var offsets: [Int] = []
      for (index, layer) in network.layers.enumerated() {
        let overwrites =
          index > 0 && layer.traits.worksInPlace && layer.traits.backwardReads != .input
          && network.layers[index - 1].traits.backwardReads != .output
        offsets.append(
          overwrites ? offsets[index - 1] : room.take(rows * network.widths[index]))
      }
      return offsets
    }

    /// Outputs alternate between two blocks.
    private static func inferenceOutputs(
      of network: Network<Scalar>, rows: Int, in room: inout Room
    ) -> [Int] {
      let widest = rows * (network.widths.max() ?? 0)
      let blocks = [room.take(widest), room.take(network.layers.count > 1 ? widest : 0)]
      var current = 1
      return network.layers.enumerated().map { index, layer in
        if index == 0 || !layer.traits.worksInPlace { current = 1 - current }
        return blocks[current]
      }
    }

    /// Allots blocks one after the other, each at a multiple of 64 bytes.
    private struct Room {
      private(set) var count = 0

      mutating func take(_ scalars: Int) -> Int {
        let step = 64 / MemoryLayout<Scalar>.stride
        defer { count += (scalars + step - 1) / step * step }
        return count
      }
    }
  }
}

extension Network.Workspace {
  /// The Euclidean norm of all gradients together, as if they were one vector; NaN where one is.
  public var gradientNorm: Double {
    var norm = 0.0
    for layer in gradients {
      for gradient in layer {
        gradient.withUnsafeElements {
          norm = hypotenuse(norm, Double(Scalar.nrm2(count: $0.count, $0.baseAddress!)))
        }
      }
    }
    return norm
  }

  /// Multiplies every gradient by `factor`.
  public mutating func scaleGradients(by factor: Scalar) {
    updateGradients { gradient in
      withUnsafePointer(to: factor) {
        Scalar.combine(
          .multiply, count: gradient.count, gradient.base, .each, $0, .same, into: gradient.base)
      }
    }
  }

  /// Brings every element of the gradients into −limit...limit; NaN stays NaN.
  public mutating func clampGradients(to limit: Scalar) {
    updateGradients {
      Scalar.clip(
        count: $0.count, from: -limit, through: limit, $0.base, into: $0.base, workers: 1)
    }
  }

  private mutating func updateGradients(_ body: (MutableRowBlock<Scalar>) -> Void) {
    for layer in gradients.indices {
      for position in gradients[layer].indices {
        gradients[layer][position].withMutableRows(body)
      }
    }
  }
}

/// √(a² + b²) of numbers that are not negative, which overflows only where the result does.
package func hypotenuse(_ a: Double, _ b: Double) -> Double {
  if a.isNaN || b.isNaN { return .nan }
  let (smaller, larger) = (min(a, b), max(a, b))
  if smaller == 0 || larger == .infinity { return larger }
  let ratio = smaller / larger
  return larger * (1 + ratio * ratio).squareRoot()
}
