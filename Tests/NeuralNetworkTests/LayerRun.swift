import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A layer's forward and backward pass over its own blocks, as a network calls it.
struct LayerRun<Scalar: BLASScalar> {
  let output: Tensor<Scalar>
  let parameterGradients: [Tensor<Scalar>]
  let inputGradient: Tensor<Scalar>

  /// - Parameter inPlace: whether output is written over the input and the input's gradient over
  ///   the upstream one.
  init(
    _ layer: some Layer<Scalar>, input: Tensor<Scalar>, upstream: Tensor<Scalar>, pass: Pass,
    inPlace: Bool
  ) {
    let (rows, columns) = (input.shape[0], input.shape[1])
    // Old contents must not show.
    var output = Tensor<Scalar>(
      shape: [rows, layer.outputSize(forInputSize: columns)], repeating: .nan)
    var saved = Tensor<Scalar>(
      shape: [layer.savedCount(rows: rows, columns: columns)], repeating: .nan)
    var gradients = layer.parameters.map { Tensor<Scalar>(shape: $0.shape, repeating: .nan) }
    var inputGradient = Tensor<Scalar>(shape: input.shape, repeating: .nan)
    if inPlace { (output, inputGradient) = (input, upstream) }
    output.withMutableRows { output in
      saved.withUnsafeMutableElements { saved in
        if inPlace {
          layer.forward(output.reading, into: output, pass: pass, saved: saved)
        } else {
          input.withRows { layer.forward($0, into: output, pass: pass, saved: saved) }
        }
      }
    }
    saved.withUnsafeElements { saved in
      input.withRows { input in
        output.withRows { output in
          let record = ForwardRecord(input: input, output: output, pass: pass, saved: saved)
          upstream.withRows {
            layer.parameterGradients(upstream: $0, record: record, into: &gradients)
          }
          inputGradient.withMutableRows { gradient in
            if inPlace {
              layer.inputGradient(upstream: gradient.reading, record: record, into: gradient)
            } else {
              upstream.withRows {
                layer.inputGradient(upstream: $0, record: record, into: gradient)
              }
            }
          }
        }
      }
    }
    (self.output, parameterGradients, self.inputGradient) = (output, gradients, inputGradient)
  }
}
