import PerceptronFiles
import PerceptronLinearAlgebra

extension Network {
  /// A line for each layer with its output's width and its parameters, and the totals:
  ///
  ///     layer                 output  parameters
  ///     affine                   512     401,920
  ///     relu                     512           0
  ///     …
  public var summary: Summary { Summary(self) }

  /// The layers and sizes of a network, as a table or as JSON.
  public struct Summary: Codable, Sendable, Equatable {
    /// A layer.
    public struct Layer: Codable, Sendable, Equatable {
      /// The layer with its settings, such as `dropout 0.2`.
      public let name: String
      /// The number of outputs.
      public let outputSize: Int
      /// The number of trained scalars.
      public let parameterCount: Int
    }

    /// The number of inputs, the length of a row of input.
    public let inputSize: Int
    /// The layers in their order.
    public let layers: [Layer]
    /// The loss with its settings.
    public let loss: String
    /// The number of trained scalars.
    public let parameterCount: Int
    /// Bytes of the parameters and statistics.
    public let byteCount: Int
    /// The scalar type.
    public let scalar: String

    init(_ network: Network) {
      inputSize = network.inputSize
      layers = zip(network.layers, network.widths).map { layer, width in
        Layer(
          name: layer.name, outputSize: width,
          parameterCount: layer.parameters.reduce(0) { $0 + $1.count })
      }
      loss = network.loss.name
      parameterCount = network.parameterCount
      let statistics = network.statistics.reduce(0) { $0 + $1.tensor.count }
      byteCount = (parameterCount + statistics) * MemoryLayout<Scalar>.stride
      scalar = "\(Scalar.self)"
    }
  }
}

extension Network.Summary: CustomStringConvertible {
  /// The table.
  public var description: String {
    let header = ["layer", "output", "parameters"]
    let rows =
      [["input", "\(inputSize)", "0"]]
      + layers.map { [$0.name, "\($0.outputSize)", grouped($0.parameterCount)] }
    return TextTable([header] + rows, wordColumns: 1).text
      + "\nloss \(loss); \(grouped(parameterCount)) parameters in \(scalar), \(grouped(byteCount)) bytes"
  }
}
