import Datasets
import LinearAlgebra

extension SweepGroup {
  /// The share of a data set's rows that each of some networks classifies rightly; nil for no rows.
  func accuracies(of some: [SweepRun<Scalar>], on data: PreparedDataset<Scalar>) -> [Double] {
    var right = [Int](repeating: 0, count: some.count)
    for start in stride(from: 0, to: data.count, by: batchSize) {
      let block = start..<min(start + batchSize, data.count)
      countRight(of: some, labels: data.labels[block], into: &right) { x, own in
        data.features.copy(start + own.lowerBound..<start + own.upperBound, into: x)
      }
    }
    return right.map { Double($0) / Double(data.count) }
  }

  /// The share of the last step's batch that each of some networks classifies rightly.
  func batchAccuracies(of some: [SweepRun<Scalar>]) -> [Double] {
    var right = [Int](repeating: 0, count: some.count)
    countRight(of: some, labels: labels[...], into: &right, write: nil)
    return right.map { Double($0) / Double(batchSize) }
  }

  /// Adds up how many rows each of some networks classifies rightly.
  ///
  /// - Parameter write: writes some of the rows' features; nil where the batch is there.
  private func countRight(
    of some: [SweepRun<Scalar>], labels: ArraySlice<Int>, into right: inout [Int],
    write: ((MutableRowBlock<Scalar>, Range<Int>) -> Void)?
  ) {
    let ranges = unitRanges(of: some)
    right.withUnsafeMutableBufferPointer { right in
      features.withMutableRows { whole in
        let x = whole.rows(0..<labels.count)
        run { [self] worker in
          if let write {
            let own = PackedBatch<Scalar>.share(
              of: labels.count, worker: worker, workers: workers)
            write(x.rows(own), own)
            packed.pack(own, of: x.reading, forUpdates: false)
            lease.pool.waitForOthers()
          }
          for range in ranges {
            multiply(range.clamped(to: units(of: worker)), rows: labels.count)
          }
          lease.pool.waitForOthers()
          for index in some.indices where index % workers == worker {
            right[index] += some[index].countRight(
              products(of: some[index], rows: labels.count), labels: labels)
          }
        }
      }
    }
  }
}
