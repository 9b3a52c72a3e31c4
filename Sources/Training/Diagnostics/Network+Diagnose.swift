import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Network {
  /// Looks at the network's activations, gradients and weights on one batch.
  ///
  /// It makes a forward and a backward pass of its own, layer by layer, and allocates what it needs:
  /// something for every few hundred iterations, and of no influence on the training. Sums of squares
  /// are taken in the network's precision: in `Float`, what is below 1e-19 counts as 0.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs], at least one row.
  ///   - targets: as many rows.
  ///   - penalty: what the weights add to the loss.
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
        LayerDiagnostics(
          index: index, layer: layer, output: blocks[index + 1], gradient: upstream))
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
