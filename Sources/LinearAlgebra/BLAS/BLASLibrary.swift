internal import CPerceptronOpenBLAS
internal import CPerceptronSystem
import Synchronization

/// The BLAS that this process is linked with: its build and its threads.
public enum BLASLibrary {
  /// OpenBLAS's own description of its build: version and options.
  public static var configuration: String { text(openblas_get_config()) }

  /// The processor kernel that OpenBLAS picked at run time, such as `Cooperlake` or `Haswell`.
  public static var core: String { text(openblas_get_corename()) }

  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    guard let pointer else { return "unknown" }
    return String(String(cString: pointer).reversed().drop(while: \.isWhitespace).reversed())
  }
}

// MARK: - Threads

/// The current users of OpenBLAS on a single thread.
private struct SingleThread {
  var users = 0
  /// OpenBLAS's number of threads without users.
  var usual = 1
}

private let state = Locked(SingleThread())

extension BLASLibrary {
  /// The number of threads that OpenBLAS uses for large products, at least 1, in the whole process.
  ///
  /// Training and prediction split their work among as many threads of their own. Until they are done,
  /// OpenBLAS uses a single thread for all products; a number set meanwhile takes effect afterwards. May
  /// be read and set on any thread.
  public static var threadCount: Int {
    get {
      state.withLock { $0.users > 0 ? $0.usual : Int(openblas_get_num_threads()) }
    }
    set {
      require(newValue >= 1, "BLASLibrary: \(newValue) threads, at least 1 is needed")
      state.withLock {
        if $0.users > 0 {
          $0.usual = newValue
        } else {
          openblas_set_num_threads(blasCount(newValue))
        }
      }
    }
  }

  /// Calls `body` while OpenBLAS uses a single thread for each product. Calls may be nested and made
  /// from several threads.
  package static func withSingleThread<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock {
      if $0.users == 0 {
        $0.usual = Int(openblas_get_num_threads())
        openblas_set_num_threads(1)
      }
      $0.users += 1
    }
    defer {
      state.withLock {
        $0.users -= 1
        if $0.users == 0 { openblas_set_num_threads(blasCount($0.usual)) }
      }
    }
    return try body()
  }
}

// MARK: - Memory

/// The largest number of threads for which there was memory.
private let roomyThreads = Atomic<Int>(0)

extension BLASLibrary {
  /// Ends the process with a message if there is no memory for OpenBLAS's buffers, one for each thread
  /// that computes at the same time: OpenBLAS would retry forever. Call it when all else is allocated.
  package static func demandBuffers(threads: Int) {
    if threads <= roomyThreads.load(ordering: .relaxed) { return }
    // As large as they are on the processors that have the largest ones.
    let bytes = threads << 27
    // Only of limits of address space: OpenBLAS touches little of what it maps.
    let room = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
    guard let room, room != UnsafeMutableRawPointer(bitPattern: -1) else {
      endOfMemory(bytes, "OpenBLAS's buffers")
    }
    munmap(room, bytes)
    roomyThreads.max(threads, ordering: .relaxed)
  }
}
