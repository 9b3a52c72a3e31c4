import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// A search of `perceptron tune`, from the study in its folder to what is printed at the end.
struct TuneSession {
  let study: Study
  let folder: String
  let data: LoadedData
  /// The experiment of each trial.
  let settings: [Experiment]
  let training: NetworkSearch.Method
  let options: StudyOptions
  let writesTensorBoard: Bool
  /// The folder of the whole study, if this is a shard.
  var whole: String?

  /// How a search is run: in this process alone, or among ranks.
  typealias Training = (
    _ search: NetworkSearch, _ progress: @escaping @Sendable (SearchProgress) -> Void,
    _ stop: @escaping @Sendable () -> Bool
  ) throws -> Trial?

  /// Trains the waiting trials, prints the results of all, and ends the command.
  func run(_ train: Training = { try $0.run(progress: $1, stop: $2) }) throws {
    let start = ContinuousClock.now
    let own = study.ownTrials
    if let shard = study.shard, own.isEmpty { return try report(empty: shard) }
    let earlier = own.count(where: \.state.isFinal)
    let views = FolderViews(folder: folder)
    let isWork = earlier < own.count
    if isWork { try views.removePages(isQuiet: options.quiet) }
    var search = try NetworkSearch(study, on: data.training, settings: settings)
    search.method = training
    search.workers = options.workers
    search.test = data.test
    let reporter = options.quiet ? nil : TuneReporter(study)
    // With repeats, the best network may be replaced before all repeats of its point are done.
    let isExpected = study.definition.trialsPerPoint > 1 && isWork
    if search.lacksBest && !options.quiet && !isExpected {
      Console.error(
        "\(folder)/\(Study.bestName) is missing or damaged; the best trial is trained again at the end"
      )
    }
    let outcome = Result {
      try train(search, { reporter?.update($0) }, { Interruption.isRequested })
    }
    reporter?.finish()
    // The journal is shown even if something could not be written.
    if study.best == nil { _ = try outcome.get() }
    let seconds = start.duration(to: .now).seconds
    let report = StudyReport(study, folder: folder)
    if options.json {
      try Console.output(report.json())
    } else if !options.quiet {
      try Console.output(
        summary(report, earlier: earlier, seconds: seconds, isSaved: !search.lacksBest))
    }
    let remade = try outcome.get()
    if let remade, !options.quiet, !isExpected || remade.value != study.best?.value {
      Console.error(remark(on: remade, recorded: study.best))
    }
    // A page that was made in the meantime shows an earlier state.
    if isWork { try views.removePages(isQuiet: options.quiet) }
    let isWritten = writeEvents()
    if !options.json && !options.quiet {
      let lines =
        whole.map(views.commands(ofShards:))
        ?? views.commands(tensorBoard: writesTensorBoard && isWritten)
      try Console.output(lines.joined(separator: "\n"))
    }
    if Interruption.isRequested {
      if options.json || options.quiet { Console.error(report.advice) }
      throw ExitCode(Interruption.status)
    }
    if study.best == nil { throw NoResult(counts: study.countsText) }
    if let emptiness {
      if options.json || options.quiet {
        Console.error(emptiness)
      } else {
        try Console.output(emptiness)
      }
    }
    if !isWritten { throw ExitCode.failure }
  }

  /// Prints that a shard has nothing to train, which is no failure of an array of jobs.
  private func report(empty shard: StudyShard) throws {
    if options.json { try Console.output(StudyReport(study, folder: folder).json()) }
    if options.quiet { return }
    Console.error(
      "\(shard) has nothing to train: the study has fewer networks that can be trained apart than shards"
    )
  }

  /// The message about a best network that was trained again.
  private func remark(on remade: Trial, recorded: Trial?) -> String {
    let goal = study.definition.goal
    let (now, before) = (remade.value ?? .nan, recorded?.value ?? .nan)
    return
      "\(Study.bestName) was restored by training trial \(recorded?.id ?? 0) again: "
      + "\(goal.title) \(goal.text(now)), "
      + (now == before
        ? "as recorded"
        : "recorded as \(goal.text(before)); a network trained alone, or on another machine, is "
          + "rounded differently")
  }

