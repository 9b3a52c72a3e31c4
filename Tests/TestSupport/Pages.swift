import Foundation

/// The repository's Markdown pages, and what they say that a test can check.
public enum Pages {
  /// The repository's folder, with a slash at the end.
  public static let root =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/"

  /// The paths of all pages below ``root``, sorted.
  public static let all: [String] = {
    let walk = FileManager.default.enumerator(atPath: root)
    var found: [String] = []
    while let path = walk?.nextObject() as? String {
      let name = path.split(separator: "/").last ?? ""
      if name.hasPrefix("."), name != ".pictures" {
        walk?.skipDescendants()
      } else if name.hasSuffix(".md") {
        found.append(path)
      }
    }
    return found.sorted()
  }()

  /// The text of a page below ``root``.
  public static func text(_ path: String) throws -> String {
    try String(contentsOfFile: root + path, encoding: .utf8)
  }

  /// The targets of a page's links that stay in the repository: a path, which is empty for the page
  /// itself, and the anchor after `#`, if any.
  public static func relativeLinks(in text: String) -> [(path: String, anchor: String?)] {
    text.matches(of: /\]\(([^)\s#]*)(?:#([^)]*))?\)/)
      .filter { !$0.output.1.contains("://") && !$0.output.1.hasPrefix("mailto:") }
      .map { (String($0.output.1), $0.output.2.map(String.init)) }
  }

  /// The anchors of a page's headings, as GitHub makes them.
  public static func anchors(in text: String) -> Set<String> {
    let headings = text.matches(of: /(?m)^#+ (.+)$/)
    return Set(
      headings.map { heading in
        heading.output.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
          .replacing(" ", with: "-")
      })
  }

  /// The paths in backquotes that begin with one of the repository's folders.
  public static func paths(in text: String) -> [String] {
    text.matches(of: /`((?:Sources|Tests|Benchmarks|scripts|\.ci)\/[\w.+\/-]*)`/)
      .map { String($0.output.1) }
  }

  /// The arguments of every command line of `program` in a page: lines of code blocks, which a
  /// backslash continues, and pieces of text in backquotes. Words `…` are left out, and so is what
  /// follows a comment, a pipe or `&&`.
  public static func commandLines(of program: String, in text: String) -> [[String]] {
    let unfolded = text.replacing("\\\n", with: " ")
    var lines: [Substring] = []
    var isCode = false
    for line in unfolded.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if isCode {
        lines.append(line.trimmingPrefix(/\s*(?:\$ |== )?/))
      }
    }
    // A span in backquotes may go on in the next line.
    let prose = unfolded.replacing(/(?m)^```[\s\S]*?^```/, with: "").replacing("\n", with: " ")
    lines += prose.matches(of: /`([^`]+)`/).map { $0.output.1 }
    return lines.compactMap { line in
      let words = words(
        of: line.trimmingPrefix("swift run -c release ").trimmingPrefix("swift run "))
      return words.first == program ? Array(words.dropFirst()) : nil
    }
  }

  /// The arguments with `--help` where they hold no option: text that names a command need not give
  /// all of its arguments.
  public static func askingForHelp(_ arguments: [String]) -> [String] {
    arguments.contains { $0.hasPrefix("-") } ? arguments : arguments + ["--help"]
  }

  /// A shell's words of a line, up to a comment, a pipe, a redirection or `&&`.
  private static func words(of line: Substring) -> [String] {
    var words: [String] = []
    for match in line.matches(of: /'([^']*)'|"([^"]*)"|(\S+)/) {
      if let bare = match.output.3 {
        if bare.hasPrefix("#") || ["|", "&&", ">", "--", "=>"].contains(bare) { break }
        if bare != "…" { words.append(String(bare)) }
      } else {
        words.append(String(match.output.1 ?? match.output.2 ?? ""))
      }
    }
    return words
  }
}
