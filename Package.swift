// swift-tools-version: 6.1
import PackageDescription

/// Modules from the bottom up; imports point down only.
let package = Package(
  name: "Perceptron",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Perceptron", targets: ["Perceptron"]),
    .executable(name: "perceptron", targets: ["PerceptronCLI"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas", "lapack"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CSystem"),

    .target(name: "CHints"),
    // For executables: see its start.c.
    .target(name: "CStart"),
    .target(name: "CKernels"),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "CSystem", "CKernels", "CHints"]),
    .target(name: "Serialization", dependencies: ["LinearAlgebra", "CZlib", "CCrypto"]),
    .target(
      name: "Datasets", dependencies: ["LinearAlgebra", "Serialization"],
      exclude: ["Resources/README.md"],
      resources: [.embedInCode("Resources/digits.csv.gz")]),
    .target(name: "NeuralNetwork", dependencies: ["LinearAlgebra"]),
    .target(
      name: "Training",
      dependencies: ["LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork"]),
    .target(
      name: "Tuning",
      dependencies: ["LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork", "Training"]),
    .target(
      name: "Visualization",
      dependencies: [
        "CPNG", "LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork", "Training", "Tuning",
      ],
      resources: [.embedInCode("Page/Resources/page.css")]),
    .target(
      name: "Perceptron",
      dependencies: [
        "LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork", "Training", "Tuning",
        "Visualization",
      ]),
    .target(
      name: "CommandSupport",
      dependencies: [
        "LinearAlgebra", "Serialization", "NeuralNetwork",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "PerceptronCLI",
      dependencies: [
        "CStart", "CommandSupport", "Perceptron",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(name: "CAllocations", path: "Benchmarks/CAllocations"),
    .executableTarget(
      name: "bench",
      dependencies: [
        "CAllocations", "COpenBLAS", "CStart", "CommandSupport", "Perceptron",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/bench"),

    .target(
      name: "TestSupport", dependencies: ["LinearAlgebra"], path: "Tests/TestSupport",
      resources: [.copy("Resources")]),
    .testTarget(
      name: "LinearAlgebraTests",
      dependencies: ["LinearAlgebra", "CHints", "COpenBLAS", "CKernels", "TestSupport"]),
    .testTarget(
      name: "SerializationTests", dependencies: ["LinearAlgebra", "Serialization", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["LinearAlgebra", "Serialization", "Datasets", "TestSupport"]),
    .testTarget(
      name: "NeuralNetworkTests",
      dependencies: ["LinearAlgebra", "COpenBLAS", "NeuralNetwork", "TestSupport"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork", "Training", "TestSupport",
      ]),
    .testTarget(
      name: "TuningTests",
      dependencies: [
        "LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork", "Training", "Tuning",
        "TestSupport",
      ]),
    .testTarget(
      name: "VisualizationTests",
      dependencies: [
        "CPNG", "LinearAlgebra", "Serialization", "Datasets", "NeuralNetwork", "Training", "Tuning",
        "Visualization", "TestSupport",
      ]),
    .testTarget(name: "PerceptronTests", dependencies: ["Perceptron", "TestSupport"]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["PerceptronCLI", "CommandSupport", "Perceptron", "TestSupport"]),
    .testTarget(
      name: "BenchTests",
      dependencies: ["CAllocations", "bench", "CommandSupport", "Perceptron", "TestSupport"]),
  ]
)