  /// The warning that even the best network learned nothing.
  private var emptiness: String? {
    let goal = study.definition.goal
    guard let value = study.bestConfiguration?.trainingValue else { return nil }
    let chance: (value: Double, what: String)?
    switch goal.metric {
    case .accuracy where data.training.schema.kind == .classes:
      chance = RunAssessment.chance(on: data.training).map {
        ($0.accuracy, "the most frequent class")
      }
    case .r2: chance = (0, "the mean")
    case .auc: chance = (0.5, "anything at random")
    default: chance = nil
    }
    guard let chance, value <= chance.value else { return nil }
    return "warning: no network learned anything: the best one's \(goal.trainingTitle) is "
      + "\(goal.text(value)), and always predicting \(chance.what) has "
      + "\(goal.text(chance.value)); try other learning rates, and features divided by more (--pixel-scale)"
  }

  /// Writes the event files that were requested, or prints the error and returns false.
  private func writeEvents() -> Bool {
    if !writesTensorBoard { return true }
    do {
      try study.writeTensorBoard(to: FolderViews(folder: folder).eventFolder)
      return true
    } catch {
      Console.error("Error: \(error)")
      return false
    }
  }

  /// - Parameter earlier: the number of trials that were over before.
  private func summary(
    _ report: StudyReport, earlier: Int, seconds: Double, isSaved: Bool
  ) -> String {
    let rows = data.training.count
    let folds = study.definition.folds
    let validation = Set(settings.map(\.validation)).sorted().map { "\($0)" }
    let held =
      folds.map { "each of \($0) folds in turn" }
      ?? "\(validation.joined(separator: " or ")) of them"
    let state = study.isOver ? "" : "interrupted; "
    let left = study.ownTrials.count - earlier
    let work =
      left == 0
      ? ", over already"
      : (earlier == 0 ? "" : ", the last \(left)") + " in \(readableTime(seconds))"
    var lines = [
      "\(data.name): \(rows) rows, \(held) for validation",
      "\(state)\(study.trialCountText)\(work): \(study.countsText)",
    ]
    if study.best != nil {
      lines += ["", report.leaderboard(top: 10), ""] + study.choiceText
      lines += report.edges + report.commandLines
      let journal = "\(folder)/\(Study.journalName)"
      lines.append(
        isSaved ? "saved \(folder)/\(Study.bestName) and \(journal)" : "saved \(journal)")
    }
    if !study.isOver || !isSaved && study.best != nil { lines.append(report.advice) }
    return lines.joined(separator: "\n")
  }
}

/// The error of a study without a finished trial.
struct NoResult: Error, CustomStringConvertible {
  let counts: String

  var description: String {
    "no trial has a result: \(counts). Lower learning rates, or features divided by more "
      + "(--pixel-scale), may help"
  }
}

// MARK: - A new study

extension TuneSearchCommand {
  /// Creates the study that the options describe, or throws `ValidationError` before it writes anything.
  func begun(_ admit: Admission) throws -> TuneSession {
    do {
      return try prepared(admit)
    } catch let error as SearchSpaceError {
      throw ValidationError("\(error)")
    } catch let error as InvalidSetting {
      throw ValidationError("\(error)")
    }
  }

