import Foundation

/// What the environment says of how this process was started.
public struct MPIEnvironment: Equatable, Sendable {
  /// The number of this process, where a launcher gave it one.
  public let rank: Int?
  /// The number of processes that mpirun says it started.
  public let launched: Int?
  /// The number of tasks of Slurm's step or job. srun starts as many processes, which find each other
  /// only with a process manager.
  public let slurmTasks: Int?
  /// Whether srun started this process as one of several.
  public let isSeveralTasks: Bool
  /// Whether srun or mpirun told this process how to find the others.
  private let hasManager: Bool
  /// What ``patienceVariable`` says.
  private let patienceText: String?

  /// The variable with ``patience``.
  static var patienceVariable: String { "PERCEPTRON_MPI_PATIENCE" }

  /// What the variables of this process say.
  public static var current: MPIEnvironment {
    MPIEnvironment(ProcessInfo.processInfo.environment)
  }

  /// What some variables say.
  public init(_ variables: [String: String]) {
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { variables[$0].flatMap { Int($0) } }.first
    }
    rank = number("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")
    launched = number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
    slurmTasks = number("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
    isSeveralTasks = variables["SLURM_STEP_ID"] != nil && slurmTasks ?? 1 > 1
    hasManager = ["PMIX_RANK", "PMI_RANK", "PMI_FD"].contains { variables[$0] != nil }
    patienceText = variables[Self.patienceVariable]
  }

  /// How many seconds a rank may stay silent.
  var patience: Double {
    get throws {
      guard let patienceText else { return 15 }
      guard let seconds = Double(patienceText), seconds >= 3 else {
        throw MPIError(
          "\(Self.patienceVariable) is '\(patienceText)', expected seconds, 3 or more")
      }
      // Larger numbers are no dates.
      return min(seconds, 1e9)
    }
  }

  /// Whether this process is one of several that were started together.
  public var isOneOfSeveral: Bool { launched ?? 1 > 1 || isSeveralTasks }

  /// Whether mpirun or srun started this process as a rank, be it the only one.
  public var isLaunched: Bool { isOneOfSeveral || launched != nil || hasManager }

  /// Why a world of so many ranks is not what was asked for; nil if it is.
  ///
  /// More ranks than were started are no mistake: a launcher may have been started by another one, whose
  /// variables remain.
  func objection(toSize size: Int) -> String? {
    if let tasks = slurmTasks, tasks > 1, launched == nil, size == 1 {
      return Self.alone(among: tasks)
    }
    guard let launched, size < launched else { return nil }
    if size > 1 { return "the launcher started \(launched) processes, but MPI has \(size) ranks" }
    return
      "the launcher started \(launched) processes, but this one is alone among MPI's ranks: it "
      + "belongs to another MPI library than the one that this program is linked with"
  }

  /// Why a library cannot start under plain srun, where Open MPI ends the process; nil if it may.
  func objection(toLibrary library: String) -> String? {
    guard isSeveralTasks, !hasManager, launched == nil, library.hasPrefix("Open MPI") else {
      return nil
    }
    return slurmTasks.map { Self.alone(among: $0) }
  }

  private static func alone(among tasks: Int) -> String {
    "Slurm has \(tasks) tasks, but this process is alone among MPI's ranks: srun starts each by itself. "
      + "Start them with srun --mpi=pmix (srun --mpi=list shows what there is), or with mpirun in the "
      + "job's script"
  }
}

/// Why ranks cannot work together.
public struct MPIError: Error, Equatable, CustomStringConvertible {
  /// A sentence.
  public let description: String

  /// An error with a sentence.
  init(_ description: String) { self.description = description }
}
