import Foundation
import PerceptronFiles
import TestSupport
import Testing

@Suite("Kinds of files")
struct FileKindTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func kind(_ bytes: [UInt8], _ name: String) throws -> FileKind? {
    FileKind(of: try directory.write(bytes, to: name))
  }

  private static func zip(_ name: String) -> [UInt8] {
    Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 22) + [
      UInt8(name.utf8.count), 0, 0, 0,
    ]
      + Array(name.utf8)
  }

  /// The beginnings of files.
  private static let beginnings: [FileKind: [[UInt8]]] = [
    .npy: [[0x93] + ascii("NUMPY")],
    .png: [[0x89] + ascii("PNG\r\n")],
    .jpeg: [[0xFF, 0xD8, 0xFF, 0xE0]],
    .gif: [ascii("GIF89a")],
    .hdf5: [[0x89] + ascii("HDF\r\n")],
    .matlab: [ascii("MATLAB 5.0 MAT-file")],
    .matlab73: [ascii("MATLAB 7.3 MAT-file, Platform: GLNXA64")],
    .parquet: [ascii("PAR1") + [0, 1]],
    .pickle: [[0x80, 4, 0x95, 1]],
    .pyTorch: [[0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46], zip("archive/data.pkl")],
    .onnx: [[8, 8, 0x12, 7] + ascii("pytorch")],
    .npz: [zip("a.npy")],
    .spreadsheet: [
      zip("[Content_Types].xml"), [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
    ],
    .zip: [zip("notes")],
    .idx: [[0, 0, 8, 3, 0, 0, 0, 1]],
    .safetensors: [[9, 0, 0, 0, 0, 0, 0, 0] + ascii("{}")],
    .tar: [[UInt8](repeating: 65, count: 257) + ascii("ustar")],
    .csv: [ascii("a,b,label\n1,2,x\n"), ascii("1;2\n3;4")],
    .tsv: [ascii("a\tb\n1\t2\n")],
    .arff: [ascii("@RELATION iris")],
    .json: [ascii(" {\"a\": 1}")],
    .text: [ascii("hello there")],
    .lfsPointer: [ascii("version https://git-lfs.github.com/spec/v1\n")],
  ]

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test(
    "A file's kind is detected by its first bytes, whatever its name", arguments: beginnings.keys)
  func bytes(_ expected: FileKind) throws {
    for bytes in try #require(Self.beginnings[expected]) {
      #expect(try kind(bytes, "file") == expected)
      let compressed = try directory.gzip(bytes)
      #expect(try kind(compressed, "other.gz") == expected)
    }
  }

  @Test(
    "If the bytes are ambiguous, the extension determines the kind",
    arguments: [
      ("model.onnx", FileKind.onnx), ("a.PKL", .pickle), ("a.b.csv", .csv), ("net.pth", .pyTorch),
    ])
  func names(_ name: String, _ expected: FileKind) throws {
    #expect(try kind([0xFE, 0xFE, 0xFE], name) == expected)
  }

  @Test("Unknown, empty and missing files have no kind; folders have one")
  func others() throws {
    #expect(try kind([0xFE, 1, 2, 3], "a") == nil)
    #expect(try kind([], "b.csv") == nil)
    #expect(FileKind(of: directory.file("none.csv")) == nil)
    #expect(FileKind(of: directory.path) == .folder)
    #expect(try kind(directory.gzip([0xFE, 1, 2]), "c") == .gzip)
  }

  @Test("Text under the name of a binary format is not called that")
  func misnamed() throws {
    #expect(try kind(Array("oops".utf8), "a.npy") == .text)
  }

  @Test(
    "What is not read comes with the line that makes it readable",
    arguments: [
      (.tar, "tar -xf 'a b.tgz'", "a b.tgz"), (.zip, "unzip a.zip", "a.zip"),
      (
        .parquet, #"pd.read_parquet("d/a.parquet").to_csv("d/a.csv", index=False)"#, "d/a.parquet"
      ),
      (.arrow, #"pd.read_feather("a.feather").to_csv("a.csv", index=False)"#, "a.feather"),
      (.spreadsheet, #"pd.read_excel("a.b.xlsx").to_csv("a.b.csv", index=False)"#, "a.b.xlsx"),
      (.pickle, #"pd.read_pickle("a.pkl").to_csv("a.csv", index=False)"#, "a.pkl"),
      (.hdf5, #"np.savez("a.npz", **{name: array[()] for"#, "a.h5"),
      (.matlab, #"in scipy.io.loadmat("a.mat").items() if name[0] != "_"})"#, "a.mat"),
      (.matlab73, ##"in h5py.File("a.mat").items() if name[0] != "#"})"##, "a.mat"),
      (.jpeg, #"Image.open("a.jpg").save("a.png")"#, "a.jpg"),
      (.jpeg, #"Image.open("\\ \"a\".jpg").save("\\ \"a\".png")"#, #"\ "a".jpg"#),
    ] as [(FileKind, String, String)])
  func advice(kind: FileKind, line: String, path: String) throws {
    let advice = try #require(kind.advice(for: path))
    #expect(advice.contains(line), "\(advice)")
    #expect(!advice.contains("\n"))
  }

  @Test("What is read has no such line")
  func noAdvice() {
    for kind in [FileKind.idx, .cifar10, .cifar100, .csv, .npy, .npz, .png, .folder] {
      #expect(kind.advice(for: "a") == nil)
    }
  }

  @Test("CIFAR's records are told apart by their files' names")
  func cifar() throws {
    let records = [UInt8](repeating: 7, count: 4096)
    #expect(try kind(records, "train.bin") == .cifar100)
    #expect(try kind(records, "test.bin") == .cifar100)
    #expect(try kind(records, "data_batch_1.bin") == .cifar10)
    #expect(try kind([20] + records, "test.bin") == nil)
    #expect(try kind([10] + records, "data_batch_1.bin") == nil)
  }
}
