import Foundation

/// A line of a study's journal: what happened, and when.
///
/// The time is a key beside the event's own, `{"done":{…},"time":1700000000.125}`: journals of
/// programs that wrote none are read, and those programs read these.
struct StudyLine: Codable {
  var event: StudyEvent
  /// In seconds since 1970; nil in a journal of a program that wrote no times.
  var time: Double?

  private enum Key: String, CodingKey {
    case time
  }

  /// What happens now.
  init(_ event: StudyEvent) {
    self.event = event
    // A thousandth of a second is all that anyone reads, and keeps lines short.
    time = (Date().timeIntervalSince1970 * 1000).rounded() / 1000
  }

  init(from decoder: any Decoder) throws {
    event = try StudyEvent(from: decoder)
    time = try decoder.container(keyedBy: Key.self).decodeIfPresent(Double.self, forKey: .time)
  }

  func encode(to encoder: any Encoder) throws {
    try event.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(time, forKey: .time)
  }
}
