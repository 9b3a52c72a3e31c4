import LinearAlgebra

/// The numbers of workers that somebody may ask for: more are a typing error.
package let workerCounts = 1...256

/// Forward passes at inference over any number of rows, which workers share: each takes a few at a
/// time through all layers, so that memory stays bounded.
///
/// Used by one thread at a time.
package final class Predictor<Scalar: BLASScalar> {
  private let network: Network<Scalar>
  private let lease: WorkerPool.Lease
  /// One for each worker.
  private let workspaces: UnsafeMutableBufferPointer<Network<Scalar>.Workspace>
  /// How many rows a worker takes at a time: enough for products to run at full speed, few enough
  /// for what goes from layer to layer to stay in cache.
  package static var stride: Int { 256 }

  /// - Parameters:
  ///   - rowCount: how many rows there are at most in a run; no more workers are taken.
  ///   - count: how many workers to take, or nil for as many as suit the work.
  /// - Precondition: `count` is in ``workerCounts``.
  package init(for network: Network<Scalar>, rowCount: Int, workers count: Int? = nil) {
    require(
      count.map(workerCounts.contains) ?? true,
      "Network: \(count ?? 0) workers, expected \(workerCounts.lowerBound) to \(workerCounts.upperBound)"
    )
    self.network = network
    let workers = network.suitableWorkers(rows: rowCount, purpose: .inference)
    lease = WorkerPool.lease(workers: min(count ?? workers, max(rowCount, 1)))
    // Fewer than asked for where the system makes no more threads.
    let used = lease.pool.count
    workspaces = .allocate(capacity: used)
    let rows = min(Self.stride, share(of: rowCount, worker: 0, workers: used).count)
    for worker in 0..<used {
      workspaces.initializeElement(
        at: worker,
        to: Network.Workspace(for: network, batchSize: rows, purpose: .inference))
    }
    BLASLibrary.demandBuffers(threads: used)
  }

  deinit { workspaces.deinitialize().deallocate() }

  /// How many workers there are.
  package var workers: Int { lease.pool.count }

  /// Writes the outputs of some rows.
  ///
  /// - Parameters:
  ///   - outputs: rows × outputs, at most as many rows as the predictor is made for.
  ///   - input: gives some of the rows, at most ``stride``, to a worker, who is done with them before
  ///     it asks for others; called by all workers at once.
  package func write(
    _ outputs: MutableRowBlock<Scalar>,
    input: (_ rows: Range<Int>, _ worker: Int) -> RowBlock<Scalar>
  ) {
    withoutActuallyEscaping(input) { input in
      BLASLibrary.withSingleThread {
        lease.run { [workspaces, network, workers] worker in
          let rows = share(of: outputs.rows, worker: worker, workers: workers)
          for start in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: Self.stride) {
            let range = start..<min(start + Self.stride, rows.upperBound)
            network.forward(input(range, worker), pass: .inference, in: &workspaces[worker])
            workspaces[worker].copyOutputs(to: outputs.rows(range))
          }
        }
      }
    }
  }
}
