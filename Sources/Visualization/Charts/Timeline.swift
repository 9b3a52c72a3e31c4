import PerceptronFiles

extension Chart {
  /// Spans of time, the first at the top.
  public struct Timeline: Hashable, Sendable {
    /// A span of time.
    public struct Span: Hashable, Sendable {
      /// The name in the data.
      public var name: String
      /// The start and the end in seconds.
      public var seconds: ClosedRange<Double>
      /// The index in ``Timeline/kinds``.
      public var kind: Int
      /// An additional line of the tooltip.
      public var detail: String?

      /// Creates a span.
      public init(_ name: String, seconds: ClosedRange<Double>, kind: Int, detail: String? = nil) {
        self.name = name
        self.seconds = seconds
        self.kind = kind
        self.detail = detail
      }
    }

    /// The label of a span, such as `trial`.
    public var label: String
    /// The kinds of spans, in the legend.
    public var kinds: [String]
    /// The spans.
    public var spans: [Span]

    /// Creates a timeline.
    public init(label: String, kinds: [String], spans: [Span]) {
      self.label = label
      self.kinds = kinds
      self.spans = spans
    }
  }
}

extension Chart.Timeline {
  /// Draws a stripe for each span over an axis of seconds, on several lanes where spans overlap.
  func drawing(width: Double) -> Drawing {
    guard let end = spans.map(\.seconds.upperBound).max(),
      let start = spans.map(\.seconds.lowerBound).min(), start.isFinite, end.isFinite
    else { return .empty(width: width) }
    let range = start...max(end, start + 1e-3)
    let lanes = Self.lanes(of: spans)
    let count = (lanes.max() ?? 0) + 1
    let laneHeight = min(max(300 / Double(count), 2), 20)
    let (left, right) = (20.0, width - 20)
    let used = Set(spans.map(\.kind)).stablySorted(by: <)
    let legend = Legend(
      used.map {
        .init(
          name: name(ofKind: $0) ?? "",
          color: ChartColor.series[$0 % ChartColor.series.count], width: 12)
      }, from: left, to: right)
    let top = legend.height + 8
    let bottom = top + laneHeight * Double(count)
    var drawing = Drawing(width: width, height: bottom + 52)
    legend.draw(in: &drawing, top: 0)
    func place(_ seconds: Double) -> Double {
      left + (right - left) * (seconds - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
    let thickness = max(laneHeight - 2, laneHeight * 0.75)
    let rows = zip(spans, lanes).map { span, lane in
      let y = top + Double(lane) * laneHeight
      let (begin, end) = (place(span.seconds.lowerBound), place(span.seconds.upperBound))
      let color = ChartColor.series[span.kind % ChartColor.series.count]
      let kind = name(ofKind: span.kind).map { ", \($0)" } ?? ""
      drawing.hint(
        [
          span.name + kind,
          "from \(readableTime(span.seconds.lowerBound)) to "
            + readableTime(span.seconds.upperBound), span.detail,
        ].compactMap { $0 },
        x: begin, y: y, width: max(end - begin, 2), height: laneHeight)
      return "\(begin) \(y) \(begin) \(max(end, begin + 2)) \(y) \(y + thickness) \(color.number)"
    }
    drawing.line(from: (left, bottom + 4), to: (right, bottom + 4), color: .muted)
    for tick in Ticks(range, scale: .linear, count: width > 600 ? 10 : 5).places {
      let x = place(tick.value)
      drawing.line(from: (x, bottom + 4), to: (x, bottom + 9), color: .muted)
      drawing.text(tick.label, x: x, y: bottom + 20, .center, color: .muted)
    }
    drawing.text(
      "seconds; a stripe for each \(label)", x: (left + right) / 2, y: bottom + 40, .center,
      room: right - left)
    let boxes = drawing.boxes(rows)
    drawing.plotInPixels([boxes])
    return drawing
  }

  func name(ofKind kind: Int) -> String? { kinds.indices.contains(kind) ? kinds[kind] : nil }

  /// The lane of each span: the first one that is free at its start.
  static func lanes(of spans: [Span]) -> [Int] {
    var ends: [Double] = []
    var lanes = [Int](repeating: 0, count: spans.count)
    let order = sortedIndices(spans.count) {
      spans[$0].seconds.lowerBound < spans[$1].seconds.lowerBound
    }
    for index in order {
      let span = spans[index].seconds
      let lane = ends.firstIndex { $0 <= span.lowerBound } ?? ends.count
      if lane == ends.count { ends.append(0) }
      ends[lane] = max(span.upperBound, span.lowerBound.nextUp)
      lanes[index] = lane
    }
    return lanes
  }
}
