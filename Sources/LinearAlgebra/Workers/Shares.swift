/// The part of `count` things that a worker has: as equal as they can be, in the workers' order.
///
/// - Precondition: `worker` is in 0..<workers.
package func share(of count: Int, worker: Int, workers: Int) -> Range<Int> {
  let (size, rest) = count.quotientAndRemainder(dividingBy: workers)
  let start = worker * size + min(worker, rest)
  return start..<start + size + (worker < rest ? 1 : 0)
}
