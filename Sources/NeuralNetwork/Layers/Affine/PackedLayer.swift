import PerceptronLinearAlgebra

/// An affine layer's parameters as products read them without preparing anything: the weights of each
/// output one after the other, and rows so far apart that they do not share cache sets.
///
/// The memory belongs to a ``PackedWeights``.
package struct PackedLayer<Scalar: BLASScalar> {
  /// Outputs × inputs, rows ``stride`` apart.
  package let weights: UnsafeMutablePointer<Scalar>
  /// One for each output.
  package let bias: UnsafeMutablePointer<Scalar>
  package let inputs: Int
  package let outputs: Int
  package let path: ProductPath

  /// From the weights of one output to the next one's.
  package var stride: Int { Self.stride(columns: inputs) }

  /// How far rows of `columns` numbers are to be apart: whole cache lines, and not a multiple of
  /// 4 KiB, with which all rows would share the same few sets of the first cache.
  package static func stride(columns: Int) -> Int {
    let line = 64 / MemoryLayout<Scalar>.stride
    let whole = (columns + line - 1) / line * line
    return whole % (64 * line) == 0 ? whole + line : whole
  }
}

extension PackedLayer {
  /// Writes input · weightsᵀ + bias.
  ///
  /// - Parameters:
  ///   - input: rows × inputs.
  ///   - output: rows × outputs.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func forward(_ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>) {
    require(
      input.columns == inputs && output.rows == input.rows && output.columns == outputs,
      "Affine: input \(input.shape), weights [\(inputs), \(outputs)], room for \(output.shape)")
    switch path {
    case .kernels:
      Scalar.dense(
        rows: input.rows, inputs: inputs, outputs: outputs, input.base, xStride: input.stride,
        weights: weights, stride: stride, bias: bias, into: output.base)
    case .blas:
      Scalar.fillRows(rows: output.rows, columns: outputs, output.base, with: bias)
      if output.count == 0 { return }
      Scalar.gemm(
        transposeA: false, transposeB: true, rows: input.rows, columns: outputs, inner: inputs,
        alpha: 1, input.base, strideA: input.stride, weights, strideB: stride, beta: 1,
        output.base, strideC: outputs)
    }
  }

  /// Writes upstream · weights.
  ///
  /// - Parameters:
  ///   - upstream: rows × outputs.
  ///   - gradient: rows × inputs.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func inputGradient(_ upstream: RowBlock<Scalar>, into gradient: MutableRowBlock<Scalar>) {
    require(
      upstream.columns == outputs && gradient.rows == upstream.rows
        && gradient.columns == inputs,
      "Affine: upstream \(upstream.shape), weights [\(inputs), \(outputs)], room for \(gradient.shape)"
    )
    switch path {
    case .kernels:
      Scalar.denseInputGradient(
        rows: upstream.rows, inputs: inputs, outputs: outputs, upstream: upstream.base,
        weights: weights, stride: stride, into: gradient.base)
    case .blas:
      if gradient.count == 0 { return }
      Scalar.gemm(
        transposeA: false, transposeB: false, rows: upstream.rows, columns: inputs,
        inner: outputs, alpha: 1, upstream.base, strideA: outputs, weights, strideB: stride,
        beta: 0, gradient.base, strideC: inputs)
    }
  }

  /// target ← alpha·G + beta·target for a part of G, the gradient upstreamᵀ · input of the weights.
  /// With `beta` 0 what stands in the target is not read.
  ///
  /// - Parameters:
  ///   - input: what the layer was given, batch × inputs.
  ///   - upstream: the loss's gradient with respect to its output, batch × outputs.
  ///   - rows: which of the outputs.
  ///   - columns: which of the inputs.
  ///   - target: as many rows × columns, rows ``stride`` apart.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func weightGradient(
    input: RowBlock<Scalar>, upstream: RowBlock<Scalar>, rows: Range<Int>, columns: Range<Int>,
    into target: UnsafeMutablePointer<Scalar>, alpha: Scalar = 1, beta: Scalar = 0
  ) {
    require(
      input.rows == upstream.rows && input.columns == inputs && upstream.columns == outputs
        && rows.lowerBound >= 0 && rows.upperBound <= outputs
        && columns.lowerBound >= 0 && columns.upperBound <= inputs,
      "weight gradient: input \(input.shape), upstream \(upstream.shape), part [\(rows), \(columns)]"
    )
    if rows.isEmpty || columns.isEmpty { return }
    let (x, factors) = (input.base + columns.lowerBound, upstream.base + rows.lowerBound)
    switch path {
    case .kernels:
      Scalar.denseWeightGradient(
        rows: input.rows, inputs: columns.count, outputs: rows.count, x, xStride: input.stride,
        upstream: factors, upstreamStride: outputs, alpha: alpha, beta: beta, into: target,
        stride: stride)
    case .blas:
      Scalar.gemm(
        transposeA: true, transposeB: false, rows: rows.count, columns: columns.count,
        inner: input.rows, alpha: alpha, factors, strideA: outputs, x, strideB: input.stride,
        beta: beta, target, strideC: stride)
    }
  }
}