  /// Checks all trials before the folder is made.
  private func prepared(_ admit: Admission) throws -> TuneSession {
    let quiet = files.quiet
    let trialSpace = try TrialSpace(
      file: space.space, options: ranges, preset: space.preset, repeats: search.repeats)
    if !quiet, let note = try trialSpace.note(on: ranges.given) { Console.error(note) }
    let method = search.searchMethod(of: trialSpace.space)
    var definition = StudyDefinition(
      space: trialSpace.space, method: method, pruning: search.pruning, seeds: trialSpace.seeds,
      folds: trialSpace.folds)
    let points = try definition.points()
    if !quiet && method == .grid {
      for parameter in trialSpace.space.parameters where parameter.domain.mergedPointCount > 0 {
        let merged = parameter.domain.mergedPointCount
        Console.error(
          "\(parameter.name) \(parameter.domain): \(merged) of the points "
            + "\(merged == 1 ? "is" : "are") duplicate, and tried only once")
      }
    }
    if !quiet, let asked = method.count, points.count < asked {
      Console.error(
        "only \(counted(points.count, "different trial")) exist"
          + "\(points.count == 1 ? "s" : ""), \(asked) were requested")
    }
    let assignments = definition.trials(of: points)
    let unloaded = TrialSettings(data: try source.settings, fixed: trialSpace.fixed)
    let (loaded, choice) = try source.load(rows, heldOutBy: unloaded.validationSplit)
    let trials = TrialSettings(data: choice, fixed: trialSpace.fixed)
    if space.preset != nil && loaded.kind != .cifar10 {
      throw ValidationError("--preset cs231n is for CIFAR-10, --data is \(source.data)")
    }
    let experiments = try trials.experiments(of: assignments, for: loaded)
    try search.check(experiments, rowCount: loaded.training.count)
    try naming(loaded.name) { try loaded.training.features.checkFinite() }
    if let first = experiments.first { definition.goal = Goal(validation: first.metric) }
    let training: NetworkSearch.Method = search.independent ? .independent : .sideBySide
    let context = try TuneContext(
      identity: DataIdentity(of: loaded, from: source.data), trials: trials,
      experiments: experiments, training: training)
    definition.context = context.values
    if files.tensorboard, let output = files.output {
      try Study.checkTensorBoard(FolderViews(folder: output).eventFolder)
    }
    if let shard = files.shard, let output = files.output {
      return try opened(
        shard, in: output, definition, assignments, data: loaded, experiments, training)
    }
    try admit(definition, assignments)
    let (folder, study) = try makeStudy(definition, assignments)
    return TuneSession(
      study: study, folder: folder, data: loaded, settings: experiments, training: training,
      options: files, writesTensorBoard: files.tensorboard)
  }

  private func makeStudy(
    _ definition: StudyDefinition, _ trials: [Assignment]
  ) throws -> (String, Study) {
    guard let output = files.output else {
      let name = "tune-" + DatasetLibrary.shortName(of: source.data)
      let folder = try RunDirectory.makeNext(named: name).path
      return (folder, try Study.create(at: folder, definition: definition, trials: trials))
    }
    try StudyFolder.demandWhole(output, otherwise: ", or choose another --output")
    do {
      return (output, try Study.create(at: output, definition: definition, trials: trials))
    } catch let error as FileError where error.message == Study.exists {
      let known = try StudyFolder.describe(output, expected: definition, trials: trials)
      throw FileError(output, "\(known); choose another --output")
    } catch let error as FileError
      where error.message == Study.taken || error.message == RunDirectory.exists
    {
      throw FileError(error.path, error.message + "; choose another --output")
    }
  }
}

// MARK: - A shard

extension TuneSearchCommand {
  /// Begins or resumes a shard of a study.
  ///
  /// - Parameters:
  ///   - folder: the folder of the whole study.
  ///   - trials: the trials of the whole study.
  private func opened(
    _ shard: StudyShard, in folder: String, _ definition: StudyDefinition, _ trials: [Assignment],
    data: LoadedData, _ experiments: [Experiment], _ training: NetworkSearch.Method
  ) throws -> TuneSession {
    var whole = try NetworkSearch(
      Study(definition: definition, trials: trials), on: data.training, settings: experiments)
    whole.method = training
    let study = try Study.open(
      shard, at: folder, definition: definition, trials: trials,
      own: whole.dealt(to: shard.count).parts[shard.number - 1].trials)
    if !files.quiet && study.ownTrials.contains(where: { $0.state.isFinal || $0.began != nil }) {
      Console.error("resuming \(study.trialCountText): \(study.countsText)")
    }
    return TuneSession(
      study: study, folder: shard.path(in: folder), data: data, settings: experiments,
      training: training, options: files, writesTensorBoard: false, whole: folder)
  }
}

