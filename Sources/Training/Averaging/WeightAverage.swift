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
/// The network of t updates ago has the weight decayᵗ. The weights add up to 1 from the first update
/// on, by Adam's bias correction (Kingma and Ba 2015, section 3): update t moves the average by the
/// share (1 − decay)/(1 − decayᵗ) towards the network. The first update makes it that network, and the
/// first few give nearly the plain mean; the initial network has no weight.
public struct WeightAverage<Scalar: BLASScalar>: Sendable {
  /// The factor by which each update reduces the weights of earlier networks, 0 to below 1.
  public let decay: Double
  /// The number of updates so far.
  public var updateCount = 0
  /// The averaged parameters. Its statistics are stale; see `statistics`.
  private var average: Network<Scalar>
  /// The averaged statistics of the layers in `statisticLayers`, layer by layer.
  private var statistics: [Tensor<Scalar>]
  private let statisticLayers: [Int]

  /// An average before its first update, until which its ``network`` is `network`.
  ///
  /// - Precondition: `decay` is 0 to below 1.
  public init(of network: Network<Scalar>, decay: Double) {
    require(decay >= 0 && decay < 1, "WeightAverage: a decay of \(decay), expected 0 to below 1")
    self.decay = decay
    average = network
    statistics = network.statistics.map(\.tensor)
    statisticLayers = network.layers.indices.filter { !network.statistics(ofLayer: $0).isEmpty }
    // Allocate now, so that updates do not.
    average.updateParameters { $1.withUnsafeMutableElements { _ in } }
    for index in statistics.indices { statistics[index].withUnsafeMutableElements { _ in } }
  }

  /// Updates the average with a network. Unless somebody holds a ``network`` or ``tensors`` of it, it
  /// allocates nothing but the arrays of layers' statistics.
  ///
  /// - Precondition: the network has the parameters and statistics of the initial one.
  public mutating func update(with network: Network<Scalar>) {
    require(
      network.parameterPlaces == average.parameterPlaces,
      "WeightAverage: a network with other parameters than \(average.parameters.names)")
    let share = beginUpdate()
    updateParameters { place, average in
      let parameter = network.layers[place.layer].parameter(at: place.position)
      Self.update(&average, share: share, to: parameter, place.name)
    }
    updateStatistics(with: network, share: share)
  }

  /// Begins an update and returns the share by which the average moves towards the network.
  mutating func beginUpdate() -> Double {
    updateCount += 1
    return (1 - decay) / (1 - pow(decay, Double(updateCount)))
  }

  mutating func updateParameters(
    _ body: (_ place: Network<Scalar>.ParameterPlace, _ average: inout Tensor<Scalar>) -> Void
  ) {
    average.updateParameters(body)
  }

  mutating func updateStatistics(with network: Network<Scalar>, share: Double) {
    var next = 0
    for layer in statisticLayers {
      for statistic in network.statistics(ofLayer: layer) {
        Self.update(&statistics[next], share: share, to: statistic, "a statistic of layer \(layer)")
        next += 1
      }
    }
  }

  private static func update(
    _ average: inout Tensor<Scalar>, share: Double, to tensor: Tensor<Scalar>,
    _ name: @autoclosure () -> String
  ) {
    require(
      tensor.shape == average.shape,
      "WeightAverage: \(name()) has shape \(tensor.shape), expected \(average.shape)")
    tensor.withUnsafeElements { source in
      average.withUnsafeMutableElements { target in
        guard let source = source.baseAddress, let base = target.baseAddress else { return }
        update(count: target.count, base, share: share, to: source)
      }
    }
  }

  static func update(
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

// MARK: - The averages

extension WeightAverage {
  /// The network with the averaged parameters and statistics.
  public var network: Network<Scalar> {
    if statistics.isEmpty { return average }
    var network = average
    network.statistics = Parameters(zip(network.statistics.names, statistics).map { ($0, $1) })
    return network
  }

  /// The averages under the names of the parameters and statistics. A checkpoint holds them and
  /// ``updateCount``.
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

// MARK: - Plain means

extension Network {
  /// The network whose parameters and statistics are the means of those of `networks`, such as the
  /// last ones of a run (Izmailov and others 2018, "Averaging weights leads to wider optima"). Means
  /// of networks that were trained from different weights are of no use: for those there is
  /// ``Ensemble``.
  ///
  /// The statistics, such as running variances, are only an approximation of what the averaged
  /// weights would see.
  ///
  /// - Precondition: at least one network, all of the same input size, layers and loss.
  public static func average(of networks: [Network]) -> Network {
    guard var average = networks.first else { fatalError("average: there are no networks") }
    for (index, other) in networks.enumerated() {
      if let difference = average.difference(to: other) {
        fatalError("average: network \(index) has \(difference)")
      }
    }
    average.parameters = mean(of: networks.map(\.parameters))
    average.statistics = mean(of: networks.map(\.statistics))
    return average
  }

  /// A difference between another network's architecture and this one's, or nil.
  private func difference(to other: Network) -> String? {
    if other.inputSize != inputSize { return "\(other.inputSize) inputs, network 0 \(inputSize)" }
    if other.layers.count != layers.count {
      return "\(other.layers.count) layers, network 0 \(layers.count)"
    }
    let (own, others) = (summary.layers, other.summary.layers)
    if let layer = own.indices.first(where: { own[$0] != others[$0] }) {
      let (here, there) = (own[layer], others[layer])
      return "the layer \(layer) \(there.name) of \(there.outputSize) outputs, "
        + "network 0 \(here.name) of \(here.outputSize)"
    }
    if other.loss.name != loss.name {
      return "the loss \(other.loss.name), network 0 \(loss.name)"
    }
    return nil
  }

  private static func mean(of all: [Parameters<Scalar>]) -> Parameters<Scalar> {
    Parameters(
      all[0].enumerated().map { position, first in
        let sum = all.dropFirst().reduce(into: first.tensor) { $0 += $1[position].tensor }
        return (first.name, sum / Tensor(Scalar(all.count)))
      })
  }
}
