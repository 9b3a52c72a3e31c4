import Foundation
import PerceptronFiles
import Testing

@Suite("Limits of memory")
struct MemoryLimitTests {
  /// The limit that files of control groups tell.
  private func limit(_ groups: String, _ files: [String: String]) -> Double? {
    MemoryLimit.groupLimit { $0 == "/proc/self/cgroup" ? groups : files[$0] }
  }

  @Test("The least limit of a control group and those above it counts, in both versions")
  func groups() {
    let second = [
      "/sys/fs/cgroup/memory.max": "9000000000\n", "/sys/fs/cgroup/a/memory.max": "3000000000\n",
      "/sys/fs/cgroup/a/b/memory.max": "max\n",
    ]
    #expect(limit("0::/a/b\n", second) == 3e9)
    #expect(limit("0::/\n", second) == 9e9)
    // In a container whose root stands for its own group.
    #expect(limit("0::/docker/0123\n", second) == 9e9)
    let first = [
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "2000000000\n",
      "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "4000000000\n",
    ]
    #expect(limit("3:cpu,cpuacct:/x\n4:memory:/a/b\n0::/\n", first) == 2e9)
    #expect(limit("4:memory:/\n", first) == nil)
    #expect(limit("4:memory:/a\n0::/a\n", first.merging(second) { $1 }) == 2e9)
    #expect(limit("nonsense\n\n", second) == nil && limit("", [:]) == nil)
  }

  @Test("The limit of this process's memory is described with what is left")
  func current() {
    let limit = MemoryLimit.current
    #expect(limit.left > 0 && limit.left < Double(ProcessInfo.processInfo.physicalMemory))
    #expect(
      "\(MemoryLimit.machine(25.2e9, used: 1e9))"
        == "24.2 GB are left of the 25.2 GB that this machine has")
  }
}
