import PerceptronCommandSupport
import PerceptronFiles

/// The comparison with the peers as a Markdown table.
struct PeerTable {
  let report: BenchReport
  /// The title of the row of memory.
  static let memoryTitle =
    "peak memory, training on \(grouped(PeerWorks.memory.rows)) × \(PeerWorks.memory.layers[0]) bytes"

  /// The programs, in the order of the columns.
  let names: [String]

  var markdown: String {
    var table = TextTable([.words("work")] + names.map { .figures($0) })
    for entry in PeerWorks.all where report.timings.contains(where: { $0.subject == entry.title }) {
      table.add(
        [entry.title]
          + names.map { name in
            guard let peer = report.timings[entry.title, name] else { return "–" }
            let ratio = report.timings[entry.title, Peer.perceptron].map {
              Self.share($0, of: peer)
            }
            return cell(readableTime(peer.median), ratio, isOwn: name == Peer.perceptron)
          })
    }
    addPreset(to: &table)
    addMemory(to: &table)
    return table.markdown
  }

  /// Warnings for unreliable timings: those with an interquartile range over half of the median.
  static func unsteady(_ report: BenchReport) -> [String] {
    report.timings.filter { $0.spread > 0.25 }.map {
      "unsteady: \($0.name), the middle half of the rounds from \(readableTime($0.quartiles[0])) to "
        + readableTime($0.quartiles[1])
    }
  }

  /// A measured value with Perceptron's share of it.
  private func cell(_ value: String, _ ratio: Double?, isOwn: Bool) -> String {
    guard let ratio, !isOwn else { return value }
    return "\(value) (\(decimal(ratio, 2)))"
  }

  /// The median of the rounds' ratios.
  static func share(_ own: Timing, of peer: Timing) -> Double {
    median(zip(own.visits, peer.visits).map { $0.median / $1.median }) ?? .nan
  }

  /// The time of the preset's steps, computed from the medians of the steps of each width.
  private func addPreset(to table: inout TextTable) {
    func seconds(_ name: String) -> Double? {
      let steps = PeerWorks.presetSteps.compactMap { report.timings[$0.title, name]?.median }
      if steps.count < PeerWorks.presetSteps.count { return nil }
      return steps.reduce(0, +) * Double(PeerWorks.presetStepsPerWidth)
    }
    if names.allSatisfy({ seconds($0) == nil }) { return }
    let own = seconds(Peer.perceptron)
    let count = PeerWorks.presetSteps.count * PeerWorks.presetStepsPerWidth
    table.add(
      ["the \(grouped(count)) steps of preset cs231n, run by run (computed)"]
        + names.map { name in
          guard let time = seconds(name) else { return "–" }
          return cell(
            "\(decimal(time, 0)) s", own.map { $0 / time }, isOwn: name == Peer.perceptron)
        })
  }

  private func addMemory(to table: inout TextTable) {
    guard let peaks = report.peakBytes, !peaks.isEmpty else { return }
    table.add(
      [Self.memoryTitle]
        + names.map { name in
          guard let peak = peaks[name] else { return "–" }
          let ratio = peaks[Peer.perceptron].map { $0 / peak }
          return cell("\(decimal(peak / 1e6, 0)) MB", ratio, isOwn: name == Peer.perceptron)
        })
  }
}
