extension SearchSpace.Domain: CustomStringConvertible {
  /// The domain as it is written on a command line, such as `0.1..0.5:log:5` or `relu,tanh`; see
  /// ``SearchSpace/Parameter/init(_:parsing:as:)``.
  public var description: String {
    switch self {
    case .values(let values):
      let texts = values.map(\.description)
      guard values.contains(where: { $0.kind == .text && $0.description.contains(",") }) else {
        return texts.joined(separator: ",")
      }
      return texts.joined(separator: ";") + (texts.count == 1 ? ";" : "")
    case .numbers(let lower, let upper, let scale, let points):
      return "\(lower)..\(upper)" + Self.suffix(scale, points)
    case .integers(let lower, let upper, let scale, let points):
      return "\(lower)..\(upper)" + Self.suffix(scale, points)
    }
  }

  private static func suffix(_ scale: SearchSpace.Scale, _ points: Int?) -> String {
    (scale == .linear ? "" : ":\(scale.rawValue)") + (points.map { ":\($0)" } ?? "")
  }
}

extension SearchSpace: CustomStringConvertible {
  /// Such as `learning-rate 0.001..0.1:log, hidden 50,100`.
  public var description: String {
    parameters.map { "\($0.name) \($0.domain)" }.joined(separator: ", ")
  }
}
