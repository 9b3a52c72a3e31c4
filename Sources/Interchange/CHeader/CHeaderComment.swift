import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining

/// The comment that a header begins with: what it predicts of what, how it is used, and what it needs.
struct CHeaderComment {
  /// The comment.
  let text: String

  init(
    _ model: TrainedModel<Float>, _ steps: ModelSteps, _ interface: CInterface,
    _ builder: CHeaderBuilder
  ) {
    let (prefix, macro) = (builder.prefix, builder.macro)
    let usage = Self.usage(interface, builder).map { $0.isEmpty ? "" : "    " + $0 }
    let head =
      "\(prefix).h: a trained network that predicts \(model.schema), in C99 and C++. Written by "
      + "Perceptron \(packageVersion). Include it in one source file."
    let compiling =
      "Compile with -lm, and without -ffast-math, which has no NaN. With \(macro)_SELF_TEST defined, "
      + "\(prefix)_self_test() returns how many of three rows are predicted otherwise than by Perceptron."
    let paragraphs = [
      Self.wrapped(head), usage, Self.wrapped(compiling),
      Self.network(model, steps, builder).flatMap(Self.wrapped),
      Self.features(model, steps).flatMap(Self.wrapped),
      Self.wrapped(Self.outputs(interface, builder)),
    ]
    let lines = Array(paragraphs.joined(separator: [""]))
    text =
      "/* " + lines.map { $0.isEmpty ? " *" : " * " + $0 }.joined(separator: "\n").dropFirst(3)
      + "\n */"
  }

  /// A text in lines of at most 97 characters, of which all but the first are indented as it is.
  private static func wrapped(_ text: String) -> [String] {
    let indent = String(text.prefix { $0 == " " })
    var (lines, line) = ([String](), indent)
    for word in text.split(separator: " ") {
      if line.count + word.count + 1 > 97 && line.count > indent.count {
        lines.append(line)
        line = indent + (indent.isEmpty ? "" : "  ")
      }
      line += (line.allSatisfy { $0 == " " } ? "" : " ") + word
    }
    return lines + [line]
  }

  private static func network(
    _ model: TrainedModel<Float>, _ steps: ModelSteps, _ builder: CHeaderBuilder
  ) -> [String] {
    let preparation =
      model.preprocessing.steps.map(\.name)
      + (steps.projection.map {
        ["\(counted($0.count, "principal component"))\($0.whitening == nil ? "" : ", whitened")"]
      } ?? [])
    let layers = text(model.network)
    let isFolded = layers.contains("batch norm")
    return [
      "Preparation: \(preparation.isEmpty ? "none" : preparation.joined(separator: ", ")).",
      "Layers: \(CText.comment(layers))."
        + (isFolded ? " Batch norms behind a product are part of its weights." : ""),
      "Flash: \(grouped(builder.constantSize)) bytes of constants. RAM: \(memory(builder)).",
    ]
  }

  /// A network's layers, with the sizes of products: `affine 4 x 3, tanh`.
  private static func text(_ network: Network<Float>) -> String {
    network.layers.map { layer in
      switch layer {
      case let layer as Affine<Float>: "\(layer.name) \(layer.inputSize) x \(layer.outputSize)"
      case let layer as EnsembleLayer<Float>:
        "\(layer.name) (\(layer.members.map(text).joined(separator: "; ")))"
      default: layer.name
      }
    }.joined(separator: ", ")
  }

  private static func memory(_ builder: CHeaderBuilder) -> String {
    let size = grouped(4 * builder.scratchCount)
    return builder.takesScratch
      ? "\(size) bytes, the argument scratch" : "\(size) bytes on the stack"
  }

  /// A program.
  private static func usage(_ interface: CInterface, _ builder: CHeaderBuilder) -> [String] {
    let (prefix, macro) = (builder.prefix, builder.macro)
    let isOfClasses = interface.noun == "class"
    var arrays = ["float features[\(macro)_FEATURES] = {0}"]
    var arguments = ["features"]
    for output in interface.outputs {
      if output.type == "float" {
        arrays[0] += ", \(output.name)[\(macro)_\(output.length)]"
      } else {
        arrays.append("\(output.type) \(output.name)[\(macro)_\(output.length)]")
      }
      arguments.append(output.name)
    }
    if builder.takesScratch {
      arrays.append("static float scratch[\(macro)_SCRATCH]")
      arguments.append("scratch")
    }
    let call = "\(prefix)_predict(\(arguments.joined(separator: ", ")))"
    let shown = interface.outputs[interface.outputs.count - 1]
    return ["#include <stdio.h>", "#include \"\(prefix).h\"", "int main(void) {"]
      + arrays.map { "  \($0);" } + [
        "  const int result = \(call);",
        "  if (result < 0) return 1;",
        isOfClasses
          ? "  puts(\(prefix)_class_names[result]);"
          : "  printf(\"%s: %g\\n\", \(prefix)_\(interface.noun)_names[0], (double)\(shown.name)[0]);",
        "  return 0;", "}",
      ]
  }

  /// What the features are.
  private static func features(
    _ model: TrainedModel<Float>, _ steps: ModelSteps
  ) -> [String] {
    let count = steps.columnCount
    if let columns = model.preprocessing.knownColumns {
      let isFilled = steps.plan.numbers.contains { !$0.fill.isNaN }
      let hasCategories = !steps.plan.categories.isEmpty
      let unknown = Dictionary(
        uniqueKeysWithValues: steps.plan.categories.map { ($0.source, $0.unknown) })
      return [
        "Features: the columns of a table, in the data's own units."
          + (isFilled || hasCategories ? " A missing cell is NAN." : "")
      ]
        + (hasCategories
          ? ["A category is its number here; any other number, whole or not, is unknown."] : [])
        + columns.prefix(mostColumns).enumerated().map { place, column in
          let name = "  \(place)  \(CText.comment(column.name))"
          guard let categories = column.categories else { return name }
          let known = categories.enumerated().map { "\($0) \(CText.comment($1))" }
          return name + ": " + known.joined(separator: ", ")
            + (unknown[place] == .error ? " (unknown ones are refused)" : "")
        } + (columns.count > mostColumns ? ["  and so on"] : [])
    }
    var lines = ["Features: \(counted(count, "number")) in the data's own units."]
    if let image = model.image {
      let order =
        image.channels == 1
        ? "row by row"
        : image.layout == .planar
          ? "one of \(image.channels) channels after the other, each row by row"
          : "row by row, \(image.channels) channels of a pixel side by side"
      lines = [
        "Features: a picture of \(image.width) x \(image.height) pixels, \(order),",
        "in the data's own units.",
      ]
    }
    if let magnitude = model.preprocessing.magnitude {
      lines[lines.count - 1] +=
        " The largest of a row is about \(significant(magnitude, 3)) in the training data."
    }
    return lines
  }

  /// The largest number of columns that are listed.
  private static let mostColumns = 1000

  /// What the outputs are.
  private static func outputs(_ interface: CInterface, _ builder: CHeaderBuilder) -> String {
    let arrays = interface.outputs.map { "\($0.name)[\(builder.macro)_\($0.length)]" }
    let names = "\(builder.prefix)_\(interface.noun)_names"
    let meaning =
      switch interface.noun {
      case "class": "The result is the class, a position in \(names)"
      case "label":
        "labels has 1 for each label that is predicted, in the order of \(names); the result is 0"
      default: "values are in their own unit, in the order of \(names); the result is 0"
      }
    return "Outputs: \(arrays.joined(separator: " and ")). \(meaning), or -1 where a row cannot be "
      + "predicted: a number that is not finite, for example."
  }
}
