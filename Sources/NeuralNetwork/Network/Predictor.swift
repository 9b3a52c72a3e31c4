import PerceptronLinearAlgebra

/// The valid numbers of workers.
package let workerCounts = 1...256

/// Forward passes at inference of one or several networks over the same rows, of any number. Workers
/// share the rows: each takes a few at a time through all layers, so that memory stays bounded.
///
/// Used by one thread at a time.
package final class Predictor<Scalar: BLASScalar> {
  /// A network, and its large layers if they are packed.
  package typealias Member = (network: Network<Scalar>, packed: PackedWeights<Scalar>?)

  private let members: [Member]
  private let lease: WorkerPool.Lease
  /// One for each member of each worker, worker by worker.
  private let workspaces: UnsafeMutableBufferPointer<Network<Scalar>.Workspace>
  /// The largest number of rows that a worker takes at a time.
  private let pieceSize: Int

  /// Forward passes of one network over at most `rowCount` rows, by at most as many workers.
  ///
  /// - Parameter count: the number of workers, in ``workerCounts``, or nil for as many as suit the work.
  package convenience init(
    for network: Network<Scalar>, rowCount: Int, workers count: Int? = nil
  ) {
    // For a few rows, packing takes longer than their products.
    let packed = rowCount >= AffineProducts.leastPacked ? PackedWeights(of: network) : nil
    self.init(for: [(network, packed)], rowCount: rowCount, workers: count)
  }

  /// Forward passes of several networks, at least one, all of the same input size.
  package init(for members: [Member], rowCount: Int, workers count: Int? = nil) {
    require(
      count.map(workerCounts.contains) ?? true,
      "Network: \(count ?? 0) workers, expected \(workerCounts.lowerBound) to \(workerCounts.upperBound)"
    )
    self.members = members
    let workers = members.map { $0.network.suitableWorkers(rows: rowCount, purpose: .inference) }
    lease = WorkerPool.Lease(workers: min(count ?? (workers.max() ?? 1), max(rowCount, 1)))
    // Fewer than requested if the system creates no more threads.
    let used = lease.pool.count
    let rows = min(Self.pieceSize, share(of: rowCount, worker: 0, workers: used).count)
    pieceSize = max(rows, 1)
    workspaces = .allocate(capacity: used * members.count)
    for index in workspaces.indices {
      workspaces.initializeElement(
        at: index,
        to: Network.Workspace(
          for: members[index % members.count].network, batchSize: rows, purpose: .inference))
    }
    BLASLibrary.demandBuffers(threads: used)
  }

  deinit { workspaces.deinitialize().deallocate() }

  /// Few enough rows for what goes from layer to layer to stay in the second-level cache.
  private static var pieceSize: Int { 512 }

  package var workers: Int { lease.pool.count }
  /// The loss of each network.
  package var losses: [any Loss<Scalar>] { members.map(\.network.loss) }
  /// The best distance between the rows of its input, in elements.
  package var inputStride: Int {
    let inputSize = members[0].network.inputSize
    return members.allSatisfy { $0.packed?.table[0] != nil }
      ? PackedLayer<Scalar>.stride(columns: inputSize) : inputSize
  }

  /// The number of rows that a worker should gather at a time: enough for products at full speed, few
  /// enough to stay in the cache; more for several networks, whose weights are all read for each piece.
  package var gatheredRows: Int {
    let bytes = members[0].network.inputSize * MemoryLayout<Scalar>.stride
    let rows = members.count > 1 ? 256 : max((3 << 19) / bytes / 4 * 4, 32)
    return min(rows, pieceSize)
  }

  /// The outputs of some rows, one tensor [rows, outputs] for each network. `most` and `input` are as for
  /// ``write(_:most:input:)``.
  package func outputs(
    rowCount: Int, most: Int = .max,
    input: (_ rows: Range<Int>, _ worker: Int) -> RowBlock<Scalar>
  ) -> [Tensor<Scalar>] {
    var outputs = members.map { Tensor<Scalar>.zeros([rowCount, $0.network.outputSize]) }
    let blocks = outputs.indices.map { index in
      // No copy of the tensors exists until all are written.
      outputs[index].withMutableRows { $0 }
    }
    write(blocks, most: most, input: input)
    return outputs
  }

  /// Writes the outputs of some rows.
  ///
  /// - Parameters:
  ///   - outputs: of each member, rows × outputs, at most as many rows as the predictor is made for.
  ///   - most: a limit on the rows that a worker takes at a time.
  ///   - input: returns some of the rows for a worker, valid until the worker's next call; called by all
  ///     workers at once.
  package func write(
    _ outputs: [MutableRowBlock<Scalar>], most: Int = .max,
    input: (_ rows: Range<Int>, _ worker: Int) -> RowBlock<Scalar>
  ) {
    let (count, pieceSize) = (outputs[0].rows, min(pieceSize, most))
    withoutActuallyEscaping(input) { input in
      BLASLibrary.withSingleThread {
        lease.run { [workspaces, members, workers] worker in
          let rows = share(of: count, worker: worker, workers: workers)
          for start in stride(from: rows.lowerBound, to: rows.upperBound, by: pieceSize) {
            let range = start..<min(start + pieceSize, rows.upperBound)
            let x = input(range, worker)
            for (index, member) in members.enumerated() {
              let workspace = worker * members.count + index
              member.network.forward(
                x, pass: .inference, packed: member.packed, in: &workspaces[workspace])
              workspaces[workspace].copyOutputs(to: outputs[index].rows(range))
            }
          }
        }
      }
    }
  }
}

extension Network {
  /// The number of workers that suits passes over some rows.
  package func suitableWorkers(rows: Int, purpose: Workspace.Purpose) -> Int {
    // Each weight takes part in a product forward and, in training, in two backward, of two
    // operations for each row.
    let operations =
      switch purpose {
      case .inference: 2.0
      case .training: 6.0
      }
    return PerceptronLinearAlgebra.suitableWorkers(
      operations: operations * Double(parameterCount) * Double(rows))
  }
}
