import PerceptronVisualization

/// The messages of event files. The numbers are those of the fields in TensorFlow's
/// `core/util/event.proto` and, in `core/framework`, `summary.proto`, `tensor.proto` and
/// `tensor_shape.proto`.
enum EventMessage {
  private enum Event {
    static let wallTime = 1, step = 2, fileVersion = 3, summary = 5, sessionLog = 7
  }
  private enum SessionLog {
    static let status = 1
    static let start = 1
  }
  private enum Summary { static let value = 1 }
  private enum Value {
    static let tag = 1, simpleValue = 2, image = 4, histogram = 5, tensor = 8, metadata = 9
  }
  private enum Metadata { static let pluginData = 1 }
  private enum PluginData { static let name = 1, content = 2 }
  private enum Picture { static let height = 1, width = 2, colorspace = 3, encoded = 4 }
  private enum Histogram {
    static let min = 1, max = 2, count = 3, sum = 4, sumOfSquares = 5, limits = 6, counts = 7
  }
  private enum EmptyTensor {
    static let type = 1, shape = 2
    static let float = 1
  }
  private enum Shape { static let dimension = 2 }

  /// What a file begins with.
  static func fileVersion(at time: Double) -> WireMessage {
    var event = WireMessage()
    event.add(Event.wallTime, time)
    event.add(Event.fileVersion, "brain.Event:2")
    return event
  }

  /// That a run begins, or goes on, at `step`: readers drop what earlier files have from there on.
  static func start(at time: Double, step: Int) -> WireMessage {
    var log = WireMessage()
    log.add(SessionLog.status, SessionLog.start)
    var event = WireMessage()
    event.add(Event.wallTime, time)
    event.add(Event.step, step)
    event.add(Event.sessionLog, log)
    return event
  }

  /// Numbers.
  static func scalars(
    _ numbers: [(tag: String, number: Double)], step: Int, time: Double
  ) -> WireMessage {
    var summary = WireMessage()
    for (tag, number) in numbers {
      summary.add(Summary.value, value(tag) { $0.add(Value.simpleValue, Float(number)) })
    }
    return event(summary, step: step, time: time)
  }

  /// A picture, with the bytes of its PNG file.
  static func image(
    _ tag: String, _ image: Image, png: [UInt8], step: Int, time: Double
  ) -> WireMessage {
    var picture = WireMessage()
    picture.add(Picture.height, image.height)
    picture.add(Picture.width, image.width)
    picture.add(Picture.colorspace, image.channels)
    picture.add(Picture.encoded, png)
    return summary(tag, step: step, time: time) { $0.add(Value.image, picture) }
  }

  /// How numbers are spread.
  static func histogram(
    _ tag: String, _ buckets: HistogramBuckets, step: Int, time: Double
  ) -> WireMessage {
    var histogram = WireMessage()
    histogram.add(Histogram.min, buckets.minimum)
    histogram.add(Histogram.max, buckets.maximum)
    histogram.add(Histogram.count, Double(buckets.count))
    histogram.add(Histogram.sum, buckets.sum)
    histogram.add(Histogram.sumOfSquares, buckets.sumOfSquares)
    histogram.add(Histogram.limits, buckets.limits)
    histogram.add(Histogram.counts, buckets.counts.map(Double.init))
    return summary(tag, step: step, time: time) { $0.add(Value.histogram, histogram) }
  }

  /// What plug-ins of TensorBoard keep for themselves: a message of the plug-in's own beside a tensor
  /// of no elements.
  static func plugin(
    _ tag: String, _ plugin: String, _ content: WireMessage, time: Double
  ) -> WireMessage {
    var data = WireMessage()
    data.add(PluginData.name, plugin)
    data.add(PluginData.content, content)
    var metadata = WireMessage()
    metadata.add(Metadata.pluginData, data)
    var shape = WireMessage()
    shape.add(Shape.dimension, WireMessage())
    var tensor = WireMessage()
    tensor.add(EmptyTensor.type, EmptyTensor.float)
    tensor.add(EmptyTensor.shape, shape)
    return summary(tag, step: 0, time: time) {
      $0.add(Value.metadata, metadata)
      $0.add(Value.tensor, tensor)
    }
  }

  private static func summary(
    _ tag: String, step: Int, time: Double, _ fill: (inout WireMessage) -> Void
  ) -> WireMessage {
    var summary = WireMessage()
    summary.add(Summary.value, value(tag, fill))
    return event(summary, step: step, time: time)
  }

  private static func value(
    _ tag: String, _ fill: (inout WireMessage) -> Void
  ) -> WireMessage {
    var value = WireMessage()
    value.add(Value.tag, tag)
    fill(&value)
    return value
  }

  private static func event(_ summary: WireMessage, step: Int, time: Double) -> WireMessage {
    var event = WireMessage()
    event.add(Event.wallTime, time)
    event.add(Event.step, step)
    event.add(Event.summary, summary)
    return event
  }

  /// The record of a message: its length, the length's checksum, the message, its checksum
  /// (TensorFlow, `core/lib/io/record_writer.h`).
  static func record(of message: WireMessage) -> [UInt8] {
    func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian, Array.init)
    }
    let length = littleEndian(UInt64(message.bytes.count))
    return length + littleEndian(CRC32C.masked(length)) + message.bytes
      + littleEndian(CRC32C.masked(message.bytes))
  }
}
