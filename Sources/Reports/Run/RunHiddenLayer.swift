import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// The activations of a network's last hidden layer on the rows that it is judged on, for targets that are
/// classes.
public struct RunHiddenLayer: Sendable {
  /// The number of hidden layers.
  public var count: Int
  /// The layer's name, such as `relu`.
  public var layer: String
  /// The mean activation of each unit over each class's rows.
  public var classes: ClassActivations
  /// Rows in the plane in which they vary most; nil for fewer than two units or three rows, and for
  /// activations that do not vary or are not finite.
  public var plane: Plane?

  /// Rows in two dimensions.
  public struct Plane: Sendable {
    /// The indices of the rows, in ascending order.
    public var rows: [Int]
    /// Their places, [rows, 2].
    public var places: Tensor<Double>
    /// The share of the rows' variance along each dimension.
    public var explainedVarianceRatio: [Double]
  }

  /// The maximum number of rows of the plane.
  private static let mostRows = 2000

  /// Measures the layer; nil for a network without hidden layers, and for targets that are not classes.
  public init?<Scalar: BLASScalar>(of network: Network<Scalar>, on data: PreparedDataset<Scalar>) {
    let hidden = network.hiddenLayers
    guard let layer = hidden.last, data.schema.kind == .classes else { return nil }
    count = hidden.count
    self.layer = network.layers[layer].name
    classes = ClassActivations(of: network, layer: layer, on: data)
    plane = Plane(of: network.truncated(afterLayer: layer), on: data)
  }
}

extension RunHiddenLayer.Plane {
  /// Rows without those of weight 0, evenly spaced where there are too many.
  fileprivate init?<Scalar: BLASScalar>(
    of network: Network<Scalar>, on data: PreparedDataset<Scalar>
  ) {
    let weights = data.dataset.weights
    let counted = (0..<data.count).filter { weights?[$0] ?? 1 > 0 }
    let rows = counted.evenlySpaced(atMost: RunHiddenLayer.mostRows)
    guard rows.count >= 3, network.outputSize >= 2 else { return nil }
    let features = data.features.subset(rows: rows)
    let activations = network.outputs(of: features)
    guard let components = try? PrincipalComponents(of: activations, count: 2),
      // Units that give all rows the same have no plane.
      components.explainedVarianceRatio.contains(where: { $0 > 0 })
    else { return nil }
    self.rows = rows
    places = components.transform(activations)
    explainedVarianceRatio = components.explainedVarianceRatio
  }
}
