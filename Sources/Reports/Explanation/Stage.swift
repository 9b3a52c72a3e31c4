import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// An affine layer with the layers up to the next one: what a textbook calls a layer of a network.
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
    zip(output(of: stage), slopes(above: stage)).enumerated()
      .map { ($0, $1.0 * $1.1) }
      .sorted { ($0.1.magnitude, $1.0) > ($1.1.magnitude, $0.0) }
  }

  /// Whether a unit of a stage is off: the stage ends in a function that is 0 below 0, and the unit's
  /// output is 0.
  func isOff(_ unit: Int, of stage: Stage) -> Bool {
    stage.rest.contains { network.layers[$0] is ReLU<Double> } && output(of: stage)[unit] == 0
  }

  /// Whether the first stage's weights stand over the picture's pixels.
  var firstStageIsPicture: Bool {
    image != nil && stages[0].affine != nil
  }
}

/// Numbers of a column or a table with the same decimals, so many that the largest has five digits.
struct FigureFormat {
  private let decimals: Int?

  init(_ values: some Sequence<Double>) {
    let most = values.reduce(0.0) { max($0, $1.isFinite ? $1.magnitude : 0) }
    let digits = most > 0 ? 4 - Int(log10(most).rounded(.down)) : 4
    // Very large and very small numbers have exponents.
    decimals = (0...8).contains(digits) ? max(digits, 1) : nil
  }

  func callAsFunction(_ value: Double) -> String {
    guard let decimals, value.isFinite else { return significant(value, 5) }
    let text = decimal(value, decimals)
    // No minus before a zero.
    return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) }
      ? String(text.dropFirst()) : text
  }
}
