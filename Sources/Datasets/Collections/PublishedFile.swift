import Foundation
import PerceptronFiles

/// A file of a published data set and the sum by which it is known.
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

  private func isFile(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path) && !isDirectory(path)
  }

  private func outcome(in directory: String) -> FileCheck.Outcome {
    let plain = join(directory, name)
    let paths = [plain, plain + ".gz"]
    guard let path = paths.first(where: isFile) else { return .missing }
    do {
      let found = try SHA256.digest(ofFile: path)
      return found == sha256 ? .matches : .differs(found: found)
    } catch {
      return .unreadable("\(error)")
    }
  }
}

/// What came of comparing a file with the published one.
public struct FileCheck: Hashable, Sendable {
  /// How a file compares.
  public enum Outcome: Hashable, Sendable {
    /// It is the published file.
    case matches
    /// It is another file, with this digest.
    case differs(found: String)
    /// There is no such file.
    case missing
    /// It cannot be read, for the given reason.
    case unreadable(String)
  }

  /// The published file.
  public let file: PublishedFile
  /// How the file at hand compares.
  public let outcome: Outcome
}

extension FileCheck: CustomStringConvertible {
  /// The name and the outcome in words.
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

extension CIFAR10 {
  /// The published files of records and their sums.
  public static let published = [
    PublishedFile(
      name: "data_batch_1.bin",
      sha256: "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    PublishedFile(
      name: "data_batch_2.bin",
      sha256: "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    PublishedFile(
      name: "data_batch_3.bin",
      sha256: "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    PublishedFile(
      name: "data_batch_4.bin",
      sha256: "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    PublishedFile(
      name: "data_batch_5.bin",
      sha256: "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    PublishedFile(
      name: "test_batch.bin",
      sha256: "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
  ]
}

extension FashionMNIST {
  /// The published files and the sums of their decompressed data.
  public static let published = [
    PublishedFile(
      name: "train-images-idx3-ubyte",
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
    PublishedFile(
      name: "train-labels-idx1-ubyte",
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    PublishedFile(
      name: "t10k-images-idx3-ubyte",
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    PublishedFile(
      name: "t10k-labels-idx1-ubyte",
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
  ]
}
