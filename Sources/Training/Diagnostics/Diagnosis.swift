import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A network's health on one batch, and what the caller adds about the run.
///
///     var diagnosis = network.diagnose(x, .labels(y), update: (before, after))
///     diagnosis.firstLoss = history.loss.first
///     print(diagnosis)
///     for warning in diagnosis.warnings { print(warning) }
public struct Diagnosis: Codable, Sendable, Equatable {
  /// The batch's loss, penalty included.
  public let loss: Double
  /// The penalty on the weights, part of the loss.
  public let penalty: Double
  /// The loss of equal probabilities for all classes, ln(classes), which an untrained network should
  /// begin near; nil for losses other than softmax cross-entropy.
  public let chanceLoss: Double?
  /// The layers from the input to the output.
  public let layers: [LayerDiagnostics]
  /// The parameters in the network's order.
  public let parameters: [ParameterDiagnostics]

  /// Whether the network has not been trained yet, so that its loss should be near ``chanceLoss``.
  public var isFresh = false
  /// The loss that the run began with, penalty included; nil where it is not known.
  public var firstLoss: Double?
  /// The accuracy on rows that the network is trained on; nil where it is not known.
  public var trainAccuracy: Double?
  /// Whether ``trainAccuracy`` is that of one batch, not of all rows.
  public var isBatchAccuracy = false
  /// The accuracy on rows that it has not seen; nil where it is not known.
  public var validationAccuracy: Double?

  /// The batch's loss without the penalty.
  public var dataLoss: Double { loss - penalty }

  /// Training accuracy minus validation accuracy; nil where one is not known.
  public var accuracyGap: Double? {
    guard let trainAccuracy, let validationAccuracy else { return nil }
    return trainAccuracy - validationAccuracy
  }
}

/// The activations and gradients of a batch at one layer of a network.
public struct LayerDiagnostics: Codable, Sendable, Equatable {
  /// The layer's position, counted from 0.
  public let index: Int
  /// The layer with its settings, such as `relu`.
  public let name: String
  /// The size of an output row.
  public let outputSize: Int
  /// The mean and the standard deviation of its output over the batch.
  public let activationMean: Double, activationDeviation: Double
  /// The mean and the standard deviation of the loss's gradient with respect to its output.
  public let gradientMean: Double, gradientDeviation: Double
  /// The number of a ReLU's units that are 0 for every row of the batch and get no gradient; nil for
  /// other layers.
  public let deadCount: Int?

  /// The share of a ReLU's units that are 0 for every row of the batch; nil for other layers.
  public var deadShare: Double? { deadCount.map { Double($0) / Double(outputSize) } }

  /// - Parameters:
  ///   - output: of the batch, [rows, outputs], at least one row.
  ///   - gradient: the loss's gradient with respect to that, in the same shape.
  init<Scalar>(
    index: Int, layer: any Layer<Scalar>, output: Tensor<Scalar>, gradient: Tensor<Scalar>
  ) {
    self.index = index
    name = layer.name
    outputSize = output.shape.columnCount
    (activationMean, activationDeviation) = Self.moments(of: output)
    (gradientMean, gradientDeviation) = Self.moments(of: gradient)
    // A ReLU's outputs are not negative, so a sum of 0 is a sum of zeros.
    deadCount =
      layer is ReLU<Scalar>
      ? output.sum(axis: 0).withUnsafeElements { $0.count { $0 == 0 } } : nil
  }

  private static func moments<Scalar>(of tensor: Tensor<Scalar>) -> (Double, Double) {
    let mean = tensor.mean()
    let variance = Double((tensor - Tensor(mean)).sumOfSquares()) / Double(tensor.count)
    return (Double(mean), variance.squareRoot())
  }
}

/// The Euclidean norms of a parameter, its gradient and its last update.
public struct ParameterDiagnostics: Codable, Sendable, Equatable {
  /// Such as `W1`.
  public let name: String
  /// Whether it is one of the weights that penalties are about: not a bias, a scale or a shift.
  public let isWeight: Bool
  /// Its norm; before the update, where that is known.
  public let norm: Double
  /// The norm of the loss's gradient with respect to it, penalty included.
  public let gradientNorm: Double
  /// The norm of the difference that the last update made; nil where that is not known.
  public let updateNorm: Double?

  /// The update's norm by its own, about 1e-3 in a healthy run; nil where the update is not known or
  /// the norm is 0, as that of a fresh bias.
  public var updateRatio: Double? { norm == 0 ? nil : updateNorm.map { $0 / norm } }

  init<Scalar>(
    name: String, isWeight: Bool, value: Tensor<Scalar>, gradient: Tensor<Scalar>,
    update: (before: Tensor<Scalar>, after: Tensor<Scalar>)?
  ) {
    self.name = name
    self.isWeight = isWeight
    norm = Self.norm(of: update?.before ?? value)
    gradientNorm = Self.norm(of: gradient)
    updateNorm = update.map { Self.norm(of: $0.after - $0.before) }
  }

  private static func norm<Scalar>(of tensor: Tensor<Scalar>) -> Double {
    Double(tensor.sumOfSquares()).squareRoot()
  }
}

