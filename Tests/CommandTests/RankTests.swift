import Foundation
import Perceptron
import PerceptronCommandSupport
import TestSupport
import Testing

@testable import PerceptronCLI

struct RankTests {
  private func computation(
    _ digest: String, kernels: KernelLevel = .avx512, path: ProductPath = .kernels
  ) -> RankComputation {
    RankComputation(
      processor: "EPYC", kernels: kernels, productPath: path, blasCore: "Haswell", workers: 2,
      digest: digest)
  }

  @Test("Ranks that compute other bits are told apart, the most of a kind first")
  func difference() {
    #expect(RankComputation.difference(between: [computation("a"), computation("a")]) == nil)
    let mixed = ["b", "a", "a", "a", "b", "a"].map {
      computation($0, kernels: $0 == "a" ? .avx512 : .avx2)
    }
    #expect(RankComputation.groups(of: mixed) == [[1, 2, 3, 5], [0, 4]])
    #expect(
      RankComputation.difference(between: mixed)
        == "the ranks do not compute the same bits: ranks 1–3, 5 (EPYC, kernels AVX-512, BLAS kernel "
        + "Haswell) differ from 0, 4 (EPYC, kernels AVX2, BLAS kernel Haswell)")
  }

  @Test(
    "The digest of a rank's computation is that of another process with the same kernels",
    .enabled(if: MPICommunicator.isBuilt, "there is no MPI in this build"))
  func digest() throws {
    let own = try RankComputation.current()
    struct Outcome: Decodable {
      struct Rank: Decodable { let computation: RankComputation }
      let ranks: [Rank]
    }
    func digest(_ environment: [String: String]) throws -> String? {
      let run = try Command.run(
        ["doctor", "--mpi", "--json", "--mpi-seconds", "0"], environment: environment)
      let outcome = try JSONDecoder().decode(Outcome.self, from: Data(run.output.utf8))
      return outcome.ranks.first?.computation.digest
    }
    #expect(try digest([:]) == own.digest)
    #expect(try digest(["PERCEPTRON_PRODUCTS": "blas"]) != own.digest)
  }

  @Test(
    "Runs of numbers are read as ranges",
    arguments: [([], ""), ([3], "3"), ([0, 1], "0–1"), ([0, 1, 2, 5, 7, 8], "0–2, 5, 7–8")])
  func ranges(numbers: [Int], text: String) {
    #expect(rangesText(numbers) == text)
  }

  @Test("Ranks that cannot take part are named with their reasons")
  func refusal() {
    #expect(RankRefusal([nil, nil]) == nil)
    #expect(RankRefusal([nil, nil, "a.csv: differs"])?.description == "rank 2: a.csv: differs")
    #expect(
      RankRefusal([nil, "differs", "is missing", "differs", "differs"])?.description
        == "ranks 1, 3–4: differs\nrank 2: is missing")
  }

  @Test("Ranks that compute other bits share a run only if they may, those of other products never")
  func unlike() {
    func refusal(_ other: RankComputation, _ objection: String? = nil, allowing: Bool) -> String? {
      RunLeader.refusal(
        of: [RankPart(computation("a")), RankPart(other, objection: objection)],
        allowsMixedProcessors: allowing)?.description
    }
    #expect(refusal(computation("a"), allowing: false) == nil)
    #expect(refusal(computation("a"), "differs", allowing: true) == "rank 1: differs")
    #expect(refusal(computation("b"), allowing: false)?.contains("--mixed-processors") == true)
    #expect(refusal(computation("b"), allowing: true) == nil)
    let blas = refusal(computation("b", path: .blas), allowing: true)
    #expect(blas?.contains("PERCEPTRON_PRODUCTS") == true)
  }

  @Test(
    "Without MPI, doctor --mpi says how to build with it", .enabled(if: !MPICommunicator.isBuilt))
  func missing() throws {
    let outcome = try Command.run(["doctor", "--mpi"])
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("swift build -c release --traits MPI"))
    #expect(try Command.run(["doctor", "--mpi", "--verify", "x"]).status == 2)
    // mpirun's variables; a shard needs no others.
    let launched = ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"]
    let tune = try Command.run(["tune", "--hidden", "5,6"], environment: launched)
    #expect(tune.status == 1 && tune.errors.contains("swift build -c release --traits MPI"))
    let scratch = try TemporaryDirectory()
    let shard = try Command.run(
      [
        "tune", "--hidden", "5,6", "--iterations", "3", "--output", scratch.file("study"),
        "--shard", "2/2", "--quiet",
      ], environment: launched)
    #expect(shard.status == 0)
  }
}
