import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct LessonCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "lesson",
    abstract: "Write a page that follows a small network through training, with every number.",
    discussion: """
      The page is made by running the parts of training: initialize, forward, loss, backward, check, update, a \
      hundred steps, predict. Each has its formula, its lines of Swift and its numbers, which are those \
      of NumPy. It is one self-contained HTML file; a file that is not a page of perceptron is not \
      overwritten.
      """)

  static let examples = [
    CommandExample("Write lesson.html and open it.", "perceptron lesson --open"),
    CommandExample("Write it to another file.", "perceptron lesson --output training.html"),
  ]

  @Option(help: .init("HTML file to write.", valueName: "file"))
  var output = "lesson.html"
  @Flag(help: "Open the page in the browser.") var open = false

  func validate() throws { try requirePage(output) }

  func run() throws {
    try Report.checkReplaceable(output)
    try publish(Report(of: Lesson()), to: output, open: open)
  }
}
