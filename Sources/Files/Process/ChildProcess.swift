import Foundation

/// A program that runs beside this one, reads nothing, and writes to a file. It has a process group
/// of its own, so that Ctrl-C does not reach it.
///
/// Unlike Foundation's `Process` it needs no threads; that one waits forever if the system refuses them.
package final class ChildProcess {
  private let identifier: pid_t
  private var result: Int32?

  /// Starts a program in a folder.
  ///
  /// - Parameter output: the file that standard output and standard error go to, which is made anew.
  /// - Throws: `FileError` where it cannot be started.
  package init(
    _ path: String, _ arguments: [String], environment: [String: String], in folder: String,
    output: String
  ) throws {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    // This program ignores SIGPIPE.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF))

    // The shell changes to the folder and becomes the program.
    let program = URL(fileURLWithPath: path).path
    var words =
      (["sh", "-c", #"cd "$0" && exec "$@""#, folder, program] + arguments).map { strdup($0) }
      + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var identifier = pid_t()
    let code = posix_spawn(&identifier, "/bin/sh", &actions, &attributes, &words, &variables)
    if code != 0 { throw FileError.system(path, "cannot be started", code: code) }
    self.identifier = identifier
  }

  deinit { if isRunning { end() } }

  package var isRunning: Bool { status == nil }

  /// Its exit status, or the negated signal that ended it; nil while it runs.
  package var status: Int32? {
    if result == nil { wait(WNOHANG) }
    return result
  }

  package func end() {
    if !isRunning { return }
    kill(identifier, SIGKILL)
    wait(0)
  }

  private func wait(_ options: Int32) {
    var word: Int32 = 0
    var found: pid_t
    repeat { found = waitpid(identifier, &word, options) } while found < 0 && errno == EINTR
    if found == 0 { return }
    // As C's macros take the word apart; no such child is one that has failed.
    let signal = word & 0x7F
    result = found < 0 ? -1 : signal == 0 ? (word >> 8) & 0xFF : -signal
  }
}

/// Command lines for people to copy.
package enum ShellCommand {
  /// Words as a shell reads them, those with special characters in quotation marks.
  package static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  // By scalars, since a quotation mark and a combining mark after it are one character.
  private static func quoted(_ word: String) -> String {
    let plain = "0123456789_./,:=+-".unicodeScalars
    let isPlain = word.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || plain.contains($0))
    }
    if isPlain && !word.isEmpty { return word }
    var quoted = "'".unicodeScalars
    for scalar in word.unicodeScalars {
      if scalar == "'" { quoted += #"'\''"#.unicodeScalars } else { quoted.append(scalar) }
    }
    quoted.append("'")
    return String(quoted)
  }
}
