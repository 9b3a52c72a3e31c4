import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct ImportCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Read a model of another program and save it.",
    discussion: """
      The ending of the file's name says what is read:

      \(ExchangeFormat.list { $0.read != nil })

      An ONNX file has to be a dense network, such as those of PyTorch, scikit-learn or Keras: layers one after the \
      other, with scalings of features before them. Any other is refused with the name and the operator \
      of the node. A safetensors file has a saved model, or the state dict of a Sequential of Linear, BatchNorm1d and \
      LayerNorm modules, whose activation --activation chooses; a .npz file a model of export. A network that ends \
      with scores alone predicts numbers unless --task says otherwise.

      Models are used as those of a run: predict, evaluate, summary, explain, and train --from go on with them.
      """)

  static let examples = [
    CommandExample(
      "Read a network of PyTorch's that ends with the scores of three classes.",
      "perceptron import net.onnx net.safetensors --task classes --names setosa,versicolor,virginica"
    ),
    CommandExample(
      "Read the parameters of a network of PyTorch's with ReLU between its layers.",
      "perceptron import net.safetensors model.safetensors --activation relu --task classes"),
    CommandExample(
      "Read a classifier of scikit-learn's, which says what it predicts.",
      "perceptron import mlp.onnx mlp.safetensors"),
  ]

  @Argument(help: "File to read.") var file: String
  @Argument(help: "Model file to save.") var model: String
  @Option(
    help: .init(
      "What the network predicts, where the file does not say it: classes, numbers or labels. (default: what the file's last operators mean)",
      valueName: "kind"))
  var task: TargetKind?
  @Option(
    help: .init(
      "Names of the classes, numbers or labels, with commas between them. (default: those of the file, else 0, 1, …)",
      valueName: "names"))
  var names: String?

  @Option(
    help: .init(
      "Activation between the layers, which a file of PyTorch's parameters does not say.",
      valueName: "name"))
  var activation: LayerSpecification.Activation?

  func validate() throws {
    let format = try ExchangeFormat.named(file) { $0.read != nil }
    if activation != nil && !format.takesActivation {
      throw ValidationError(
        "--activation: \(file) says which activations it has; choose one for a state dict alone")
    }
    if let other = ExchangeFormat.all.first(where: { model.lowercased().hasSuffix($0.ending) }),
      other.ending != Self.savedEnding
    {
      throw ValidationError(
        "\(model): expected a name that ends in \(Self.savedEnding), which saved models have; "
          + "`perceptron export` writes \(other.ending) files of them")
    }
  }

  /// The ending of saved models.
  private static let savedEnding = ".safetensors"

  func run() throws {
    let format = try ExchangeFormat.named(file) { $0.read != nil }
    try ExchangeFormat.requireOther(model, than: file)
    let names = names.map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard
      let read = try format.read?(
        file, .init(kind: task, names: names, activation: activation?.layer))
    else { return }
    switch read {
    case .float(let read): try save(read)
    case .double(let read): try save(read)
    }
  }

  private func save<Scalar>(_ read: TrainedModel<Scalar>) throws {
    try read.save(to: model)
    let inputs = read.featureCount
    try Console.output("saved \(model): of \(counted(inputs, "feature")) predicts \(read.schema)")
  }
}

extension LayerSpecification.Activation: ExpressibleByArgument {}