extension Network {
  /// Examines the network's activations, gradients and weights on one batch.
  ///
  /// It makes a forward and a backward pass of its own, layer by layer, and allocates memory: use it
  /// every few hundred iterations. Training is not affected. Sums of squares are computed in the
  /// network's precision: in `Float`, values below 1e-19 count as 0.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs], at least one row.
  ///   - targets: as many rows.
  ///   - penalty: the penalty on the weights.
  ///   - pass: whether the pass is one of training, with dropout and the batch's own statistics.
  ///   - update: the parameters before and after an update, where its size is to be judged.
  public func diagnose(
    _ x: Tensor<Scalar>, _ targets: Targets<Scalar>, penalty: Penalty = .none,
    pass: Pass = .inference, update: (before: Parameters<Scalar>, after: Parameters<Scalar>)? = nil
  ) -> Diagnosis {
    let rows = x.shape.rowCount
    require(
      rows > 0 && rows == targets.rowCount && x.shape.columnCount == inputSize,
      "diagnose: data of shape \(x.shape) and \(targets.rowCount) targets for \(inputSize) inputs")
    var blocks = [x.reshaped(to: Shape(rows: rows, columns: inputSize))]
    for (index, layer) in layers.enumerated() {
      blocks.append(layer.forward(blocks[index], pass: pass.inLayer(index)))
    }
    let outputs = blocks[layers.count]

    var upstream = loss.gradient(outputs, targets)
    var reports: [LayerDiagnostics] = []
    var gradients: [Tensor<Scalar>] = []
    for (index, layer) in layers.enumerated().reversed() {
      reports.append(
        LayerDiagnostics(index: index, layer: layer, output: blocks[index + 1], gradient: upstream))
      let backward = layer.backward(
        upstream: upstream, input: blocks[index], pass: pass.inLayer(index))
      gradients = backward.parameters.map(\.tensor) + gradients
      upstream = backward.input
    }
    let cost = value(of: penalty)
    return Diagnosis(
      loss: Double(loss(outputs, targets) + cost), penalty: Double(cost),
      chanceLoss: loss is SoftmaxLoss<Scalar> ? Double.logarithm(Double(classCount)) : nil,
      layers: reports.reversed(),
      parameters: parameterReports(gradients: gradients, penalty: penalty, update: update))
  }

  private func parameterReports(
    gradients: [Tensor<Scalar>], penalty: Penalty,
    update: (before: Parameters<Scalar>, after: Parameters<Scalar>)?
  ) -> [ParameterDiagnostics] {
    zip(parameterPlaces, gradients).map { place, gradient in
      let value = layers[place.layer].parameter(at: place.position)
      var gradient = gradient
      if place.isPenalized { penalty.addGradient(of: value, to: &gradient) }
      return ParameterDiagnostics(
        name: place.name, isWeight: place.isPenalized, value: value, gradient: gradient,
        update: update.map { ($0.before[place.name], $0.after[place.name]) })
    }
  }
}

extension Diagnosis: CustomStringConvertible {
  /// The loss, a table of the layers and one of the parameters, at most 90 columns wide; a `-` is
  /// what is not known or has no value.
  public var description: String {
    [lossLine, layerTable, parameterTable].joined(separator: "\n\n")
  }

  private var lossLine: String {
    var parts = ["loss \(Self.decimal(loss))"]
    if penalty != 0 { parts.append("of it penalty \(Self.decimal(penalty))") }
    if let firstLoss { parts.append("at first \(Self.decimal(firstLoss))") }
    if let chanceLoss { parts.append("by chance \(Self.decimal(chanceLoss))") }
    let lines: [String?] = [
      parts.joined(separator: ", "),
      trainAccuracy.map { "accuracy on \(trainRows) \(Self.decimal($0))" },
      validationAccuracy.map { "accuracy on validation rows \(Self.decimal($0))" },
    ]
    return lines.compactMap { $0 }.joined(separator: "\n")
  }

  var trainRows: String { isBatchAccuracy ? "the last batch's training rows" : "training rows" }

  private var layerTable: String {
    let header = ["layer", "outputs", "mean", "deviation", "grad mean", "grad dev", "dead"]
    let rows = layers.map { layer in
      [
        Self.cut("\(layer.index) \(layer.name)"), "\(layer.outputSize)",
        Self.scientific(layer.activationMean), Self.scientific(layer.activationDeviation),
        Self.scientific(layer.gradientMean), Self.scientific(layer.gradientDeviation),
        layer.deadShare.map(Self.percent) ?? "-",
      ]
    }
    return TextTable([header] + rows, wordColumns: 1).text
  }

  private var parameterTable: String {
    let header = ["parameter", "norm", "gradient", "update", "update/norm"]
    let rows = parameters.map { parameter in
      [
        Self.cut(parameter.name), Self.scientific(parameter.norm),
        Self.scientific(parameter.gradientNorm), parameter.updateNorm.map(Self.scientific) ?? "-",
        parameter.updateRatio.map(Self.scientific) ?? "-",
      ]
    }
    return TextTable([header] + rows, wordColumns: 1).text
  }

  /// At most 25 characters.
  private static func cut(_ name: String) -> String {
    name.count <= 25 ? name : name.prefix(24) + "…"
  }

  private static func scientific(_ value: Double) -> String { text(value, "%.2e") }
  private static func percent(_ share: Double) -> String { text(100 * share, "%.0f %%") }

  /// A number with four digits after the point, or as a power of ten where that is too long.
  static func decimal(_ value: Double) -> String {
    text(value, value.magnitude < 1e6 ? "%.4f" : "%.4e")
  }

  private static func text(_ value: Double, _ format: String) -> String {
    // The sign of a NaN means nothing.
    value.isNaN ? "nan" : String(format: format, value)
  }
}
