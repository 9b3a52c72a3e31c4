import Foundation
import Testing

extension Trait where Self == TimeLimitTrait {
  /// A time limit for suites whose threads or processes wait for each other.
  ///
  /// All tests start at once and the limit includes the time that a test waits for a processor, so
  /// that it has to exceed the time of all tests together on a slow machine.
  public static var mayHang: Self { .timeLimit(.minutes(30)) }
}

/// A program, package or data set that some tests need and that not every machine has.
public enum Requirement: String, Sendable {
  case gnuplot
  case fashionMNIST = "fashion-mnist"
  case cifar10 = "cifar-10"
  case tensorBoard = "tensorboard"
  case safetensors
  case numPy = "numpy"
  case cCompiler = "cc"
}

/// A requirement that is missing on a machine that is said to have it.
private struct MissingRequirement: Error, CustomStringConvertible {
  let requirement: Requirement
  let reason: String

  var description: String {
    "\(reason), though PERCEPTRON_REQUIRE names \(requirement.rawValue)"
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs a test only where a requirement is met.
  ///
  /// Elsewhere the test is skipped; if the environment variable PERCEPTRON_REQUIRE, a list of names
  /// with commas between them, names the requirement, as in CI, it fails.
  ///
  /// - Parameters:
  ///   - isMet: whether the machine has what is required.
  ///   - reason: why the test is skipped, and how to run it.
  public static func requires(
    _ requirement: Requirement, _ isMet: @autoclosure @escaping @Sendable () throws -> Bool,
    _ reason: String
  ) -> Self {
    .enabled("\(reason)") {
      if try isMet() { return true }
      let required = ProcessInfo.processInfo.environment["PERCEPTRON_REQUIRE"] ?? ""
      if required.split(separator: ",").contains(Substring(requirement.rawValue)) {
        throw MissingRequirement(requirement: requirement, reason: reason)
      }
      return false
    }
  }
}
