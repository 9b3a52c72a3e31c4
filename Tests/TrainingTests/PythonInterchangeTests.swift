import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Interchange with Python", .mayHang)
struct PythonInterchangeTests {
  /// The exit status of a command, its output thrown away.
  private static func run(_ arguments: [String]) throws -> Int32 {
    try Command.run(program: "/usr/bin/env", arguments).status
  }

  private static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

  private static func hasSafetensors() -> Bool {
    (try? run([python, "-c", "import numpy, safetensors"])) == 0
  }

  @Test(
    "A model goes through Python's safetensors and back bit for bit",
    .requires(.safetensors, hasSafetensors(), "PYTHON has no packages safetensors and numpy"))
  func roundTrip() throws {
    func check<Scalar: BLASScalar>(_ type: Scalar.Type) throws {
      let directory = try TemporaryDirectory()
      let path = directory.file("model.safetensors")
      let model = TrainedModelTests.model(type)
      try model.save(to: path)
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../scripts/check-safetensors").path
      let kept = directory.file("kept")
      #expect(try Self.run([script, "--keep", kept, path]) == 0)
      #expect(try TrainedModel<Scalar>(readingFrom: kept + "/model.safetensors") == model)
    }
    for type in scalarTypes { try check(type) }
  }
}
