import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct DoctorCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the BLAS library, the matrix kernels and data files, and time BLAS.",
    discussion: """
      Layers compute their matrix products with this library's kernels, or with OpenBLAS if the \
      environment variable \(ProductPath.variable) is \(ProductPath.blas.rawValue). A few training \
      steps are computed both ways and compared. The files of Fashion-MNIST, if installed, and those \
      of --verify folders are compared with the published ones by their SHA-256 sums. Exit status 1 \
      if a product, a step or a file is wrong.
      """)

  static let examples = [
    CommandExample("Check this machine.", "perceptron doctor"),
    CommandExample(
      "Also verify downloaded CIFAR-10 files.", "perceptron doctor --verify cifar-10-batches-bin"),
    CommandExample(
      "Check ranks and the links between them, after mpirun -np 4.", "perceptron doctor --mpi"),
  ]

  @Option(
    help: .init(
      "Folder of published Fashion-MNIST or CIFAR-10 files to verify; may be repeated.",
      valueName: "folder"))
  var verify: [String] = []
  @Flag(help: "Examine the ranks that mpirun has started, instead of this machine.") var mpi = false
  /// For tests that end ranks meanwhile.
  @Option(help: .hidden) var mpiSeconds = 0.0
  @Flag(help: "Print JSON.") var json = false

  /// The results of all checks.
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

  func validate() throws {
    if mpi && !verify.isEmpty {
      throw ValidationError("--verify is about this machine's files, --mpi about ranks: give one.")
    }
  }

  func run() throws {
    if mpi { return try examineRanks() }
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

  /// Rank 0 prints what all have found; all end with its status.
  private func examineRanks() throws {
    let passed = try RankSession.run(try MPICommunicator.start()) { ranks in
      let report = try RankReport.examine(ranks, seconds: mpiSeconds)
      if let report { try Console.output(json ? report.json : report.text) }
      return try ranks.broadcast(report?.passed ?? true)
    }
    if !passed { throw ExitCode.failure }
  }

  /// Checks Fashion-MNIST, if installed, and the folders of --verify.
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
    func add(_ name: String, _ text: String) {
      lines.append(name.padding(toLength: 14, withPad: " ", startingAt: 0) + text)
    }
    for check in findings.products { add(check.scalar, check.summary) }
    for check in findings.steps { add(check.scalar, check.summary) }
    for speed in findings.speeds {
      let rate = "\(decimal(speed.gigaflops, 1)) GFLOP/s"
      add(speed.scalar, "\(speed.shape): \(readableTime(speed.seconds)), \(rate)")
    }
    for check in findings.data {
      add("data", check.folder)
      for file in check.files { add("", file) }
    }
    if !findings.data.contains(where: { $0.folder == FashionMNIST.directory }) {
      add("data", "Fashion-MNIST is not installed; scripts/setup installs it")
    }
    return lines.joined(separator: "\n")
  }

  /// Names what computes layers' products, and the variable that selects it.
  private func products(_ findings: Findings) -> String {
    let variable = "\(ProductPath.variable)=\(ProductPath.blas.rawValue)"
    return switch findings.productPath {
    case .kernels:
      "kernels, \(findings.kernels.rawValue) (\(variable) sends them through OpenBLAS)"
    case .blas: "OpenBLAS, by \(variable)"
    }
  }
}
