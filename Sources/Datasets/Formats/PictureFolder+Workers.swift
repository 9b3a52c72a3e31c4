import PerceptronFiles
import PerceptronLinearAlgebra

/// The number of files that a worker takes at a time.
private let filesAtATime = 16

/// What the workers have read.
private struct ReadFiles<Result> {
  /// The first file that no worker has taken.
  var next = 0
  /// The least index with an error.
  var failure: (index: Int, error: any Error)?
  /// The results from some index on.
  var results: [(start: Int, results: [Result])] = []
}

/// Calls `read` with 0..<count on all cores and returns its results in that order.
///
/// - Throws: the error of the least index that has one, whatever the number of workers.
func readInParallel<Result>(_ count: Int, _ read: (Int) throws -> Result) throws -> [Result] {
  let files = Locked(ReadFiles<Result>())
  func work() {
    while true {
      let start = files.withLock { files in
        defer { files.next += filesAtATime }
        return files.failure == nil ? files.next : count
      }
      if start >= count { return }
      var index = start
      do {
        var results: [Result] = []
        while index < min(start + filesAtATime, count) {
          results.append(try read(index))
          index += 1
        }
        files.withLock { $0.results.append((start, results)) }
      } catch {
        // Workers that have earlier files go on with them, since one of those may fail, too.
        files.withLock { files in
          if index < files.failure?.index ?? .max { files.failure = (index, error) }
        }
      }
    }
  }
  let workers = min(BLASLibrary.threadCount, (count + filesAtATime - 1) / filesAtATime)
  withoutActuallyEscaping(work) { work in
    WorkerPool.Lease(workers: max(workers, 1)).run { _ in work() }
  }
  return try files.withLock { files in
    if let failure = files.failure { throw failure.error }
    let order = sortedIndices(files.results.count) {
      files.results[$0].start < files.results[$1].start
    }
    return order.flatMap { files.results[$0].results }
  }
}
