import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// The table whose reading is compared: columns of random numbers with 6 to 17 digits, as CSV.
struct TableFile {
  static let columns = 20
  /// Rows that come again until the file has its size.
  private static let blockRows = 50_000

  /// The least size in bytes.
  let size: Int

  /// The work of reading it.
  var entry: PeerWorks.Entry {
    .init(
      title: "read a table of \(Self.columns) columns, \(decimal(Double(size) / 1e6, 0)) MB",
      work: .init(kind: .table, layers: [Self.columns], batch: 0, rows: size))
  }

  /// Writes the file.
  ///
  /// - Throws: `ExitCode` if the process is asked to stop.
  static func write(size: Int, to path: String) throws {
    var random = SeededRandom(seed: 0, purpose: "bench table")
    let header = CSV.text([(0..<columns).map { "x\($0)" }])
    var block: [UInt8] = []
    for row in 0..<blockRows where block.count < size {
      if row % 500 == 0 { try Interruption.check() }
      let cells = (0..<columns).map { column in
        let scale = pow(10, Double(random.index(below: 7)) - 3)
        return significant(scale * random.normal(), 6 + column * 11 / (columns - 1))
      }
      block += Array(CSV.text([cells]).utf8)
    }
    try AtomicFile.write(to: path) { file in
      try file.write(Array(header.utf8))
      for _ in stride(from: 0, to: size, by: block.count) {
        try Interruption.check()
        try file.write(block)
      }
    }
  }
}
