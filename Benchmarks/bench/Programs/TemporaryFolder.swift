import PerceptronCommandSupport
import Foundation
import PerceptronFiles

/// Calls `body` with a new folder for temporary files, which is removed afterwards: also when a
/// signal asks for an end, which `body` notices by ``Interruption/check(_:)``.
func withTemporaryFolder<Result>(_ body: (_ folder: String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("perceptron-bench-\(UUID().uuidString)")
  return try Interruption.deferred(leaving: folder.path) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder.path, "cannot make this folder: \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }
}
