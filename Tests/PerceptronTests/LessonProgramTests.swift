import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("The lines of Swift in the lesson", .mayHang)
struct LessonProgramTests {
  @Test("The lesson shows the very lines that these tests compile, in their order")
  func areShown() throws {
    let source = try String(
      contentsOfFile: Pages.root + "Tests/PerceptronTests/LessonProgram.swift", encoding: .utf8)
    let shown = try Report(of: Lesson()).sections.flatMap(\.blocks).compactMap { block in
      if case .code(let text) = block { text } else { nil }
    }
    #expect(shown.count == 11)
    let program = shown.joined(separator: "\n\n").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
    #expect(source.contains(program))
  }

  @Test("The lines compute the numbers of the lesson")
  func results() throws {
    let page = try Lesson()
    let program = try lesson()
    expectClose(program.scores, page.scores, tolerance: 1e-14)
    expectClose(program.p, page.probabilities, tolerance: 1e-14)
    expectClose(program.rowLosses, page.rowLosses, tolerance: 1e-14)
    expectClose(program.loss, page.loss, tolerance: 1e-14)
    expectClose(program.g, page.scoreGradient, tolerance: 1e-14)
    expectClose(program.flow, page.flow, tolerance: 1e-14)
    expectClose(program.d, page.sumGradient, tolerance: 1e-14)
    for (name, gradient) in page.gradients {
      expectClose(program.gradients[name], gradient, tolerance: 1e-14)
      expectClose(program.byHand[name], gradient, tolerance: 1e-13)
    }
    #expect(page.checks[0].parameter == "W1" && page.checks[0].position == 12)
    expectClose(program.slope, try #require(page.checks[0].numeric), tolerance: 1e-9)
    #expect(program.check.verdict == page.gradientCheck.verdict && program.check.passed)
    expectClose(program.lossAfter, page.lossAfterStep, tolerance: 1e-14)
    #expect(program.history == page.history)
    expectClose(program.before, page.probabilities, tolerance: 1e-14)
    expectClose(program.after, page.trained.predictProbabilities(page.x), tolerance: 1e-14)
    #expect(program.share == 1)
  }
}
