import LinearAlgebra

extension Network {
  /// Leaves the gradient of every parameter in `workspace` and returns the loss.
  ///
  /// - Parameters:
  ///   - x: rows × inputs, at most as many rows as the workspace is made for.
  ///   - targets: as many rows.
  ///   - penalty: what the weights add.
  ///   - pass: whether the pass is one of training, with dropout and the batch's own statistics.
  public func lossAndGradients(
    of x: RowBlock<Scalar>, _ targets: TargetBlock<Scalar>, penalty: Penalty, pass: Pass,
    in workspace: inout Workspace
  ) -> Scalar {
    forward(x, pass: pass, in: &workspace)
    let loss = loss(targets, penalty: penalty, in: &workspace)
    backward(x, targets, penalty: penalty, pass: pass, in: &workspace)
    return loss
  }

  /// Leaves every layer's output in `workspace`.
  public func forward(_ x: RowBlock<Scalar>, pass: Pass, in workspace: inout Workspace) {
    require(
      x.columns == inputSize,
      "Network: input \(x.shape), expected \(inputSize) numbers a row")
    require(
      x.rows <= workspace.capacity,
      "Network: \(x.rows) rows in a workspace for \(workspace.capacity)")
    workspace.rows = x.rows
    let layout = workspace.layout
    workspace.memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      let blocks = Blocks(network: self, layout: layout, rows: x.rows, base: base)
      var input = x
      for index in layers.indices {
        let output = blocks.output(of: index)
        layers[index].forward(
          input, into: output, pass: pass.inLayer(index), kept: blocks.kept(by: index))
        input = output.reading
      }
    }
  }

  /// Leaves what the loss keeps in `workspace` and returns the loss of the outputs with the penalty.
  public func loss(
    _ targets: TargetBlock<Scalar>, penalty: Penalty, in workspace: inout Workspace
  ) -> Scalar {
    let (rows, layout) = (workspace.rows, workspace.layout)
    workspace.memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      let blocks = Blocks(network: self, layout: layout, rows: rows, base: base)
      workspace.losses.withUnsafeMutableElements {
        loss.forward(
          outputs: blocks.output(of: layers.count - 1).reading, targets: targets,
          kept: blocks.lossBlock, losses: UnsafeMutableBufferPointer(rebasing: $0[..<rows]))
      }
    }
    let sum = workspace.losses.withUnsafeElements {
      $0.baseAddress.map { Scalar.sum(count: rows, $0) } ?? 0
    }
    return sum / loss.divisor(of: targets, rows: rows) + value(of: penalty)
  }

  /// Turns what the forward pass and the loss left into the gradient of every parameter.
  public func backward(
    _ x: RowBlock<Scalar>, _ targets: TargetBlock<Scalar>, penalty: Penalty, pass: Pass,
    in workspace: inout Workspace
  ) {
    // Below the first layer with parameters nobody asks for a gradient.
    // Not `first`, which allocates where it is not specialised.
    let lowest = parameterPlaces.isEmpty ? layers.count : parameterPlaces[0].layer
    let (rows, layout) = (workspace.rows, workspace.layout)
    workspace.memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      let blocks = Blocks(network: self, layout: layout, rows: rows, base: base)
      var upstream = blocks.lossBlock
      loss.backward(
        kept: upstream.reading, targets: targets,
        normalizer: loss.divisor(of: targets, rows: rows), into: upstream)
      var free = 0
      for index in layers.indices.reversed() where index >= lowest {
        let layer = layers[index]
        let record = blocks.record(of: index, input: x, pass: pass)
        layer.parameterGradients(
          upstream: upstream.reading, record: record, into: &workspace.gradients[index])
        if index == lowest { break }
        var gradient = upstream
        if !layer.worksInPlace {
          gradient = blocks.gradient(free, columns: inputWidth(of: index))
          free = 1 - free
        }
        layer.inputGradient(upstream: upstream.reading, record: record, into: gradient)
        upstream = gradient
      }
    }
    if penalty == .none { return }
    for place in parameterPlaces where place.isPenalized {
      penalty.addGradient(
        of: parameter(at: place), to: &workspace.gradients[place.layer][place.position])
    }
  }

  /// Moves every parameter against the gradient in `workspace`: p ← p − learningRate·gradient.
  public mutating func descend(_ workspace: Workspace, learningRate: Scalar) {
    updateParameters { place, parameter in
      parameter.add(
        workspace.gradients[place.layer][place.position], scaledBy: -learningRate)
    }
  }

  /// Takes what the last training pass saw into the layers' statistics.
  public mutating func updateStatistics(from workspace: Workspace) {
    for index in layers.indices where !layers[index].statisticNames.isEmpty {
      let count = layers[index].keptCount(rows: workspace.rows, columns: inputWidth(of: index))
      let offset = workspace.layout.kept[index]
      workspace.memory.withUnsafeElements {
        layers[index].updateStatistics(
          kept: UnsafeBufferPointer(rebasing: $0[offset..<offset + count]), rows: workspace.rows)
      }
    }
  }
}

/// A workspace's blocks while its memory is lent.
private struct Blocks<Scalar: BLASScalar> {
  let network: Network<Scalar>
  let layout: Network<Scalar>.Workspace.Layout
  let rows: Int
  let base: UnsafeMutablePointer<Scalar>

  func output(of layer: Int) -> MutableRowBlock<Scalar> {
    block(layout.outputs[layer], columns: network.widths[layer])
  }

  func kept(by layer: Int) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(
      start: base + layout.kept[layer],
      count: network.layers[layer].keptCount(
        rows: rows, columns: network.inputWidth(of: layer)))
  }

  func gradient(_ index: Int, columns: Int) -> MutableRowBlock<Scalar> {
    block(layout.gradients[index], columns: columns)
  }

  var lossBlock: MutableRowBlock<Scalar> {
    block(layout.loss, columns: network.outputSize)
  }

  func record(of layer: Int, input: RowBlock<Scalar>, pass: Pass) -> ForwardRecord<Scalar> {
    ForwardRecord(
      input: layer == 0 ? input : output(of: layer - 1).reading,
      output: output(of: layer).reading, pass: pass.inLayer(layer),
      kept: UnsafeBufferPointer(kept(by: layer)))
  }

  private func block(_ offset: Int, columns: Int) -> MutableRowBlock<Scalar> {
    MutableRowBlock(base: base + offset, rows: rows, columns: columns)
  }
}
