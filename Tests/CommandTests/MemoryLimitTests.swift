import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Limits of a command's memory", .enabled(if: isLinux, "needs Linux's ulimit -v"), .mayHang)
struct MemoryLimitTests {
  /// Runs a command that may take so many kilobytes of addresses.
  private func run(_ arguments: String, kilobytes: Int) throws -> Command.Outcome {
    let scratch = try TemporaryDirectory()
    let line = "ulimit -v \(kilobytes); exec '\(Command.executable)' \(arguments)"
    return try Command.run(
      program: "/bin/bash", ["-c", line], in: scratch.path,
      environment: ["OPENBLAS_NUM_THREADS": "1", "LLVM_PROFILE_FILE": "/dev/null"])
  }

  @Test(
    "Networks that do not fit under ulimit are refused before training",
    arguments: [
      "train --hidden 1000000", "tune --hidden 900000,1000000 --iterations 1",
      "overfit --hidden 1000000 --rows 1000", "gradcheck --hidden 1000000 --rows 100",
    ])
  func refused(_ arguments: String) throws {
    let outcome = try run(arguments, kilobytes: 1_500_000)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("needs ") && outcome.errors.contains(" GB of address space"))
  }

  @Test("Data that does not fit in memory is refused when it is read")
  func data() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("data")
    // 4 GB of zeros, which take no room on the disk.
    let images = try scratch.write(
      [0, 0, 8, 2, 0, 0, 0x9C, 0x40, 0, 1, 0x86, 0xA0], to: "data/train-images")
    truncate(images, 12 + 40_000 * 100_000)
    try IDX.write(labels: (0..<40_000).map { $0 % 2 }, to: scratch.file("data/train-labels"))
    let outcome = try run("train --data \(scratch.file("data"))", kilobytes: 1_500_000)
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains("train-images: byte 12: elements takes 4.0 GB, but "))
  }

  @Test("Memory that ends where nobody foresaw it is an error that names the bytes")
  func ended() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "1", "--hidden", "300000"])
    let outcome = try run("evaluate \(scratch.file("run"))", kilobytes: 700_000)
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(" GB"))
  }
}

#if os(Linux)
  private let isLinux = true
#else
  private let isLinux = false
#endif
