import PerceptronLinearAlgebra

extension Network {
  /// Leaves the gradient of every parameter in `workspace` and returns the loss.
  ///
  /// - Parameters:
  ///   - x: rows × inputs, at most as many rows as the workspace has room for.
  ///   - targets: as many rows.
  ///   - pass: training, with dropout and the batch's own statistics, or inference.
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
    forward(x, pass: pass, packed: nil, in: &workspace)
  }

  /// The same with packed layers.
  func forward(
    _ x: RowBlock<Scalar>, pass: Pass, packed: PackedWeights<Scalar>?,
    in workspace: inout Workspace
  ) {
    require(
      x.columns == inputSize,
      "Network: input \(x.shape), expected \(inputSize) numbers a row")
    require(
      x.rows <= workspace.capacity,
      "Network: \(x.rows) rows in a workspace for \(workspace.capacity)")
    workspace.requireFit(self)
    (workspace.rows, workspace.pass) = (x.rows, pass)
    let layout = workspace.layout
    workspace.memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      let share = Share(of: x.rows, layout, base: base, packed: packed)
      for layer in layers.indices { forward(x, through: layer, pass: pass, share) }
    }
  }

  /// Leaves what the loss saves in `workspace` and returns the loss of the outputs with the penalty.
  public func loss(
    _ targets: TargetBlock<Scalar>, penalty: Penalty, in workspace: inout Workspace
  ) -> Scalar {
    workspace.requireTraining()
    let (rows, layout) = (workspace.rows, workspace.layout)
    var sum: Scalar = 0
    workspace.memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      workspace.losses.withUnsafeMutableElements {
        guard let losses = $0.baseAddress else { return }
        computeLosses(targets, Share(of: rows, layout, base: base), into: losses)
        sum = Scalar.sum(count: rows, losses)
      }
    }
    return loss.mean(ofSum: sum, targets, rows: rows) + value(of: penalty)
  }

  /// Computes the gradient of every parameter from what the forward pass and the loss left.
  public func backward(
    _ x: RowBlock<Scalar>, _ targets: TargetBlock<Scalar>, penalty: Penalty, pass: Pass,
    in workspace: inout Workspace
  ) {
    workspace.requireTraining()
    require(
      x.rows == workspace.rows,
      "Network: a backward pass of \(x.rows) rows after a forward one of \(workspace.rows)")
    let lowest = lowestTrainedLayer
    let layout = workspace.layout
    workspace.memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      let share = Share(of: x.rows, layout, base: base)
      computeLossGradient(
        targets, normalizer: loss.normalizer(of: targets, rows: x.rows), share)
      for index in layers.indices.reversed() where index >= lowest {
        layers[index].parameterGradients(
          upstream: upstream(of: index, share), record: record(of: index, x, pass: pass, share),
          into: &workspace.gradients[index])
        if index > lowest { computeInputGradient(of: index, x, pass: pass, share) }
      }
    }
    if penalty == .none { return }
    for place in parameterPlaces where place.isPenalized {
      penalty.addGradient(
        of: parameter(at: place), to: &workspace.gradients[place.layer][place.position])
    }
  }

  /// Updates every parameter by the gradient in `workspace`: p ← p − learningRate·gradient.
  public mutating func updateParameters(with workspace: Workspace, learningRate: Scalar) {
    updateParameters { place, parameter in
      parameter.add(
        workspace.gradients[place.layer][place.position], scaledBy: -learningRate)
    }
  }

  /// Updates the layers' statistics with the last training pass.
  public mutating func updateStatistics(from workspace: Workspace) {
    workspace.memory.withUnsafeElements {
      guard let base = $0.baseAddress else { return }
      updateStatistics(rows: workspace.rows, workspace.layout, memory: base)
    }
  }

  /// The same for memory with a layout, in which the whole batch, or a block of it, had `rows` rows.
  package mutating func updateStatistics(
    rows: Int, _ layout: Workspace.Layout, memory: UnsafePointer<Scalar>, block: Int = 0
  ) {
    for index in layers.indices where layers[index].traits.needsWholeBatch {
      let columns = inputWidth(of: index)
      let place = block * layers[index].savedCount(rows: layout.blockRows, columns: columns)
      layers[index].updateStatistics(
        saved: UnsafeBufferPointer(
          start: memory + layout.saved[index] + place,
          count: layers[index].savedCount(rows: rows, columns: columns)),
        rows: rows)
    }
  }
}
