import ArgumentParser
import CommandSupport
import Perceptron

/// `bench matmul`.
struct MatmulCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matmul", abstract: "Time matrix products: loops against OpenBLAS.")
  @OptionGroup var options: MeasuringOptions
  func run() throws {
    let n = 64
    var random = SeededRandom(seed: 0, purpose: "bench")
    let a = Tensor<Float>.uniform([n, n], using: &random)
    let b = Tensor<Float>.uniform([n, n], using: &random)
    var c = Tensor<Float>.zeros([n, n])
    let contenders = [
      Contender(subject: "square", variant: "OpenBLAS", countsAllocations: true) { multiply(a, b, into: &c) },
      Contender(subject: "square", variant: "malloc", countsAllocations: true) { c = matmul(a, b) },
    ]
    let measurements = try Sampler(seconds: options.seconds ?? 3).measure(contenders)
    let report = Report(command: "matmul", measurements)
    try Console.output(try report.json)
    try options.write(report)
  }
}
