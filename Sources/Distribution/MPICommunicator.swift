internal import CPerceptronRanks
import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// The processes that MPI has started, as with `mpirun -np 4`; of this package built with its trait `MPI`.
///
/// The ranks watch each other: where one is not heard from for 15 seconds, as behind a link that is cut,
/// a sentence on standard error names it, and all processes end with status 1; rank 0's variable
/// `PERCEPTRON_MPI_PATIENCE` sets other seconds for all. A process that dies, or that calls
/// ``abort(status:)``, ends all others at once.
///
/// Exchanges and mail may be used from two threads, one for each.
public final class MPICommunicator: Communicator, Mailbox, @unchecked Sendable {
  /// The number of this process, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// Where all ranks run.
  public private(set) var places = RankPlaces([])
  private let pulse: MPIPulse
  private let mail = MPIMail()
  /// How many seconds a rank may stay silent.
  private var patience: Double

  /// Whether this package is built with MPI.
  public static var isBuilt: Bool { ranks_built() }

  /// The name and version of the MPI library; `none` without the trait.
  public static var library: String { mpiText { ranks_library($0, $1) } }

  /// Joins the other ranks and waits for them; in a process that nothing has started as one of several,
  /// a world of one. Later calls return the same, or throw the same error. Call it early, before data is
  /// loaded: where mpirun is this process's parent, it forks a process, which stays until the end.
  ///
  /// Sets ``BLASLibrary/threadCount`` to the processors that this rank can count on, unless
  /// `OPENBLAS_NUM_THREADS` or `OMP_NUM_THREADS` is set: that is the number of workers where none is given.
  ///
  /// - Throws: ``MPIError`` without the trait, for a `PERCEPTRON_MPI_PATIENCE` below 3 or that is no number,
  ///   or if there are fewer ranks than were started; ``RankLost`` if a rank leaves meanwhile.
  public static func start() throws -> MPICommunicator {
    try world.withLock { outcome in
      let known = outcome ?? Result { try MPICommunicator() }
      outcome = known
      return try known.get()
    }
  }

  /// ``start()`` where this process is one of several that mpirun or srun has started, else nil.
  public static func startIfLaunched() throws -> MPICommunicator? {
    MPIEnvironment.current.isOneOfSeveral ? try start() : nil
  }

  private init() throws {
    let variables = ProcessInfo.processInfo.environment
    let environment = MPIEnvironment(variables)
    if !ranks_built() { throw MPIError.notBuilt }
    if let objection = environment.objection(toLibrary: Self.library) { throw MPIError(objection) }
    patience = try environment.patience
    // Where a host is unreachable, what follows does not return.
    let watch = Watchdog(seconds: patience + 10) { limit in
      let own = environment.rank.map { "rank \($0)" } ?? "MPI"
      return "\(own): the other ranks have not started within \(limit) s"
    }
    defer { watch.end() }
    var (rank, size, leader) = (Int32(0), Int32(1), Int32(0))
    var code = ranks_start(&rank, &size)
    if code == RANKS_NO_THREADS {
      _ = ranks_finish()
      throw MPIError("this MPI library allows calls from the main thread alone")
    }
    if code == 0, let objection = environment.objection(toSize: Int(size)) {
      _ = ranks_finish()
      throw MPIError(objection)
    }
    if code == 0 { code = ranks_host_leader(&leader) }
    if code != 0 { throw MPIError("MPI does not start: \(MPIFailure(code, rank: nil).reason)") }
    (self.rank, self.size) = (Int(rank), Int(size))
    do {
      pulse = try MPIPulse(rank: Int(rank), size: Int(size))
    } catch {
      throw MPIError("MPI does not start: \(error.reason)")
    }
    // mpirun does not take the variable to other hosts.
    patience = try broadcast(patience)
    places = RankPlaces(
      try allGather(
        RankPlace(
          rank: self.rank, host: hostName, leader: Int(leader),
          processors: allowedProcessors(), processorCount: ProcessInfo.processInfo.processorCount)))
    pulse.start(patience: patience, places: places)
    let isThreadCountGiven = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"].contains {
      variables[$0] != nil
    }
    if self.size > 1 && !isThreadCountGiven {
      BLASLibrary.threadCount = places.workers(of: self.rank)
    }
  }

  /// Sends and receives all messages of an exchange; see ``Communicator/perform(_:)``. Allocates nothing
  /// after an exchange's first time.
  public func perform(_ exchange: Exchange) throws {
    if exchange.sends.isEmpty && exchange.receives.isEmpty { return }
    do throws(MPIFailure) {
      let messages = try prepared(exchange)
      try messages.start()
      try messages.wait()
    } catch {
      throw loss(error)
    }
  }

  private func prepared(_ exchange: Exchange) throws(MPIFailure) -> MPIMessages {
    if let made = exchange.prepared as? MPIMessages { return made }
    let made = try MPIMessages(
      RANKS_EXCHANGES, sends: exchange.sends, receives: exchange.receives)
    exchange.prepared = made
    return made
  }

  private func loss(_ failure: MPIFailure) -> RankLost {
    RankLost(rank: failure.rank, reason: failure.reason)
  }

  /// Sends bytes to a rank; see ``Mailbox/send(_:to:)``.
  public func send(_ bytes: [UInt8], to rank: Int) throws {
    do throws(MPIFailure) { try mail.send(bytes, to: rank) } catch { throw loss(error) }
  }

  /// The next message that has arrived; see ``Mailbox/receive()``.
  public func receive() throws -> (rank: Int, bytes: [UInt8])? {
    do throws(MPIFailure) { return try mail.receive() } catch { throw loss(error) }
  }

  /// Waits until all ranks are done, however long that takes, and leaves MPI. Collective; nothing may be
  /// exchanged afterwards, nor can ``start()`` be called with another outcome.
  ///
  /// - Throws: ``RankLost`` if a rank has left.
  public func finish() throws {
    do throws(MPIFailure) { try mail.drain() } catch { throw loss(error) }
    try barrier()
    pulse.stop()
    let watch = Watchdog(seconds: patience + 10) { [rank] limit in
      "rank \(rank): the other ranks have not ended within \(limit) s"
    }
    defer { watch.end() }
    // No beat may be on the way when MPI ends.
    let beats = try allGather(pulse.sent).map { $0[rank] }
    do throws(MPIFailure) { try pulse.finish(receiving: beats) } catch { throw loss(error) }
    let code = mpi.withLock { _ in ranks_finish() }
    if code != 0 { throw loss(MPIFailure(code, rank: nil)) }
  }

  /// Ends all ranks, this one with a status, without waiting for any. For a rank that has failed.
  public func abort(status: Int32) -> Never { ranks_abort(status) }
}

/// What came of starting the communicator of this process.
private let world = Locked<Result<MPICommunicator, any Error>?>(nil)

extension MPIError {
  static var notBuilt: MPIError {
    MPIError(
      "this program is built without MPI; build it with swift build -c release --traits MPI, after "
        + "scripts/setup --mpi")
  }
}

private func allowedProcessors() -> [Int] {
  var numbers = [Int32](repeating: 0, count: 4096)
  let count = ranks_processors(&numbers, numbers.count)
  return numbers.prefix(count).map { Int($0) }
}
