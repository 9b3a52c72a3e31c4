import PerceptronFiles
import PerceptronLinearAlgebra

/// Puts a header together: constants, the functions that are needed, and the statements of `predict`.
struct CHeaderBuilder {
  /// What all names begin with.
  let prefix: String
  /// The path of the header, for errors.
  let path: String
  /// Definitions of constants.
  private(set) var constants: [String] = []
  /// The number of bytes of constants.
  private(set) var constantSize = 0
  /// The statements of `predict`.
  private(set) var statements: [String] = []
  private var functions: Set<CFunction> = []
  private var scratch = ScratchMemory()
  private var names: Set<String> = []

  /// Numbers in memory while a row is predicted.
  struct Buffer {
    /// The C expression.
    var name: String
    var count: Int
    /// The place in working memory; nil for arrays of the caller.
    var place: Range<Int>?
    /// Whether it may be written to.
    var isWritable = true
  }

  init(prefix: String, path: String) { (self.prefix, self.path) = (prefix, path) }

  /// The prefix of macros.
  var macro: String { prefix.uppercased() }
  /// The number of floats of working memory.
  var scratchCount: Int { scratch.size }

  /// The definitions of the functions that are called.
  var definitions: [String] {
    CFunction.allCases.filter(functions.contains).map {
      $0.definition.split(separator: "$", omittingEmptySubsequences: false)
        .joined(separator: prefix)
    }
  }

  // MARK: - Constants

  /// Adds an array of floats; returns its name.
  ///
  /// - Throws: `FileError` for a number that is not finite in single precision.
  mutating func constant(_ name: String, _ numbers: [Float], note: String? = nil) throws -> String {
    try requireFinite(numbers, name)
    return array("float", name, numbers.map(CText.number), size: 4, note: note)
  }

  /// Adds an array of floats, rounded from doubles.
  mutating func constant(
    _ name: String, rounding numbers: [Double], note: String? = nil
  ) throws -> String {
    try constant(name, numbers.map { Float($0) }, note: note)
  }

  /// Adds an array of doubles.
  mutating func constant(wide name: String, _ numbers: [Double], note: String? = nil) -> String {
    array("double", name, numbers.map(CText.number), size: 8, note: note)
  }

  /// Adds an array of numbers of four bytes, given as texts.
  mutating func constant(_ name: String, of type: String, _ values: [String]) {
    _ = array(type, name, values, size: 4, note: nil)
  }

  /// Adds an array of strings.
  ///
  /// - Throws: `FileError` for a text that C strings cannot have.
  mutating func constant(_ name: String, texts: [String]) throws {
    for text in texts where text.utf8.contains(0) || text.utf8.count > 4000 {
      throw FileError(
        path,
        "not written: expected names of at most 4,000 bytes without zeros, found one of "
          + "\(text.utf8.count) bytes, \(CText.literal(String(text.prefix(40))))")
    }
    constantSize += texts.reduce(0) { $0 + $1.utf8.count + 1 }
    constants.append(
      "static const char *const \(prefix)_\(name)[\(texts.count)] = {\n"
        + CText.lines(texts.map(CText.literal), indent: "  ") + "\n};")
  }

  /// Adds an array of records.
  ///
  /// - Parameters:
  ///   - fields: the type, the name and the numbers of each field, of which there is at least one.
  ///   - comments: a comment for each record, or none.
  mutating func constant(
    records name: String, _ fields: [(type: String, name: String, values: [String])],
    comments: [String]
  ) -> String {
    let count = fields[0].values.count
    let declarations = fields.map { "\($0.type) \($0.name);" }.joined(separator: " ")
    let rows = (0..<count).map { row in
      let numbers = fields.map { $0.values[row] }.joined(separator: ", ")
      let comment = comments.isEmpty ? "" : " /* \(CText.comment(comments[row])) */"
      return "  {\(numbers)}\(row == count - 1 ? "" : ",")\(comment)"
    }
    constantSize += 4 * fields.count * count
    constants.append(
      "static const struct {\n  \(declarations)\n} \(prefix)_\(name)[\(count)] = {\n"
        + rows.joined(separator: "\n") + "\n};")
    return "\(prefix)_\(name)"
  }

  /// - Throws: `FileError` for a number that is not finite.
  func requireFinite(_ numbers: [Float], _ name: String) throws {
    if let place = numbers.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        path, "not written: number \(place) of \(name) is not finite in single precision")
    }
  }

  private mutating func array(
    _ type: String, _ name: String, _ numbers: [String], size: Int, note: String?
  ) -> String {
    let name = "\(prefix)_\(name)"
    constantSize += size * numbers.count
    constants.append(
      (note.map { "/* \($0) */\n" } ?? "")
        + "static const \(type) \(name)[\(numbers.count)] = {\n"
        + CText.lines(numbers, indent: "  ") + "\n};")
    return name
  }

  // MARK: - Statements

  /// Adds a statement, of one line or several.
  mutating func add(_ statement: String) {
    statements += statement.split(separator: "\n").map { "  " + $0 }
  }

  /// Adds the call of a function without result.
  mutating func call(_ function: CFunction, _ arguments: Any...) {
    let list = arguments.map { "\($0)" }.joined(separator: ", ")
    add(use(function) + "(\(list));")
  }

  /// The name of a function, which the header then has.
  mutating func use(_ function: CFunction) -> String {
    functions.insert(function)
    if let other = function.needs { functions.insert(other) }
    return "\(prefix)_\(function.rawValue)"
  }

  // MARK: - Working memory

  /// Room in working memory, under a name that is made unique.
  mutating func allocate(_ name: String, _ count: Int) -> Buffer {
    var (unique, number) = (name, 1)
    while !names.insert(unique).inserted {
      number += 1
      unique = "\(name)_\(number)"
    }
    let place = scratch.allocate(count)
    let offset = place.lowerBound == 0 ? "" : " + \(place.lowerBound)"
    add("float *const \(unique) = scratch\(offset);")
    return Buffer(name: unique, count: count, place: place)
  }

  /// Makes room free for what comes later.
  mutating func free(_ buffer: Buffer) {
    if let place = buffer.place { scratch.free(place) }
  }

  /// The numbers of a buffer in one that may be written to, and is not `kept`.
  mutating func writable(_ buffer: Buffer, keeping isKept: Bool) -> Buffer {
    if buffer.isWritable && !isKept { return buffer }
    let copy = allocate("copy", buffer.count)
    addCopy(of: buffer, to: copy)
    return copy
  }

  mutating func addCopy(of buffer: Buffer, to target: Buffer) {
    add("for (size_t i = 0; i < \(buffer.count); i++) \(target.name)[i] = \(buffer.name)[i];")
  }
}

/// Places in working memory, given to what needs them at different times.
private struct ScratchMemory {
  /// The number of floats that were in use at once, with the gaps between them.
  private(set) var size = 0
  /// In ascending order.
  private var used: [Range<Int>] = []

  /// The first place that is large enough.
  mutating func allocate(_ count: Int) -> Range<Int> {
    var (start, position) = (0, 0)
    while position < used.count && used[position].lowerBound - start < count {
      start = used[position].upperBound
      position += 1
    }
    let place = start..<start + count
    used.insert(place, at: position)
    size = max(size, place.upperBound)
    return place
  }

  mutating func free(_ place: Range<Int>) { used.removeAll { $0 == place } }
}
