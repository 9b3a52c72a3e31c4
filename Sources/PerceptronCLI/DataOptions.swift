import ArgumentParser
import Perceptron

/// The options that name a data set.
struct DataOptions: ParsableArguments {
  @Option(help: "fashion-mnist, digits, or a folder in IDX or CIFAR-10 format.")
  var data = "digits"
  @Option(help: "The folder's format; found out from its files where not given.")
  var format: DatasetLibrary.Format?

  func load() throws -> LoadedData { try DatasetLibrary.load(data, format: format) }
}

extension DatasetLibrary.Format: ExpressibleByArgument {}
