import PerceptronFiles
import PerceptronVisualization

/// The messages of event files. Field numbers are those of TensorFlow's `core/util/event.proto`
/// and, in `core/framework`, `summary.proto`, `tensor.proto` and `tensor_shape.proto`.
package enum EventMessage {
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
  private enum Metadata { static let pluginData = 1, description = 3 }
  private enum PluginData { static let name = 1, content = 2 }
  private enum Picture { static let height = 1, width = 2, colorspace = 3, encoded = 4 }
  private enum Histogram {
    static let min = 1, max = 2, count = 3, sum = 4, sumOfSquares = 5, limits = 6, counts = 7
  }
  private enum TensorField {
    static let type = 1, shape = 2, texts = 8
    static let float = 1, string = 7
  }
  private enum Shape { static let dimension = 2 }
  /// Of a layout, a category, a chart, and a chart's lines.
  private enum LayoutField { static let title = 1, tag = 1, category = 2, chart = 2 }

  static func fileVersion(at time: Double) -> WireMessage {
    WireMessage {
      $0.add(Event.wallTime, time)
      $0.add(Event.fileVersion, "brain.Event:2")
    }
  }

  /// The start or resumption of a run at `step`: readers drop later events of earlier files.
  static func start(at time: Double, step: Int) -> WireMessage {
    WireMessage {
      $0.add(Event.wallTime, time)
      $0.add(Event.step, step)
      $0.add(Event.sessionLog, WireMessage { $0.add(SessionLog.status, SessionLog.start) })
    }
  }

  /// - Parameter descriptions: the texts of some tags, which TensorBoard shows at their charts.
  package static func scalars(
    _ numbers: [(tag: String, number: Double)], step: Int, time: Double,
    descriptions: [String: String] = [:]
  ) -> WireMessage {
    event(
      values: numbers.map { tag, number in
        value(tag) { message in
          message.add(Value.simpleValue, Float(number))
          if let text = descriptions[tag] {
            let metadata = WireMessage {
              $0.add(Metadata.pluginData, WireMessage { $0.add(PluginData.name, "scalars") })
              $0.add(Metadata.description, text)
            }
            message.add(Value.metadata, metadata)
          }
        }
      }, step: step, time: time)
  }

  /// The layout of TensorBoard's tab of custom scalars: charts with several tags each (TensorBoard,
  /// `plugins/custom_scalar/layout.proto`).
  static func layout(_ charts: [(title: String, tags: [String])], time: Double) -> WireMessage {
    let layout = WireMessage { message in
      let category = WireMessage { category in
        category.add(LayoutField.title, "training and validation")
        for (title, tags) in charts {
          let lines = WireMessage { for tag in tags { $0.add(LayoutField.tag, tag) } }
          let chart = WireMessage {
            $0.add(LayoutField.title, title)
            $0.add(LayoutField.chart, lines)
          }
          category.add(LayoutField.chart, chart)
        }
      }
      message.add(LayoutField.category, category)
    }
    let data = WireMessage { $0.add(PluginData.name, "custom_scalars") }
    let tensor = WireMessage {
      $0.add(TensorField.type, TensorField.string)
      $0.add(TensorField.shape, WireMessage())
      $0.add(TensorField.texts, layout.bytes)
    }
    let value = value("custom_scalars__config__") {
      $0.add(Value.metadata, WireMessage { $0.add(Metadata.pluginData, data) })
      $0.add(Value.tensor, tensor)
    }
    return event(values: [value], step: 0, time: time)
  }

  static func image(
    _ tag: String, _ image: Image, png: [UInt8], step: Int, time: Double
  ) -> WireMessage {
    let picture = WireMessage {
      $0.add(Picture.height, image.height)
      $0.add(Picture.width, image.width)
      $0.add(Picture.colorspace, image.channels)
      $0.add(Picture.encoded, png)
    }
    return event(
      values: [value(tag) { $0.add(Value.image, picture) }], step: step, time: time)
  }

  static func histogram(
    _ tag: String, _ buckets: HistogramBuckets, step: Int, time: Double
  ) -> WireMessage {
    let histogram = WireMessage {
      $0.add(Histogram.min, buckets.minimum)
      $0.add(Histogram.max, buckets.maximum)
      $0.add(Histogram.count, Double(buckets.count))
      $0.add(Histogram.sum, buckets.sum)
      $0.add(Histogram.sumOfSquares, buckets.sumOfSquares)
      $0.add(Histogram.limits, buckets.limits)
      $0.add(Histogram.counts, buckets.counts.map(Double.init))
    }
    return event(
      values: [value(tag) { $0.add(Value.histogram, histogram) }], step: step, time: time)
  }

  /// A TensorBoard plug-in's own message, beside an empty tensor.
  static func plugin(
    _ tag: String, _ plugin: String, _ content: WireMessage, time: Double
  ) -> WireMessage {
    let data = WireMessage {
      $0.add(PluginData.name, plugin)
      $0.add(PluginData.content, content)
    }
    let tensor = WireMessage {
      $0.add(TensorField.type, TensorField.float)
      $0.add(TensorField.shape, WireMessage { $0.add(Shape.dimension, WireMessage()) })
    }
    let value = value(tag) {
      $0.add(Value.metadata, WireMessage { $0.add(Metadata.pluginData, data) })
      $0.add(Value.tensor, tensor)
    }
    return event(values: [value], step: 0, time: time)
  }

  private static func value(
    _ tag: String, _ fill: (inout WireMessage) -> Void
  ) -> WireMessage {
    WireMessage {
      $0.add(Value.tag, tag)
      fill(&$0)
    }
  }

  private static func event(values: [WireMessage], step: Int, time: Double) -> WireMessage {
    let summary = WireMessage { for value in values { $0.add(Summary.value, value) } }
    return WireMessage {
      $0.add(Event.wallTime, time)
      $0.add(Event.step, step)
      $0.add(Event.summary, summary)
    }
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

/// The checksum of event files: CRC-32C, with Castagnoli's polynomial (RFC 3720, appendix B.4).
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    return value
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value = UInt32.max
    for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    return ~value
  }

  /// The masked checksum of record files, for data that contains checksums (TensorFlow,
  /// `core/lib/hash/crc32c.h`).
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
