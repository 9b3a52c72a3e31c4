import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// The arrays of a model's `.npz` file: all that predicting takes, and what reading gives the same model back by.
/// Sources/Interchange/README.md says what each is.
struct NumPyModel {
  enum Contents {
    case floats(Tensor<Float>)
    case doubles(Tensor<Double>)
    case flags([Bool])
    case integers([Int])
    case bytes([UInt8])
    case texts([String], shape: [Int])
  }

  /// The name of the array with the model's notes, as JSON.
  static let notesName = "perceptron_model"

  private(set) var arrays: [(name: String, contents: Contents)] = []

  /// - Throws: `FileError` where a weight is not finite, or a layer or a loss has no form here.
  init<Scalar: BLASScalar>(_ model: TrainedModel<Scalar>, path: String) throws {
    let archive = try model.archive(path: path)
    let steps = try NumPySteps(
      ModelSteps(of: model.inSinglePrecision, path: path), of: model, path: path)
    add("layers", .texts(steps.table, shape: steps.shape))
    add(ONNXNote.names(model.schema.kind), .texts(model.schema.names, shape: nil))
    addColumns(model.preprocessing)
    addPreparation(model.preprocessing, featureCount: model.featureCount)
    for name in archive.names {
      if archive.dataType(of: name) == .float64 {
        add(name, .doubles(try archive.tensor(named: name)))
      } else {
        add(name, .floats(try archive.tensor(named: name)))
      }
    }
    for (name, number) in steps.settings { add(name, .doubles(Tensor(number))) }
    if let components = model.preprocessing.projection {
      let projection = components.projection
      add("projection", .doubles(projection))
      let origin = matmul(components.mean.reshaped(to: [1, components.columnCount]), projection)
      add("projection_bias", .doubles((-origin).reshaped(to: [components.count])))
    }
    if let scaling = model.preprocessing.targets {
      add("target_scale", .doubles(Tensor(scaling.deviations)))
      add("target_shift", .doubles(Tensor(scaling.means)))
    }
    add(Self.notesName, .bytes(Array(try ModelNotes(of: archive).jsonLine.utf8)))
  }

  private mutating func add(_ name: String, _ contents: Contents) {
    arrays.append((name, contents))
  }

  /// The names of a table's columns, and of the categories that have features of their own: [columns, most], filled
  /// up with empty ones.
  private mutating func addColumns(_ preprocessing: Preprocessing) {
    guard let columns = preprocessing.knownColumns else { return }
    add("columns", .texts(columns.map(\.name), shape: nil))
    let most = columns.map { $0.categories?.count ?? 0 }.max() ?? 0
    if most == 0 { return }
    let names = columns.flatMap { column in
      let names = column.categories ?? []
      return names + [String](repeating: "", count: most - names.count)
    }
    add("categories", .texts(names, shape: [columns.count, most]))
  }

  /// What becomes of each feature that networks see, or that is projected onto principal components:
  /// (ln(1 + x) or x, less the shift) / scale of a column, with `fill` for a missing cell; of categories and
  /// indicators a scale of ∞, and 1 where the cell lies in low…high, in which a missing one counts as ∞.
  private mutating func addPreparation(_ preprocessing: Preprocessing, featureCount: Int) {
    let plan = preprocessing.plan(columnCount: featureCount)
    let count = preprocessing.withoutProjection.outputCount(of: featureCount)
    var column = [Int](repeating: 0, count: count)
    var log = [Bool](repeating: false, count: count)
    var (fill, shift) = (column.map { _ in 0.0 }, column.map { _ in 0.0 })
    var scale = column.map { _ in Double.infinity }
    var (low, high) = (scale, scale.map { -$0 })
    for number in plan.numbers {
      column[number.target] = number.source
      log[number.target] = number.isLogarithm
      fill[number.target] = number.fill
      shift[number.target] = number.shift
      scale[number.target] = number.divisor
      if number.hasIndicator {
        column[number.target + 1] = number.source
        high[number.target + 1] = .infinity
      }
    }
    for category in plan.categories {
      for position in 0..<category.count {
        let target = category.target + position
        column[target] = category.source
        low[target] = Double(position)
        high[target] = position < category.knownCount ? Double(position) : .greatestFiniteMagnitude
      }
    }
    add("column", .integers(column))
    add("log", .flags(log))
    for (name, numbers) in [
      ("fill", fill), ("shift", shift), ("scale", scale), ("low", low), ("high", high),
    ] {
      add(name, .doubles(Tensor(numbers)))
    }
  }
}

