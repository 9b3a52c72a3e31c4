import Foundation
import PerceptronFiles
import TestSupport
import Testing

@Suite("Atomic files", .mayHang)
struct AtomicFileTests {
  private struct Interruption: Error {}

  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("A file is made, then replaced, and nothing else is left in the directory")
  func replaces() throws {
    try AtomicFile.write([1, 2, 3], to: directory.file("a"))
    #expect(try directory.bytes(of: "a") == [1, 2, 3])
    try AtomicFile.write([], to: directory.file("a"))
    #expect(try directory.bytes(of: "a") == [])
    #expect(try directory.names == ["a"])
  }

  @Test("A name of one letter is a file in the current directory")
  func shortName() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      try #require(FileManager.default.changeCurrentDirectoryPath(directory.path))
      try AtomicFile.write([7], to: "m")
      try #require(try directory.bytes(of: "m") == [7])
    }
  }

  @Test("Pieces are written in order")
  func pieces() throws {
    try AtomicFile.write(to: directory.file("a")) { file in
      for byte in UInt8(0)..<100 { try file.write([byte]) }
    }
    #expect(try directory.bytes(of: "a") == Array(0..<100))
  }

  @Test(
    "The part file is hidden and named after its target", arguments: ["a", "model.safetensors"])
  func partName(target: String) throws {
    try AtomicFile.write(to: directory.file(target)) { _ in
      let names = try directory.names
      #expect(names.count == 1)
      #expect(names.first?.hasPrefix(".\(target).") == true)
      #expect(names.first?.hasSuffix(".part") == true)
    }
  }

  @Test("A name as long as file systems take is written", arguments: ["n", "ä"])
  func longName(letter: String) throws {
    let name = String(repeating: letter, count: 255 / letter.utf8.count)
    try AtomicFile.write([7], to: directory.file(name))
    #expect(try directory.names == [name])
  }

  @Test("The new file has the permissions of the old one")
  func permissions() throws {
    let path = try directory.write([1], to: "a")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try AtomicFile.write([2], to: path)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o640)
  }

  @Test("An interrupted write leaves the old file and no other")
  func interrupted() throws {
    let path = try directory.write([9], to: "a")
    #expect(throws: Interruption.self) {
      try AtomicFile.write(to: path) { file in
        try file.write([1, 2])
        throw Interruption()
      }
    }
    #expect(try directory.bytes(of: "a") == [9])
    #expect(try directory.names == ["a"])
  }

  @Test("A symbolic link stays, and its target is replaced or created")
  func symbolicLink() throws {
    let folder = try directory.makeDirectory("folder")
    func link(_ name: String, to target: String) throws -> String {
      try FileManager.default.createSymbolicLink(
        atPath: directory.file(name), withDestinationPath: target)
      return directory.file(name)
    }
    try directory.write([9], to: "folder/a")
    let relative = try link("relative", to: "folder/a")
    let absolute = try link("absolute", to: relative)
    let dangling = try link("dangling", to: "folder/b")
    try AtomicFile.write([1], to: relative)
    #expect(try directory.bytes(of: "folder/a") == [1])
    try AtomicFile.write([2], to: absolute)
    #expect(try directory.bytes(of: "folder/a") == [2])
    try AtomicFile.write([3], to: dangling)
    #expect(try directory.bytes(of: "folder/b") == [3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "b"])
    for path in [relative, absolute, dangling] {
      _ = try FileManager.default.destinationOfSymbolicLink(atPath: path)
    }
    #expect(try directory.names.count == 4)

    let circle = try link("circle", to: "circle")
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: circle) }
    #expect(error?.message.hasPrefix("cannot write here: Too many") == true)
  }

  @Test("A named pipe takes the bytes and stays")
  func namedPipe() throws {
    let path = directory.file("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    // Opened for both, which waits for no other end.
    let reader = open(path, O_RDWR)
    defer { close(reader) }
    try AtomicFile.check(path)
    try AtomicFile.write([1, 2, 3], to: path)
    var bytes = [UInt8](repeating: 0, count: 10)
    #expect(read(reader, &bytes, 10) == 3 && bytes[..<3] == [1, 2, 3])
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(try directory.names == ["pipe"])
  }

  @Test("A file that the process has open is written in place, not replaced")
  func ownDescriptor() throws {
    let path = try directory.write([9], to: "a")
    let descriptor = open(path, O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    var before = stat()
    #expect(fstat(descriptor, &before) == 0)
    let name = "/dev/fd/\(descriptor)"
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("link"), withDestinationPath: name)
    for (bytes, target) in [([1, 2], name), ([3], directory.file("link"))] as [([UInt8], String)] {
      try AtomicFile.check(target)
      try AtomicFile.write(bytes, to: target)
    }
    // It stays open.
    #expect(write(descriptor, [UInt8(4)], 1) == 1)
    #expect(try directory.bytes(of: "a") == [9, 1, 2, 3, 4])
    var after = stat()
    #expect(stat(path, &after) == 0 && after.st_ino == before.st_ino)
    #expect(try directory.names == ["a", "link"])
  }

  @Test("A number of no open file, or of one open for reading, is refused beforehand")
  func unwritableDescriptor() throws {
    let reading = open(try directory.write([9], to: "a"), O_RDONLY)
    defer { close(reading) }
    for number in [reading, 100_000] {
      let path = "/dev/fd/\(number)"
      let checked = #expect(throws: FileError.self) { try AtomicFile.check(path) }
      let written = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
      for error in [checked, written] {
        #expect(error?.message.hasSuffix("Bad file descriptor") == true, "\(error)")
      }
    }
    #expect(try directory.bytes(of: "a") == [9])
  }

  @Test("A target that is a directory, or in none, is refused with the system's reason")
  func unwritable() throws {
    let folder = try directory.makeDirectory("folder")
    let first = #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder) }
    #expect(first?.path == folder)
    #expect(first?.message.contains("directory") == true)
    let missing = directory.file("none/a")
    let second = #expect(throws: FileError.self) { try AtomicFile.write([1], to: missing) }
    #expect(second?.description == "\(missing): cannot write here: No such file or directory")
    #expect(try directory.names == ["folder"])
  }

  @Test("Whether a file can be written is checked beforehand, without a trace")
  func check() throws {
    try directory.write([9], to: "a")
    _ = try directory.makeDirectory("folder")
    for name in ["a", "b"] { try AtomicFile.check(directory.file(name)) }
    for name in ["folder", "a/b", "a/", "none/a", "none/", String(repeating: "n", count: 256)] {
      let path = directory.file(name)
      let checked = #expect(throws: FileError.self) { try AtomicFile.check(path) }
      let written = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
      #expect(checked == written)
    }
    let empty = #expect(throws: FileError.self) { try AtomicFile.check("") }
    #expect(empty?.description == "'': expected the name of a file to write")
    #expect(try directory.names == ["a", "folder"])
    #expect(try directory.bytes(of: "a") == [9])
  }

  @Test(
    "A file system that takes no files is refused beforehand",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
  func noFiles() {
    #expect(throws: FileError.self) { try AtomicFile.check("/proc/perceptron.json") }
  }

  @Test("A write that the system stops half way leaves the old file")
  func fullDisk() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let path = try directory.write([9], to: "a")
      signal(SIGXFSZ, SIG_IGN)
      let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
      var usual = rlimit()
      getrlimit(fileSize, &usual)
      var limit = rlimit(rlim_cur: 4096, rlim_max: usual.rlim_max)
      setrlimit(fileSize, &limit)
      // Restored for whatever the process writes at its end, such as its coverage.
      defer { setrlimit(fileSize, &usual) }
      let bytes = [UInt8](repeating: 1, count: 1 << 20)
      let error = #expect(throws: FileError.self) { try AtomicFile.write(bytes, to: path) }
      #expect(error?.message == "cannot write: File too large")
      #expect(try directory.bytes(of: "a") == [9])
      #expect(try directory.names == ["a"])
    }
  }
}
