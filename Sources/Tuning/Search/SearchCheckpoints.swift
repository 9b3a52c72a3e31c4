import Foundation
import PerceptronTraining

/// Where the checkpoints of networks in training are.
struct SearchCheckpoints {
  /// The folder; nil for none.
  let folder: String?
  /// The checkpoint of networks side by side.
  let sideBySide: String
  /// The iteration of the last measurement of each trial, where another process has the study.
  let measured: [Int: Int]?

  /// Those of a process that trains all trials.
  init(in folder: String?) { self.init(in: folder, sideBySide: "sweep", nil) }

  /// Those of a process that trains a part.
  init(in folder: String?, of part: SearchPart) {
    self.init(
      in: folder, sideBySide: "sweep-\(part.number)-of-\(part.count)",
      Dictionary(uniqueKeysWithValues: zip(part.trials, part.measured)))
  }

  private init(in folder: String?, sideBySide: String, _ measured: [Int: Int]?) {
    self.folder = folder
    self.measured = measured
    self.sideBySide = sideBySide + ".safetensors"
  }

  /// The checkpoint of a network on its own, by the last of its trials.
  static func alone(_ trial: Int) -> String { "trial-\(trial).safetensors" }

  static func isCheckpoint(_ name: String) -> Bool {
    name == "sweep.safetensors"
      || (name.hasPrefix("sweep-") || name.hasPrefix("trial-")) && name.hasSuffix(".safetensors")
  }
}

/// The folders in which a rank can keep checkpoints: those in which it sees the study.
struct CheckpointFolders {
  private let context: [String: String]
  private let trials: [Assignment]
  private var known: [String: Bool] = [:]

  init(of study: Study) {
    context = study.definition.context
    trials = study.trials.map(\.parameters)
  }

  /// The folder if it can be used, else nil.
  mutating func usable(_ folder: String) -> String? {
    if let isUsable = known[folder] { return isUsable ? folder : nil }
    let study = try? Study.read(at: folder)
    let isUsable =
      FileManager.default.isWritableFile(atPath: folder)
      && study?.definition.context == context && study?.trials.map(\.parameters) == trials
    known[folder] = isUsable
    return isUsable ? folder : nil
  }
}
