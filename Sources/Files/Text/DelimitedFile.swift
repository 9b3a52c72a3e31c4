import Foundation
import PerceptronLinearAlgebra

/// A text table in a file, plain or gzipped, whose columns are read by all workers.
///
/// The file is read twice: first its rows are counted, then they are parsed into their place. The memory
/// is that of the values and a chunk of the text for each worker.
package struct DelimitedFile: Sendable {
  package let path: String
  /// What the beginning of the file tells.
  package let sample: DelimitedSample
  private let missing: MissingTexts
  private let workers: Int
  private let chunkSize: Int

  /// Looks at the beginning of a file.
  ///
  /// - Parameters:
  ///   - workers: the number of workers, or nil for one per thread of BLAS.
  ///   - chunkSize: the bytes that a worker takes at a time, or nil for what suits.
  ///   - sampleSize: the least number of bytes to look at, or nil for what suits.
  /// - Throws: ``FileError`` where the file cannot be read, is empty or is no table.
  package init(
    path: String, hints: DelimitedSample.Hints = .init(), workers: Int? = nil,
    chunkSize: Int? = nil, sampleSize: Int? = nil
  ) throws {
    self.path = path
    let source = try DelimitedSource(path: path)
    let size = source.remainingLimit ?? 0
    sample =
      try sampleSize.map { try DelimitedSample(source, hints, leastSize: $0) }
      ?? DelimitedSample(source, hints)
    missing = hints.missing
    self.workers = workers ?? (size < 1 << 20 ? 1 : BLASLibrary.threadCount)
    self.chunkSize = chunkSize ?? min(1 << 20, max(1 << 16, (1 << 25) / self.workers))
  }

  /// The names of the columns.
  package var names: [String] { sample.names }

  /// The error of a header without rows.
  package var noRows: FileError {
    FileError(path, "expected a row below the header, found none")
  }

  /// Reads the columns.
  ///
  /// - Parameters:
  ///   - columns: how each column of the file is read.
  ///   - width: the number of columns with a place in the matrix.
  ///   - others: the number of other columns.
  /// - Throws: ``FileError`` with line and column where a row has another number of cells, a cell is not
  ///   what its column holds, or a quotation mark is not closed; and where memory does not suffice.
  package func read(
    _ columns: [DelimitedColumn], width: Int, others: Int = 0
  ) throws -> DelimitedTable {
    require(columns.count == sample.columnCount, "DelimitedFile: \(columns.count) columns")
    let lease = WorkerPool.Lease(workers: workers)
    let chunks = try count(lease)
    let rows = chunks.rows
    if rows == 0 { throw noRows }
    try checkMemory(rows: rows, columns: width + others)
    let parsers = (0..<lease.pool.count).map { _ in
      DelimitedParser(columns, sample.syntax, missing: missing)
    }
    var names: [JoinedNames?] = []
    var otherValues: [Double] = []
    let matrix = try [Double](unsafeUninitializedCapacity: rows * width) { matrix, matrixCount in
      otherValues = try [Double](unsafeUninitializedCapacity: rows * others) { other, otherCount in
        for parser in parsers {
          parser.target(
            matrix: matrix.baseAddress, width: width, others: other.baseAddress, rows: rows)
        }
        let owners = try parse(chunks, by: parsers, lease)
        names = JoinedNames.all(of: columns, parsers)
        lease.run { worker in
          for chunk in owners.indices where chunk % lease.pool.count == worker {
            parsers[owners[chunk]].rename(
              rows: chunks.rowStarts[chunk]..<chunks.rowStarts[chunk + 1], names, owners[chunk])
          }
        }
        (matrixCount, otherCount) = (rows * width, rows * others)
      }
    }
    return DelimitedTable(
      rowCount: rows, matrix: matrix, others: otherValues,
      missingCounts: columns.indices.map { column in
        parsers.reduce(0) { $0 + $1.missingCounts[column] }
      },
      names: names.map { $0?.texts })
  }

  private func checkMemory(rows: Int, columns: Int) throws {
    let size = 8 * Double(rows) * Double(columns)
    if size < Double(1 << 24) { return }
    let memory = MemoryLimit.current
    if size > memory.left {
      throw FileError(
        path,
        "\(grouped(rows)) rows of \(counted(columns, "column")) take \(gigabytes(size)), but \(memory)"
      )
    }
  }
}

// MARK: - Passes

/// The chunks of a table: where their rows and lines begin, with the totals at the end.
private struct ChunkList {
  var sizes: [Int] = []
  var rowStarts = [0]
  var lineStarts: [Int]

  /// - Parameter firstLine: the number of lines before the first chunk.
  init(_ counts: [DelimitedCounts], firstLine: Int) {
    lineStarts = [firstLine]
    for count in counts {
      sizes.append(count.size)
      rowStarts.append(rowStarts[sizes.count - 1] + count.rows)
      lineStarts.append(lineStarts[sizes.count - 1] + count.lines)
    }
  }

  var rows: Int { rowStarts[sizes.count] }
}

/// The error in the first chunk that has one.
private struct FirstError {
  private(set) var error: (chunk: Int, error: any Error)?

  mutating func add(_ error: any Error, chunk: Int) {
    if self.error.map({ chunk < $0.chunk }) ?? true { self.error = (chunk, error) }
  }
}

