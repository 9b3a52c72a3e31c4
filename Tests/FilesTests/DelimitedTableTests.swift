import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@testable import PerceptronFiles

@Suite("Delimited tables", .mayHang)
struct DelimitedTableTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// How a file is cut: the workers, the bytes of a chunk and of the sample.
  struct Cut: Sendable, CustomStringConvertible {
    var workers = 1
    var chunk: Int?
    var sample: Int?
    var description: String { "\(workers) workers, chunks of \(chunk ?? 0), \(sample ?? 0) bytes" }
  }

  static let cuts = [
    Cut(), Cut(workers: 2, chunk: 1, sample: 1), Cut(workers: 3, chunk: 7, sample: 40),
    Cut(workers: 2, chunk: 64, sample: 100),
  ]

  private func open(
    path: String, _ cut: Cut = Cut(), hints: DelimitedSample.Hints = .init()
  ) throws -> DelimitedFile {
    try DelimitedFile(
      path: path, hints: hints, workers: cut.workers, chunkSize: cut.chunk, sampleSize: cut.sample)
  }

  private func open(
    _ text: String, _ cut: Cut = Cut(), hints: DelimitedSample.Hints = .init()
  ) throws -> DelimitedFile {
    try open(path: directory.write(Array(text.utf8), to: "table.csv"), cut, hints: hints)
  }

  /// The columns of a file, all of one content.
  private func columns(
    _ names: [String], _ content: DelimitedColumn.Content
  ) -> [DelimitedColumn] {
    names.enumerated().map { place, name in
      var column = DelimitedColumn(name: name)
      column.content = content
      column.place = .matrix(place)
      return column
    }
  }

  /// All cells of a file as texts, nil where they are missing.
  private func texts(_ file: DelimitedFile) throws -> [[String?]] {
    let table = try file.read(
      columns(file.names, .names(isSorted: true)), width: file.names.count)
    return rows(table)
  }

  private func rows(_ table: DelimitedTable) -> [[String?]] {
    let width = table.names.count
    return (0..<table.rowCount).map { row in
      (0..<width).map { column in
        let cell = table.matrix[row * width + column]
        return cell.isNaN ? nil : table.names[column]?[Int(cell)]
      }
    }
  }

  /// All cells of a file as numbers.
  private func numbers(_ file: DelimitedFile) throws -> [Double] {
    try file.read(columns(file.names, .numbers), width: file.names.count).matrix
  }

  private func error(
    _ text: String, _ cut: Cut = Cut(), numbers: Bool = true, hints: DelimitedSample.Hints = .init()
  ) -> String? {
    let error = #expect(throws: FileError.self) {
      let file = try open(text, cut, hints: hints)
      if numbers { _ = try self.numbers(file) } else { _ = try texts(file) }
    }
    return error?.message
  }

  // MARK: - Cells

  @Test("Cells are quoted as RFC 4180 has it, wherever chunks are cut", arguments: cuts)
  func quoting(cut: Cut) throws {
    let text = [
      #"a,b"#, #""x, y","he said ""no""""#, "\"two\nlines\",\"\n\"", #"plain "marks" 5","" "#,
      "  blanks\t, \"  kept \" ", #""  kept ","""#, "",
    ].joined(separator: "\n")
    let file = try open(text, cut)
    #expect(file.names == ["a", "b"])
    #expect(
      try texts(file) == [
        ["x, y", "he said \"no\""], ["two\nlines", "\n"], ["plain \"marks\" 5\"", nil],
        ["blanks", "\"  kept \""], ["  kept ", nil],
      ])
  }

  @Test(
    "Random tables are read as a plain parser reads them, wherever chunks are cut",
    arguments: 0..<12)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed, purpose: "tables")
    let width = 1 + Int(random.next() % 4)
    let pieces = ["a", "b", "7", "-2.5", ",", "\"", "\n", "\r\n", "é", "x y", "NA", ""]
    var lines = [(0..<width).map { "name\($0)" }]
    var text = lines[0].joined(separator: ",") + "\n"
    for _ in 0..<60 {
      let cells = (0..<width).map { _ in
        (0..<random.next() % 4).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
          .joined()
      }
      lines.append(cells)
      text += cells.map { cell in
        // By scalars, since a carriage return and a line feed are one character.
        let needs = cell.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needs || cell.isEmpty || random.next() % 3 == 0
          ? "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : cell
      }.joined(separator: ",")
      text += ["\n", "\r\n", "\n\n", "\n  \r\n"][Int(random.next() % 4)]
    }
    if seed % 2 == 0 { text.unicodeScalars.removeLast() }
    let missing = MissingTexts()
    let expected = lines.dropFirst().map { $0.map { missing.contain($0) ? nil : $0 } }
    var hints = DelimitedSample.Hints(separator: UInt8(ascii: ","), hasHeader: true)
    hints.missing = missing
    for cut in Self.cuts {
      #expect(try texts(open(text, cut, hints: hints)) == expected, "\(cut)")
    }
  }

  @Test("Line ends of Unix, Windows and old Macs, a byte order mark and gzip make no difference")
  func lineEnds() throws {
    let expected = [1, 2, 3, -4.5]
    for end in ["\n", "\r\n", "\r"] {
      for mark in ["", "\u{FEFF}"] {
        for last in ["", end, end + end] {
          let bytes = Array("\(mark)a;b\(end)1;2\(end)\(end)3;-4.5\(last)".utf8)
          let paths = [
            try directory.write(bytes, to: "a.csv"),
            try directory.write(directory.gzip(bytes), to: "a.csv.gz"),
          ]
          for path in paths {
            let file = try open(path: path)
            #expect(file.names == ["a", "b"])
            #expect(try numbers(file) == expected)
          }
        }
      }
    }
  }

  @Test("Numbers are read with blanks and quotation marks around them")
  func blanks() throws {
    let file = try open("a,b\n 1.5 , -2\n\"3\",\" 4 \"\n\t5e1,6\t\r\n")
    #expect(try numbers(file) == [1.5, -2, 3, 4, 50, 6])
  }

  @Test("What pandas takes for missing is missing, and what is said to be")
  func missing() throws {
    let known = MissingTexts.customary.map { "\"\($0)\",1" }.joined(separator: "\n")
    let cells = try numbers(open("a,b\n\(known)\n"))
    for (index, cell) in cells.enumerated() {
      #expect(index % 2 == 0 ? cell.isNaN : cell == 1)
    }
    var hints = DelimitedSample.Hints()
    hints.missing = MissingTexts(adding: ["?", "-999"])
    let file = try open("a,b\n?,-999.0\n-999,7\n", hints: hints)
    let table = try file.read(columns(file.names, .numbers), width: 2)
    #expect(table.matrix.map(\.isNaN) == [true, true, true, false])
    #expect(table.missingCounts == [2, 1])
  }

  // MARK: - Separators and headers

  @Test(
    "The separator that fits is found",
    arguments: [
      ("a,b\n1,2\n", ["a", "b"]), ("a\tb\n1\t2\n", ["a", "b"]), ("a|b\n1|2\n", ["a", "b"]),
      ("a;b\n1,5;2,5\n", ["a", "b"]), ("1,5;2,5\n3,5;4,5\n", ["1", "2"]),
      ("name\ttext\nx\ta, b\ny\tc\n", ["name", "text"]), ("a\n1\n2\n", ["a"]),
      ("\"x,y\";b\n1;2\n", ["x,y", "b"]), ("n,gff\n1,a=1;b=2\n2,a=3;b=4\n", ["n", "gff"]),
    ])
  func separators(text: String, names: [String]) throws {
    #expect(try open(text).names == names)
  }

  @Test(
    "A header is found where the first row differs from the others",
    arguments: [
      ("a,b\n1,2\n", true), ("1,2\n3,4\n", false), ("5.1,setosa\n4.9,setosa\n", false),
      ("label,0,1\n5,0,3\n", true), ("city,size\nOslo,large\nRome,small\n", true),
      ("p,x\ne,x\np,s\ne,x\np,x\n", false), ("a,b\n,\n1,2\n", true), ("NA,1\n2,3\n", false),
      ("a,b\n", true),
    ])
  func header(text: String, isHeader: Bool) throws {
    #expect((try open(text).sample.header != nil) == isHeader)
    for hasHeader in [true, false] {
      let file = try open(text, hints: .init(hasHeader: hasHeader))
      #expect((file.sample.header != nil) == hasHeader)
    }
  }

  @Test("Names that are expected tell a header and the separator, unless they are numbers from 1")
  func expectedNames() throws {
    func file(_ text: String, _ names: [String]) throws -> DelimitedFile {
      try open(text, hints: .init(names: names))
    }
    #expect(try file("2019,2020\n1,2\n", ["2020", "0"]).sample.header == nil)
    #expect(try file("0,1\n5,6\n", ["0", "1"]).names == ["0", "1"])
    #expect(try file("0,1\n5,6\n", ["0", "1"]).sample.header != nil)
    #expect(try file("1,2\n5,6\n", ["1", "2"]).sample.header == nil)
    #expect(try file("x,y|b\n", ["b"]).names == ["x,y", "b"])
    #expect(try file("a|b,c\n1|x\n", ["b,c"]).names == ["a", "b,c"])
  }

  @Test("A column without a name is called by its number")
  func unnamed() throws {
    #expect(try open(",a,\n1,2,3\n").names == ["1", "a", "3"])
  }

  // MARK: - Errors

  @Test("A cell that is no number is named with its line, column and text", arguments: cuts)
  func badCell(cut: Cut) {
    let text = "a,b\n1,\"2\"\n\n\"3\n\",4\n5,abc\n6,def\n"
    #expect(
      error(text, cut)
        == "line 4, column a: expected a number, found \"3\\n\"")
    #expect(
      error(text.replacingOccurrences(of: "\"3\n\"", with: "\"\n\",3\n3"), cut)
        == "line 4, column a: expected a number, found \"\\n\"")
    #expect(
      error("a,b\n1,2\n\n3,4\n5,abc\n6,def\n", cut)
        == "line 5, column b: expected a number, found \"abc\"")
  }

  @Test("One bad cell in row 1,000,000 is found")
  func late() throws {
    var bytes = Array("a\n".utf8)
    bytes.reserveCapacity(2_000_100)
    for _ in 1..<1_000_000 { bytes += [UInt8(ascii: "7"), UInt8(ascii: "\n")] }
    bytes += Array("7x\n8\n".utf8)
    let path = try directory.write(bytes, to: "a.csv")
    let error = #expect(throws: FileError.self) {
      let file = try DelimitedFile(path: path, workers: 2)
      _ = try numbers(file)
    }
    #expect(error?.message == "line 1000001, column a: expected a number, found \"7x\"")
  }

  @Test("Rows with more or fewer cells are named with both counts", arguments: cuts)
  func ragged(cut: Cut) {
    #expect(error("a,b\n1,2\n3\n", cut) == "line 3: expected 2 cells, found 1")
    #expect(error("a,b\n1,2\n3,4,5\n", cut) == "line 3: expected 2 cells, found 3")
    #expect(error("a\n1\n\"3\",\n", cut) == "line 3: expected 1 cell, found 2")
  }

  @Test("A quotation mark that is not closed is named with its line", arguments: cuts)
  func unclosed(cut: Cut) {
    let expected =
      "expected a closing quotation mark for the one that opens a cell here, found none"
    #expect(error("a,b\n1,\"2\n2\"\n3,\"4\n5,6\n", cut, numbers: false) == "line 4: \(expected)")
    #expect(error("a,b\n1,2\n\n3,\"", cut) == "line 4: \(expected)")
    #expect(error("a,\"b\n1,2\n", cut) == "line 1: \(expected)")
  }

  @Test("A long text behind a quotation mark that is not closed is refused before it is read")
  func longCell() throws {
    let bytes =
      Array("a,b\n1,2\n3,\"".utf8)
      + [UInt8](repeating: UInt8(ascii: "x"), count: DelimitedChunks.longestCell + 2)
    let path = try directory.write(bytes, to: "a.csv")
    let error = #expect(throws: FileError.self) {
      try numbers(open(path: path, hints: .init(separator: UInt8(ascii: ","))))
    }
    #expect(error?.message.hasPrefix("line 3: expected a closing quotation mark") == true)
    #expect(error?.message.hasSuffix("within 16,777,216 bytes") == true)
  }

  @Test("Text behind a closing quotation mark is refused", arguments: cuts)
  func stray(cut: Cut) {
    #expect(
      error("a,b\n1,2\n\"3\"x,4\n", cut)
        == "line 3, column a: expected the end of the cell behind the closing quotation mark, "
        + "found \"x\"")
  }

  @Test("NUL bytes and invalid UTF-8 are refused with their place")
  func bytes() throws {
    func error(_ bytes: [UInt8]) -> String? {
      let error = #expect(throws: FileError.self) {
        try texts(open(path: directory.write(bytes, to: "a.csv")))
      }
      return error?.message
    }
    let head = Array("a,b\nx,y\n".utf8)
    #expect(
      error(head + [0x7A, 0x2C, 0xC3, 0x28, 0x0A])
        == "line 3, column b: expected a text in UTF-8, found \"\u{FFFD}(\"")
    #expect(
      error(head + [0x7A, 0, 0x2C, 0x78])
        == "line 3, column a: expected a text in UTF-8, found \"z\\0\"")
    #expect(
      error([0x61, 0xFF, 0x2C, 0x62, 0x0A, 0x31, 0x2C, 0x32])
        == "line 1, column 1: expected a name in UTF-8, found \"a\u{FFFD}\"")
  }

  @Test("UTF-16 and gzip without its name are told apart from texts", arguments: [true, false])
  func encodings(hasMark: Bool) throws {
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let text = (hasMark ? "\u{FEFF}" : "") + "a,b\n1,2\n"
      let bytes = [UInt8](try #require(text.data(using: encoding)))
      let path = try directory.write(bytes, to: "a.csv")
      let error = #expect(throws: FileError.self) { try open(path: path) }
      #expect(
        error?.message
          == "expected UTF-8, found UTF-16; convert it: iconv -f UTF-16 -t UTF-8 \(path) > TABLE.csv"
      )
    }
    let path = try directory.write(directory.gzip(Array("a\n1\n".utf8)), to: "a.csv")
    let error = #expect(throws: FileError.self) { try open(path: path) }
    #expect(error?.message.contains("found gzip data") == true)
  }

  @Test("Files without rows are told apart")
  func empty() throws {
    #expect(error("") == "the file is empty")
    #expect(error("\u{FEFF}") == "expected a table, found only blanks")
    #expect(error(" \n\r\n  ") == "expected a table, found only blanks")
    #expect(error("a,b\n") == "expected a row below the header, found none")
    #expect(error("a,b\n\n \n") == "expected a row below the header, found none")
  }

  @Test("Infinities and numbers beyond the range of doubles are refused")
  func infinite() {
    for text in ["inf", "-Infinity", "1e999"] {
      #expect(
        error("a\n1\n\(text)\n")
          == "line 3, column a: expected a finite number, found \"\(text)\"")
    }
  }

  @Test("Numbers with decimal commas or thousands separators get advice")
  func grouped() {
    for text in ["1,5", "-1.234,5", "1,234.5", "1'234", "12 345"] {
      #expect(
        error("a;b\n1;2\n3;\(text)\n")
          == "line 3, column b: expected a number, found \"\(text)\"; write numbers with a decimal "
          + "point and without thousands separators")
    }
  }

  // MARK: - Names

  @Test("Names are joined from all workers, sorted or in the order of the rows", arguments: cuts)
  func names(cut: Cut) throws {
    let cells = (0..<200).map { ["n\($0 * 7 % 30)", "\(40 - $0 * 11 % 40)"] }
    let text = "a,b\n" + cells.map { $0.joined(separator: ",") }.joined(separator: "\n")
    let file = try open(text, cut)
    #expect(try texts(file) == cells)
    var columns = columns(file.names, .names(isSorted: true))
    columns[0].content = .names(isSorted: false)
    let table = try file.read(columns, width: 2)
    #expect(table.names[0] == (0..<30).map { "n\($0 * 7 % 30)" })
    #expect(table.names[1] == (1...40).map { "\($0)" })
    #expect(rows(table) == cells)
  }

  @Test("More names than allowed are refused")
  func limit() throws {
    let file = try open("a\nx\ny\nx\nz\n")
    var columns = columns(file.names, .names(isSorted: true))
    columns[0].nameLimit = (3, "too many")
    #expect(try file.read(columns, width: 1).names[0]?.count == 3)
    columns[0].nameLimit = (2, "too many")
    let error = #expect(throws: FileError.self) { try file.read(columns, width: 1) }
    #expect(error?.message == "column a: too many")
  }

  @Test("Other columns are stored one after the other, and columns without content are passed over")
  func places() throws {
    let file = try open("a,b,c,d\n1,\"x,\"\"\",2,3\n4,,5,6\n")
    var columns = columns(file.names, .numbers)
    columns[0].place = .other(1)
    columns[1].content = nil
    columns[2].place = .matrix(0)
    columns[3].place = .other(0)
    let table = try file.read(columns, width: 1, others: 2)
    #expect(table.matrix == [2, 5])
    #expect(table.others == [3, 6, 1, 4])
  }

  @Test("A required cell that is missing, and a number below the least, are refused")
  func required() throws {
    let file = try open("a,b\n1,2\nNA,3\n-1,4\n")
    var columns = columns(file.names, .numbers)
    columns[0].required = "a target"
    let missing = #expect(throws: FileError.self) { try file.read(columns, width: 2) }
    #expect(missing?.message == "line 3, column a: expected a target, found \"NA\"")
    columns[0].required = nil
    columns[0].least = 0
    columns[0].expected = "a weight"
    let least = #expect(throws: FileError.self) { try file.read(columns, width: 2) }
    #expect(least?.message == "line 4, column a: expected a weight, found \"-1\"")
  }

  // MARK: - Blocks

  /// Calls `body` with a descriptor that gives `text`, a few bytes at a time.
  private func withPipe(_ text: String, _ body: (Int32) throws -> Void) throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let writer = Thread { [end = ends[1]] in
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: 13) {
        _ = bytes[start..<min(start + 13, bytes.count)].withUnsafeBytes {
          write(end, $0.baseAddress, $0.count)
        }
      }
      close(end)
    }
    writer.start()
    defer { close(ends[0]) }
    try body(ends[0])
  }

  @Test("Blocks from a pipe have all rows in order", arguments: [4, 50, 1 << 20])
  func blocks(size: Int) throws {
    let cells = (0..<300).map {
      ["\($0)", $0 % 5 == 0 ? "two\nlines, \"\($0 % 3)\"" : "n\($0 % 7)"]
    }
    let text = CSV.text([["a", "b"]] + cells)
    try withPipe(text) { descriptor in
      let blocks = try DelimitedBlocks(descriptor: descriptor, name: "input", blockSize: size)
      #expect(blocks.sample.names == ["a", "b"])
      var found: [[String?]] = []
      while let block = try blocks.next(columns(["a", "b"], .names(isSorted: true)), width: 2) {
        #expect(block.rowCount > 0)
        found += rows(block)
      }
      #expect(found == cells)
    }
  }

  @Test("Errors in blocks name the line of the whole input")
  func blockErrors() throws {
    let head = "a,b\n" + (0..<40).map { "\($0),1\n" }.joined()
    for (last, expected) in [
      ("1,x\n", "line 42, column b: expected a number, found \"x\""),
      ("1\n", "line 42: expected 2 cells, found 1"),
      (
        "\n1,\"x\n",
        "line 43: expected a closing quotation mark for the one that opens a cell here, "
          + "found none"
      ),
    ] {
      try withPipe(head + last) { descriptor in
        let error = #expect(throws: FileError.self) {
          let blocks = try DelimitedBlocks(descriptor: descriptor, name: "input", blockSize: 30)
          while try blocks.next(columns(["a", "b"], .numbers), width: 2) != nil {}
        }
        #expect(error?.description == "input: \(expected)")
      }
    }
  }
}
