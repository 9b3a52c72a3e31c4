import PerceptronLinearAlgebra

/// Passes of single rows through a network at inference, with the same bits as those of many rows. Large layers
/// are packed once; a pass allocates nothing but in layers of your own that do.
///
/// It never changes: many threads use it at once, each with memory of its own.
package final class RowNetwork<Scalar: BLASScalar>: @unchecked Sendable {
  package let network: Network<Scalar>
  /// The weights of large layers, written by the initializer alone.
  package let packed: PackedWeights<Scalar>
  private let layout: Network<Scalar>.Workspace.Layout
  /// The ensemble at each layer's position, if it is one.
  private let ensembles: [RowEnsemble<Scalar>?]
  /// The number of scalars that a pass needs.
  package let memoryCount: Int

  package init(_ network: Network<Scalar>) {
    self.network = network
    packed = PackedWeights(of: network)
    layout = Network.Workspace.Layout(of: network, rows: 1, purpose: .inference)
    ensembles = network.layers.map { ($0 as? EnsembleLayer<Scalar>).map(RowEnsemble.init) }
    memoryCount = layout.count + (ensembles.map { $0?.memoryCount ?? 0 }.max() ?? 0)
  }

  /// The outputs of the layer at position `last`, which stay in the memory until its next use.
  ///
  /// - Parameters:
  ///   - row: as many numbers as the network has inputs.
  ///   - memory: room for ``memoryCount`` scalars.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func forward(
    _ row: UnsafePointer<Scalar>, through last: Int, in memory: UnsafeMutablePointer<Scalar>
  ) -> UnsafeBufferPointer<Scalar> {
    let x = RowBlock(base: row, rows: 1, columns: network.inputSize)
    let share = Network.Share(of: 1, layout, base: memory, packed: packed)
    for layer in 0...last {
      if let ensemble = ensembles[layer] {
        ensemble.forward(
          network.input(of: layer, x, share).base, into: network.output(of: layer, share),
          in: memory + layout.count)
      } else {
        network.forward(x, through: layer, pass: .inference, share)
      }
    }
    let output = network.output(of: last, share)
    return UnsafeBufferPointer(start: output.base, count: output.columns)
  }
}

/// An ensemble's pass of single rows.
private final class RowEnsemble<Scalar: BLASScalar>: Sendable {
  private let mean: EnsembleMean
  private let members: [(network: RowNetwork<Scalar>, reading: RowReading<Scalar>)]
  /// Room for a member's terms of the mean, before the memory of its pass.
  private let termCount: Int
  let memoryCount: Int

  init(_ layer: EnsembleLayer<Scalar>) {
    mean = layer.mean
    members = layer.members.map {
      (RowNetwork($0), RowReading($0.loss, outputCount: $0.outputSize))
    }
    let width = layer.outputSize(forInputSize: layer.members[0].inputSize)
    // Whole cache lines, so that what follows is aligned.
    termCount = (width + 15) / 16 * 16
    memoryCount = termCount + (members.map(\.network.memoryCount).max() ?? 0)
  }

  func forward(
    _ row: UnsafePointer<Scalar>, into output: MutableRowBlock<Scalar>,
    in memory: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.fill(count: output.count, output.base, with: 0)
    for (member, reading) in members {
      let outputs = member.forward(
        row, through: member.network.layers.count - 1, in: memory + termCount)
      guard let base = outputs.baseAddress else { continue }
      var terms = base
      switch mean {
      case .outputs: break
      case .probabilities:
        reading.writeProbabilities(of: base, into: memory)
        terms = UnsafePointer(memory)
      case .labelProbabilities:
        reading.writeLabelProbabilities(of: base, into: memory)
        terms = UnsafePointer(memory)
      }
      Scalar.axpy(count: output.count, alpha: 1, terms, output.base)
    }
    mean.finish(output, memberCount: members.count)
  }
}
