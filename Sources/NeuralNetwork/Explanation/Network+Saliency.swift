import PerceptronLinearAlgebra

/// The number that is explained: an output of a network before the loss, or the difference of two.
public struct ExplainedOutput: Sendable, Hashable {
  /// The output, or the first of the two.
  public let output: Int
  /// The output that is subtracted, or nil for none.
  public let other: Int?

  /// An output, or its difference from another.
  public init(_ output: Int, minus other: Int? = nil) {
    self.output = output
    self.other = other
  }

  /// The value, [rows], of outputs [rows, outputs].
  func value<Scalar>(of outputs: Tensor<Scalar>) -> [Scalar] {
    let (columns, all) = (outputs.shape.columnCount, outputs.elements)
    return (0..<outputs.shape.rowCount).map { row in
      all[row * columns + output] - (other.map { all[row * columns + $0] } ?? 0)
    }
  }

  /// The gradient with respect to the outputs, in each of some rows.
  func gradient<Scalar: BLASScalar>(rows: Int, outputs: Int) -> Tensor<Scalar> {
    var row = [Scalar](repeating: 0, count: outputs)
    row[output] += 1
    if let other { row[other] -= 1 }
    return Tensor((0..<rows).flatMap { _ in row }, shape: [rows, outputs])
  }
}

extension Network {
  /// The saliency of each input: the gradient of an output, or of the difference of two, with respect
  /// to the input, as at inference. Its sign says which way the input moves the output.
  ///
  /// Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks" (2013), §3, where the
  /// magnitude is shown.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs], or [inputs].
  ///   - explained: the output, or the difference.
  /// - Returns: in the shape of `x`.
  /// - Precondition: the outputs exist, and no layer is an ``EnsembleLayer``, which has no backward pass.
  public func saliency(of x: Tensor<Scalar>, for explained: ExplainedOutput) -> Tensor<Scalar> {
    slopes(of: x, for: explained).gradient
  }

  /// The values of an output or a difference, [rows], and its gradient with respect to the input.
  func slopes(
    of x: Tensor<Scalar>, for explained: ExplainedOutput
  ) -> (values: [Scalar], gradient: Tensor<Scalar>) {
    requireOutput(explained, x, "saliency")
    let batch = x.rank == 1 ? x.reshaped(to: [1, x.count]) : x
    let inputs = layerInputs(of: batch)
    let outputs = inputs[layers.count]
    var upstream: Tensor<Scalar> = explained.gradient(
      rows: outputs.shape.rowCount, outputs: outputSize)
    for index in layers.indices.reversed() {
      upstream = layers[index].inputGradient(upstream: upstream, input: inputs[index])
    }
    return (explained.value(of: outputs), upstream.reshaped(to: x.shape))
  }

  /// How much an output, or a difference of two, falls when some inputs are replaced: positive where
  /// they speak for it. For pictures the sets are patches of pixels (Zeiler and Fergus, "Visualizing
  /// and understanding convolutional networks", 2014, §4.2), for tables columns.
  ///
  /// - Parameters:
  ///   - row: [inputs] or [1, inputs].
  ///   - sets: the inputs that are replaced together.
  ///   - baseline: what replaces them, [inputs].
  ///   - explained: the output, or the difference.
  /// - Returns: for each set, the value of `row` less the value with the set replaced.
  /// - Precondition: the inputs and the outputs exist.
  public func occlusion(
    of row: Tensor<Scalar>, replacing sets: [[Int]], by baseline: Tensor<Scalar>,
    for explained: ExplainedOutput
  ) -> Tensor<Scalar> {
    let x = requireRow(row, "occlusion")
    let replacement = requireRow(baseline, "occlusion").elements
    requireOutput(explained, x, "occlusion")
    let original = x.elements
    let value = explained.value(of: outputs(of: x))[0]
    var drops: [Scalar] = []
    // A few rows at a time, since a picture may have many patches.
    for start in stride(from: 0, to: sets.count, by: 256) {
      let block = sets[start..<min(start + 256, sets.count)]
      let rows = block.flatMap { set in
        var changed = original
        for index in set {
          require(
            original.indices.contains(index),
            "occlusion: there is no input \(index) in an example of shape \(row.shape)")
          changed[index] = replacement[index]
        }
        return changed
      }
      let outputs = outputs(of: Tensor(rows, shape: [block.count, inputSize]))
      drops += explained.value(of: outputs).map { value - $0 }
    }
    return Tensor(drops)
  }

  func requireOutput(_ explained: ExplainedOutput, _ x: Tensor<Scalar>, _ operation: String) {
    let valid = 0..<outputSize
    require(
      x.shape.columnCount == inputSize && valid.contains(explained.output)
        && explained.other.map(valid.contains) ?? true,
      "\(operation): input \(x.shape) and output \(explained.output)"
        + (explained.other.map { " minus \($0)" } ?? "")
        + " of a network of \(inputSize) inputs and \(outputSize) outputs")
  }
}
