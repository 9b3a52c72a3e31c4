import PerceptronFiles
import TestSupport
import Testing

@Suite("Command lines for a shell")
struct ShellCommandTests {
  @Test("Plain words stay as they are, others are in quotation marks")
  func words() {
    #expect(ShellCommand.line(["a", "b'c", "", "d$", "-x=1,2"]) == #"a 'b'\''c' '' 'd$' -x=1,2"#)
  }

  @Test(
    "A shell reads a word as it was, whatever marks combine with others",
    arguments: [
      "a b", "x'\u{301}; echo no", "'\u{301}'", "\u{301}$(echo no)", "a\r\nb", "`id`", "é",
    ])
  func read(word: String) throws {
    let line = ShellCommand.line(["printf", "%s|", word, "end"])
    let outcome = try Command.run(program: "/bin/sh", ["-c", line])
    #expect(outcome.status == 0 && Array(outcome.output.utf8) == Array((word + "|end|").utf8))
  }
}
