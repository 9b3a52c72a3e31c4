import Foundation
import TestSupport
import Testing

@Suite struct ReadmeTests {
  private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  @Test("The README's program does what the README says")
  func runs() throws {
    let directory = try TemporaryDirectory()
    let accuracy = try digits(savingTo: directory.file("digits.safetensors"))
    #expect(accuracy > 0.87)
    #expect(try directory.names == ["digits.safetensors"])
  }

  @Test("The README shows the very program that these tests compile")
  func isShown() throws {
    let readme = try String(
      contentsOf: Self.here.appendingPathComponent("../../README.md"), encoding: .utf8)
    let source = try String(
      contentsOf: Self.here.appendingPathComponent("ReadmeExample.swift"), encoding: .utf8)
    let program = try #require(source.split(separator: "// README-BEGIN\n").first)
      .split(separator: "// README-END")[0]
    #expect(program.count > 1000)
    #expect(readme.contains("```swift\n\(program)```"))
  }
}
