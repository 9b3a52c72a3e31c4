import Testing

/// What is in an event file, as far as these tests look.
public struct RecordedEvent {
  /// Its step.
  public let step: Int
  /// Whether it says that a run begins, or goes on, at the step.
  public let isStart: Bool
  /// The message, in which tags can be found.
  public let text: String

  /// The events of a file after the one about the file's version.
  public static func read(_ bytes: [UInt8]) throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      try #require(rest.count > 16)
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      try #require(rest.count >= length + 16)
      let message = Array(rest.dropFirst(12).prefix(length))
      rest = rest.dropFirst(length + 16)
      // After the time of eight bytes comes the step, but for the first event.
      if message[9] != 0x10 { continue }
      let digits = Array(message[10...].prefix { $0 > 0x7F }) + [0]
      let last = message[10 + digits.count - 1]
      let step = (digits.dropLast() + [last]).reversed().reduce(0) { $0 << 7 | Int($1 & 0x7F) }
      events.append(
        RecordedEvent(
          step: step, isStart: message[10 + digits.count] == 0x3A,
          text: String(decoding: message, as: UTF8.self)))
    }
    return events
  }
}
