import CPerceptronOpenBLAS
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("The BLAS library", .serialized, .mayHang)
struct BLASLibraryTests {
  @Test("It is described as such")
  func information() {
    #expect(BLASLibrary.configuration.contains("OpenBLAS"))
    #expect(!BLASLibrary.core.isEmpty && BLASLibrary.core != "unknown")
    #expect(BLASLibrary.configuration.last?.isWhitespace == false)
  }

  @Test("the number of threads can be set and restored")
  func threadCount() {
    let before = BLASLibrary.threadCount
    defer { BLASLibrary.threadCount = before }
    #expect(before >= 1)
    BLASLibrary.threadCount = 1
    #expect(BLASLibrary.threadCount == 1)
    BLASLibrary.threadCount = before
    #expect(BLASLibrary.threadCount == before)
  }

  @Test("A single thread is used as long as anyone asks for it, also after an error")
  func singleThread() throws {
    struct Stop: Error {}
    let before = BLASLibrary.threadCount
    defer { BLASLibrary.threadCount = before }
    BLASLibrary.threadCount = 2
    #expect(throws: Stop.self) {
      try BLASLibrary.withSingleThread {
        #expect(openblas_get_num_threads() == 1 && BLASLibrary.threadCount == 2)
        BLASLibrary.withSingleThread { #expect(openblas_get_num_threads() == 1) }
        #expect(openblas_get_num_threads() == 1)
        throw Stop()
      }
    }
    BLASLibrary.withSingleThread {
      BLASLibrary.threadCount = 3
      #expect(openblas_get_num_threads() == 1 && BLASLibrary.threadCount == 3)
    }
    // Other tests may be in need of a single thread at the moment.
    #expect(BLASLibrary.threadCount == 3)
  }

  @Test("Many at once leave the usual number behind")
  func manyAtOnce() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<200 {
            BLASLibrary.withSingleThread { #expect(openblas_get_num_threads() == 1) }
          }
        }
      }
    }
  }

  @Test("LAPACKE is linked: it solves 2x + y = 3, x + 3y = 5")
  func lapacke() {
    var matrix = [2.0, 1, 1, 3]
    var solution = [3.0, 5]
    var pivots = [Int32](repeating: 0, count: 2)
    let info = LAPACKE_dgesv(LAPACK_ROW_MAJOR, 2, 1, &matrix, 2, &pivots, &solution, 1)
    #expect(info == 0)
    #expect((solution[0] - 0.8).magnitude < 1e-15 && (solution[1] - 1.4).magnitude < 1e-15)
  }
}
