// swift-tools-version: 6.1
import PackageDescription

// Modules from the bottom up; imports point down only. Folders have short names; modules have names
// that no other package's modules have, since SwiftPM refuses equal ones.

/// A module in Sources/`name`, with `pages` beside its code; `uses` names others of Perceptron's by their
/// short names.
func module(_ name: String, uses: [String], pages: [String] = []) -> Target {
  .target(
    name: moduleName(name), dependencies: uses.map { .byName(name: moduleName($0)) },
    path: "Sources/\(name)", exclude: pages)
}

/// A system library with its module map in Sources/`name`.
func systemLibrary(_ name: String, _ pkgConfig: String, apt: [String], brew: [String]) -> Target {
  .systemLibrary(
    name: moduleName(name), path: "Sources/\(name)", pkgConfig: pkgConfig,
    providers: [.apt(apt), .brew(brew)])
}

/// The tests of one module, in Tests/`name`Tests.
func tests(of name: String, uses: [String]) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: (uses + [name]).map { .byName(name: moduleName($0)) } + ["TestSupport"])
}

/// `Files` as `PerceptronFiles`, `CZlib` as `CPerceptronZlib`.
func moduleName(_ name: String) -> String {
  let isC = name.first == "C" && name.dropFirst().first?.isUppercase == true
  if name.hasPrefix("Perceptron") { return name }
  return isC ? "CPerceptron\(name.dropFirst())" : "Perceptron\(name)"
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let numerics = ["LinearAlgebra", "Files", "NeuralNetwork"]
let training = numerics + ["Datasets", "Training"]

let package = Package(
  name: "Perceptron",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Perceptron", targets: ["Perceptron"]),
    .library(name: "PerceptronLinearAlgebra", targets: ["PerceptronLinearAlgebra"]),
    .library(name: "PerceptronNeuralNetwork", targets: ["PerceptronNeuralNetwork"]),
    .library(name: "PerceptronTraining", targets: ["PerceptronTraining"]),
    // Built by name or by scripts/install-c alone: nothing else depends on it.
    .library(name: "PerceptronC", type: .dynamic, targets: ["PerceptronC"]),
    .executable(name: "perceptron", targets: ["PerceptronCLI"]),
    .executable(name: "bench", targets: ["PerceptronBench"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Work in several processes, on several hosts, with MPI.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0")
  ],
  targets: [
    systemLibrary(
      "COpenBLAS", "openblas", apt: ["libopenblas-dev", "liblapacke-dev"],
      brew: ["openblas", "lapack"]),
    systemLibrary("CZlib", "zlib", apt: ["zlib1g-dev"], brew: ["zlib"]),
    systemLibrary("CCrypto", "libcrypto", apt: ["libssl-dev"], brew: ["openssl@3"]),
    systemLibrary("CPNG", "libpng", apt: ["libpng-dev"], brew: ["libpng"]),
    systemLibrary("CMPI", "mpi", apt: ["libopenmpi-dev"], brew: ["open-mpi"]),

    module("CSystem", uses: []),
    module("CKernels", uses: []),
    .target(
      name: "CPerceptronResources", path: "Sources/CResources",
      exclude: ["README.md", "digits.csv.gz", "page.css"]),
    .target(
      name: "CPerceptronPNGReader", dependencies: ["CPerceptronPNG"], path: "Sources/CPNGReader",
      linkerSettings: [.linkedLibrary("png")]),
    // Empty shells without the trait, so that the code above is the same with and without MPI.
    .target(
      name: "CPerceptronRanks",
      dependencies: [.target(name: "CPerceptronMPI", condition: .when(traits: ["MPI"]))],
      path: "Sources/CRanks", cSettings: [.define("PERCEPTRON_MPI", .when(traits: ["MPI"]))]),
    // For executables: see its start.c.
    module("CStart", uses: []),

    module(
      "LinearAlgebra", uses: ["COpenBLAS", "CSystem", "CKernels"], pages: ["README.md", "NUMPY.md"]),
    module("Files", uses: ["LinearAlgebra", "CZlib", "CCrypto"], pages: ["README.md"]),
    module("NeuralNetwork", uses: ["LinearAlgebra", "Files"], pages: ["README.md"]),
    module(
      "Datasets", uses: ["LinearAlgebra", "Files", "CPNGReader", "CResources"], pages: ["README.md"]
    ),
    module("Distribution", uses: ["LinearAlgebra", "Files", "CRanks"], pages: ["README.md"]),
    module("Training", uses: numerics + ["Datasets", "Distribution"], pages: ["README.md"]),
    module("Tuning", uses: training + ["Distribution"], pages: ["README.md"]),
    module("Interchange", uses: training, pages: ["README.md"]),
    module(
      "Visualization", uses: numerics + ["Datasets", "CPNG", "CResources"], pages: ["README.md"]),
    module("Reports", uses: training + ["Visualization"], pages: ["README.md"]),
    module(
      "StudyReports", uses: training + ["Tuning", "Visualization", "Reports"], pages: ["README.md"]),
    module(
      "Perceptron",
      uses: training + [
        "Distribution", "Tuning", "Interchange", "Visualization", "Reports", "StudyReports",
      ]),

    // The C ABI: declared by the header in include, implemented in Swift.
    .systemLibrary(name: "CPerceptronInterface", path: "Sources/PerceptronC/include"),
    .target(
      name: "PerceptronC",
      dependencies: ["CPerceptronInterface"] + training.map { .byName(name: moduleName($0)) },
      exclude: ["README.md", "include", "python", "standalone"]),

    .target(
      name: "PerceptronCommandSupport",
      dependencies: [
        "PerceptronLinearAlgebra", "PerceptronFiles", "PerceptronNeuralNetwork", argumentParser,
      ],
      path: "Sources/CommandSupport"),
    .executableTarget(
      name: "PerceptronCLI",
      dependencies: [
        "CPerceptronStart", "PerceptronCommandSupport", "Perceptron", argumentParser,
      ],
      exclude: ["README.md", "OPTIONS.md"],
      // Without optimization, the command takes a third of the time to build. It computes nothing
      // itself; a call after each iteration of a run is all that it adds to a step.
      swiftSettings: [.unsafeFlags(["-Onone"], .when(configuration: .release))]),

    .target(name: "CPerceptronAllocations", path: "Benchmarks/CAllocations"),
    .executableTarget(
      name: "PerceptronBench",
      dependencies: [
        "CPerceptronAllocations", "CPerceptronOpenBLAS", "CPerceptronStart",
        "PerceptronCommandSupport", "Perceptron", argumentParser,
      ],
      path: "Benchmarks/bench"),

    .target(
      name: "TestSupport", dependencies: ["PerceptronLinearAlgebra"], path: "Tests/TestSupport",
      resources: [.copy("Resources")]),
    tests(of: "LinearAlgebra", uses: ["COpenBLAS", "CSystem", "CKernels"]),
    tests(of: "Files", uses: ["LinearAlgebra"]),
    tests(of: "Distribution", uses: ["LinearAlgebra"]),
    tests(of: "Datasets", uses: ["LinearAlgebra", "Files"]),
    tests(of: "NeuralNetwork", uses: ["LinearAlgebra", "COpenBLAS"]),
    tests(of: "Training", uses: numerics + ["CKernels", "Datasets", "Distribution"]),
    tests(of: "Tuning", uses: training + ["Distribution"]),
    tests(of: "Interchange", uses: training),
    tests(of: "Visualization", uses: numerics + ["Datasets", "CPNG"]),
    tests(of: "Reports", uses: training + ["Tuning", "Visualization", "StudyReports"]),
    tests(of: "Perceptron", uses: []),
    .testTarget(
      name: "PerceptronCTests",
      dependencies: ["CPerceptronInterface", "PerceptronC", "TestSupport"]
        + training.map { .byName(name: moduleName($0)) },
      exclude: ["Programs"]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["PerceptronCLI", "PerceptronCommandSupport", "Perceptron", "TestSupport"]),
    .testTarget(
      name: "BenchTests",
      dependencies: [
        "CPerceptronAllocations", "PerceptronBench", "PerceptronCommandSupport", "Perceptron",
        "TestSupport",
      ]),
  ]
)
