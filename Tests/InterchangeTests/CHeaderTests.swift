import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

@Suite("C headers", .requiresCCompiler)
struct CHeaderTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func model(_ name: String) throws -> TrainedModel<Float> {
    try #require(Sample.models.first { $0.name == name }?.model)
  }

  /// Whether a program predicts rows as the library does.
  private func expectAgreement<Scalar>(
    _ model: TrainedModel<Scalar>, _ program: CHeaderProgram, rowCount: Int = 40
  ) throws {
    let rows = try CHeaderSelfTest(model, rowCount: rowCount, path: "")
    let found = try program.predict(rows.features)
    #expect(found.count == rowCount)
    let expected = rows.predictions
    let numbers =
      expected.schema.kind == .numbers
      ? expected.values : expected.probabilities ?? expected.outputs
    for (index, row) in found.enumerated() {
      #expect(row.result == (expected.schema.kind == .classes ? expected.classes[index] : 0))
      let numbers = try #require(numbers).row(index).elements
      try #require(row.numbers.count == numbers.count)
      for (a, b) in zip(row.numbers, numbers) {
        #expect(abs(a - b) <= 1e-5 * max(1, abs(b)), "row \(index): \(a) and \(b)")
      }
      if expected.schema.kind == .labels {
        #expect(row.labels.map(Double.init) == expected.values?.row(index).elements)
      }
    }
  }

  @Test("A program in C predicts what the model does", arguments: Sample.models.map(\.name))
  func agreement(name: String) throws {
    let model = try model(name)
    let header = try model.cHeader(path: "model.h")
    // Optimizing compilers find more to warn of.
    let program = try CHeaderProgram(header: header, in: directory, flags: ["-O3"])
    #expect(try program.selfTest() == 0)
    try expectAgreement(model, program)
  }

  @Test("A model in double precision is rounded to single precision")
  func double() throws {
    let layers: [LayerSpecification] = [.affine(outputs: 9), .gelu, .affine(outputs: 3)]
    let model = TrainedModel(
      network: Sample.network(5, layers, as: Double.self), preprocessing: .none,
      classNames: ["a", "b", "c"])
    let program = try CHeaderProgram(header: model.cHeader(path: "model.h"), in: directory)
    #expect(try program.selfTest() == 0)
    try expectAgreement(model, program)
  }

  @Test(
    "A program in C++ predicts what the model does",
    arguments: ["strict table", "deep", "labels", "numbers", "ensemble of two classes", "wide"])
  func plusPlus(name: String) throws {
    let model = try model(name)
    let program = try CHeaderProgram(
      header: model.cHeader(path: "model.h"), in: directory, asCPlusPlus: true)
    #expect(try program.selfTest() == 0)
    try expectAgreement(model, program)
  }

  @Test(
    "Nothing is read or written beyond arrays, and nothing is undefined",
    arguments: [
      "table", "strict table", "deep", "ensemble", "ensemble of two classes", "norms first",
      "whitened components", "components", "wide", "no weights",
    ])
  func sanitizers(name: String) throws {
    let model = try model(name)
    let program = try CHeaderProgram(
      header: model.cHeader(path: "model.h"), in: directory,
      flags: ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
    #expect(try program.selfTest() == 0)
    try expectAgreement(model, program)
    // Whatever the features are.
    let odd: [Float] = [
      .nan, .infinity, -.infinity, 0, -1, 3e38, .leastNonzeroMagnitude, -7.5, 0.5, 1e9,
    ]
    let features = (0..<10 * model.featureCount).map { odd[($0 * 7 + $0 / 10) % odd.count] }
    #expect(try program.predict(features).count == 10)
  }

  @Test(
    "The self-test fails where a weight was changed",
    arguments: ["deep", "numbers", "labels", "table", "ensemble", "wide"])
  func changed(name: String) throws {
    var header = try model(name).cHeader(path: "model.h")
    let start = try #require(header.range(of: "model_W1["))
    let brace = try #require(header[start.upperBound...].range(of: "{\n"))
    // 0.5 more for each row of weights is felt by every network.
    header.insert(contentsOf: " 0.5f +", at: brace.upperBound)
    let end = try #require(header[brace.upperBound...].range(of: "};"))
    let weights = header[brace.upperBound..<end.lowerBound]
    header.replaceSubrange(
      brace.upperBound..<end.lowerBound, with: weights.replacing(", ", with: ", 0.5f + "))
    let program = try CHeaderProgram(header: header, in: directory)
    #expect(try program.selfTest() > 0)
  }

  // MARK: - What is refused

  @Test("A row that the model cannot predict has the result −1")
  func refusedRows() throws {
    let strict = try CHeaderProgram(
      header: model("strict table").cHeader(path: "model.h"), in: directory)
    let rows: [[Float]] = [
      [1, 0, 1e4], [.nan, .nan, 1e4], [3, 0, 1e4], [0.5, 0, 1e4], [-1, 0, 1e4], [0, 0, .nan],
      [0, .infinity, 1e4], [.infinity, 0, 1e4],
    ]
    #expect(
      try strict.predict(rows.flatMap { $0 }).map { $0.result < 0 }
        == [false, false, true, true, true, true, true, true])
    let table = try CHeaderProgram(header: Sample.table.cHeader(path: "model.h"), in: directory)
    // A logarithm of 0 or less.
    let sizes: [[Float]] = [[30, 0, -0.5, 1], [30, 0, -1, 1], [30, 0, -3, 1], [30, 9, .nan, 7]]
    #expect(
      try table.predict(sizes.flatMap { $0 }).map { $0.result < 0 } == [false, true, true, false])
    // Whole or not, a number that is no category's is an unknown one.
    let unknown: [[Float]] = [
      [30, 3, 0, 1], [30, 0.5, 0, 1], [30, -7.5, 0, 1], [30, 1e9, 0, 1],
    ]
    let found = try table.predict(unknown.flatMap { $0 })
    #expect(found.allSatisfy { $0.result >= 0 && $0.numbers == found[0].numbers })
    // Missing and infinite cells.
    let times = try CHeaderProgram(
      header: Sample.timestamps.cHeader(path: "model.h"), in: directory)
    let cells: [[Float]] = [
      [.nan, 0, .nan], [0, .nan, 1], [.infinity, 0, 1], [0, 0, -.infinity],
    ]
    #expect(
      try times.predict(cells.flatMap { $0 }).map { $0.result < 0 } == [false, true, true, true])
    let plain = try CHeaderProgram(
      header: model("no weights").cHeader(path: "model.h"), in: directory)
    #expect(try plain.predict([0, 1, 2, 0, .infinity, 1]).map { $0.result < 0 } == [false, true])
  }

  @Test("A header that has NaN for missing cells does not compile without NaN")
  func fastMath() throws {
    try Sample.table.writeCHeader(to: directory.file("model.h"))
    for (flag, status) in [("-O2", true), ("-ffast-math", false)] {
      let outcome = try CCompiler.compile([
        flag, "-fsyntax-only", "-x", "c", "-include", directory.file("model.h"), "/dev/null",
      ])
      #expect((outcome.status == 0) == status)
      #expect(status || outcome.errors.contains("-ffast-math"), "\(outcome.errors)")
    }
  }

  @Test("More weights than a compiler makes use of are refused with their size")
  func large() throws {
    let layers: [any Layer<Float>] = [
      Affine<Float>(weights: .zeros([4096, 1025]), bias: .zeros([1025]))
    ]
    let network = Network<Float>(inputSize: 4096, layers: layers)
    let model = TrainedModel(
      network: network, preprocessing: .none, classNames: (0..<1025).map { "\($0)" })
    let error = try #require(throws: FileError.self) {
      try model.writeCHeader(to: directory.file("model.h"))
    }
    #expect(error.message.contains("at most 16 MiB"), "\(error)")
    #expect(error.message.contains("about 58 MB"), "\(error)")
    #expect(try directory.names.isEmpty)
  }

  @Test("Numbers that single precision does not have are refused")
  func infinite() throws {
    let model = TrainedModel(
      network: Sample.network(2, [.affine(outputs: 2)]),
      preprocessing: Preprocessing(divisor: 1e-60), classNames: ["a", "b"])
    let error = try #require(throws: FileError.self) { try model.cHeader(path: "model.h") }
    #expect(error.message.contains("columns' divisors is 1e-60"), "\(error)")
    let steps: [PreparationStep] = [.impute(columns: [0], values: [1e60], indicated: [])]
    let filled = TrainedModel(
      network: Sample.network(1, [.affine(outputs: 2)]),
      preprocessing: Preprocessing(steps: steps, columns: [FeatureColumn(name: "x")]),
      classNames: ["a", "b"])
    #expect(throws: FileError.self) { try filled.cHeader(path: "model.h") }
  }

  @Test("A layer of one's own is refused, and nothing is written")
  func unknown() throws {
    let network = Network<Float>(inputSize: 2, layers: [OwnLayer()])
    let model = TrainedModel(network: network, preprocessing: .none, classNames: ["a", "b"])
    let error = try #require(throws: FileError.self) {
      try model.writeCHeader(to: directory.file("model.h"))
    }
    #expect(error.message.contains("layer 0, OwnLayer, is your own"), "\(error)")
    #expect(try directory.names.isEmpty)
  }

  // MARK: - Texts

  @Test("Names of all kinds are strings of the same bytes, and cannot end a comment or a string")
  func names() throws {
    let names = [
      "plain", "Zürich", "\"quoted\\", "what??/", "*/ int x; /*", "tab\t\u{1}2", "日本", "",
      "a\u{202e}b",
      "line\nbreak", "??=", "/*", "//\\",
    ]
    let categories = FeatureColumn(name: "*/ column ??/ \"", categories: names)
    let model = TrainedModel(
      network: Sample.network(names.count, [.affine(outputs: names.count)]),
      preprocessing: Preprocessing(
        steps: [.oneHot(columns: [0], categories: [names], unknown: .ignore)],
        columns: [categories]),
      classNames: names)
    let header = try model.cHeader(path: "model.h")
    let program = try CHeaderProgram(header: header, in: directory)
    #expect(try program.selfTest() == 0)
    try expectAgreement(model, program)
    let source = """
      #include <stdio.h>
      #include "model.h"
      int main(void) {
        for (int i = 0; i < MODEL_CLASSES; i++) puts(model_class_names[i]);
        return 0;
      }
      """
    try directory.write(Array(source.utf8), to: "names.c")
    let outcome = try CCompiler.compile(
      CCompiler.strict + [directory.file("names.c"), "-o", directory.file("names"), "-lm"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let output = try Command.run(program: directory.file("names"), []).output
    #expect(output == names.joined(separator: "\n") + "\n")
    for name in ["a\0b", String(repeating: "x", count: 4001)] {
      var model = try self.model("tanh")
      model.schema.names[1] = name
      #expect(throws: FileError.self) { try model.cHeader(path: "model.h") }
    }
  }

  @Test(
    "The prefix of all names is the file's name, as identifiers can have it",
    arguments: [
      ("out/Digits.h", "digits"), ("my-model 2.h", "my_model_2"), ("2nd.h", "model_2nd"),
      ("_x__y_.H", "x_y"), ("größe.h", "gr_e"), ("日本.h", "model"), (".h", "model"),
      ("int.h", "int"),
    ])
  func prefix(path: String, prefix: String) {
    #expect(CText.prefix(ofFileAt: path) == prefix)
  }

  @Test("Any prefix compiles", arguments: ["int", "model_2nd", "x_y", "main", "float"])
  func prefixes(name: String) throws {
    try model("labels").writeCHeader(to: directory.file(name + ".h"))
    let outcome = try CCompiler.compile(
      CCompiler.strict + [
        "-D\(name.uppercased())_SELF_TEST", "-fsyntax-only", "-x", "c", "-include",
        directory.file(name + ".h"), "/dev/null",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(
    "The program in the comment compiles and runs",
    arguments: ["numbers", "labels", "pixels", "wide", "hinge", "squared error"])
  func usage(name: String) throws {
    let header = try model(name).cHeader(path: "model.h")
    try directory.write(Array(header.utf8), to: "model.h")
    let lines = header.split(separator: "\n").filter { $0.hasPrefix(" *     ") }
    let program = lines.map { $0.dropFirst(7) }.joined(separator: "\n") + "\n"
    try directory.write(Array(program.utf8), to: "main.c")
    let outcome = try CCompiler.compile(
      CCompiler.strict + [directory.file("main.c"), "-o", directory.file("main"), "-lm"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let run = try Command.run(program: directory.file("main"), [])
    #expect(run.status == 0)
    #expect(run.lines.count == 1)
  }

  @Test("The comment says what the network is, what it takes, and how much memory it needs")
  func comment() throws {
    // Each paragraph in a line.
    let header = try Sample.table.cHeader(path: "flowers.h").replacing(#/\n \* (?! )/#, with: " ")
    for text in [
      "flowers.h: a trained network that predicts 3 classes, in C99 and C++.",
      "Written by Perceptron \(packageVersion).",
      "Preparation: impute, log, standardize, one-hot, one-hot.",
      "Layers: affine 10 x 5, relu, affine 5 x 3.",
      "RAM: 60 bytes on the stack.",
      "A missing cell is NAN.", "any other number, whole or not, is unknown.",
      " *   1 city: 0 Rome, 1 Oslo, 2 Bern\n",
      "Outputs: probabilities[FLOWERS_CLASSES].",
    ] {
      #expect(header.contains(text), "\(text)")
    }
    // 5·10 + 5 + 3·5 + 3 weights, 2 columns of 7 numbers, 2 of 4, and 16 bytes of names.
    #expect(header.contains("Flash: 396 bytes of constants."), "\(header.prefix(2000))")
    let wide = try model("wide").cHeader(path: "model.h")
    #expect(wide.contains("bytes, the argument scratch."))
    #expect(wide.contains("float scratch[MODEL_SCRATCH])"))
  }

  @Test("Weights are the same numbers again, also the smallest")
  func exactness() throws {
    let numbers: [Float] = [
      .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0.1, -0.0, 1 / 3,
    ]
    let source = """
      #include <string.h>
      static const float numbers[6] = {\(numbers.map(CText.number).joined(separator: ", "))};
      int main(void) {
        static const unsigned bits[6] = {\(numbers.map { "\($0.bitPattern)u" }.joined(separator: ", "))};
        return memcmp(numbers, bits, sizeof numbers) != 0;
      }
      """
    try directory.write(Array(source.utf8), to: "main.c")
    let outcome = try CCompiler.compile(
      CCompiler.strict + [directory.file("main.c"), "-o", directory.file("main")])
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(try Command.run(program: directory.file("main"), []).status == 0)
  }
}
