import PerceptronLinearAlgebra

// MARK: - The same on tensors

extension Layer {
  /// The layer's output.
  ///
  /// - Parameters:
  ///   - input: [rows, inputs].
  ///   - pass: whether the pass is one of training.
  /// - Returns: [rows, outputs]; the input's shape where there are as many outputs as inputs.
  public func forward(_ input: Tensor<Scalar>, pass: Pass = .inference) -> Tensor<Scalar> {
    record(of: input, pass: pass).output
  }

  /// The loss's gradients with respect to the parameters and the input.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, [rows, outputs].
  ///   - input: what the forward pass is given, [rows, inputs].
  ///   - pass: as given to the forward pass, which is made again.
  /// - Returns: the parameters' gradients under the names of ``parameterKinds``, and the input's,
  ///   in its shape.
  public func backward(
    upstream: Tensor<Scalar>, input: Tensor<Scalar>, pass: Pass = .inference
  ) -> (parameters: Parameters<Scalar>, input: Tensor<Scalar>) {
    let (output, kept) = record(of: input, pass: pass)
    var gradients = parameters.map { Tensor<Scalar>.zeros($0.shape) }
    var inputGradient = Tensor<Scalar>.zeros(input.shape)
    upstream.withRows { upstream in
      input.withRows { input in
        output.withRows { output in
          kept.withUnsafeElements { kept in
            let record = ForwardRecord(input: input, output: output, pass: pass, kept: kept)
            parameterGradients(upstream: upstream, record: record, into: &gradients)
            inputGradient.withMutableRows {
              self.inputGradient(upstream: upstream, record: record, into: $0)
            }
          }
        }
      }
    }
    return (Parameters(zip(parameterKinds, gradients).map { ($0.name, $1) }), inputGradient)
  }

  /// The layer's output, [rows, outputs], and what it keeps.
  private func record(
    of input: Tensor<Scalar>, pass: Pass
  ) -> (output: Tensor<Scalar>, kept: Tensor<Scalar>) {
    let (rows, columns) = (input.shape.rowCount, input.shape.columnCount)
    let outputSize = outputSize(forInputSize: columns)
    var output = Tensor<Scalar>.zeros(outputSize == columns ? input.shape : [rows, outputSize])
    var kept = Tensor<Scalar>.zeros([keptCount(rows: rows, columns: columns)])
    input.withRows { input in
      output.withMutableRows { output in
        kept.withUnsafeMutableElements { forward(input, into: output, pass: pass, kept: $0) }
      }
    }
    return (output, kept)
  }
}
