import PerceptronCommandSupport
import Perceptron

/// A setting that `perceptron tune` can try values of.
struct Tunable: Sendable {
  /// Its name, with dashes, as `perceptron train` has it.
  let name: String
  /// What its values are.
  let kind: ParameterValue.Kind
  /// The option that it is given by.
  let option: any KeyPath<TunableOptions, [String]> & Sendable

  private init(
    _ name: String, _ kind: ParameterValue.Kind,
    _ option: any KeyPath<TunableOptions, [String]> & Sendable
  ) {
    self.name = name
    self.kind = kind
    self.option = option
  }

  /// All of them, in the order in which a grid changes them, the last fastest.
  static let all = [
    Tunable("learning-rate", .number, \.learningRate),
    Tunable("optimizer", .text, \.optimizer),
    Tunable("hidden", .integer, \.hidden),
    Tunable("depth", .integer, \.depth),
    Tunable("width-1", .integer, \.width1),
    Tunable("width-2", .integer, \.width2),
    Tunable("width-3", .integer, \.width3),
    Tunable("width-4", .integer, \.width4),
    Tunable("width-5", .integer, \.width5),
    Tunable("width-6", .integer, \.width6),
    Tunable("width-7", .integer, \.width7),
    Tunable("width-8", .integer, \.width8),
    Tunable("layers", .text, \.layers),
    Tunable("activation", .text, \.activation),
    Tunable("iterations", .integer, \.iterations),
    Tunable("epochs", .integer, \.epochs),
    Tunable("batch", .integer, \.batch),
    Tunable("sampling", .text, \.sampling),
    Tunable("schedule", .text, \.schedule),
    Tunable("decay", .number, \.decay),
    Tunable("step-epochs", .integer, \.stepEpochs),
    Tunable("warm-up", .integer, \.warmUp),
    Tunable("regularization", .number, \.regularization),
    Tunable("l1", .number, \.l1),
    Tunable("weight-decay", .number, \.weightDecay),
    Tunable("max-norm", .number, \.maxNorm),
    Tunable("clip-norm", .number, \.clipNorm),
    Tunable("dropout", .number, \.dropout),
    Tunable("batch-norm", .flag, \.batchNorm),
    Tunable("layer-norm", .flag, \.layerNorm),
    Tunable("label-smoothing", .number, \.labelSmoothing),
    Tunable("loss", .text, \.loss),
    Tunable("initializer", .text, \.initializer),
    Tunable("scale", .number, \.scale),
    Tunable("epoch-clock", .text, \.epochClock),
    Tunable("early-stopping", .integer, \.earlyStopping),
    Tunable("average", .number, \.average),
    Tunable("pixel-scale", .number, \.pixelScale),
    Tunable("subtract-mean", .flag, \.subtractMean),
    Tunable("validation", .integer, \.validation),
    Tunable("split", .text, \.split),
    Tunable("split-seed", .integer, \.splitSeed),
    Tunable("precision", .text, \.precision),
    Tunable("random", .text, \.random),
    Tunable("seed", .integer, \.seed),
  ]
}

extension Tunable {
  /// The kind of a name's values, or nil for a name that is not known. Files may have as many widths
  /// as they like.
  static func kind(of name: String) -> ParameterValue.Kind? {
    TrialArguments.width(name) == nil ? all.first { $0.name == name }?.kind : .integer
  }

  /// The known name that is most like an unknown one, or nil where none is much like it.
  static func nearest(to name: String) -> String? {
    Suggestions.nearest(to: name, among: all.map(\.name))
  }
}
