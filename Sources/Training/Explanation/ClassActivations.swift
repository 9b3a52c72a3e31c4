import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// How much each class uses each unit of a layer: the mean activations over its rows.
public struct ClassActivations: Sendable, Equatable {
  /// The weight of each class's rows, or their number where rows have no weights.
  public let support: [Double]
  /// The mean activation of each unit over each class's rows, [classes, units]; NaN for a class without
  /// rows.
  public let means: Tensor<Double>
  /// The units that are 0 for every row, in ascending order: with ReLU those that are never active. Empty
  /// without rows.
  public let silentUnits: [Int]

  /// The number of units.
  public var unitCount: Int { means.shape[1] }

  /// Measures a layer in one pass, block by block. Rows of weight 0 are left out.
  ///
  /// - Parameters:
  ///   - network: a network of the data's number of inputs.
  ///   - layer: the position of the layer, such as the last of `hiddenLayers`.
  ///   - data: rows whose targets are classes.
  ///   - workers: as for `Network.forEachBlockOfOutputs`.
  public init<Scalar: BLASScalar>(
    of network: Network<Scalar>, layer: Int, on data: PreparedDataset<Scalar>,
    workers: Int? = nil
  ) {
    let network = network.truncated(afterLayer: layer)
    let (units, labels, weights) = (network.outputSize, data.labels, data.dataset.weights)
    var sums = Sums(classes: data.classCount, units: units)
    network.forEachBlockOfRows(in: data.features, workers: workers) { rows, activations in
      sums.add(activations, labels[rows], weights.map { $0[rows] })
    }
    support = sums.support
    means = Tensor(
      sums.sums.indices.map { (sums.sums[$0] / sums.support[$0 / units]).withoutNaNSign },
      shape: [data.classCount, units])
    let hasRows = sums.support.contains { $0 > 0 }
    silentUnits = hasRows ? (0..<units).filter { sums.isSilent[$0] } : []
  }

  private struct Sums {
    let units: Int
    var support: [Double]
    /// [classes, units].
    var sums: [Double]
    var isSilent: [Bool]

    init(classes: Int, units: Int) {
      self.units = units
      support = Array(repeating: 0, count: classes)
      sums = Array(repeating: 0, count: classes * units)
      isSilent = Array(repeating: true, count: units)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    mutating func add<Scalar: BLASScalar>(
      _ activations: Tensor<Scalar>, _ labels: ArraySlice<Int>, _ weights: ArraySlice<Double>?
    ) {
      let units = units
      activations.withRows { block in
        sums.withUnsafeMutableBufferPointer { sums in
          isSilent.withUnsafeMutableBufferPointer { isSilent in
            for row in 0..<block.rows {
              let label = labels[labels.startIndex + row]
              let weight = weights.map { $0[$0.startIndex + row] } ?? 1
              if weight == 0 { continue }
              support[label] += weight
              let own = block.base + row * units
              for unit in 0..<units {
                let activation = own[unit]
                sums[label * units + unit] += weight * Double(activation)
                if activation != 0 { isSilent[unit] = false }
              }
            }
          }
        }
      }
    }
  }
}
