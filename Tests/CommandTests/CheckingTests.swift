import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron gradcheck and doctor", .mayHang)
struct CheckingTests {
  @Test("The gradients on digits pass, with a line for each parameter")
  func passes() throws {
    let outcome = try Command.run(["gradcheck", "--sample", "25", "--hidden", "6", "--rows", "8"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.lines.dropFirst().prefix(4).map { $0.prefix(2) } == ["W1", "b1", "W2", "b2"])
    #expect(outcome.output.contains("gradient check passed"))
  }

  @Test(
    "Deep networks of every kind are checked",
    arguments: [
      ["--layers", "7,5"], ["--layers", "6,5", "--batch-norm", "--dropout", "0.2"],
      ["--layers", "6", "--layer-norm", "--activation", "gelu"],
      ["--loss", "squared-hinge", "--activation", "tanh"], ["--loss", "logistic"],
      ["--label-smoothing", "0.1", "--activation", "leaky-relu", "--initializer", "orthogonal"],
    ])
  func deep(options: [String]) throws {
    let outcome = try Command.run(["gradcheck", "--sample", "20", "--rows", "7"] + options)
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.contains("W2") && outcome.output.contains("gradient check passed"))
  }

  @Test("JSON has the verdict and the entries: all, or a sample")
  func json() throws {
    for (options, counts) in [(["--sample", "5"], [5, 4, 5, 5]), ([], [256, 4, 40, 10])] {
      let outcome = try Command.run(
        ["gradcheck", "--hidden", "4", "--rows", "3", "--json"] + options)
      #expect(outcome.status == 0)
      let result = try outcome.object
      #expect(result["passed"] as? Bool == true)
      let report = try #require(result["report"] as? [String: Any])
      let parameters = try #require(report["parameters"] as? [[String: Any]])
      let looked = parameters.map { parameter in
        ["checkedCount", "kinkCount", "unresolvedCount"].reduce(0) {
          $0 + (parameter[$1] as? Int ?? 0)
        }
      }
      #expect(looked == counts)
    }
  }

  @Test(
    "A run's trained network is checked, and the result is written to its folder",
    arguments: [
      [], ["--layers", "12,8", "--batch-norm", "--dropout", "0.2"],
      ["--layers", "9", "--loss", "squared-hinge", "--precision", "double"],
    ])
  func run(options: [String]) throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a", ["--iterations", "80"] + options)
    let outcome = try Command.run(["gradcheck", "a", "--json"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(try scratch.text("a/gradcheck.json") == outcome.output)
    let report = try #require(try scratch.object("a/gradcheck.json")["report"] as? [String: Any])
    let parameters = try #require(report["parameters"] as? [[String: Any]])
    let looked = try #require(parameters.first?["checkedCount"] as? Int)
    #expect((100...200).contains(looked))
    let page = try Command.run(["report", "a"], in: scratch.path)
    #expect(page.status == 0, "\(page.errors)")
    #expect(try scratch.text("a/report.html").contains("gradient check passed"))
    let text = try Command.run(
      ["gradcheck", "a", "--rows", "3", "--sample", "4"], in: scratch.path)
    #expect(text.output.contains("W2"))
    #expect(try scratch.text("a/gradcheck.json") != outcome.output)
    try scratch.train("a", ["--iterations", "2", "--overwrite"])
    #expect(try !scratch.names(in: "a").contains("gradcheck.json"))
  }

  @Test("The result of a run's check is printed even if its file cannot be written")
  func unwritable() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a", ["--iterations", "20"])
    _ = try scratch.makeDirectory("a/gradcheck.json")
    let outcome = try Command.run(["gradcheck", "a", "--sample", "3"], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("gradient check passed"))
    #expect(outcome.errors == "Error: a/gradcheck.json: cannot write here: Is a directory\n")
    // Shown on a full disk, it is still written.
    try FileManager.default.removeItem(atPath: scratch.file("a/gradcheck.json"))
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let full = try Command.run(
      program: "/bin/bash",
      ["-c", "'\(Command.executable)' gradcheck a --sample 3 > /dev/full"], in: scratch.path)
    #expect(full.status == 1 && full.errors.contains("standard output: cannot write"))
    #expect(try scratch.object("a/gradcheck.json")["passed"] as? Bool == true)
  }

  @Test("A run whose network cannot be checked is refused with advice")
  func runRefused() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("a", ["--data", folder, "--iterations", "3", "--validation", "1"])
    func expectRefused(_ status: Int32, _ options: [String], _ message: String) throws {
      let outcome = try Command.run(["gradcheck"] + options, in: scratch.path)
      #expect(outcome.status == status)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
    try expectRefused(2, ["a", "--rows", "4"], "has only 3 training rows")
    try expectRefused(
      2, ["a", "--layers", "4", "--batch-norm"], "--layers, --batch-norm cannot be used with a run")
    try expectRefused(
      2, ["a", "--regularization", "0"], "--regularization cannot be used with a run")
    try expectRefused(1, ["a", "--data", "digits"], "takes 6 features, digits has 64")
    try FileManager.default.moveItem(atPath: folder, toPath: scratch.file("moved"))
    try expectRefused(1, ["a", "--rows", "2"], "say where it is with --data")
    let found = try Command.run(
      ["gradcheck", "a", "--rows", "3", "--data", "moved"], in: scratch.path)
    #expect(found.output.contains("W1"), "\(found.errors)")
    try expectRefused(1, ["b"], "there is no such folder")
    try expectRefused(1, ["moved"], "found a folder of data")
  }

