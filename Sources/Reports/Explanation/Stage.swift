import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// An affine layer with the layers up to the next one: what a textbook calls a layer of a network. Its
/// outputs are the inputs of the next affine layer, so that a norm behind the activation belongs to it,
/// unlike to `Network.hiddenLayers`.
struct Stage {
  /// The positions of its layers in the network.
  let layers: Range<Int>
  /// Its affine layer, the first one; nil for layers before the first affine layer.
  let affine: Affine<Double>?
  /// The number that its parameters bear, such as 1 for `W1`; 0 without an affine layer.
  let number: Int

  /// The stages of a network in order.
  static func stages(of network: Network<Double>) -> [Stage] {
    let starts = network.layers.indices.filter { network.layers[$0] is Affine<Double> }
    let bounds = (starts.first == 0 ? [] : [0]) + starts
    return bounds.enumerated().map { place, start in
      let end = place + 1 < bounds.count ? bounds[place + 1] : network.layers.count
      let affine = network.layers[start] as? Affine<Double>
      let number = starts.firstIndex(of: start).map { $0 + 1 } ?? 0
      return Stage(layers: start..<end, affine: affine, number: number)
    }
  }

  /// The positions of the layers after the affine one.
  var rest: Range<Int> { affine == nil ? layers : layers.dropFirst() }
  /// The names of its parameters.
  var weightsName: String { "W\(number)" }
  var biasName: String { "b\(number)" }
}

extension Explanation {
  var stages: [Stage] { Stage.stages(of: network) }

  /// The stages whose outputs are hidden: all but the last.
  var hiddenStages: [Stage] { stages.dropLast() }

  /// The outputs of a stage.
  func output(of stage: Stage) -> [Double] {
    trace.layers[stage.layers.upperBound - 1].output.elements
  }

  /// The slope of the subject along each of a stage's outputs.
  func slopes(above stage: Stage) -> [Double] {
    let end = stage.layers.upperBound
    let output = trace.layers[end - 1].output
    let above = Network(
      inputSize: output.count, layers: Array(network.layers[end...]), loss: network.loss)
    return above.saliency(of: output, for: subject).elements
  }

  /// A stage's units by their effect on the subject, output times slope, the largest first; units
  /// without an effect are last, in their order.
  func rankedUnits(of stage: Stage) -> [(unit: Int, effect: Double)] {
    let effects = zip(output(of: stage), slopes(above: stage)).map(*)
    return effects.map(\.magnitude).descendingPositions.map { ($0, effects[$0]) }
  }

  /// The units of a stage that are off: the output of a ReLU among its layers is 0.
  func silentUnits(of stage: Stage) -> Set<Int> {
    guard let layer = stage.rest.first(where: { network.layers[$0] is ReLU<Double> }) else {
      return []
    }
    let outputs = trace.layers[layer].output.elements
    return Set(outputs.indices.filter { outputs[$0] == 0 })
  }

  /// Whether the first stage's weights stand over the picture's pixels.
  var firstStageIsPicture: Bool {
    image != nil && stages[0].affine != nil
  }
}
