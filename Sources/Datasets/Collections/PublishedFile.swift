import Foundation
import PerceptronFiles

/// A file of a published data set and its checksum.
public struct PublishedFile: Hashable, Sendable {
  /// The file's name, without `.gz`.
  public let name: String
  /// The SHA-256 digest of its decompressed data, in hexadecimal.
  public let sha256: String

  /// Compares the files in `directory`, each plain or `.gz`, with the published ones: one check per
  /// file, in the same order. What cannot be read is an outcome, not an error.
  public static func verify(_ files: [PublishedFile], in directory: String) -> [FileCheck] {
    files.map { FileCheck(file: $0, outcome: $0.outcome(in: directory)) }
  }

  private func outcome(in directory: String) -> FileCheck.Outcome {
    let plain = join(directory, name)
    let path = [plain, plain + ".gz"].first {
      FileManager.default.fileExists(atPath: $0) && !isDirectory($0)
    }
    guard let path else { return .missing }
    do {
      let found = try SHA256.digest(ofFile: path)
      return found == sha256 ? .matches : .differs(found: found)
    } catch {
      return .unreadable("\(error)")
    }
  }
}

/// The comparison of a file with the published one.
public struct FileCheck: Hashable, Sendable {
  /// The outcome of a comparison.
  public enum Outcome: Hashable, Sendable {
    /// It is the published file.
    case matches
    /// It is another file, with this digest.
    case differs(found: String)
    /// There is no such file.
    case missing
    /// It cannot be read, for a reason.
    case unreadable(String)
  }

  /// The published file.
  public let file: PublishedFile
  /// The outcome for the file at hand.
  public let outcome: Outcome
}

extension FileCheck: CustomStringConvertible {
  /// The name and the outcome.
  public var description: String {
    switch outcome {
    case .matches: "\(file.name): as published"
    case .differs(let found):
      "\(file.name): expected the SHA-256 sum \(file.sha256), found \(found)"
    case .missing: "\(file.name): missing"
    case .unreadable(let reason): "\(file.name): unreadable: \(reason)"
    }
  }
}
