import Testing

/// The C and the C++ compiler of the machine: the system's, else that of Swift's toolchain.
public enum CCompiler {
  /// What the C of this package has to pass.
  public static let strict = [
    "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror",
  ]

  /// Runs the C compiler.
  public static func compile(_ arguments: [String]) throws -> Command.Outcome {
    try Command.run(program: "/usr/bin/env", [c ?? "cc"] + arguments)
  }

  /// Runs the C++ compiler.
  public static func compilePlusPlus(_ arguments: [String]) throws -> Command.Outcome {
    try Command.run(program: "/usr/bin/env", [plusPlus ?? "c++"] + arguments)
  }

  /// Whether both are there.
  public static var isInstalled: Bool { c != nil && plusPlus != nil }

  private static let c = first(of: ["cc", "clang"])
  private static let plusPlus = first(of: ["c++", "clang++"])

  private static func first(of names: [String]) -> String? {
    names.first {
      (try? Command.run(program: "/usr/bin/env", [$0, "--version"]))?.status == 0
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs a test only where there are compilers of C and C++.
  public static var requiresCCompiler: Self {
    .requires(
      .cCompiler, CCompiler.isInstalled,
      "there is no C and C++ compiler (apt-get install build-essential)")
  }
}
