#if os(Linux)
  import CPerceptronSystem
  import Foundation
  import Synchronization
  import TestSupport
  import Testing
  @testable import PerceptronLinearAlgebra
  /// How threads are kept off each other's processors.
  @Suite("Processor", .mayHang)
  struct ProcessorTests {
    /// The processors that this thread may run on, as Linux lists them: `0-1`.
    private static func allowed() throws -> String {
      let status = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.contains("allowed_list") })
      return line.split(separator: "\t").last.map(String.init) ?? ""
    }

    @Test("A thread leaves its processor and may run on the same processors as before")
    func leaving() throws {
      let allowed = try Self.allowed()
      let isAlone = Int(allowed) != nil
      // The system may put it back at once where the others are busy.
      var departures = 0
      for _ in 0..<20 {
        let processor = hint_processor()
        hint_leaving([processor], 1)
        if hint_processor() != processor { departures += 1 }
      }
      #expect(isAlone ? departures == 0 : departures >= 10)
      #expect(try Self.allowed() == allowed)
    }

    @Test("A thread stays if it may run nowhere else, or if there is nothing to leave")
    func staying() throws {
      let allowed = try Self.allowed()
      hint_leaving((0..<1024).map { $0 }, 1024)
      #expect(try Self.allowed() == allowed)
      hint_leaving([-1, .max], 2)
      hint_leaving([], 0)
      #expect(try Self.allowed() == allowed)
    }

    @Test(
      "A worker that shares its caller's processor works on another one",
      .enabled(if: usable.count > 1, "there is a single processor"))
    func apart() throws {
      let (callers, others) = (Self.usable[0], Self.usable.dropFirst())
      let pool = WorkerPool.make(count: 2)
      // Where the others are busy too, the system leaves the worker where it is.
      let isOver = Flag()
      for processor in others {
        Thread.detachNewThread {
          try? Self.stay(on: [processor])
          while !isOver.value.load(ordering: .relaxed) { hint_spinning() }
        }
      }
      try Self.stay(on: [callers])
      var apart = [Bool]()
      for round in 0...20 {
        pool.run { worker in
          if worker == 0 { return }
          if round > 0 { apart.append(hint_processor() != callers) }
          // Where it is before the next round.
          hint_leaving(Array(others), others.count)
        }
      }
      isOver.value.store(true, ordering: .relaxed)
      try Self.stay(on: Self.usable)
      pool.end()
      // A busy system may have moved it back in some rounds; left where it is, it hardly ever is apart.
      #expect(apart.count { $0 } >= 5, "\(apart)")
    }

    private final class Flag: Sendable {
      let value = Atomic(false)
    }

    /// `sched_getaffinity` or `sched_setaffinity`, which Swift's view of the C library leaves out.
    private typealias Affinity =
      @convention(c) (_ thread: pid_t, _ size: Int, _ set: UnsafeMutableRawPointer?) -> Int32

    /// Calls one of the two for the calling thread.
    private static func call(_ name: String, _ set: inout [UInt8]) throws {
      let function = unsafeBitCast(try #require(dlsym(nil, name)), to: Affinity.self)
      try #require(set.withUnsafeMutableBytes { function(0, $0.count, $0.baseAddress) } >= 0)
    }

    /// The processors that this process may run on.
    private static let usable: [Int32] = {
      var set = [UInt8](repeating: 0, count: 128)
      try? call("sched_getaffinity", &set)
      return (0..<1024).filter { set[Int($0) / 8] & 1 << ($0 % 8) != 0 }
    }()

    /// Lets the calling thread run on these processors alone.
    private static func stay(on processors: [Int32]) throws {
      var set = [UInt8](repeating: 0, count: 128)
      for processor in processors { set[Int(processor) / 8] |= 1 << (processor % 8) }
      try call("sched_setaffinity", &set)
    }
  }
#endif
