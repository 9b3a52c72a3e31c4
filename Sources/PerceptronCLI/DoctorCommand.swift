import ArgumentParser
import Foundation
import Perceptron

/// `perceptron doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show which BLAS was found, check its products, and time them.",
    discussion: "Exit status 1 when a product is wrong.")

  @Flag(help: "Print JSON.") var json = false

  /// What was found.
  private struct Findings: Encodable {
    let machine: Machine
    let products: [MatmulCheck]
    let speeds: [MatmulSpeed]
    let fashionMNIST: Bool
    var passed: Bool { products.allSatisfy(\.passed) }
  }

  func run() throws {
    let findings = Findings(
      machine: .current,
      products: [MatmulCheck(Float.self), MatmulCheck(Double.self)],
      speeds: [
        MatmulSpeed(Float.self, 200, 3072, 50), MatmulSpeed(Float.self, 1024, 1024, 1024),
        MatmulSpeed(Double.self, 1024, 1024, 1024),
      ],
      fashionMNIST: FileManager.default.fileExists(atPath: FashionMNIST.directory))
    try Console.output(json ? findings.json : text(findings))
    if !findings.passed { throw ExitCode.failure }
  }

  private func text(_ findings: Findings) -> String {
    let machine = findings.machine
    var lines = [
      "processor     \(machine.processor), \(machine.cores) cores",
      "system        \(machine.system)",
      "BLAS          \(machine.blas)",
      "BLAS kernel   \(machine.blasCore), \(machine.blasThreads) threads",
    ]
    for check in findings.products {
      let verdict = check.passed ? "right" : "WRONG"
      lines.append(
        "\(check.scalar.padded(to: 12))  \(verdict): \(check.count) products at awkward shapes "
          + "against the definition, worst error \(scientific(check.worstError)) (limit \(scientific(check.limit)))"
          + (check.passed ? "" : " at \(check.worstShape)"))
    }
    for speed in findings.speeds {
      lines.append(
        "\(speed.scalar.padded(to: 12))  \(speed.shape): \(readableTime(speed.seconds)), "
          + "\(decimal(speed.gigaflops, 1)) GFLOP/s")
    }
    let fashion = findings.fashionMNIST ? "installed" : "not installed; scripts/setup installs it"
    lines.append("data          Fashion-MNIST \(fashion)")
    return lines.joined(separator: "\n")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
