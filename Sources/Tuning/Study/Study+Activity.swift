import Foundation
import PerceptronFiles
import PerceptronTraining

extension Study {
  /// When any trial ran, as stretches that do not touch, by their times; without those that are not
  /// known, and empty where none is.
  public var activity: [ClosedRange<Date>] {
    let all = trials.flatMap(\.stretches).sorted { $0.lowerBound < $1.lowerBound }
    return all.reduce(into: []) { merged, next in
      guard let last = merged.last, next.lowerBound <= last.upperBound else {
        return merged.append(next)
      }
      merged[merged.count - 1] = last.lowerBound...max(last.upperBound, next.upperBound)
    }
  }

  /// Whether a process runs the study in the folder at `path`.
  public static func isUnderWay(at path: String) -> Bool {
    do {
      _ = try RunLock(path)
      return false
    } catch {
      return (error as? FileError)?.message == RunLock.taken
    }
  }

  /// The study in the folder at `path` as it is now, and whether a process runs it. Where none does,
  /// trials that had begun and not ended wait, unlike in what ``read(at:)`` returns.
  ///
  /// - Throws: `FileError` where there is none, or its journal cannot be understood.
  public static func current(at path: String) throws -> (study: Study, isUnderWay: Bool) {
    // Before the journal is read, which has all there is of a process that has ended.
    let isUnderWay = isUnderWay(at: path)
    let study = try read(at: path)
    if !isUnderWay {
      for trial in study.trials where trial.state == .running { study.interrupt(trial.id) }
    }
    return (study, isUnderWay)
  }
}
