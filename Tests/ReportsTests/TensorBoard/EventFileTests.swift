import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@testable import PerceptronReports
import PerceptronVisualization

@Suite("Event files")
struct EventFileTests {
  private func bytes(_ hexadecimal: String) throws -> [UInt8] {
    let digits = Array(hexadecimal)
    return try stride(from: 0, to: digits.count, by: 2).map {
      try #require(UInt8(String(digits[$0...($0 + 1)]), radix: 16))
    }
  }

  /// RFC 3720, appendix B.4.
  @Test("Checksums are those of RFC 3720")
  func checksumsThoseRFC3720() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
    #expect(CRC32C.checksum(Array((0..<32).reversed())) == 0x113F_DB5C)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// What Python's `tensorboard` 2.21 makes of the same events.
  @Test("Records are those of Python's messages")
  func recordsThosePythonsMessages() throws {
    let scalar = EventMessage.scalars([("größe/🙂", 0.1)], step: 300, time: 1.5)
    #expect(
      try EventMessage.record(of: scalar)
        == bytes(
          "2300000000000000b09f774309000000000000f83f10ac022a150a130a0c6772c3b6c39f652ff09f9982"
            + "15cdcccc3d6971ab19"))
    #expect(
      try EventMessage.record(of: EventMessage.fileVersion(at: 2))
        == bytes("1800000000000000a37f4b220900000000000000401a0d627261696e2e4576656e743a32ff2ee0e7")
    )
    #expect(
      try EventMessage.record(of: EventMessage.start(at: 2, step: 7))
        == bytes("0f000000000000006d532b0909000000000000004010073a020801d1715dcb"))
  }

  @Test("Numbers that are not finite are written as such")
  func numbersNotFiniteWrittenSuch() {
    for number in [Double.nan, .infinity, -.infinity] {
      let message = EventMessage.scalars([("x", number)], step: 0, time: 0)
      let tail = message.bytes.suffix(4)
      let bits = tail.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let read = Float(bitPattern: bits)
      #expect(number.isNaN ? read.isNaN : read == Float(number))
    }
  }

  @Test("A histogram counts finite values only")
  func histogramLeavesOutNotFinite() {
    let some = HistogramBuckets(of: Tensor<Double>([0, .nan, 1, 30, .infinity], shape: [5]))
    #expect(some.count == 3 && some.sum == 31 && some.sumOfSquares == 901)
    #expect(some.limits == (1...30).map(Double.init))
    #expect(some.counts == [1, 1] + [Int](repeating: 0, count: 27) + [1])
    let constant = HistogramBuckets(of: Tensor<Float>([2, 2], shape: [2, 1]))
    #expect(constant.limits == [2] && constant.counts == [2])
    let empty = HistogramBuckets(of: Tensor<Float>([.nan], shape: [1]))
    #expect(empty.limits == [0] && empty.counts == [0] && empty.count == 0)
    let extreme = HistogramBuckets(
      of: Tensor<Double>([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], shape: [2]))
    #expect(extreme.counts.first == 1 && extreme.counts.last == 1)
  }

  @Test("Flushed events are in the file, after the version and the start")
  func wasFlushedFileBehindVersion() throws {
    let scratch = try TemporaryDirectory()
    let log = try TensorBoardLog(in: scratch.file("a/b"), fromStep: 7)
    let head = try Data(contentsOf: URL(fileURLWithPath: log.path)).count
    try log.image("i", Image(width: 1, height: 1, channels: 1, pixels: [9]), step: 7)
    try log.flush()
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: log.path)))
    var offsets = [0]
    while let offset = offsets.last, offset < data.count {
      let length = Array(data[offset..<offset + 8])
      let size = length.reversed().reduce(0) { $0 << 8 | Int($1) }
      let end = offset + 12 + size
      let checks = [CRC32C.masked(length), CRC32C.masked(Array(data[offset + 12..<end]))]
      let found = [offset + 8, end].map { start in
        data[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      #expect(checks == found)
      offsets.append(end + 4)
    }
    #expect(offsets.count == 4 && offsets[2] == head && offsets.last == data.count)
  }
  @Test("An event that was written in part is taken back and written again")
  func eventWasWrittenPartTaken() async throws {
    let scratch = try TemporaryDirectory()
    await #expect(processExitsWith: .success) { [path = scratch.path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let log = try TensorBoardLog(in: path)
      let file = URL(fileURLWithPath: log.path)
      let whole = try Data(contentsOf: file)
      for step in 0..<3 { try log.scalar("x", 1, step: step) }
      var limit = rlimit()
      getrlimit(fileSizeLimit, &limit)
      let usual = limit.rlim_cur
      // Space for an event and a part of one.
      limit.rlim_cur = rlim_t(whole.count + 50)
      setrlimit(fileSizeLimit, &limit)
      let error = #expect(throws: FileError.self) { try log.flush() }
      #expect(error?.path == log.path)
      #expect(error?.message.hasPrefix("cannot be written to: ") == true)
      #expect(try Data(contentsOf: file) == whole)
      limit.rlim_cur = usual
      setrlimit(fileSizeLimit, &limit)
      try log.flush()
      let events = try RecordedEvent.read([UInt8](Data(contentsOf: file)))
      #expect(events.filter { !$0.isStart }.map(\.step) == [0, 1, 2])
    }
  }

  @Test("A log that goes with events it cannot write leaves whole ones")
  func logGoesWithEventsCannot() async throws {
    let scratch = try TemporaryDirectory()
    await #expect(processExitsWith: .success) { [path = scratch.path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var log: TensorBoardLog? = try TensorBoardLog(in: path)
      let file = URL(fileURLWithPath: try #require(log?.path))
      let whole = try Data(contentsOf: file)
      try log?.scalar("x", 1, step: 1)
      var limit = rlimit()
      getrlimit(fileSizeLimit, &limit)
      limit.rlim_cur = rlim_t(whole.count + 10)
      setrlimit(fileSizeLimit, &limit)
      log = nil
      #expect(try Data(contentsOf: file) == whole)
    }
  }
}

#if canImport(Glibc)
  private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
  private let fileSizeLimit = RLIMIT_FSIZE
#endif