// MARK: - Resuming a study

extension TuneSearchCommand {
  /// Reads the study in a folder, with the data that it began with.
  func resumed(_ folder: String, _ admit: Admission) throws -> TuneSession {
    try StudyFolder.demand(folder)
    if files.shard == nil { try StudyFolder.demandWhole(folder) }
    let eventFolder = FolderViews(folder: folder).eventFolder
    let writesTensorBoard = files.tensorboard || isDirectory(eventFolder)
    if writesTensorBoard { try Study.checkTensorBoard(eventFolder) }
    // A study that is extended is opened when its new trials are known, a shard when they are dealt.
    var study =
      try search.trials == nil && files.shard == nil
      ? Study.resume(at: folder) : Study.read(at: folder)
    if let shard = study.shard, files.tensorboard {
      throw FileError(
        folder,
        "holds \(shard) of a study, and --tensorboard is for a whole one; merge the shards first")
    }
    let (context, loaded, trials) = try loaded(for: study, in: folder)
    var experiments = try trials.experiments(of: study.trials.map(\.parameters), for: loaded)
    try context.demand(experiments, in: folder)
    if let shard = files.shard {
      return try opened(
        shard, in: folder, study.definition, study.trials.map(\.parameters), data: loaded,
        experiments, context.training)
    }
    if let count = search.trials {
      (study, experiments) = try extend(study, in: folder, toPoints: count, context, admit) {
        try trials.experiments(of: $0, for: loaded)
      }
    } else {
      try admit(study.definition, study.trials.map(\.parameters))
    }
    if !files.quiet {
      let count = study.shard == nil ? counted(study.trials.count, "trial") : study.trialCountText
      Console.error("resuming \(count): \(study.countsText)")
    }
    return TuneSession(
      study: study, folder: folder, data: loaded, settings: experiments, training: context.training,
      options: files, writesTensorBoard: writesTensorBoard)
  }

  /// The data that a study began with, and the settings that its trials share.
  func loaded(
    for study: Study, in folder: String
  ) throws -> (context: TuneContext, data: LoadedData, trials: TrialSettings) {
    guard let context = TuneContext(of: study) else {
      throw FileError(folder, "the study in this folder was not started by perceptron tune")
    }
    var known = context.trials.data
    known.format = source.format ?? known.format
    let data = try RunData(known, given: source.givenData, of: "study")
    if try data.loaded.training.digest() != context.digest {
      throw FileError(folder, "\(data.source) differs from the data that the study began with")
    }
    let trials = TrialSettings(data: data.choice, fixed: context.trials.fixed)
    return (context, data.loaded, trials)
  }

  /// The study in a folder with more points, and the experiments of all trials.
  ///
  /// - Parameter make: makes the experiments of trials.
  private func extend(
    _ study: Study, in folder: String, toPoints count: Int, _ context: TuneContext,
    _ admit: Admission, _ make: ([Assignment]) throws -> [Experiment]
  ) throws -> (Study, [Experiment]) {
    guard let points = study.definition.method.count else {
      throw ValidationError(
        "--trials is \(count), but the study is a grid, which tries all points already and cannot be "
          + "extended; start a new one")
    }
    if count < points {
      throw ValidationError(
        "--trials is \(count), but the study has \(points) points already; expected more")
    }
    let known = study.trials.map(\.parameters)
    var (definition, more) = try study.definition.moreTrials(toPoints: count, than: known.count)
    let all = try make(known + more)
    var extended = context
    try extended.take(all)
    definition.context = extended.values
    try admit(definition, known + more)
    return (try Study.extend(at: folder, toPoints: count, context: extended.values), all)
  }
}
