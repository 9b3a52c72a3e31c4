import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Exchanging models on the command line", .mayHang)
struct ExchangeTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func run(_ arguments: String...) throws -> Command.Outcome {
    try Command.run(arguments, in: scratch.path)
  }

  @Test("A model that is exported and imported is the same")
  func roundTrip() throws {
    try scratch.train("run")
    let written = try run("export", "run", "a.onnx")
    #expect(written.output == "saved a.onnx\n")
    let read = try run("import", "a.onnx", "a.safetensors", "--names", "a,b,c,d,e,f,g,h,i,j")
    #expect(read.output == "saved a.safetensors: of 64 features predicts 10 classes\n")
    let first = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let second = try TrainedModel<Float>(readingFrom: scratch.file("a.safetensors"))
    #expect(second.network == first.network)
    #expect(second.preprocessing == first.preprocessing)
    #expect(second.classNames == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])
  }

  @Test("A model that is exported as a C header passes the header's own test", .requiresCCompiler)
  func header() throws {
    try scratch.train("run")
    let written = try run("export", "run", "my-digits.h")
    #expect(written.output == "saved my-digits.h\n")
    let source = """
      #define MY_DIGITS_SELF_TEST
      #include "my-digits.h"
      int main(void) { return my_digits_self_test(); }
      """
    try scratch.write(Array(source.utf8), to: "main.c")
    let outcome = try CCompiler.compile(
      CCompiler.strict + [scratch.file("main.c"), "-o", scratch.file("main"), "-lm"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(try Command.run(program: scratch.file("main"), []).status == 0)
    #expect(try run("import", "my-digits.h", "a.safetensors").status == 2)
  }

  @Test("Names with another ending are refused before anything is read")
  func endings() throws {
    for arguments in [["export", "none", "model.pt"], ["import", "model.pt", "none"]] {
      let outcome = try Command.run(arguments, in: scratch.path)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.contains("model.pt: expected a name that ends in .onnx"), "\(outcome.errors)"
      )
    }
  }

  @Test("Neither direction replaces the file that it reads")
  func sameFile() throws {
    try scratch.train("run")
    let model = try Data(contentsOf: URL(filePath: scratch.file("run/model.safetensors")))
    for arguments in [
      ["export", "run", "run/model.safetensors"],
      ["import", "run/model.safetensors", "run/../run/model.safetensors"],
    ] {
      let outcome = try Command.run(arguments, in: scratch.path)
      #expect(outcome.status == 1)
      #expect(
        outcome.errors
          == "Error: \(arguments[2]): expected another file than the one that is read\n")
    }
    #expect(
      try Data(contentsOf: URL(filePath: scratch.file("run/model.safetensors"))) == model)
  }

  @Test("Import saves no model under the ending of another format")
  func otherEnding() throws {
    for ending in [".onnx", ".npz", ".h"] {
      let outcome = try run("import", "none.npz", "model\(ending)")
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.hasPrefix(
          "Error: model\(ending): expected a name that ends in .safetensors"),
        "\(outcome.errors)")
    }
  }

  @Test("An activation is refused where the file says it")
  func activation() throws {
    for name in ["none.onnx", "none.npz"] {
      let outcome = try run("import", name, "model.safetensors", "--activation", "tanh")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("--activation: \(name) says"), "\(outcome.errors)")
    }
  }

  @Test("A model of another program leads to import, where it is predicted with")
  func notImported() throws {
    try scratch.train("run")
    for (name, found) in [
      ("a.onnx", "an ONNX model"), ("a.npz", "a NumPy archive"),
      ("a.safetensors", "other tensors, such as a state dict's"),
    ] {
      #expect(try run("export", "run", name).status == 0)
      let outcome = try run("summary", name)
      #expect(outcome.status == 1)
      #expect(
        outcome.errors
          == "Error: \(name): expected a model that `perceptron train` saved, found \(found); "
          + "`perceptron import` reads models of other programs\n")
    }
  }

  @Test("A file that is no ONNX model is refused")
  func noModel() throws {
    try scratch.write(Array("hello, world".utf8), to: "a.onnx")
    let outcome = try run("import", "a.onnx", "a.safetensors")
    #expect(outcome.status == 1)
    #expect(outcome.errors == "Error: a.onnx: expected an ONNX model, found a text file\n")
    #expect(try scratch.names == ["a.onnx"])
  }
}
