import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The options about the cells, the pictures and the arrays of files, whatever they are read for.
struct CellOptions: ParsableArguments {
  @Option(
    help: .init(
      "Separator of a table's cells: a character, or tab. (default: found in the first lines)",
      valueName: "character"))
  var separator: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Whether a table's first line holds the names of its columns. (default: found out)")
  var header: Bool?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Texts of a table's missing cells, with commas between them, in addition to empty cells, NA, NaN, null and their like. (default: none)",
      valueName: "texts"))
  var missing: String?
  @Option(
    help: .init(
      "Size that pictures are brought to, such as 32x32. (default: that of the files, which have to agree)",
      valueName: "size"))
  var resize: PictureSize?
  @Option(
    help: .init(
      "Features: an array of a NumPy archive, or a file. (default: found by its name)",
      valueName: "array"))
  var features: String?

  func validate() throws {
    if let separator, separator != "tab", separator.utf8.count != 1 {
      throw ValidationError("--separator is \(separator), expected a single character, or tab")
    }
  }

  /// Enters the options that are given.
  func complete(_ options: inout ReadingOptions) {
    options.separator = separator.map { $0 == "tab" ? "\t" : $0 } ?? options.separator
    options.hasHeader = header ?? options.hasHeader
    options.missing = missing.map(names) ?? options.missing
    options.pictureSize = resize ?? options.pictureSize
    options.features = features ?? options.features
  }
}

/// The options about which parts of files are features and targets.
struct ColumnOptions: ParsableArguments {
  @Option(
    help: .init(
      "Target: a table's column, or several with commas between them; an array of a NumPy archive; or a file. (default: found where names tell)",
      valueName: "columns"))
  var target: String?
  @Option(
    help: .init(
      "Features: a table's columns, by name or position, with commas between them. (default: all that have no other role)",
      valueName: "columns"))
  var columns: String?
  @Option(
    help: .init(
      "A table's columns that are left out, by name or position, with commas between them. (default: none)",
      valueName: "columns"))
  var ignore: String?
  @Option(
    help: .init(
      "Types of a table's columns that are not found out, such as zip=category,age=number. (default: none)",
      valueName: "types"))
  var types: String?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Column of IDX labels or of a NumPy array with several columns, such as QMNIST's labels, that is learned, counted from 0. (default: all)",
      valueName: "number"))
  var targetColumn: Int?

  func validate() throws {
    _ = try columnTypes()
    let lists = [("target", target), ("columns", columns), ("ignore", ignore)]
    for (option, text) in lists where text.map({ names($0).isEmpty }) ?? false {
      throw ValidationError("--\(option) is empty, expected the names of columns")
    }
    if let targetColumn, targetColumn < 0 {
      throw ValidationError("--target-column is \(targetColumn), expected a number from 0")
    }
  }

  private func columnTypes() throws -> [String: ColumnType] {
    try names(types ?? "").reduce(into: [:]) { types, pair in
      guard let sign = pair.lastIndex(of: "="),
        let type = ColumnType(rawValue: String(pair[pair.index(after: sign)...]))
      else {
        throw ValidationError(
          "--types is \(self.types ?? ""), expected a column and a type, number or category, such as "
            + "zip=category")
      }
      types[String(pair[..<sign])] = type
    }
  }

  /// Enters the options that are given.
  func complete(_ options: inout ReadingOptions) throws {
    options.targets = target.map(names) ?? options.targets
    options.columns = columns.map(names) ?? options.columns
    options.ignored = ignore.map(names) ?? options.ignored
    options.types = types == nil ? options.types : try columnTypes()
    options.targetColumn = targetColumn ?? options.targetColumn
  }
}

extension ReadingOptions {
  /// Replaces names of these options in backticks by the command's.
  static func namingOptions(_ text: String) -> String {
    text.replacing(
      /`(target|columns|ignore|types|separator|header|missing|features|resize|target-column)`/
    ) { "--" + $0.1 }
  }
}

/// The names in a list with commas between them; names with commas stand in quotation marks.
private func names(_ text: String) -> [String] {
  var (names, isQuoted) = ([""], false)
  for character in text {
    if character == "\"" {
      isQuoted.toggle()
    } else if character == "," && !isQuoted {
      names.append("")
    } else {
      names[names.count - 1].append(character)
    }
  }
  return names.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
}

/// The list that ``names(_:)`` reads.
private func list(_ names: [String]) -> String {
  names.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",")
}

extension ReadingOptions {
  /// The options of the command that choose this.
  var arguments: [String] {
    let types = types.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }
    let lists = [
      ("--target", targets), ("--columns", columns), ("--ignore", ignored), ("--types", types),
      ("--missing", missing),
    ]
    let texts = [
      ("--separator", separator == "\t" ? "tab" : separator), ("--features", features),
      ("--resize", pictureSize?.description), ("--target-column", targetColumn.map { "\($0)" }),
    ]
    return lists.flatMap { $1.isEmpty ? [] : [$0, list($1)] }
      + texts.flatMap { name, value in value.map { [name, $0] } ?? [] }
      + (hasHeader.map { [$0 ? "--header" : "--no-header"] } ?? [])
  }
}

extension PictureSize: ExpressibleByArgument {}
