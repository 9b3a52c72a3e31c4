import PerceptronLinearAlgebra

extension Layer {
  /// The layer's output, [rows, outputs], for an input of [rows, inputs]. It has the input's shape where
  /// there are as many outputs as inputs.
  public func forward(_ input: Tensor<Scalar>, pass: Pass = .inference) -> Tensor<Scalar> {
    record(of: input, pass: pass).output
  }

  /// The loss's gradients with respect to the parameters and the input.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, [rows, outputs].
  ///   - input: the forward pass's input, [rows, inputs].
  ///   - pass: the forward pass's; the forward pass is computed again.
  /// - Returns: the parameters' gradients under the names of ``parameterKinds``, and the input's,
  ///   in its shape.
  public func backward(
    upstream: Tensor<Scalar>, input: Tensor<Scalar>, pass: Pass = .inference
  ) -> (parameters: Parameters<Scalar>, input: Tensor<Scalar>) {
    var gradients = parameters.map { Tensor<Scalar>.zeros($0.shape) }
    var inputGradient = Tensor<Scalar>.zeros(input.shape)
    withRecord(of: input, pass: pass, upstream) { upstream, record in
      parameterGradients(upstream: upstream, record: record, into: &gradients)
      inputGradient.withMutableRows {
        self.inputGradient(upstream: upstream, record: record, into: $0)
      }
    }
    return (Parameters(zip(parameterKinds, gradients).map { ($0.name, $1) }), inputGradient)
  }

  /// The loss's gradient with respect to the input alone; the arguments are as for
  /// ``backward(upstream:input:pass:)``.
  func inputGradient(
    upstream: Tensor<Scalar>, input: Tensor<Scalar>, pass: Pass = .inference
  ) -> Tensor<Scalar> {
    var gradient = Tensor<Scalar>.zeros(input.shape)
    withRecord(of: input, pass: pass, upstream) { upstream, record in
      gradient.withMutableRows { inputGradient(upstream: upstream, record: record, into: $0) }
    }
    return gradient
  }

  /// Computes the forward pass and calls `body` with the upstream gradient and the record.
  private func withRecord(
    of input: Tensor<Scalar>, pass: Pass, _ upstream: Tensor<Scalar>,
    _ body: (_ upstream: RowBlock<Scalar>, _ record: ForwardRecord<Scalar>) -> Void
  ) {
    let (output, saved) = record(of: input, pass: pass)
    upstream.withRows { upstream in
      input.withRows { input in
        output.withRows { output in
          saved.withUnsafeElements { saved in
            body(upstream, ForwardRecord(input: input, output: output, pass: pass, saved: saved))
          }
        }
      }
    }
  }

  /// The layer's output, [rows, outputs], and its saved activations.
  private func record(
    of input: Tensor<Scalar>, pass: Pass
  ) -> (output: Tensor<Scalar>, saved: Tensor<Scalar>) {
    let (rows, columns) = (input.shape.rowCount, input.shape.columnCount)
    let outputSize = outputSize(forInputSize: columns)
    var output = Tensor<Scalar>.zeros(outputSize == columns ? input.shape : [rows, outputSize])
    var saved = Tensor<Scalar>.zeros([savedCount(rows: rows, columns: columns)])
    input.withRows { input in
      output.withMutableRows { output in
        saved.withUnsafeMutableElements { forward(input, into: output, pass: pass, saved: $0) }
      }
    }
    return (output, saved)
  }
}