extension DelimitedFile {
  /// The first text that is not missing of each of some columns, and its line; none for those that have
  /// only missing cells. Reads until all are found.
  package func firstTexts(ofColumns columns: Set<Int>) throws -> [Int: (text: String, line: Int)] {
    let chunks = DelimitedChunks(try openRows(), sample.syntax)
    let buffer = DelimitedBuffer(capacity: chunkSize)
    var found: [Int: (text: String, line: Int)] = [:]
    var scratch: [UInt8] = []
    var line = sample.dataLine
    while found.count < columns.count {
      // What is wrong with the file, reading it says.
      guard (try? chunks.next(into: buffer))?.hasRows == true else { break }
      let start = UnsafePointer(buffer.bytes)
      var place = start
      var column = 0
      while place < buffer.end {
        let cell = DelimitedCell(at: place, sample.syntax, end: buffer.end)
        if columns.contains(column) && found[column] == nil {
          let text = cell.withBytes(&scratch) { String(decoding: $0, as: UTF8.self) }
          if !missing.contain(text) {
            let lines = DelimitedCounts.lines(start, place, sample.syntax)
            found[column] = (text, line + lines + 1)
          }
        }
        column = cell.endsRow ? 0 : column + 1
        place = cell.next
      }
      line += DelimitedCounts.lines(start, buffer.end, sample.syntax)
    }
    return found
  }

  /// A source at the first row below the header.
  private func openRows() throws -> DelimitedSource {
    let source = try DelimitedSource(path: path)
    try source.skip(sample.dataStart)
    return source
  }

  /// The first pass: cuts the file into chunks of whole rows and counts these.
  private func count(_ lease: WorkerPool.Lease) throws -> ChunkList {
    let chunks = DelimitedChunks(try openRows(), sample.syntax)
    let state = Locked<(counts: [DelimitedCounts?], isOver: Bool, error: FirstError)>(
      ([], false, FirstError()))
    let syntax = sample.syntax
    lease.run { [chunkSize] _ in
      let buffer = DelimitedBuffer(capacity: chunkSize)
      while true {
        // One worker at a time reads; the others count meanwhile.
        let taken = state.withLock { state -> (chunk: Int, isQuoted: Bool)? in
          if state.isOver { return nil }
          do {
            let next = try chunks.next(into: buffer)
            state.isOver = !next.hasRows
            if state.isOver { return nil }
            state.counts.append(nil)
            return (state.counts.count - 1, next.isQuoted)
          } catch let unclosed as DelimitedChunks.Unclosed {
            let opened = UnsafePointer(buffer.bytes) + unclosed.offset
            let line = DelimitedCounts.lines(UnsafePointer(buffer.bytes), opened, syntax)
            state.error.add(
              Unclosed(line: line, isAtEnd: unclosed.isAtEnd), chunk: state.counts.count)
          } catch {
            state.error.add(error, chunk: state.counts.count)
          }
          state.isOver = true
          return nil
        }
        guard let taken else { return }
        let count = DelimitedCounts(buffer, syntax, isQuoted: taken.isQuoted)
        state.withLock { $0.counts[taken.chunk] = count }
      }
    }
    let (counts, _, first) = state.withLock { $0 }
    let list = ChunkList(counts.compactMap { $0 }, firstLine: sample.dataLine)
    if let unclosed = first.error?.error as? Unclosed {
      let line = list.lineStarts[list.sizes.count] + unclosed.line + 1
      throw FileError.unclosed(path, line: line, isAtEnd: unclosed.isAtEnd)
    }
    if let error = first.error?.error { throw error }
    return list
  }

  /// A quotation mark that is not closed, so many lines below the beginning of its chunk.
  private struct Unclosed: Error {
    let line: Int
    let isAtEnd: Bool
  }

  /// The second pass: parses all chunks.
  ///
  /// - Returns: which worker parsed each chunk.
  private func parse(
    _ list: ChunkList, by parsers: [DelimitedParser], _ lease: WorkerPool.Lease
  ) throws -> [Int] {
    let chunks = DelimitedChunks(try openRows(), sample.syntax)
    let state = Locked<(owners: [Int], error: FirstError)>(([], FirstError()))
    lease.run { [self] worker in
      let buffer = DelimitedBuffer(capacity: list.sizes.max() ?? 0)
      while true {
        let taken = state.withLock { state -> Int? in
          let chunk = state.owners.count
          if chunk == list.sizes.count || state.error.error != nil { return nil }
          state.owners.append(worker)
          do {
            try chunks.reread(list.sizes[chunk], into: buffer)
            return chunk
          } catch {
            state.error.add(error, chunk: chunk)
            return nil
          }
        }
        guard let chunk = taken else { return }
        do {
          let rows = list.rowStarts[chunk]..<list.rowStarts[chunk + 1]
          try parsers[worker].parse(buffer, rows: rows)
        } catch let failure as DelimitedParser.Failure {
          let error = failure.error(
            path, in: buffer, sample.syntax, line: list.lineStarts[chunk], names)
          state.withLock { $0.error.add(error, chunk: chunk) }
        } catch {
          state.withLock { $0.error.add(error, chunk: chunk) }
        }
      }
    }
    let (owners, first) = state.withLock { $0 }
    if let error = first.error?.error { throw error }
    return owners
  }
}

extension DelimitedParser.Failure {
  /// The error in a file.
  ///
  /// - Parameters:
  ///   - line: the number of lines before the chunk that the buffer holds.
  ///   - names: those of the columns.
  func error(
    _ path: String, in buffer: DelimitedBuffer, _ syntax: DelimitedSyntax, line: Int,
    _ names: [String]
  ) -> FileError {
    let start = UnsafePointer(buffer.bytes)
    let line = offset.map { offset in
      let lines = DelimitedCounts.lines(start, start + min(offset, buffer.count), syntax)
      return "line \(line + lines + 1)"
    }
    let place = [line, column.map { "column \(names[$0])" }].compactMap { $0 }
    return FileError(path, (place.joined(separator: ", ") + ": " + message))
  }
}
