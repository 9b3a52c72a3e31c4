import PerceptronFiles
import PerceptronTraining
import TestSupport
import Testing

@Suite("Locks of run folders", .mayHang)
struct RunLockTests {
  @Test("A folder that is locked is refused until the lock is gone, and nothing is left in it")
  func lock() throws {
    let scratch = try TemporaryDirectory()
    let directory = RunDirectory(path: scratch.file("runs/a"))
    do {
      let lock = try directory.create(overwrite: false)
      let error = #expect(throws: FileError.self) { try directory.lock() }
      #expect(error?.message == "a run is under way in this folder")
      #expect(throws: FileError.self) { try directory.create(overwrite: true) }
      withExtendedLifetime(lock) {}
    }
    _ = try directory.lock()
    _ = try directory.create(overwrite: false)
    #expect(try scratch.names == ["runs"])
  }

  @Test("A path that is not a folder cannot be locked")
  func noFolder() throws {
    let scratch = try TemporaryDirectory()
    for name in ["none", "file"] {
      if name == "file" { try scratch.write([1], to: name) }
      let error = #expect(throws: FileError.self) {
        try RunDirectory(path: scratch.file(name)).lock()
      }
      #expect(error?.message.hasPrefix("the folder cannot be opened: ") == true)
    }
  }
}
