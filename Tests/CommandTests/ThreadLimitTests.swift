import Foundation
import Perceptron
import TestSupport
import Testing

/// A user without a name, who has no other processes.
private let user = ["setpriv", "--reuid=64913", "--clear-groups"]

private let canChangeUser: Bool = {
  let outcome = try? Command.run(
    program: "/usr/bin/env", user + ["prlimit", "--nproc=9", Command.executable, "--version"])
  return outcome?.status == 0
}()

/// With fewer threads than a command wants, as a user whom nobody else is.
@Suite(
  "Limits of threads",
  .enabled(if: canChangeUser, "needs root, setpriv, prlimit and a public folder"), .mayHang)
struct ThreadLimitTests {
  @Test("A user who may make few threads trains with those there are", arguments: 1...3)
  func train(threads: Int) throws {
    let scratch = try TemporaryDirectory()
    chmod(scratch.path, 0o777)
    for command in [
      ["train", "--output", "run", "--iterations", "20", "--workers", "4"],
      ["tune", "--hidden", "3,4", "--iterations", "9", "--output", "study"],
      ["tune", "--hidden", "3,4", "--batch", "90,91", "--iterations", "9", "--output", "alone"],
      ["report", "run"],
    ] {
      let outcome = try Command.run(
        program: "/usr/bin/env",
        user + ["prlimit", "--nproc=\(threads)", Command.executable] + command,
        in: scratch.path,
        environment: ["OPENBLAS_NUM_THREADS": "3", "LLVM_PROFILE_FILE": "/dev/null"])
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
      if command[0] == "train" {
        #expect(outcome.errors.contains("the system creates no more threads"))
      }
    }
    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    let machine = try #require(try scratch.object("run/run.json")["machine"] as? [String: Any])
    let most = try #require(machine["mostWorkers"] as? Int)
    #expect((1...threads).contains(most))
  }
}
