import CPerceptronInterface
import Foundation
import PerceptronFiles
import PerceptronTraining

/// The version of the library.
@c @implementation
public func perceptron_version() -> UnsafePointer<CChar>! { UnsafePointer(version.pointer) }

/// The text of this thread's last error.
@c @implementation
public func perceptron_last_error() -> UnsafePointer<CChar>! {
  guard let text = pthread_getspecific(lastError) else { return UnsafePointer(noError.pointer) }
  return UnsafePointer(text.assumingMemoryBound(to: CChar.self))
}

/// Frees encoded bytes.
@c @implementation
public func perceptron_bytes_free(_ bytes: UnsafeMutableRawPointer!) { free(bytes) }

/// The settings as JSON.
@c @implementation
public func perceptron_settings() -> UnsafePointer<CChar>! { UnsafePointer(settingsText.pointer) }

private let version = CText(packageVersion)
private let noError = CText("")
private let settingsText = CText((try? SettingEntry.all.jsonLine) ?? "[]")

/// A text for C, which lives as long as the object.
final class CText: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<CChar>

  init(_ text: String) {
    let bytes = Array(text.utf8CString)
    pointer = .allocate(capacity: bytes.count)
    pointer.initialize(from: bytes, count: bytes.count)
  }

  deinit { pointer.deallocate() }
}

// MARK: - Errors

/// The key of each thread's last error, a text that is freed with the thread.
private let lastError: pthread_key_t = {
  var key = pthread_key_t()
  let status = pthread_key_create(&key) { free($0) }
  precondition(status == 0, "the system has no more keys of threads")
  return key
}()

/// What `body` returns, or `failure` where it throws: its error is then the thread's last one.
func catching<Result>(_ failure: Result, _ body: () throws -> Result) -> Result {
  do {
    return try body()
  } catch {
    // Interpolated, and not localized: each error's own sentence.
    free(pthread_getspecific(lastError))
    pthread_setspecific(lastError, strdup("\(error)"))
    return failure
  }
}

/// An argument that is not what the header says, in one sentence.
struct ArgumentError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The value of a pointer that must not be NULL.
func required<Value>(_ pointer: Value?, _ name: String) throws -> Value {
  guard let pointer else { throw ArgumentError("\(name) is NULL") }
  return pointer
}

/// A `size_t` of the caller, which may be larger than any array: C's −1, for example.
func checkedCount(_ count: Int, _ name: String) throws -> Int {
  if count >= 0 { return count }
  throw ArgumentError("\(name) is \(UInt(bitPattern: count)), more than memory can have")
}

/// The text of a pointer that must not be NULL.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
  String(cString: try required(pointer, name))
}

/// The texts of an array of pointers.
func texts(
  _ pointer: UnsafePointer<UnsafePointer<CChar>?>?, count: Int, _ name: String
) throws -> [String] {
  let pointers = UnsafeBufferPointer(start: try required(pointer, name), count: count)
  return try pointers.map { try text($0, "one of \(name)") }
}

// MARK: - Objects and bytes

/// Objects that C holds by pointers.
enum Handle {
  /// A pointer that owns the object until it is taken.
  static func make(_ object: some AnyObject) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
  }

  /// The object of a pointer, which C must not have freed.
  static func object<Object: AnyObject>(
    _ pointer: OpaquePointer?, as type: Object.Type = Object.self
  ) throws -> Object {
    let pointer = try required(pointer, "the \(Object.self)")
    return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// Lets go of the object of a pointer.
  static func free<Object: AnyObject>(_ pointer: OpaquePointer?, as type: Object.Type) {
    guard let pointer else { return }
    Unmanaged<Object>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }
}

/// A copy of bytes that C frees, and their number in `size`.
func allocated(_ bytes: [UInt8], _ size: UnsafeMutablePointer<Int>?) throws
  -> UnsafeMutableRawPointer
{
  let size = try required(size, "size")
  guard let copy = malloc(max(bytes.count, 1)) else {
    throw ArgumentError("there is no memory for \(bytes.count) bytes")
  }
  bytes.withUnsafeBytes {
    UnsafeMutableRawBufferPointer(start: copy, count: $0.count).copyMemory(from: $0)
  }
  size.pointee = bytes.count
  return copy
}
