#if os(Linux)
  import CHints
  import Foundation
  import Testing

  /// How threads are kept off each other's processors.
  @Suite struct ProcessorTests {
    /// The processors that this thread may run on, as Linux lists them: `0-1`.
    private static func allowed() throws -> String {
      let status = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.contains("allowed_list") })
      return line.split(separator: "\t").last.map(String.init) ?? ""
    }

    @Test("A thread leaves its processor, and may run where it might before")
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

    @Test("A thread stays where it may run nowhere else, and where there is nothing to leave")
    func staying() throws {
      let allowed = try Self.allowed()
      hint_leaving((0..<1024).map { $0 }, 1024)
      #expect(try Self.allowed() == allowed)
      hint_leaving([-1, .max], 2)
      hint_leaving([], 0)
      #expect(try Self.allowed() == allowed)
    }
  }
#endif
