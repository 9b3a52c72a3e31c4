import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The exponential moving average of a network's parameters and statistics over a training run,
/// which often predicts better than the last network: the iterate average of Polyak and Juditsky
/// (1992), with weights that fade.
///
///     var average = WeightAverage(of: network, decay: 0.999)
///     … after each update: average.update(with: network)
///     average.network.evaluate(on: validation)
///
/// The network of t updates ago counts decayᵗ. The weights of all networks seen add up to 1 from the
/// first update on, by Adam's correction for a start at zero (Kingma and Ba 2015, section 3): update
/// t moves the average the share (1 − decay)/(1 − decayᵗ) of the way to the network. So the first
/// update makes it that network, the first few give nearly the plain mean, and the network that the
/// average is made for leaves no trace.
public struct WeightAverage<Scalar: BLASScalar>: Sendable {
  /// How much less a network counts for each update that is made after it, 0 to below 1.
  public let decay: Double
  /// How many networks have been taken in.
  public var updateCount = 0
  /// Has the averaged parameters. Its statistics are not kept up to date: those are in `statistics`.
  private var average: Network<Scalar>
  /// Of each layer of `statisticLayers` its averaged statistics, one layer after the other.
  private var statistics: [Tensor<Scalar>]
  private let statisticLayers: [Int]

  /// The average of no networks yet; its ``network`` is the given one until the first update.
  ///
  /// - Precondition: `decay` is 0 to below 1.
  public init(of network: Network<Scalar>, decay: Double) {
    require(
      decay >= 0 && decay < 1, "WeightAverage: a decay of \(decay), expected 0 to below 1")
    self.decay = decay
    average = network
    statistics = network.statistics.map(\.tensor)
    statisticLayers = network.layers.indices.filter {
      !network.statistics(ofLayer: $0).isEmpty
    }
    // Memory of its own now, so that no update has to ask for it.
    average.updateParameters { $1.withUnsafeMutableElements { _ in } }
    for index in statistics.indices { statistics[index].withUnsafeMutableElements { _ in } }
  }

  /// Takes a network into the average. Allocates nothing while nobody holds a ``network`` or
  /// ``tensors`` taken from here, but for the array in which a layer hands out statistics.
  ///
  /// - Precondition: the network has the parameters and statistics of the one that the average was
  ///   made for.
  public mutating func update(with network: Network<Scalar>) {
    require(
      network.parameterPlaces == average.parameterPlaces,
      "WeightAverage: a network with other parameters than \(average.parameters.names)")
    let share = beginUpdate()
    updateParameters { place, average in
      let parameter = network.layers[place.layer].parameter(at: place.position)
      Self.move(&average, share: share, to: parameter, place.name)
    }
    updateStatistics(with: network, share: share)
  }

  /// Counts an update.
  ///
  /// - Returns: the share of the way to the network that it is to move everything.
  mutating func beginUpdate() -> Double {
    updateCount += 1
    return (1 - decay) / (1 - pow(decay, Double(updateCount)))
  }

  /// Calls `body` with each averaged parameter in its place.
  mutating func updateParameters(
    _ body: (_ place: Network<Scalar>.ParameterPlace, _ average: inout Tensor<Scalar>) -> Void
  ) {
    average.updateParameters(body)
  }

  /// Moves the averaged statistics.
  mutating func updateStatistics(with network: Network<Scalar>, share: Double) {
    var next = 0
    for layer in statisticLayers {
      for statistic in network.statistics(ofLayer: layer) {
        Self.move(&statistics[next], share: share, to: statistic, "a statistic of layer \(layer)")
        next += 1
      }
    }
  }

  private static func move(
    _ average: inout Tensor<Scalar>, share: Double, to tensor: Tensor<Scalar>,
    _ name: @autoclosure () -> String
  ) {
    require(
      tensor.shape == average.shape,
      "WeightAverage: \(name()) has shape \(tensor.shape), expected \(average.shape)")
    tensor.withUnsafeElements { source in
      average.withUnsafeMutableElements { target in
        guard let source = source.baseAddress, let base = target.baseAddress else { return }
        move(count: target.count, base, share: share, to: source)
      }
    }
  }

  /// Moves some averaged elements.
  static func move(
    count: Int, _ average: UnsafeMutablePointer<Scalar>, share: Double,
    to elements: UnsafePointer<Scalar>
  ) {
    if share == 1 {
      // Also where the average so far is not finite.
      average.update(from: elements, count: count)
    } else {
      Scalar.interpolate(count: count, share: Scalar(share), elements, into: average)
    }
  }
}

// MARK: - What it comes to

extension WeightAverage {
  /// The network with the averaged parameters and statistics.
  public var network: Network<Scalar> {
    if statistics.isEmpty { return average }
    var network = average
    network.statistics = Parameters(zip(network.statistics.names, statistics).map { ($0, $1) })
    return network
  }

  /// The averages under the names of the parameters and statistics: with ``updateCount``, all that a
  /// checkpoint needs.
  ///
  /// - Precondition: what is set has the same names and shapes.
  public var tensors: Parameters<Scalar> {
    get {
      let network = network
      return Parameters(Array(network.parameters) + Array(network.statistics))
    }
    set {
      average.updateParameters { $1 = newValue[$0.name] }
      for (index, (name, old)) in average.statistics.enumerated() {
        let new = newValue[name]
        require(
          new.shape == old.shape,
          "WeightAverage: \(name) has shape \(new.shape), expected \(old.shape)")
        statistics[index] = new
      }
    }
  }
}
