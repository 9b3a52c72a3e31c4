import Foundation
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

/// A C program around a model's header: prints what it predicts for the rows of a file or, without a file, ends
/// with the result of the self-test as its status.
struct CHeaderProgram {
  /// What is predicted for a row.
  struct Row {
    var result: Int
    var numbers: [Double]
    /// 0 or 1 for each label.
    var labels: [Int]
  }

  private let scratch: TemporaryDirectory

  /// Compiles the program.
  ///
  /// - Parameters:
  ///   - flags: more options of the compiler.
  ///   - isPlusPlus: whether C++ is compiled, not C99.
  init(
    header: String, in scratch: TemporaryDirectory, flags: [String] = [],
    asCPlusPlus isPlusPlus: Bool = false
  ) throws {
    self.scratch = scratch
    try scratch.write(Array(header.utf8), to: "model.h")
    try scratch.write(Array(Self.source.utf8), to: "main.c")
    let arguments = flags + [scratch.file("main.c"), "-o", scratch.file("program"), "-lm"]
    let outcome =
      isPlusPlus
      ? try CCompiler.compilePlusPlus(["-x", "c++"] + CCompiler.strict.dropFirst() + arguments)
      : try CCompiler.compile(CCompiler.strict + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// The number of rows that the self-test finds different.
  func selfTest() throws -> Int {
    Int(try Command.run(program: scratch.file("program"), []).status)
  }

  /// The predictions for rows of features.
  func predict(_ features: [Float]) throws -> [Row] {
    try scratch.write(features.withUnsafeBytes(Array.init), to: "rows")
    let outcome = try Command.run(program: scratch.file("program"), [scratch.file("rows")])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.lines.map { line in
      let parts = line.split(separator: ";", omittingEmptySubsequences: false)
      return Row(
        result: try #require(Int(parts[0])),
        numbers: parts[1].split(separator: " ").compactMap { Double($0) },
        labels: parts[2].split(separator: " ").compactMap { Int($0) })
    }
  }

  private static let source = """
    #include <stdio.h>
    #define MODEL_SELF_TEST
    #include "model.h"
    #include "model.h" /* Its guard is tested, too. */

    #if defined(MODEL_SCORES)
    #define COUNT MODEL_SCORES
    #elif defined(MODEL_CLASSES)
    #define COUNT MODEL_CLASSES
    #elif defined(MODEL_LABELS)
    #define COUNT MODEL_LABELS
    #else
    #define COUNT MODEL_VALUES
    #endif
    #ifdef MODEL_SCRATCH
    static float scratch[MODEL_SCRATCH];
    #define LAST , scratch
    #else
    #define LAST
    #endif

    int main(int count, char **arguments) {
      static float features[MODEL_FEATURES], numbers[COUNT];
      FILE *file;
      if (count < 2) return model_self_test();
      file = fopen(arguments[1], "rb");
      if (file == NULL) return 100;
      while (fread(features, sizeof(float), MODEL_FEATURES, file) == MODEL_FEATURES) {
    #ifdef MODEL_LABELS
        uint8_t labels[MODEL_LABELS] = {0};
        printf("%d;", model_predict(features, numbers, labels LAST));
    #else
        printf("%d;", model_predict(features, numbers LAST));
    #endif
        for (int i = 0; i < COUNT; i++) printf(" %.9g", (double)numbers[i]);
        printf(";");
    #ifdef MODEL_LABELS
        for (int i = 0; i < MODEL_LABELS; i++) printf(" %d", labels[i]);
    #endif
        printf("\\n");
      }
      fclose(file);
      return 0;
    }
    """
}
