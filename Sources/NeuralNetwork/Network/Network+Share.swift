import PerceptronLinearAlgebra

extension Network {
  /// Some rows of a batch in a workspace's memory, which the share only borrows. The readable path passes
  /// the whole batch through the layers at once, training and prediction a share for each worker.
  package struct Share {
    /// The rows of the batch.
    package let rows: Range<Int>
    private let isWhole: Bool
    /// Which block of the batch the rows belong to, for layers that need a whole block.
    let block: Int
    /// Unmanaged, because a share is copied at every call and must retain nothing.
    let layout: Unmanaged<Workspace.Layout>
    let base: UnsafeMutablePointer<Scalar>
    /// The packed parameters of each layer; empty if none are packed.
    let packed: UnsafeMutableBufferPointer<PackedLayer<Scalar>?>

    /// The whole batch, as the only share or in the place of all.
    package init(
      of rows: Int, _ layout: Workspace.Layout, base: UnsafeMutablePointer<Scalar>,
      packed: PackedWeights<Scalar>? = nil
    ) {
      self.init(0..<rows, of: rows, layout, base: base, packed: packed)
    }

    /// Some of the `count` rows of a batch, or all rows of a block of it.
    package init(
      _ rows: Range<Int>, of count: Int, _ layout: Workspace.Layout,
      base: UnsafeMutablePointer<Scalar>, packed: PackedWeights<Scalar>?, block: Int = 0
    ) {
      self.rows = rows
      self.block = block
      isWhole = rows.count == count
      self.layout = .passUnretained(layout)
      self.base = base
      self.packed = packed?.table ?? UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    /// The rows' targets; the loss checks their number.
    func targets(of batch: TargetBlock<Scalar>) -> TargetBlock<Scalar> {
      isWhole ? batch : batch.rows(rows)
    }

    func block(_ offset: Int, columns: Int) -> MutableRowBlock<Scalar> {
      MutableRowBlock(
        base: base + offset + rows.lowerBound * columns, rows: rows.count, columns: columns)
    }

    func packedLayer(at index: Int) -> PackedLayer<Scalar>? {
      packed.isEmpty ? nil : packed[index]
    }
  }
}

// Functions that other modules call in a step are specialized: the generic form looks up the
// types' metadata at each call, which took a third of a small network's step.

extension Network {
  /// A layer's input: rows of `x`, the whole batch, or of the output of the layer before.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func input(of layer: Int, _ x: RowBlock<Scalar>, _ share: Share) -> RowBlock<Scalar> {
    layer == 0 ? x.rows(share.rows) : output(of: layer - 1, share).reading
  }

  /// The gradient with respect to a layer's output.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func upstream(of layer: Int, _ share: Share) -> RowBlock<Scalar> {
    gradient(of: layer, share).reading
  }

  /// The record of a layer's forward pass.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func record(
    of layer: Int, _ x: RowBlock<Scalar>, pass: Pass, _ share: Share
  ) -> ForwardRecord<Scalar> {
    ForwardRecord(
      input: input(of: layer, x, share), output: output(of: layer, share).reading,
      pass: pass.from(row: share.rows.lowerBound).inLayer(layer),
      saved: UnsafeBufferPointer(saved(by: layer, share)))
  }

  /// The block of a layer's output.
  func output(of layer: Int, _ share: Share) -> MutableRowBlock<Scalar> {
    share.block(share.layout._withUnsafeGuaranteedRef { $0.outputs[layer] }, columns: widths[layer])
  }

  private func gradient(of layer: Int, _ share: Share) -> MutableRowBlock<Scalar> {
    share.block(
      share.layout._withUnsafeGuaranteedRef { $0.upstreams[layer] }, columns: widths[layer])
  }

  /// A layer's saved activations of the rows: a layer whose batch may be split saves as many of each, any
  /// other has a place for each block.
  private func saved(by layer: Int, _ share: Share) -> UnsafeMutableBufferPointer<Scalar> {
    let columns = inputWidth(of: layer)
    let first: Int
    if share.block > 0 && layers[layer].traits.needsWholeBatch {
      let rows = share.layout._withUnsafeGuaranteedRef { $0.blockRows }
      first = share.block * layers[layer].savedCount(rows: rows, columns: columns)
    } else if share.rows.lowerBound > 0 {
      first = layers[layer].savedCount(rows: share.rows.lowerBound, columns: columns)
    } else {
      first = 0
    }
    return UnsafeMutableBufferPointer(
      start: share.base + share.layout._withUnsafeGuaranteedRef { $0.saved[layer] } + first,
      count: layers[layer].savedCount(rows: share.rows.count, columns: columns))
  }

  /// Writes a layer's output. `x` and `pass` are those of the whole batch.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func forward(
    _ x: RowBlock<Scalar>, through layer: Int, pass: Pass, _ share: Share
  ) {
    if let packed = share.packedLayer(at: layer) {
      return packed.forward(input(of: layer, x, share), into: output(of: layer, share))
    }
    layers[layer].forward(
      input(of: layer, x, share), into: output(of: layer, share),
      pass: pass.from(row: share.rows.lowerBound).inLayer(layer), saved: saved(by: layer, share))
  }

  /// Writes the rows' losses, times their weights, and what the loss saves for its gradient. `targets` and `losses` are those
  /// of the whole batch.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func computeLosses(
    _ targets: TargetBlock<Scalar>, _ share: Share, into losses: UnsafeMutablePointer<Scalar>
  ) {
    let targets = share.targets(of: targets)
    let losses = UnsafeMutableBufferPointer(
      start: losses + share.rows.lowerBound, count: share.rows.count)
    loss.forward(
      outputs: output(of: layers.count - 1, share).reading, targets: targets,
      saved: gradient(of: layers.count - 1, share), losses: losses)
    targets.applyWeights(to: losses)
  }

  /// Computes the gradient with respect to the network's output from what `computeLosses` left.
  /// `targets` and `normalizer` are those of the whole batch.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func computeLossGradient(
    _ targets: TargetBlock<Scalar>, normalizer: Scalar, _ share: Share
  ) {
    let gradient = gradient(of: layers.count - 1, share)
    let targets = share.targets(of: targets)
    loss.backward(
      saved: gradient.reading, targets: targets, normalizer: normalizer, into: gradient)
    targets.applyWeights(toRowsOf: gradient, normalizer: normalizer)
  }

  /// Writes the gradient with respect to a layer's input, the upstream gradient of the layer before.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func computeInputGradient(
    of layer: Int, _ x: RowBlock<Scalar>, pass: Pass, _ share: Share
  ) {
    if let packed = share.packedLayer(at: layer) {
      return packed.inputGradient(
        upstream(of: layer, share), into: gradient(of: layer - 1, share))
    }
    layers[layer].inputGradient(
      upstream: upstream(of: layer, share), record: record(of: layer, x, pass: pass, share),
      into: gradient(of: layer - 1, share))
  }
}
