import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

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
    guard var average = networks.first else {
      fatalError("average: there are no networks")
    }
    for (index, other) in networks.enumerated() {
      if let difference = average.difference(to: other) {
        fatalError("average: network \(index) has \(difference)")
      }
    }
    average.parameters = mean(of: networks.map(\.parameters))
    average.statistics = mean(of: networks.map(\.statistics))
    return average
  }

  /// What another network's architecture has that this one's has not, and this one's.
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
