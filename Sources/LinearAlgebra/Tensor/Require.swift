/// Traps with `message` unless `condition` holds, in every build: `precondition` drops its message
/// from optimised programs, which are the ones that meet a wrong shape after an hour.
@inlinable @inline(__always)
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
