import Foundation
import TestSupport
import Testing

/// A C program of this folder, compiled with the header and linked with the library that this build has made.
struct CProgram {
  private let path: String

  /// Compiles `Programs/<name>.c` into a folder.
  ///
  /// - Parameter flags: more options of the compiler.
  init(_ name: String, in scratch: TemporaryDirectory, flags: [String] = []) throws {
    path = scratch.file(name)
    let folder = URL(fileURLWithPath: Self.library).deletingLastPathComponent().path
    let source = Self.folder + "/Programs/\(name).c"
    let arguments = [
      "-I", Self.header, source, "-o", path, "-L", folder, "-lPerceptronC", "-lpthread",
      "-Wl,-rpath,\(folder)",
    ]
    let outcome = try CCompiler.compile(CCompiler.strict + flags + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  func run(_ arguments: [String]) throws -> Command.Outcome {
    try Command.run(program: path, arguments)
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

  /// The folder of the header.
  static let header = folder + "/../../Sources/PerceptronC/include"

  /// The library, which stands beside the test bundle.
  static let library = Command.path(ofBuilt: "libPerceptronC.so")
}
