import Foundation

/// The memory that this process can still allocate, limited by the machine, `ulimit`, or Linux control
/// groups, as in containers.
package struct MemoryLimit: Sendable, Equatable {
  /// In bytes, as the total.
  package let left: Double
  let total: Double
  /// The kind of limit, such as `of address space that ulimit -v allows`.
  let kind: String

  init(total: Double, used: Double, kind: String) {
    (self.total, left, self.kind) = (total, max(total - used, 0), kind)
  }

  private static let addressKind = "of address space that ulimit -v allows"
  /// Whether it is address space that is limited, which mapped files take as well.
  var limitsAddresses: Bool { kind == Self.addressKind }

  /// A machine's memory in bytes.
  package static func machine(_ total: Double, used: Double = 0) -> MemoryLimit {
    MemoryLimit(total: total, used: used, kind: "that this machine has")
  }

  /// The tightest limit of this process, now.
  package static var current: MemoryLimit {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    // In pages: all, resident, shared, text, unused, data.
    let counts = pages.split { $0 == " " || $0 == "\n" }.map { Double($0) ?? 0 }
    func used(_ index: Int) -> Double {
      counts.indices.contains(index) ? counts[index] * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
    // Pages of files, such as mapped ones, give way where memory is short.
    let own = max(used(1) - used(2), 0)
    let machine = machine(Double(ProcessInfo.processInfo.physicalMemory), used: own)
    let others = [
      limit(RLIMIT_AS).map {
        MemoryLimit(total: $0, used: used(0), kind: addressKind)
      },
      limit(RLIMIT_DATA).map {
        MemoryLimit(total: $0, used: used(5), kind: "of data that ulimit -d allows")
      },
      groupLimit { try? String(contentsOfFile: $0, encoding: .utf8) }.map {
        MemoryLimit(total: $0, used: own, kind: "that the container or control group allows")
      },
    ]
    return others.compactMap { $0 }.reduce(machine) { $1.left < $0.left ? $1 : $0 }
  }

  #if canImport(Darwin)
    private typealias Resource = Int32
  #else
    private typealias Resource = __rlimit_resource
  #endif

  /// A limit of the process; nil where there is none.
  private static func limit(_ resource: Resource) -> Double? {
    var limit = rlimit()
    #if canImport(Darwin)
      let status = getrlimit(resource, &limit)
    #else
      let status = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #endif
    // Limits beyond 2⁶² are none.
    return status == 0 && limit.rlim_cur < 1 << 62 ? Double(limit.rlim_cur) : nil
  }

  /// The least limit of the control groups that the process is in, versions 1 and 2, and of all above
  /// them; nil where there is none.
  ///
  /// - Parameter read: the text of a file, or nil where there is none.
  package static func groupLimit(read: (_ path: String) -> String?) -> Double? {
    var limits: [Double] = []
    for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let (roots, name): ([String], String)
      if parts[1].isEmpty {
        (roots, name) = (["/sys/fs/cgroup", "/sys/fs/cgroup/unified"], "memory.max")
      } else if parts[1].split(separator: ",").contains("memory") {
        (roots, name) = (["/sys/fs/cgroup/memory"], "memory.limit_in_bytes")
      } else {
        continue
      }
      // In a container the root may stand for the group itself.
      var names = parts[2].split(separator: "/")
      while true {
        let group = names.map { "/" + $0 }.joined()
        limits += roots.compactMap { read("\($0)\(group)/\(name)") }
          .compactMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        if names.popLast() == nil { break }
      }
    }
    // Version 1 has a number that is larger than any memory where there is no limit.
    return limits.filter { $0 < 1e18 }.min()
  }
}

extension MemoryLimit: CustomStringConvertible {
  /// Such as `1.2 GB are left of the 3.1 GB that this machine has`.
  package var description: String {
    "\(gigabytes(left)) are left of the \(gigabytes(total)) \(kind)"
  }
}

/// A number of bytes as `26.3 GB`.
package func gigabytes(_ bytes: Double) -> String { decimal(bytes / 1e9, 1) + " GB" }
