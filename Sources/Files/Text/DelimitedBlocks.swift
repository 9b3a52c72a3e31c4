import Foundation

/// A text table that is read block by block, in the order of its rows, such as from a pipe.
///
/// The memory is that of one block. A descriptor gives a block as soon as there is a whole row.
package final class DelimitedBlocks {
  /// What the beginning tells: of a descriptor, at least its first row.
  package let sample: DelimitedSample
  private let source: DelimitedSource
  private let missing: MissingTexts
  private let chunks: DelimitedChunks
  private let buffer: DelimitedBuffer
  private var parser: DelimitedParser?
  /// The number of lines that were read.
  private var line: Int

  /// Looks at the beginning of a file, plain or gzipped.
  package convenience init(
    path: String, hints: DelimitedSample.Hints = .init(), blockSize: Int = 1 << 20
  ) throws {
    try self.init(DelimitedSource(path: path), hints, blockSize: blockSize)
  }

  /// Looks at what an open descriptor gives first. It stays the caller's.
  ///
  /// - Parameter name: what errors call it, such as `standard input`.
  package convenience init(
    descriptor: Int32, name: String, hints: DelimitedSample.Hints = .init(),
    blockSize: Int = 1 << 20
  ) throws {
    let source = DelimitedSource(descriptor: descriptor, name: name)
    try self.init(source, hints, blockSize: blockSize)
  }

  private init(
    _ source: DelimitedSource, _ hints: DelimitedSample.Hints, blockSize: Int
  ) throws {
    sample = try DelimitedSample(source, hints, leastSize: blockSize)
    try source.skip(sample.dataStart)
    self.source = source
    missing = hints.missing
    chunks = DelimitedChunks(source, sample.syntax)
    buffer = DelimitedBuffer(capacity: blockSize)
    line = sample.dataLine
  }

  /// The next rows, at least one; nil at the end.
  ///
  /// - Parameters:
  ///   - columns: how each column is read, the same for all blocks.
  ///   - width: the number of columns with a place in the matrix; the others are passed over.
  /// - Throws: ``FileError`` as ``DelimitedFile/read(_:width:others:)``.
  package func next(_ columns: [DelimitedColumn], width: Int) throws -> DelimitedTable? {
    let parser =
      self.parser ?? DelimitedParser(columns, sample.syntax, missing: missing)
    self.parser = parser
    while true {
      let (hasRows, isQuoted) = try nextChunk()
      if !hasRows { return nil }
      let counts = DelimitedCounts(buffer, sample.syntax, isQuoted: isQuoted)
      defer { line += counts.lines }
      if counts.rows > 0 { return try parse(columns, parser, rows: counts.rows, width: width) }
    }
  }

  private func nextChunk() throws -> (hasRows: Bool, isQuoted: Bool) {
    do {
      return try chunks.next(into: buffer)
    } catch let unclosed as DelimitedChunks.Unclosed {
      let start = UnsafePointer(buffer.bytes)
      let lines = DelimitedCounts.lines(start, start + unclosed.offset, sample.syntax)
      throw FileError.unclosed(source.path, line: line + lines + 1, isAtEnd: unclosed.isAtEnd)
    }
  }

  private func parse(
    _ columns: [DelimitedColumn], _ parser: DelimitedParser, rows: Int, width: Int
  ) throws -> DelimitedTable {
    parser.reset()
    var names: [JoinedNames?] = []
    let matrix = try [Double](unsafeUninitializedCapacity: rows * width) { matrix, count in
      parser.target(matrix: matrix.baseAddress, width: width, others: nil, rows: rows)
      do {
        try parser.parse(buffer, rows: 0..<rows)
      } catch let failure as DelimitedParser.Failure {
        throw failure.error(
          source.path, in: buffer, sample.syntax, line: line, columns.map(\.name))
      }
      names = JoinedNames.all(of: columns, [parser])
      parser.rename(rows: 0..<rows, names, 0)
      count = rows * width
    }
    return DelimitedTable(
      rowCount: rows, matrix: matrix, others: [], missingCounts: parser.missingCounts,
      names: names.map { $0?.texts })
  }
}
