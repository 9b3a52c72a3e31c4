import Perceptron
import TestSupport
import Testing

@Suite("Selection of products by PERCEPTRON_PRODUCTS", .mayHang)
struct ProductPathTests {
  private static let kernels = [ProductPath.variable: "kernels"]
  private static let blas = [ProductPath.variable: "blas"]

  @Test("Training by OpenBLAS agrees with the kernels up to rounding")
  func train() throws {
    let scratch = try TemporaryDirectory()
    for (name, environment) in [("kernels", Self.kernels), ("blas", Self.blas)] {
      let outcome = try Command.run(
        ["train", "--layers", "80,30", "--iterations", "20", "--output", name], in: scratch.path,
        environment: environment)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    let (found, expected) = (try losses(of: scratch, "blas"), try losses(of: scratch, "kernels"))
    #expect(found.count == 20 && found.count == expected.count && found != expected)
    for (found, expected) in zipped(found, expected) {
      #expect(abs(found - expected) <= 1e-5 * expected)
    }
  }

  @Test("doctor names what computes products and the variable that selects it")
  func doctor() throws {
    for (environment, line, path) in [
      (
        Self.kernels,
        "kernels, \(KernelLevel.current.rawValue) (PERCEPTRON_PRODUCTS=blas sends them through OpenBLAS)",
        "kernels"
      ), (Self.blas, "OpenBLAS, by PERCEPTRON_PRODUCTS=blas", "blas"),
    ] {
      let text = try Command.run(["doctor"], environment: environment)
      #expect(text.status == 0 && text.lines.contains("products      \(line)"), "\(text.output)")
      let findings = try Command.run(["doctor", "--json"], environment: environment).object
      #expect(findings["productPath"] as? String == path)
      #expect(findings["kernels"] as? String == KernelLevel.current.rawValue)
    }
  }

  @Test(
    "An invalid value of PERCEPTRON_PRODUCTS is a usage error of every command",
    arguments: ["train", "doctor", "show none", "tune show none", "images"])
  func mistake(command: String) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(
      command.split(separator: " ").map(String.init), in: scratch.path,
      environment: [ProductPath.variable: "mkl"])
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(
      outcome.errors == "Error: PERCEPTRON_PRODUCTS is 'mkl', expected kernels or blas\n")
    #expect(try scratch.names.isEmpty)
  }
}
