/// The directory of a zip file, read and checked; its members are read one by one.
///
/// The format: APPNOTE 6.3.10 of PKWARE. Sizes and offsets of 64 bits are read; encryption, several
/// disks and methods of compression other than deflate are refused where such a member is opened.
package final class ZipArchive: Sendable {
  /// A file in the archive, as the directory describes it.
  package struct Member: Sendable {
    /// Its path in the archive.
    package let name: String
    /// Bytes after decompression.
    package let size: Int
    let compressedSize: Int
    let checksum: UInt32
    let method: UInt16
    let flags: UInt16
    /// Where its own header begins.
    let offset: Int
    /// Where the directory tells of it, for errors.
    let entryOffset: Int
  }

  /// The archive's path, as the caller gave it.
  package let path: String
  /// In the order of the directory, without folders.
  package let members: [Member]
  private let file: RandomAccessFile
  /// Where the directory begins, and the data ends at the latest.
  private let directoryOffset: Int

  /// Reads the directory of the zip file at `path`.
  ///
  /// - Throws: ``FileError`` where the file cannot be read, is no zip file or is cut, or its directory
  ///   does not fit the file or names a member twice.
  package init(path: String) throws {
    self.path = path
    file = try RandomAccessFile(path: path)
    let end = try ZipEnd(of: file)
    let bytes = try file.bytes(at: end.directory.lowerBound, end.directory.count)
    var members: [Member] = []
    var names: Set<String> = []
    var fields = LittleEndianFields(bytes, path: path, at: end.directory.lowerBound)
    for number in 0..<end.count {
      let start = fields.offset
      let member = try Member(from: &fields, number: number)
      if member.name.hasSuffix("/") { continue }
      if !names.insert(member.name).inserted {
        throw FileError(path, atByte: start, "two members are named \(member.name)")
      }
      members.append(member)
    }
    if fields.offset != end.directory.upperBound {
      throw FileError(
        path, atByte: fields.offset,
        "expected the end of the directory after \(end.count) members, found "
          + "\(end.directory.upperBound - fields.offset) more bytes")
    }
    self.members = members
    directoryOffset = end.directory.lowerBound
  }

  /// A reader that stands at the beginning of a member.
  ///
  /// - Throws: ``FileError`` where the member is encrypted or compressed by a method other than deflate,
  ///   or its header is damaged.
  package func open(_ member: Member) throws -> ZipMemberReader {
    func problem(_ message: String, at offset: Int) -> FileError {
      FileError(path, atByte: offset, "\(member.name): \(message)")
    }
    if member.flags & 1 != 0 {
      throw problem(
        "the member is encrypted; write the archive again without a password",
        at: member.entryOffset)
    }
    guard let method = ZipMemberReader.Method(rawValue: member.method) else {
      throw problem(
        "expected a member that is stored or deflated, found the method of compression "
          + "\(member.method)", at: member.entryOffset)
    }
    // The sizes here may be left to the directory; only the lengths of two fields are needed.
    let headSize = 30
    if member.offset > directoryOffset - headSize {
      throw problem(
        "expected the member's header before the directory at byte \(directoryOffset), found its "
          + "place \(member.offset)", at: member.entryOffset)
    }
    var fields = LittleEndianFields(
      try file.bytes(at: member.offset, headSize), path: path, at: member.offset)
    let signature = try fields.next(UInt32.self, of: "a member's header")
    if signature != 0x0403_4b50 {
      throw problem("expected a member's header, found other bytes", at: member.offset)
    }
    try fields.skip(22, of: "a member's header")
    let nameLength = Int(try fields.next(UInt16.self, of: "a name's length"))
    let extraLength = Int(try fields.next(UInt16.self, of: "a length"))
    let start = fields.offset + nameLength + extraLength
    if start > directoryOffset || member.compressedSize > directoryOffset - start {
      throw problem(
        "expected \(member.compressedSize) bytes of data before the directory at byte "
          + "\(directoryOffset), found \(max(0, directoryOffset - start))", at: start)
    }
    let name = try file.bytes(at: fields.offset, nameLength)
    if ZipArchive.name(name) != member.name {
      throw problem(
        "expected the name that the directory has, found \(ZipArchive.name(name))",
        at: fields.offset)
    }
    return try ZipMemberReader(
      member, method: method, path: "\(path)/\(member.name)", file: file, start: start)
  }

  fileprivate static func name(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}

// MARK: - Directory

extension ZipArchive.Member {
  private static let signature: UInt32 = 0x0201_4b50

  /// Reads the next entry of a directory.
  fileprivate init(from fields: inout LittleEndianFields, number: Int) throws {
    let what = "the directory's entry \(number)"
    let start = fields.offset
    if try fields.next(UInt32.self, of: what) != Self.signature {
      throw FileError(
        fields.path, atByte: start, "expected \(what), found other bytes: the file is damaged")
    }
    try fields.skip(4, of: what)
    flags = try fields.next(of: what)
    method = try fields.next(of: what)
    try fields.skip(4, of: what)
    checksum = try fields.next(of: what)
    var compressedSize = UInt64(try fields.next(UInt32.self, of: what))
    var size = UInt64(try fields.next(UInt32.self, of: what))
    let nameLength = Int(try fields.next(UInt16.self, of: what))
    let extraLength = Int(try fields.next(UInt16.self, of: what))
    let commentLength = Int(try fields.next(UInt16.self, of: what))
    try fields.skip(8, of: what)
    var offset = UInt64(try fields.next(UInt32.self, of: what))
    name = ZipArchive.name(try fields.bytes(nameLength, of: what))
    let extraOffset = fields.offset
    let extra = try fields.bytes(extraLength, of: what)
    try fields.skip(commentLength, of: what)

    // Fields that do not fit stand, in this order, in the extra field of zip64.
    let missing = [size, compressedSize, offset].filter { $0 == UInt32.max }
    if !missing.isEmpty {
      var wide = try ZipArchive.wideFields(
        LittleEndianFields(extra, path: fields.path, at: extraOffset), of: name)
      if size == UInt32.max { size = try wide.next(of: what) }
      if compressedSize == UInt32.max { compressedSize = try wide.next(of: what) }
      if offset == UInt32.max { offset = try wide.next(of: what) }
    }
    guard let size = Int(exactly: size), let compressedSize = Int(exactly: compressedSize),
      let offset = Int(exactly: offset)
    else {
      throw FileError(
        fields.path, atByte: extraOffset, "\(name): its sizes or its place are beyond 2⁶³")
    }
    (self.size, self.compressedSize, self.offset) = (size, compressedSize, offset)
    entryOffset = start
  }
}

extension ZipArchive {
  /// The content of zip64's field among the extra fields of a member.
  fileprivate static func wideFields(
    _ extra: LittleEndianFields, of name: String
  ) throws -> LittleEndianFields {
    var fields = extra
    while !fields.isAtEnd {
      let tag = try fields.next(UInt16.self, of: "an extra field")
      let count = Int(try fields.next(UInt16.self, of: "an extra field"))
      let start = fields.offset
      let content = try fields.bytes(count, of: "an extra field")
      if tag == 1 { return LittleEndianFields(content, path: extra.path, at: start) }
    }
    throw FileError(
      extra.path, atByte: extra.offset,
      "\(name): expected sizes of 64 bits in an extra field, found none")
  }
}

/// The end of a zip file, which says where the directory is.
private struct ZipEnd {
  /// The number of members.
  let count: Int
  /// The directory's bytes.
  let directory: Range<Int>

  private static let signature: [UInt8] = [0x50, 0x4b, 5, 6]
  private static let wideSignature: UInt32 = 0x0606_4b50
  private static let locatorSignature: UInt32 = 0x0706_4b50
  private static let size = 22
  /// It is read to memory as a whole: enough for a million members.
  private static let largestDirectory = 100_000_000
  private static let what = "the end of the directory"

  init(of file: RandomAccessFile) throws {
    let path = file.path
    let place = try Self.place(in: file)
    var fields = LittleEndianFields(
      try file.bytes(at: place, Self.size), path: path, at: place)
    try fields.skip(4, of: Self.what)
    var disks = [UInt32(try fields.next(UInt16.self, of: Self.what))]
    disks.append(UInt32(try fields.next(UInt16.self, of: Self.what)))
    var countHere = UInt64(try fields.next(UInt16.self, of: Self.what))
    var count = UInt64(try fields.next(UInt16.self, of: Self.what))
    var size = UInt64(try fields.next(UInt32.self, of: Self.what))
    var offset = UInt64(try fields.next(UInt32.self, of: Self.what))
    var limit = place
    if let wide = try Self.widePlace(in: file, before: place) {
      fields = LittleEndianFields(try file.bytes(at: wide, 56), path: path, at: wide)
      if try fields.next(UInt32.self, of: Self.what) != Self.wideSignature {
        throw FileError(path, atByte: wide, "expected the end of a zip64 directory")
      }
      try fields.skip(12, of: Self.what)
      disks = [try fields.next(of: Self.what), try fields.next(of: Self.what)]
      countHere = try fields.next(of: Self.what)
      count = try fields.next(of: Self.what)
      size = try fields.next(of: Self.what)
      offset = try fields.next(of: Self.what)
      limit = wide
    }
    if disks != [0, 0] || countHere != count {
      throw FileError(path, atByte: place, "expected an archive of one file, found one of several")
    }
    guard let start = Int(exactly: offset), let length = Int(exactly: size),
      let entries = Int(exactly: count), start <= limit, length <= limit - start
    else {
      throw FileError(
        path, atByte: place,
        "expected a directory before byte \(limit), found \(size) bytes at \(offset)")
    }
    if length > Self.largestDirectory {
      throw FileError(
        path, atByte: place,
        "expected a directory of at most \(Self.largestDirectory) bytes, found \(length)")
    }
    // An entry has 46 bytes at least.
    if entries > length / 46 {
      throw FileError(
        path, atByte: place, "a directory of \(length) bytes cannot hold \(entries) members")
    }
    self.count = entries
    directory = start..<start + length
  }

  /// The place of the last record, which a comment may follow.
  private static func place(in file: RandomAccessFile) throws -> Int {
    let tailSize = min(file.size, size + Int(UInt16.max))
    let tailOffset = file.size - tailSize
    let tail = try file.bytes(at: tailOffset, tailSize)
    for start in stride(from: tailSize - size, through: 0, by: -1)
    where tail[start...].starts(with: signature) {
      let commentLength = Int(tail[start + 20]) | Int(tail[start + 21]) << 8
      if start + size + commentLength == tailSize { return tailOffset + start }
    }
    if try file.bytes(at: 0, min(file.size, 2)) != Array("PK".utf8) {
      // By its name alone it may be a NumPy archive.
      let kind = FileKind(of: file.path).flatMap { [.zip, .npz].contains($0) ? nil : $0 }
      let found = kind?.description ?? "other bytes"
      throw FileError(file.path, atByte: 0, "expected a zip archive, found \(found)")
    }
    throw FileError(
      file.path, atByte: file.size,
      "expected the directory of a zip archive at the end: the file is cut or damaged")
  }

  /// The place of zip64's record, which a locator before the last record names.
  private static func widePlace(in file: RandomAccessFile, before place: Int) throws -> Int? {
    let locator = place - 20
    if locator < 0 { return nil }
    var fields = LittleEndianFields(try file.bytes(at: locator, 20), path: file.path, at: locator)
    if try fields.next(UInt32.self, of: what) != locatorSignature { return nil }
    try fields.skip(4, of: what)
    let offset = try fields.next(UInt64.self, of: what)
    guard let wide = Int(exactly: offset), wide <= locator - 56 else {
      throw FileError(
        file.path, atByte: locator,
        "expected the end of a zip64 directory before byte \(locator), found its place \(offset)")
    }
    return wide
  }
}

// MARK: - Bytes

/// Little-endian fields, one after the other; their errors name the place in the file.
private struct LittleEndianFields {
  let path: String
  /// The place of the next field in the file.
  private(set) var offset: Int
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8], path: String, at offset: Int) {
    (self.path, self.offset, rest) = (path, offset, bytes[...])
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func bytes(_ count: Int, of what: String) throws -> [UInt8] {
    if count > rest.count {
      throw FileError(
        path, atByte: offset, "expected \(count) bytes of \(what), found \(rest.count)")
    }
    defer {
      rest = rest.dropFirst(count)
      offset += count
    }
    return Array(rest.prefix(count))
  }

  mutating func skip(_ count: Int, of what: String) throws { _ = try bytes(count, of: what) }

  mutating func next<Field: FixedWidthInteger>(
    _ type: Field.Type = Field.self, of what: String
  ) throws -> Field {
    try bytes(MemoryLayout<Field>.size, of: what).reversed().reduce(0) { $0 << 8 | Field($1) }
  }
}
