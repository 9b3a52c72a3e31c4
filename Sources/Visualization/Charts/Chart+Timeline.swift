extension Chart {
  /// When each of some things began and ended, the first at the top.
  public struct Timeline: Hashable, Sendable {
    /// One thing's time.
    public struct Span: Hashable, Sendable {
      /// What it is called in the data.
      public var name: String
      /// When it began and ended, in seconds.
      public var seconds: ClosedRange<Double>
      /// Which of ``Timeline/kinds`` it is of.
      public var kind: Int
      /// What is told of it where the pointer stands, besides its name, kind and time; nil for nothing.
      public var detail: String?

      /// The given span.
      public init(
        _ name: String, seconds: ClosedRange<Double>, kind: Int, detail: String? = nil
      ) {
        self.name = name
        self.seconds = seconds
        self.kind = kind
        self.detail = detail
      }
    }

    /// What the spans are of, such as `trial`.
    public var label: String
    /// What the legend calls the kinds of spans.
    public var kinds: [String]
    /// The spans.
    public var spans: [Span]

    /// The given spans.
    public init(label: String, kinds: [String], spans: [Span]) {
      self.label = label
      self.kinds = kinds
      self.spans = spans
    }
  }
}
