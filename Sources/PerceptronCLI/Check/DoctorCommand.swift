import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// `perceptron doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show which BLAS was found and what computes products, check both, and time BLAS.",
    discussion: """
      Layers' products are computed by this library's kernels, or by OpenBLAS where the environment \
      has \(ProductPath.variable)=\(ProductPath.blas.rawValue); a few steps of training are taken \
      both ways and compared. \
      The files of Fashion-MNIST, where it is installed, are compared with the published ones by \
      their SHA-256 sums; so are those of other folders with --verify. Exit status 1 when a \
      product, a step or a file is not what it should be.
      """)

  @Option(
    help: .init(
      "A folder of Fashion-MNIST's or CIFAR-10's published files to compare.", valueName: "folder"))
  var verify: [String] = []
  @Flag(help: "Print JSON.") var json = false

  /// What was found.
  private struct Findings: Encodable {
    let machine: Machine
    let productPath: ProductPath
    let kernels: KernelLevel
    let products: [MatmulCheck]
    let steps: [ProductPathCheck]
    let speeds: [MatmulSpeed]
    let data: [PublishedDataCheck]
    var passed: Bool {
      products.allSatisfy(\.passed) && steps.allSatisfy(\.passed) && data.allSatisfy(\.passed)
    }
  }

  func run() throws {
    let findings = Findings(
      machine: .current, productPath: .chosen, kernels: .current,
      products: [MatmulCheck(Float.self), MatmulCheck(Double.self)],
      steps: [ProductPathCheck(Float.self), ProductPathCheck(Double.self)],
      speeds: [
        MatmulSpeed(Float.self, 200, 3072, 50), MatmulSpeed(Float.self, 1024, 1024, 1024),
        MatmulSpeed(Double.self, 1024, 1024, 1024),
      ],
      data: try dataChecks())
    try Console.output(json ? findings.json : text(findings))
    if !findings.passed { throw ExitCode.failure }
  }

  /// Checks of Fashion-MNIST where it is installed, and of the folders that were asked for.
  private func dataChecks() throws -> [PublishedDataCheck] {
    let asked = try verify.map { folder in
      guard let check = PublishedDataCheck(of: folder) else {
        throw FileError(folder, "holds no published file of Fashion-MNIST or CIFAR-10")
      }
      return check
    }
    return [PublishedDataCheck(of: FashionMNIST.directory)].compactMap { $0 } + asked
  }

  private func text(_ findings: Findings) -> String {
    let machine = findings.machine
    var lines = [
      "processor     \(machine.processor), \(machine.cores) cores",
      "system        \(machine.system)",
      "BLAS          \(machine.blas)",
      "BLAS kernel   \(machine.blasCore), \(machine.blasThreads) threads",
      "products      \(products(findings))",
    ]
    for (scalar, summary) in findings.products.map({ ($0.scalar, $0.summary) })
      + findings.steps.map({ ($0.scalar, $0.summary) })
    {
      lines.append("\(scalar.padded(to: 12))  \(summary)")
    }
    for speed in findings.speeds {
      lines.append(
        "\(speed.scalar.padded(to: 12))  \(speed.shape): \(readableTime(speed.seconds)), "
          + "\(decimal(speed.gigaflops, 1)) GFLOP/s")
    }
    for check in findings.data {
      lines.append("data          \(check.folder)")
      lines += check.files.map { "              \($0)" }
    }
    if !findings.data.contains(where: { $0.folder == FashionMNIST.directory }) {
      lines.append("data          Fashion-MNIST is not installed; scripts/setup installs it")
    }
    return lines.joined(separator: "\n")
  }

  /// What computes layers' products, and how that is chosen.
  private func products(_ findings: Findings) -> String {
    let variable = "\(ProductPath.variable)=\(ProductPath.blas.rawValue)"
    return switch findings.productPath {
    case .kernels:
      "kernels, \(findings.kernels.rawValue) (\(variable) sends them through OpenBLAS)"
    case .blas: "OpenBLAS, by \(variable)"
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
