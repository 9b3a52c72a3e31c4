import TestSupport
import Testing

@testable import PerceptronDistribution

struct MPITests {
  /// Variables, whether they are of one process of several, and what a world of one is told.
  struct Case: Sendable, CustomTestStringConvertible {
    let variables: [String: String]
    let isOneOfSeveral: Bool
    let objection: String?
    var testDescription: String { "\(variables)" }
  }

  @Test(
    "The environment says who was started by itself that should not be",
    arguments: [
      Case(variables: [:], isOneOfSeveral: false, objection: nil),
      Case(
        variables: ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"],
        isOneOfSeveral: false, objection: nil),
      Case(
        variables: ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3"],
        isOneOfSeveral: true, objection: "the launcher started 4 processes"),
      Case(
        variables: ["PMI_SIZE": "2", "PMI_RANK": "1"], isOneOfSeveral: true,
        objection: "the launcher started 2 processes"),
      // srun without a process manager.
      Case(
        variables: ["SLURM_NTASKS": "4", "SLURM_STEP_NUM_TASKS": "4", "SLURM_STEP_ID": "0"],
        isOneOfSeveral: true, objection: "Slurm has 4 tasks"),
      // A step of one task in a job of four.
      Case(
        variables: ["SLURM_NTASKS": "4", "SLURM_STEP_NUM_TASKS": "1", "SLURM_STEP_ID": "0"],
        isOneOfSeveral: false, objection: nil),
      // The script of a job of four, without mpirun.
      Case(
        variables: ["SLURM_NTASKS": "4"], isOneOfSeveral: false, objection: "Slurm has 4 tasks"),
      // mpirun -np 1 in it.
      Case(
        variables: ["SLURM_NTASKS": "4", "OMPI_COMM_WORLD_SIZE": "1"], isOneOfSeveral: false,
        objection: nil),
      Case(variables: ["SLURM_NTASKS": "1"], isOneOfSeveral: false, objection: nil),
    ])
  func launchers(_ given: Case) {
    let environment = MPIEnvironment(given.variables)
    #expect(environment.isOneOfSeveral == given.isOneOfSeveral)
    let objection = environment.objection(toSize: 1)
    #expect(
      objection.map { $0.hasPrefix(given.objection ?? "nothing") } ?? (given.objection == nil))
    #expect(environment.objection(toSize: 4) == nil)
  }

  @Test("Fewer ranks than the launcher started are refused")
  func fewer() {
    let environment = MPIEnvironment(["OMPI_COMM_WORLD_SIZE": "4"])
    #expect(
      environment.objection(toSize: 2) == "the launcher started 4 processes, but MPI has 2 ranks")
    // A launcher that another one started.
    #expect(environment.objection(toSize: 5) == nil)
  }

  @Test(
    "The only rank of a launcher is told from a process without one",
    arguments: [
      (["OMPI_COMM_WORLD_SIZE": "1"], true), (["PMI_SIZE": "1", "PMI_RANK": "0"], true),
      // srun --mpi=pmix -n 1.
      (["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1", "PMIX_RANK": "0"], true),
      (["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"], true),
      (["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"], false), (["SLURM_NTASKS": "4"], false),
      ([:], false),
    ])
  func launched(variables: [String: String], isLaunched: Bool) {
    #expect(MPIEnvironment(variables).isLaunched == isLaunched)
  }

  @Test("Open MPI is not started under plain srun, where it would end the process")
  func plainSrun() {
    func objection(_ variables: [String: String], _ library: String = "Open MPI v4.1.4") -> String?
    {
      let step = ["SLURM_NTASKS": "2", "SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_ID": "0"]
      return MPIEnvironment(step.merging(variables) { $1 }).objection(toLibrary: library)
    }
    #expect(objection([:])?.contains("srun --mpi=pmix") == true)
    #expect(objection(["PMIX_RANK": "0"]) == nil)
    #expect(objection(["OMPI_COMM_WORLD_SIZE": "2"]) == nil)
    #expect(objection(["SLURM_STEP_NUM_TASKS": "1"]) == nil)
    // Finds the others by itself, where it is built so.
    #expect(objection([:], "MPICH Version: 4.0.2") == nil)
  }

  @Test("Ranks wait 15 s for each other, or as long as a variable says, which has to be a number")
  func patience() throws {
    func patience(_ text: String?) throws -> Double {
      try MPIEnvironment(text.map { ["PERCEPTRON_MPI_PATIENCE": $0] } ?? [:]).patience
    }
    #expect(try patience(nil) == 15)
    #expect(try patience("60") == 60)
    #expect(try patience("3") == 3)
    #expect(try patience("1e300") == 1e9)
    for text in ["", "0", "-3", "2.9", "nan", "soon"] {
      let error = MPIError("PERCEPTRON_MPI_PATIENCE is '\(text)', expected seconds, 3 or more")
      #expect(throws: error) { try patience(text) }
    }
  }

  @Test("Without MPI a start says how to build with it", .enabled(if: !MPICommunicator.isBuilt))
  func missing() {
    let error = #expect(throws: MPIError.self) { try MPICommunicator.start() }
    #expect(error?.description.contains("swift build -c release --traits MPI") == true)
    #expect(MPICommunicator.library == "none")
  }

  @Test("Messages above 1 GiB travel in parts, letters with a last part that is not full")
  func parts() {
    func lengths(_ count: Int, _ cut: MPIMessages.Cut) -> [Int] {
      let parts = cut.parts(of: count)
      #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == count)
      #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      return parts.map(\.count)
    }
    #expect(lengths(5, .largest) == [5])
    #expect(lengths(1 << 30, .largest) == [1 << 30])
    #expect(lengths((5 << 29) + 1, .largest) == [1 << 30, 1 << 30, (1 << 29) + 1])
    #expect(lengths(0, .whole) == [0] && lengths(7, .whole) == [7])
    #expect(lengths(0, .ended(4)) == [0] && lengths(3, .ended(4)) == [3])
    #expect(lengths(4, .ended(4)) == [4, 0] && lengths(9, .ended(4)) == [4, 4, 1])
  }

  @Test("Who hears a rank is heard by it, and every rank is heard", arguments: 1...9)
  func peers(size: Int) {
    let peers = (0..<size).map { MPIPulse.peers(of: $0, size: size) }
    for (rank, heard) in peers.enumerated() {
      #expect(size == 1 || !heard.isEmpty)
      #expect(heard == heard.sorted() && Set(heard).count == heard.count && !heard.contains(rank))
      for other in heard { #expect(peers[other].contains(rank)) }
    }
  }
}
