import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("Shares of the multiply-add peak")
struct PeakTests {
  private let size = NetworkSize(inputs: 70, hidden: 60, classes: 5, batch: 10)

  @Test("A step's operations are a multiplication and an addition for each row and weight")
  func operations() {
    let (first, second) = (2.0 * 10 * 70 * 60, 2.0 * 10 * 60 * 5)
    #expect(
      size.operations == [
        "forward": first + second, "backward": second, "update": first + second,
      ])
    #expect(
      size.products(.kernels) == [.packed, .small] && size.products(.blas) == [.blas, .blas])
  }

  /// A timing of a second for each, with some operations.
  private func timing(
    _ variant: String, _ gigaflops: Double?, seconds: Double = 1, of subject: String? = nil
  ) -> Timing {
    var timing = Timing(
      subject: subject ?? size.description, variant: variant, visits: [[seconds]], runs: 1)
    timing.operations = gigaflops.map { $0 * 1e9 * seconds }
    return timing
  }

  @Test("Shares are of the loop's rate, and the ratio is to the step by OpenBLAS")
  func shares() throws {
    let timings = [
      timing(StepBenchmarks.whole, 50, seconds: 0.3), timing("forward", 80), timing("draw", nil),
      timing(StepBenchmarks.products, 60), timing(StepBenchmarks.byBLAS, nil, seconds: 0.4),
      timing(ReferenceBenchmarks.peak, 100, of: ReferenceBenchmarks.subject),
    ]
    let peak = try #require(
      PeakShares(timings, of: [size, NetworkSize(inputs: 1, hidden: 1, classes: 2)]))
    let network = try #require(peak.networks.first)
    #expect(peak.gigaflops == 100 && peak.networks.count == 1)
    #expect(
      network.shares.mapValues { ($0 * 100).rounded() } == [
        StepBenchmarks.whole: 50, "forward": 80, StepBenchmarks.products: 60,
      ])
    #expect(network.secondsByBLAS == 0.4 && abs((network.ratioToBLAS ?? 0) - 0.75) < 1e-12)
    let line = try #require(peak.text.split(separator: "\n").first { $0.hasPrefix("70-60-5 ") })
    #expect(line.contains(/80 % +50 % +60 % +400 ms +0\.75$/), "\(line)")
    #expect(
      peak.text.contains("Shares of the peak, 100 GFLOP/s with \(KernelLevel.current.rawValue)"))
    #expect(peak.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(PeakShares(timings.dropLast(), of: [size]) == nil)
  }

  @Test("step compares with steps by OpenBLAS, unless the environment asks for those")
  func paths() throws {
    for path in ProductPath.allCases {
      let scratch = try TemporaryDirectory()
      let outcome = try Command.run(
        program: Command.path(ofBuilt: "bench"),
        ["step", "--seconds", "0.05", "--filter", "24-8-2", "--json", scratch.file("a.json")],
        environment: [ProductPath.variable: path.rawValue])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let report = try BenchReport(readingFrom: scratch.file("a.json"))
      let peak = try #require(report.peak)
      let network = try #require(peak.networks.first)
      #expect(peak.path == path && peak.kernels == .current && peak.gigaflops > 0)
      #expect(network.layers == (path == .blas ? [.blas, .blas] : [.small, .small]))
      #expect((network.ratioToBLAS == nil) == (path == .blas))
      for variant in ["forward", "backward", StepBenchmarks.gradients, StepBenchmarks.products] {
        #expect((network.shares[variant] ?? 0) > 0, "\(variant)")
      }
      #expect(
        outcome.output.contains("\n24-8-2   \(path == .blas ? "blas, blas" : "small, small") "))
    }
  }

  @Test("A variable that names no path is bad use")
  func mistake() throws {
    let outcome = try Command.run(
      program: Command.path(ofBuilt: "bench"), ["step"],
      environment: [ProductPath.variable: "mkl"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasSuffix("PERCEPTRON_PRODUCTS is 'mkl', expected kernels or blas\n"))
  }
}
