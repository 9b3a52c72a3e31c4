import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct ReportCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write an HTML report of a training run or a study.",
    discussion: """
      The report is one self-contained HTML file. A folder of the same name without .html, beside \
      it, holds each chart as SVG with its data as CSV, and each image as PNG; a folder that contains \
      other files is not overwritten. A run is judged on the test set, or on the validation rows if there \
      is no test set: classes by their confusions, yes or no also by ROC and calibration, numbers by their \
      errors, labels each by precision, recall, F1 and ROC.
      """)

  static let examples = [
    CommandExample(
      "Write runs/digits-1/report.html and open it.", "perceptron report runs/digits-1 --open"),
    CommandExample(
      "Write the report of a study to another file.",
      "perceptron report runs/tune-digits-1 --output study.html"),
  ]

  @Argument(help: "Folder of a run or a study.") var folder: String
  @Option(
    help: .init("Folder of the data set, if it has moved.", valueName: "name"))
  var data: String?
  @Option(
    help: .init("HTML file to write. (default: report.html in the folder)", valueName: "file"))
  var output: String?
  @Flag(help: "Open the report in the browser.") var open = false

  func validate() throws { try requirePage(output) }

  func run() throws {
    try requireFolder(folder, of: "a run or a study")
    let path = output ?? FolderViews(folder: folder).pagePath
    try checkWritable(path)
    var report = try page()
    let time = Date.now.formatted(
      .verbatim(
        "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .current,
        calendar: Calendar(identifier: .gregorian)))
    report.subtitle += ". Page of \(time)"
    let (drawings, problem) = report.draw()
    try report.write(to: path, drawings)
    if let problem { Console.error(problem) }
    try Console.output(path)
    if open { openPage(path) }
  }

  /// Throws where the page could not be written, before it is made.
  private func checkWritable(_ path: String) throws {
    do {
      try AtomicFile.check(path)
    } catch let error as FileError where output == nil {
      throw FileError(error.path, error.message + "; --output writes the page elsewhere")
    }
  }

  private func page() throws -> Report {
    let directory = RunDirectory(path: folder)
    if directory.holdsRecord {
      var source = try RunPageSource(directory, data: data)
      let report = try source.report()
      for problem in source.problems { Console.error("warning: \(problem)") }
      return report
    }
    if Study.exists(at: folder) {
      if data != nil {
        throw ValidationError("--data is for the report of a run, but \(folder) has a study")
      }
      let study = try Study.current(at: folder).study
      return Report(of: study, in: folder, details: StudyDetails(of: study, in: folder))
    }
    let found = directory.holdsModel ? "found a model without its run.json" : "found neither"
    throw directory.missingRecord("expected the folder of a run or a study, \(found)")
  }
}

/// Reads the files and the data that a run's report is made from.
///
/// The model, the data and the gradient check are optional. A defect in one of them is stated in the
/// report and listed in ``problems``.
struct RunPageSource {
  private let directory: RunDirectory
  private let run: TrainingRun
  /// The value of --data, or nil for the location stored in the record.
  private let data: String?
  /// The parts that the report lacks, one sentence each.
  private var omissions: [String] = []
  /// The omissions that are caused by an error.
  private(set) var problems: [String] = []

  init(_ directory: RunDirectory, data: String?) throws {
    self.directory = directory
    self.data = data
    run = try directory.read()
  }

  /// Throws `FileError` or `DatasetError` if the data named by --data cannot be used.
  mutating func report() throws -> Report {
    let name = URL(fileURLWithPath: directory.path).standardizedFileURL.lastPathComponent
    let parts: Parts =
      switch try model() {
      case .float(let model)?: try self.parts(model)
      case .double(let model)?: try self.parts(model)
      case nil: (nil, nil, nil, nil)
      }
    let check = try part("The gradient check is left out") { try $0.gradientCheck() }
    let baselines = try part("The comparison with baselines is left out") { try $0.baselines() }
    return Report(
      ofRun: run, named: name, network: parts.network, units: parts.units,
      evaluation: parts.evaluation, regions: parts.regions, gradientCheck: check,
      baselines: baselines, omissions: omissions,
      resumeCommand: ShellCommand.line(["perceptron", "resume", directory.path]),
      baselineCommand: ShellCommand.line(["perceptron", "baseline", directory.path]))
  }

  /// A part of the report, or nil if its file or its data cannot be used.
  private mutating func part<Part>(
    _ lack: String, _ make: (inout RunPageSource) throws -> Part?
  ) throws -> Part? {
    do {
      return try make(&self)
    } catch  where error is FileError || error is DatasetError {
      miss("\(lack): \(error)")
    }
    return nil
  }

  private mutating func miss(_ problem: String) {
    omissions.append(problem + ".")
    problems.append(problem)
  }

  /// The contents of the folder's `gradcheck.json`, if there is one.
  private func gradientCheck() throws -> GradientCheckReport? {
    struct Contents: Decodable { let report: GradientCheckReport }
    return try contents(
      Contents.self, of: directory.gradientCheckPath, "what perceptron gradcheck --json prints")?
      .report
  }

