import LinearAlgebra

extension TwoLayerNet {
  /// The memory of a training step for one batch size, so that steps allocate nothing.
  public struct Workspace: Sendable {
    /// [rows, hidden]: the rectified hidden layer.
    var activations: Tensor<Scalar>
    /// [rows, hidden]: the loss's gradient with respect to the hidden layer.
    var hiddenGradient: Tensor<Scalar>
    /// [rows, classes]: first the scores, then the probabilities, then the scores' gradient.
    var scores: Tensor<Scalar>
    /// [rows]: the loss of each row.
    var losses: Tensor<Scalar>
    var hiddenGradients: Affine<Scalar>.Gradients
    var outputGradients: Affine<Scalar>.Gradients

    /// Room for steps of `network` on batches of `batchSize` rows.
    public init(for network: TwoLayerNet, batchSize: Int) {
      activations = .zeros([batchSize, network.hiddenSize])
      hiddenGradient = .zeros([batchSize, network.hiddenSize])
      scores = .zeros([batchSize, network.classCount])
      losses = .zeros([batchSize])
      hiddenGradients = Affine.Gradients(for: network.hidden)
      outputGradients = Affine.Gradients(for: network.output)
    }

    /// The gradients of the last step, under the parameters' names.
    public var gradients: Parameters<Scalar> {
      [
        "W1": hiddenGradients.weights, "b1": hiddenGradients.bias,
        "W2": outputGradients.weights, "b2": outputGradients.bias,
      ]
    }
  }

  /// Leaves the gradients of every parameter in `workspace` and returns the loss.
  ///
  /// - Parameters:
  ///   - x: rows × inputs, as many rows as the workspace is made for.
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  public func lossAndGradients(
    of x: RowBlock<Scalar>, labels: UnsafeBufferPointer<Int>, regularization: Scalar,
    in workspace: inout Workspace
  ) -> Scalar {
    forward(x, in: &workspace)
    let loss = loss(labels: labels, regularization: regularization, in: &workspace)
    backward(x, labels: labels, regularization: regularization, in: &workspace)
    return loss
  }

  /// Moves every parameter against the gradient in `workspace`: p ← p − learningRate·gradient.
  public mutating func descend(_ workspace: Workspace, learningRate: Scalar) {
    hidden.weights.add(workspace.hiddenGradients.weights, scaledBy: -learningRate)
    hidden.bias.add(workspace.hiddenGradients.bias, scaledBy: -learningRate)
    output.weights.add(workspace.outputGradients.weights, scaledBy: -learningRate)
    output.bias.add(workspace.outputGradients.bias, scaledBy: -learningRate)
  }
}

// MARK: - The phases of a step, in their order

extension TwoLayerNet {
  /// Leaves activations and scores in `workspace`.
  package func forward(_ x: RowBlock<Scalar>, in workspace: inout Workspace) {
    workspace.activations.withMutableRows { activations in
      hidden.forward(x, into: activations)
      ReLU().forward(activations.reading, into: activations)
      workspace.scores.withMutableRows { output.forward(activations.reading, into: $0) }
    }
  }

  /// Turns the scores in `workspace` into probabilities and returns the mean cross-entropy with the
  /// penalty.
  package func loss(
    labels: UnsafeBufferPointer<Int>, regularization: Scalar, in workspace: inout Workspace
  ) -> Scalar {
    workspace.losses.withUnsafeMutableElements { losses in
      workspace.scores.withMutableRows {
        SoftmaxLoss().forward(
          scores: $0.reading, labels: labels, probabilities: $0, losses: losses)
      }
    }
    return workspace.losses.mean() + penalty(regularization)
  }

  /// Turns the probabilities in `workspace` into the gradients of every parameter.
  package func backward(
    _ x: RowBlock<Scalar>, labels: UnsafeBufferPointer<Int>, regularization: Scalar,
    in workspace: inout Workspace
  ) {
    workspace.scores.withMutableRows {
      SoftmaxLoss().backward(
        probabilities: $0.reading, labels: labels, batchSize: x.rows, into: $0)
    }
    workspace.scores.withRows { upstream in
      workspace.activations.withRows { activations in
        output.parameterGradients(
          upstream: upstream, input: activations, into: &workspace.outputGradients)
        workspace.hiddenGradient.withMutableRows {
          output.inputGradient(upstream: upstream, into: $0)
          ReLU().backward(upstream: $0.reading, output: activations, into: $0)
        }
      }
    }
    workspace.hiddenGradient.withRows {
      hidden.parameterGradients(upstream: $0, input: x, into: &workspace.hiddenGradients)
    }
    if regularization != 0 {
      workspace.hiddenGradients.weights.add(hidden.weights, scaledBy: 2 * regularization)
      workspace.outputGradients.weights.add(output.weights, scaledBy: 2 * regularization)
    }
  }
}
