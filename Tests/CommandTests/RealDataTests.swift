import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Training real data by the command", .mayHang)
struct RealDataCommandTests {
  private static let isInstalled = FileManager.default.fileExists(atPath: FashionMNIST.directory)

  @Test(
    "Fashion-MNIST with the command's own settings reaches 0.87 on the test images",
    .requires(.fashionMNIST, isInstalled, "scripts/setup installs Fashion-MNIST"),
    .enabled(if: isOptimizedBuild, "too slow without optimization; runs with -c release"))
  func fashionMNIST() throws {
    let directory = try TemporaryDirectory()
    let run = directory.file("run")
    let trained = try Command.run(["train", "--data", "fashion-mnist", "--output", run])
    #expect(trained.status == 0, "\(trained.errors)")
    let evaluated = try Command.run(["evaluate", run, "--data", "fashion-mnist", "--json"]).object
    #expect(evaluated["count"] as? Int == 10_000)
    #expect(try #require(evaluated["accuracy"] as? Double) >= 0.87)
  }
}
