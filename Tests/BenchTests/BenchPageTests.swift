import ArgumentParser
import TestSupport
import Testing

@testable import PerceptronBench

@Suite("Pages agree with bench")
struct BenchPageTests {
  @Test("bench accepts every command line on a page", arguments: Pages.all)
  func commandLines(page: String) throws {
    for line in Pages.commandLines(of: "bench", in: try Pages.text(page)) {
      do {
        _ = try Bench.parseAsRoot(Pages.askingForHelp(line))
      } catch  where Bench.exitCode(for: error) != .success {
        Issue.record("\(page): \(line): \(Bench.message(for: error))")
      } catch {}
    }
  }
}
