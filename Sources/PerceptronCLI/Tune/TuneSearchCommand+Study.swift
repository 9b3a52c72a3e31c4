import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

// MARK: - A new study

extension TuneSearchCommand {
  /// The study that the options ask for, in its folder.
  ///
  /// - Throws: `ValidationError` for what is no study, before anything is made; `FileError` where the
  ///   data or the folder is not as it should be.
  func begun() throws -> TuneSession {
    do {
      return try prepared()
    } catch let error as SearchSpaceError {
      throw ValidationError("\(error)")
    } catch let error as InvalidSetting {
      throw ValidationError("\(error)")
    }
  }

  /// The study with all of its trials, checked before its folder is made.
  private func prepared() throws -> TuneSession {
    let source = data ?? "digits"
    let trialSpace = try TrialSpace(
      file: space, options: tunables, preset: preset, repeats: search.repeats)
    if !quiet, let layers = tunables.layers.first, !layers.contains(";"),
      let note = trialSpace.note
    {
      Console.error(note)
    }
    let method = search.searchMethod(of: trialSpace.space)
    var definition = StudyDefinition(
      space: trialSpace.space, method: method, pruning: search.pruning, seeds: trialSpace.seeds)
    let points = try definition.points()
    if !quiet && method == .grid {
      for parameter in trialSpace.space.parameters where parameter.domain.mergedPointCount > 0 {
        let merged = parameter.domain.mergedPointCount
        Console.error(
          "\(parameter.name) \(parameter.domain): \(merged) of the points \(merged == 1 ? "is" : "are") "
            + "equal to others, and tried once")
      }
    }
    if !quiet, let asked = method.count, points.count < asked {
      Console.error(
        "only \(counted(points.count, "different trial")) exist"
          + "\(points.count == 1 ? "s" : ""), \(asked) were asked for")
    }
    let assignments = definition.trials(of: points)
    let maker = TrialSettings(source: source, format: format, fixed: trialSpace.fixed)
    let loaded = try maker.load()
    if preset != nil && loaded.kind != .cifar10 {
      throw ValidationError("--preset cs231n is for CIFAR-10, --data is \(source)")
    }
    let settings = try maker.settings(of: assignments, for: loaded)
    try search.check(settings, rowCount: loaded.training.count)
    try naming(loaded.name) { try loaded.training.features.checkFinite() }
    let training: NetworkSearch.Method = search.independent ? .independent : .sideBySide
    let context = try TuneContext(
      identity: DataIdentity(of: loaded, from: source), source: source, format: format,
      settings: settings, training: training, fixed: trialSpace.fixed)
    definition.context = context.values
    if tensorboard, let output {
      try Study.checkTensorBoard(FolderViews(folder: output).eventFolder)
    }
    let (folder, study) = try makeStudy(definition, assignments, name: source)
    return TuneSession(
      study: study, folder: folder, data: loaded, settings: settings, training: training,
      workers: workers, writesTensorBoard: tensorboard, isQuiet: quiet,
      isJSON: json)
  }

  private func makeStudy(
    _ definition: StudyDefinition, _ trials: [Assignment], name: String
  ) throws -> (String, Study) {
    guard let output else {
      let last = URL(fileURLWithPath: name).standardizedFileURL.lastPathComponent
      let folder = try RunDirectory.makeNext(named: "tune-" + last).path
      return (folder, try Study.create(at: folder, definition: definition, trials: trials))
    }
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

// MARK: - A study that is gone on with

extension TuneSearchCommand {
  /// The study in a folder, on the data that it began with.
  func resumed(_ folder: String) throws -> TuneSession {
    try StudyFolder.demand(folder)
    let eventFolder = FolderViews(folder: folder).eventFolder
    let writesTensorBoard = tensorboard || isDirectory(eventFolder)
    if writesTensorBoard { try Study.checkTensorBoard(eventFolder) }
    let study = try Study.resume(at: folder, expecting: nil)
    let context = try TuneContext(of: study, in: folder)
    let source = data ?? context.data
    if data == nil && !DatasetLibrary.names.contains(source) && !isDirectory(source) {
      throw FileError(source, "the study's data is not there; give its folder with --data")
    }
    let maker = TrialSettings(
      source: source, format: format ?? context.format, fixed: context.fixed)
    let loaded = try maker.load()
    if try loaded.training.digest() != context.digest {
      throw FileError(folder, "\(source) is other data than the study began with")
    }
    let settings = try maker.settings(of: study.trials.map(\.parameters), for: loaded)
    try context.demand(settings, in: folder)
    let counts = study.countsInWords
    if !quiet { Console.error("going on with \(counted(study.trials.count, "trial")): \(counts)") }
    return TuneSession(
      study: study, folder: folder, data: loaded, settings: settings, training: context.training,
      workers: workers, writesTensorBoard: writesTensorBoard, isQuiet: quiet, isJSON: json)
  }
}
