import CPerceptronInterface
import Foundation
import PerceptronC
import TestSupport
import Testing

@Suite("The C interface")
struct InterfaceTests {
  @Test(
    "The header is C99 and C++, and stands alone",
    arguments: [
      CCompiler.strict + ["-x", "c"],
      ["-x", "c++", "-std=c++11", "-pedantic", "-Wall", "-Wextra", "-Werror"],
    ])
  func header(_ flags: [String]) throws {
    let scratch = try TemporaryDirectory()
    try scratch.write(Array("#include <perceptron.h>\n".utf8), to: "empty.c")
    let outcome = try CCompiler.compile(
      flags + ["-I", CProgram.header, "-fsyntax-only", scratch.file("empty.c")])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("The library exports every function of the header")
  func symbols() throws {
    let header = try String(contentsOfFile: CProgram.header + "/perceptron.h", encoding: .utf8)
    let declared = Set(
      header.matches(of: #/(?m)^[a-z].*?\b(perceptron_[a-z_]+)\(/#).map { String($0.output.1) })
    #expect(declared.count > 25)
    let listed = try Command.run(
      program: "/usr/bin/env", ["nm", "-D", "--defined-only", CProgram.library])
    try #require(listed.status == 0)
    let exported = Set(listed.lines.compactMap { $0.split(separator: " ").last.map(String.init) })
    #expect(declared.subtracting(exported).isEmpty)
  }

  @Test("The version is the command's")
  func version() throws {
    let command = try Command.run(
      program: Command.path(ofBuilt: "perceptron"), ["--version"])
    #expect(command.output == String(cString: perceptron_version()) + "\n")
  }

  @Test("NULL in place of a model, a training or a path is an error")
  func null() {
    #expect(perceptron_model_load(nil) == nil)
    #expect(String(cString: perceptron_last_error()) == "path is NULL")
    var found = perceptron_predictions()
    #expect(perceptron_predict_float(nil, nil, 1, &found) == -1)
    #expect(perceptron_model_save(nil, "x") == -1)
    #expect(perceptron_model_description(nil) == nil && perceptron_model_name(nil, 0) == nil)
    #expect(perceptron_training_model(nil) == nil && perceptron_train(nil, nil, nil) == nil)
    #expect(perceptron_training_decode(nil, 0) == nil && perceptron_model_decode(nil, 0) == nil)
    perceptron_model_free(nil)
    perceptron_training_free(nil)
    perceptron_bytes_free(nil)
  }

  @Test("A folder without a model and a file of another kind are described")
  func noModel() throws {
    let scratch = try TemporaryDirectory()
    try scratch.write(Array("a,b\n1,2\n".utf8), to: "table.csv")
    for (path, words) in [
      (scratch.file("table.csv"), "found a CSV table"), (scratch.path, "of a study, name the file"),
    ] {
      #expect(perceptron_model_load(path) == nil)
      let error = String(cString: perceptron_last_error())
      #expect(error.hasPrefix("\(path): expected") && error.contains(words), "\(error)")
    }
  }

  @Test("The settings are those of a run, with their help")
  func settings() throws {
    let text = String(cString: perceptron_settings())
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    let names = list.compactMap { $0["name"] as? String }
    #expect(names.contains("learning-rate") && names.contains("ensemble"))
    #expect(!names.contains("depth"))
  }
}