extension NumPyModel.Contents {
  /// Texts in a vector.
  fileprivate static func texts(_ texts: [String], shape: [Int]?) -> Self {
    .texts(texts, shape: shape ?? [texts.count])
  }
}

// MARK: - Layers

/// The steps of a model as rows of names: that of a function, and those of the arrays that it takes.
private struct NumPySteps {
  /// Numbers that layers take, under the names in the rows.
  private(set) var settings: [(name: String, number: Double)] = []
  /// The rows of each member of an ensemble, or of the only network.
  private var members: [[[String]]] = []
  private let isEnsemble: Bool

  init<Scalar>(_ steps: ModelSteps, of model: TrainedModel<Scalar>, path: String) throws {
    let before =
      model.preprocessing.projection == nil ? [] : [["affine", "projection", "projection_bias"]]
    var networks = [steps.network]
    if case .ensemble(let members, _)? = steps.network.steps.first, steps.network.steps.count == 1 {
      networks = members
      isEnsemble = true
    } else {
      isEnsemble = false
    }
    for network in networks {
      var rows = before
      for step in network.steps { rows.append(try row(step, path: path)) }
      switch (steps.prediction, network.probabilities) {
      case (.labels(_, haveProbabilities: true), _), (_, .sigmoids?), (_, .sides?):
        rows.append(["sigmoid"])
      case (_, .softmax?): rows.append(["softmax"])
      case (.numbers(_?), nil): rows.append(["scale", "target_scale", "target_shift"])
      default: break
      }
      members.append(rows)
    }
  }

  private var width: Int { members.joined().map(\.count).max() ?? 0 }
  private var depth: Int { members.map(\.count).max() ?? 0 }
  /// [steps, names], or [members, steps, names] of an ensemble.
  var shape: [Int] { (isEnsemble ? [members.count] : []) + [depth, width] }
  /// The names, filled up with empty ones.
  var table: [String] {
    members.flatMap { rows in
      let missing = [[String]](repeating: [], count: depth - rows.count)
      return (rows + missing).flatMap { $0 + [String](repeating: "", count: width - $0.count) }
    }
  }

  private mutating func row(_ step: NetworkSteps.Step, path: String) throws -> [String] {
    switch step {
    case .affine(let weights, let bias): return ["affine", weights.name, bias.name]
    case .activation(.relu): return ["relu"]
    case .activation(.leakyReLU(let slope)): return ["leaky-relu", setting("slope", slope)]
    case .activation(.tanh): return ["tanh"]
    case .activation(.sigmoid): return ["sigmoid"]
    case .activation(.gelu): return ["gelu"]
    case .batchNorm(let gamma, let beta, let mean, let variance, let epsilon):
      let names = [gamma, beta, mean, variance].map(\.name)
      return ["batch-norm"] + names + [setting("epsilon", epsilon)]
    case .layerNorm(let gamma, let beta, let epsilon):
      return ["layer-norm", gamma.name, beta.name, setting("epsilon", epsilon)]
    case .activation(.custom), .ensemble:
      throw FileError(
        path, "not written: an ensemble among other layers has no form in a NumPy archive")
    }
  }

  private mutating func setting(_ name: String, _ number: Double) -> String {
    let name = "\(name).\(settings.count { $0.name.hasPrefix(name) } + 1)"
    settings.append((name, number))
    return name
  }
}

// MARK: - Writing

extension TrainedModel {
  /// Writes the model as a `.npz` archive that NumPy reads with `numpy.load` alone: the parameters and
  /// statistics under the names of the saved model and in its precision, the preparation of features as plain
  /// arrays, and `layers`, which names the steps from features to predictions and the arrays of each.
  ///
  /// Sources/Interchange/README.md describes the arrays, and has ten lines of NumPy that predict with them.
  /// ``AnyTrainedModel/init(readingNumPyFrom:as:names:)`` gives the same model back.
  ///
  /// - Throws: `FileError` where the file cannot be written, a weight is not finite, or a layer or a loss of your
  ///   own has no form in it.
  public func writeNumPy(to path: String) throws {
    let model = try NumPyModel(self, path: path)
    try NumPyArchive.write(to: path) { archive in
      for (name, contents) in model.arrays {
        switch contents {
        case .floats(let tensor): try archive.add(tensor, named: name)
        case .doubles(let tensor): try archive.add(tensor, named: name)
        case .flags(let flags): try archive.add(flags: flags, shape: [flags.count], named: name)
        case .integers(let numbers):
          try archive.add(integers: numbers, shape: [numbers.count], named: name)
        case .bytes(let bytes): try archive.add(bytes: bytes, shape: [bytes.count], named: name)
        case .texts(let texts, let shape): try archive.add(texts: texts, shape: shape, named: name)
        }
      }
    }
  }
}