  /// The contents of the folder's `baseline.json`, if there is one.
  private func baselines() throws -> BaselineReport? {
    let report = try contents(
      BaselineReport.self, of: directory.baselinePath, "what perceptron baseline --json prints")
    if report?.metrics.isEmpty == true {
      throw FileError(directory.baselinePath, "expected at least one metric, found none")
    }
    return report
  }

  /// The contents of a file of the folder; nil where there is none.
  private func contents<Contents: Decodable>(
    _: Contents.Type, of path: String, _ expected: String
  ) throws -> Contents? {
    if !FileManager.default.fileExists(atPath: path) { return nil }
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read")
    }
    do {
      return try Contents(json: contents)
    } catch {
      throw FileError(path, "expected \(expected): \(decodingReason(error))")
    }
  }

  private mutating func model() throws -> AnyTrainedModel? {
    if !directory.holdsModel {
      miss("There is no model, and therefore no evaluation")
      return nil
    }
    return try part("The network and its evaluation are left out") {
      try AnyTrainedModel(readingFrom: $0.directory.modelPath)
    }
  }

  /// The network, its units, its evaluation and its decision regions, as far as the report shows them.
  private typealias Parts = (
    network: RunNetwork?, units: RunUnits?, evaluation: RunEvaluation?, regions: RunRegions?
  )

  private mutating func parts<Scalar>(_ model: TrainedModel<Scalar>) throws -> Parts {
    // Data named by the user must be usable; otherwise the part is optional.
    let found: (RunData, RunEvaluation?)? =
      data == nil
      ? try part("The evaluation is left out") { try $0.evaluate(model) }
      : try evaluate(model)
    let rows = try found.flatMap { found in
      try part("What the training rows show is left out") { try $0.rows(found.0, fitting: model) }
    }
    let components = model.preprocessing.projection
    let inputs = components?.columnCount ?? model.network.inputSize
    let shape = found?.0.loaded.training.image
    let image = model.image ?? shape.flatMap { $0.featureCount == inputs ? $0 : nil }
    // The losses on the page are those of an ensemble's first network.
    let settings = run.record.settings
    let penalty = settings.ensemble == nil ? settings.training.penalty : .none
    return (
      RunNetwork(
        model.network, image: image, components: components,
        penalty: penalty == .none ? nil : penalty),
      rows.flatMap { units(model, on: $0.training) }, found?.1,
      try part("The decision regions are left out") { try $0.regions(of: model, with: rows) }
    )
  }

  /// The rows that the run was trained on, and those that it held out.
  ///
  /// - Throws: `FileError` or `DatasetError` if they do not fit the model.
  private func rows<Scalar>(
    _ found: RunData, fitting model: TrainedModel<Scalar>
  ) throws -> DatasetSplit {
    let rows = try run.record.settings.parts(of: found.loaded.training)
    try ModelFile.requireFit(
      model, to: rows.training, path: directory.modelPath, of: found.source)
    return rows
  }

  /// The decision regions that the run kept, with the rows as points, if these are known.
  private func regions<Scalar>(
    of model: TrainedModel<Scalar>, with rows: DatasetSplit?
  ) throws -> RunRegions? {
    guard let series = try directory.decisionRegions() else { return nil }
    return RunRegions(
      series, schema: model.schema, columns: model.preprocessing.columns,
      training: rows?.training, validation: rows?.validation)
  }

  /// What the first units respond to among the rows that the run was trained on.
  private func units<Scalar>(_ model: TrainedModel<Scalar>, on rows: Dataset) -> RunUnits? {
    let named = model.schema.kind == .classes ? rows.naming(classes: model.classNames) : rows
    return RunUnits(of: model.network, on: named.prepared(with: model.preprocessing))
  }

  /// The run's data, and the model's evaluation on its test set or else on its validation rows.
  private mutating func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>
  ) throws -> (RunData, RunEvaluation?) {
    let found = try RunData(of: run.record, given: data)
    try found.requireSame()
    let (source, settings) = (found.source, run.record.settings)
    if let test = found.loaded.test {
      return (found, try evaluate(model, on: test, "the test set", of: source))
    }
    let rows = try settings.parts(of: found.loaded.training).validation
    if rows.count == 0 {
      omissions.append(
        "\(source) has no test set, and there are no validation rows: there is no evaluation.")
      return (found, nil)
    }
    let evaluation = try evaluate(model, on: rows, "the validation rows", of: source)
    omissions.append(
      "\(source) has no test set: the evaluation is that of the validation rows, by which the settings may "
        + "have been chosen.")
    return (found, evaluation)
  }

  private mutating func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on rows: Dataset, _ name: String, of source: String
  ) throws -> RunEvaluation {
    try ModelFile.requireFit(model, to: rows, path: directory.modelPath, of: source)
    if let warning = ModelFile.scaleWarning(model, rows.features, of: source) { miss(warning) }
    let named = model.schema.kind == .classes ? rows.naming(classes: model.classNames) : rows
    return RunEvaluation(
      of: model.network, on: named.prepared(with: model.preprocessing), rows: name)
  }
}
