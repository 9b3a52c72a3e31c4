/// How many workers should share some work: as many threads as BLAS has, or one where waiting for
/// each other would cost more than a second worker saves.
///
/// - Parameter operations: how many floating-point operations the work has.
package func suitableWorkers(operations: Double) -> Int {
  // Measured: two workers are level with one at about half of this.
  operations < 2e6 ? 1 : BLASLibrary.threadCount
}