extension AnyTrainedModel {
  /// Writes the model as a `.npz` archive, as ``TrainedModel/writeNumPy(to:)`` does.
  public func writeNumPy(to path: String) throws {
    switch self {
    case .float(let model): try model.writeNumPy(to: path)
    case .double(let model): try model.writeNumPy(to: path)
    }
  }
}

// MARK: - Reading

extension AnyTrainedModel {
  /// Reads a model from a `.npz` archive that ``TrainedModel/writeNumPy(to:)`` wrote, with the parameters that
  /// its arrays have now; all other arrays have to be as they were written.
  ///
  /// - Parameters:
  ///   - kind: what the model has to predict; nil for anything.
  ///   - names: of its classes, labels or numbers; nil for those of the file.
  /// - Throws: `FileError` where the file is no such archive, is damaged, or its arrays do not go together.
  public init(readingNumPyFrom path: String, as kind: TargetKind? = nil, names: [String]? = nil)
    throws
  {
    let file = try NumPyArchive(readingFrom: path)
    guard file.names.contains(NumPyModel.notesName) else {
      throw FileError(
        path,
        "expected the array \(NumPyModel.notesName), which `perceptron export` writes, found "
          + file.names.prefix(8).joined(separator: ", ") + (file.names.count > 8 ? ", …" : ""))
    }
    if Set(file.names).count != file.names.count || file.names.count > Self.mostArrays {
      throw FileError(path, "expected up to \(Self.mostArrays) arrays of different names")
    }
    guard let notes = ModelNotes(json: try file.array(named: NumPyModel.notesName).bytes()) else {
      throw FileError(path, "the array \(NumPyModel.notesName) cannot be read as JSON")
    }
    var archive = TensorArchive(metadata: notes.metadata)
    for name in notes.tensorNames {
      let array = try file.array(named: name)
      if !array.typeName.hasPrefix("float") {
        throw FileError(
          path, "array \(name): expected numbers with fractions, found \(array.typeName)")
      }
      if array.typeName == "float64" {
        archive.add(try array.tensor(as: Double.self), named: name)
      } else {
        archive.add(try array.tensor(as: Float.self), named: name)
      }
    }
    try self.init(archive, path: path)
    try checkArrays(of: file, beside: Set(notes.tensorNames))
    try rename(names, as: kind, path: path)
  }

  private static var mostArrays: Int { 10_000 }

  /// Throws where the arrays beside the tensors are others than the notes of the model say.
  private func checkArrays(of file: NumPyArchive, beside tensors: Set<String>) throws {
    let expected =
      switch self {
      case .float(let model): try NumPyModel(model, path: file.path).arrays
      case .double(let model): try NumPyModel(model, path: file.path).arrays
      }
    if let other = Set(file.names).subtracting(expected.map(\.name)).min() {
      throw FileError(file.path, "the array \(other) is none of the model's")
    }
    for (name, contents) in expected where !tensors.contains(name) {
      if let change = try contents.change(in: file, name) {
        throw FileError(file.path, "the array \(name) was changed: \(change)")
      }
    }
  }
}

extension NumPyModel.Contents {
  /// How the array of a file differs, or nil; of bytes, which are notes, always nil.
  fileprivate func change(in file: NumPyArchive, _ name: String) throws -> String? {
    let isSame: Bool
    switch self {
    case .floats(let tensor): isSame = try file.array(named: name).floats() == tensor.elements
    case .doubles(let tensor):
      // Bits, because a number for missing cells may be NaN.
      isSame =
        try file.array(named: name).doubles().map(\.bitPattern)
        == tensor.elements.map(\.bitPattern)
    case .integers(let numbers): isSame = try file.array(named: name).integers() == numbers
    case .flags(let flags):
      isSame = try file.array(named: name).bytes() == flags.map { $0 ? 1 : 0 }
    case .texts(let texts, let shape):
      let found = try file.texts(named: name)
      if found.shape != shape { return "expected texts \(shape), found \(found.shape)" }
      // Texts of NumPy's do not end with U+0000.
      let kept = texts.map { String($0.reversed().drop { $0 == "\0" }.reversed()) }
      return zip(found.texts, kept).enumerated().first { $1.0 != $1.1 }.map { place, texts in
        "text \(place) is \(texts.0), but \(texts.1) in the model's notes"
      }
    case .bytes: return nil
    }
    return isSame ? nil : "its numbers are not those of the model's notes"
  }
}
