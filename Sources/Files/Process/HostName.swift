import Foundation

/// The name of this host, without the look-up in the network of `ProcessInfo`, which may take long.
package let hostName: String = {
  var buffer = [CChar](repeating: 0, count: 256)
  if gethostname(&buffer, buffer.count - 1) != 0 { return "localhost" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}()