  @Test("A check that cannot see any slope fails with status 1")
  func fails() throws {
    // With weights of 0 every ReLU stands at its kink, so that W1 and b1 cannot be checked.
    let outcome = try Command.run(["gradcheck", "--scale", "0", "--hidden", "2", "--rows", "2"])
    #expect(outcome.status == 1)
    #expect(!outcome.output.contains("check passed"))
  }

  @Test("A single row can be checked: neither its mean nor the biases put ReLUs at their kinks")
  func singleRow() throws {
    let outcome = try Command.run(["gradcheck", "--rows", "1", "--hidden", "5"])
    #expect(outcome.status == 0, "\(outcome.output)")
    // The mean is that of all rows, so that the row is not 0 and W1 has a gradient.
    let free = try Command.run([
      "gradcheck", "--rows", "1", "--hidden", "5", "--regularization", "0",
    ])
    let line = try #require(free.lines.first { $0.hasPrefix("W1") })
    #expect(!line.contains("0.0000000e+00"))
  }

  @Test(
    "Every option of the check changes the result",
    arguments: [
      ["--regularization", "0.5"], ["--seed", "1"], ["--scale", "0.2"], ["--pixel-scale", "4"],
      ["--no-subtract-mean"], ["--rows", "4"],
    ])
  func settings(_ options: [String]) throws {
    let plain = try Command.run(["gradcheck", "--hidden", "2", "--rows", "3"])
    let other = try Command.run(["gradcheck", "--hidden", "2", "--rows", "3"] + options)
    #expect(plain.output.contains("W1") && other.output.contains("W1"))
    #expect(other.output != plain.output)
  }

  @Test("Data whose network no memory can hold is refused with the sizes")
  func memory() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try IDX.write(
      Features(.bytes([UInt8](repeating: 1, count: 400_000)), exampleShape: [200_000]),
      to: folder + "/train-images")
    try IDX.write(labels: [0, 1], to: folder + "/train-labels")
    for (command, batch) in [("gradcheck", "--rows"), ("train", "--batch")] {
      let outcome = try Command.run(
        [command, "--data", folder, "--hidden", "1000000", batch, "2"], in: scratch.path)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.hasPrefix(
          "Error: --hidden 1000000 with \(batch) 2 on 200000 features needs "))
    }
    #expect(try scratch.names == ["data"])
  }

  @Test("doctor finds BLAS correct and names its kernel, as text and as JSON")
  func doctor() throws {
    let text = try Command.run(["doctor"])
    #expect(text.status == 0 && text.errors.isEmpty)
    #expect(text.output.contains("OpenBLAS"))
    #expect(text.output.contains("BLAS kernel   \(BLASLibrary.core),"))
    #expect(text.output.contains("GFLOP/s"))
    #expect(text.lines.count { $0.contains(" right: ") } == 4)
    #expect(text.output.contains("steps by kernels and by OpenBLAS, worst difference "))
    let findings = try Command.run(["doctor", "--json"]).object
    let machine = try #require(findings["machine"] as? [String: Any])
    #expect(machine["blasCore"] as? String == BLASLibrary.core)
    let products = try #require(findings["products"] as? [[String: Any]])
    #expect(products.map { $0["scalar"] as? String } == ["Float", "Double"])
    for product in products {
      let worst = try #require(product["worstError"] as? Double)
      #expect(worst <= (try #require(product["limit"] as? Double)))
      #expect(try #require(product["count"] as? Int) > 100)
    }
    let steps = try #require(findings["steps"] as? [[String: Any]])
    #expect(steps.map { $0["scalar"] as? String } == ["Float", "Double"])
    for step in steps {
      let worst = try #require(step["worstDifference"] as? Double)
      // Another order of addition leaves some.
      #expect(worst > 0)
      #expect(worst <= (try #require(step["limit"] as? Double)))
    }
  }

  @Test("doctor distinguishes published files from others")
  func verify() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("cifar")
    try Data(count: 3073).write(to: URL(fileURLWithPath: folder + "/data_batch_2.bin"))
    let outcome = try Command.run(["doctor", "--verify", folder])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("data_batch_1.bin: missing"))
    #expect(outcome.output.contains("data_batch_2.bin: expected the SHA-256 sum a591ca11"))
    let empty = try Command.run(["doctor", "--verify", try scratch.makeDirectory("empty")])
    #expect(empty.status == 1)
    #expect(empty.errors.contains("holds no published file of Fashion-MNIST or CIFAR-10"))
  }
}
