import ArgumentParser
import Foundation
import Perceptron

/// The options that name a data set.
struct DataOptions: ParsableArguments {
  @Option(
    help: .init("digits, fashion-mnist, or a folder in IDX or CIFAR-10 format.", valueName: "name"))
  var data = "digits"
  @Option(help: "The folder's format; told by its files' names where not given.")
  var format: DatasetLibrary.Format?

  private var isNamed: Bool { DatasetLibrary.names.contains(data) }

  func validate() throws {
    if let format, isNamed {
      throw ValidationError(
        "--format is \(format.rawValue), but --data \(data) is no folder whose format is in question"
      )
    }
  }

  /// The training set with, where there is one, its test set.
  func load() throws -> LoadedData {
    try checkExistence()
    return try DatasetLibrary.load(data, format: format)
  }

  /// The test set, whose training set need not be there.
  func loadTest() throws -> Dataset {
    try checkExistence()
    return try DatasetLibrary.loadTest(data, format: format)
  }

  private func checkExistence() throws {
    if isNamed || isDirectory(data) { return }
    let names = DatasetLibrary.names.joined(separator: " and ")
    let found = FileManager.default.fileExists(atPath: data) ? "this is a file" : "no such folder"
    throw FileError(
      data, "\(found); --data takes a folder, and by name there are \(names)")
  }
}

/// Whether there is a folder at `path`.
func isDirectory(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    && isDirectory.boolValue
}

extension DatasetLibrary.Format: ExpressibleByArgument {}
