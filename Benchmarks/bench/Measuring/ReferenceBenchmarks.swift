import Foundation
import Perceptron

/// Benchmarks that are the same in every build and are timed together with all others. A change of
/// their times is a change of the machine.
enum ReferenceBenchmarks {
  static let subject = "this machine"

  /// The name of the loop whose rate is the upper limit for products.
  static let peak = "multiply-adds"

  /// Arithmetic on one core, multiply-adds on all cores, copying in memory, new pages from the system,
  /// and a product by BLAS.
  static func make() -> [Benchmark] {
    [arithmetic(), multiplyAdds(), copying(), pages(), product()]
  }

  private static func arithmetic() -> Benchmark {
    var state: UInt64 = 1
    return Benchmark(subject: subject, variant: "arithmetic") {
      // Knuth's generator (MMIX): each number depends on the one before.
      for _ in 0..<20_000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      }
    }
  }

  /// Independent multiply-adds in single precision, by as many workers as BLAS has threads.
  private static func multiplyAdds() -> Benchmark {
    let lease = WorkerPool.Lease(workers: BLASLibrary.threadCount)
    let count = 200_000
    return Benchmark(
      subject: subject, variant: peak,
      operations: Double(lease.pool.count) * MultiplyAddLoop.operations(count: count)
    ) { lease.run { _ in MultiplyAddLoop.run(count: count) } }
  }

  private static func copying() -> Benchmark {
    let source = [UInt8](repeating: 1, count: 16 << 20)
    var target = source
    return Benchmark(subject: subject, variant: "copying 16 MB") {
      target.withUnsafeMutableBytes { target in
        source.withUnsafeBytes { target.copyMemory(from: $0) }
      }
    }
  }

  private static func pages() -> Benchmark {
    let count = 4 << 20
    return Benchmark(subject: subject, variant: "4 MB of fresh pages") {
      guard
        let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        memory != MAP_FAILED
      else { return }
      for offset in stride(from: 0, to: count, by: 4096) {
        memory.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
      }
      munmap(memory, count)
    }
  }

  private static func product() -> Benchmark {
    let product = PlainProduct(Product(name: "", rows: 256, inner: 256, columns: 256))
    let threads = BLASLibrary.threadCount
    return Benchmark(
      subject: subject, variant: "256³ by BLAS", usesAllThreads: true,
      prepare: { BLASLibrary.threadCount = threads }, run: product.run)
  }
}
