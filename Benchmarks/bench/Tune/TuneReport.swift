import Foundation
import Perceptron
import PerceptronCommandSupport

/// The result of `bench tune`.
struct TuneReport: Codable {
  /// NumPy's steps and predictions.
  let measured: BenchReport
  let tuning: TuningRun
  /// Operations per second of a large product.
  let peak: Double

  /// NumPy's time for the steps of all runs.
  var stepSeconds: Double {
    seconds(of: PeerWorks.presetSteps) * Double(PeerWorks.presetStepsPerWidth)
  }

  /// NumPy's time for the final predictions of all runs.
  var predictionSeconds: Double {
    seconds(of: PeerWorks.presetPredictions) * Double(PeerWorks.presetPredictionsPerWidth)
  }

  /// The total time of one run of each entry.
  private func seconds(of entries: [PeerWorks.Entry]) -> Double {
    entries.reduce(0) { $0 + (time(of: $1)?.median ?? .nan) }
  }

  private func time(of entry: PeerWorks.Entry) -> Timing? {
    measured.timings.first { $0.subject == entry.title }
  }

  /// The operations of the first layers in all runs, two products per step.
  static var operations: Double {
    PeerWorks.presetSteps.reduce(0) { sum, entry in
      let (layers, batch) = (entry.work.layers, entry.work.batch)
      return sum + 4 * Double(batch) * Double(layers[0]) * Double(layers[1])
        * Double(PeerWorks.presetStepsPerWidth)
    }
  }

  /// The time of these operations at the peak.
  var peakSeconds: Double { Self.operations / peak }

  /// The highest rate of several products of 2048 × 2048 matrices, in operations per second.
  static func measurePeak() -> Double {
    let size = 2048
    let product = PlainProduct(Product(name: "", rows: size, inner: size, columns: size))
    let best =
      (0..<8).map { _ in
        let start = ContinuousClock.now
        product.run()
        return start.duration(to: .now) / .seconds(1)
      }.min() ?? .nan
    return 2 * Double(size * size * size) / best
  }

  var text: String {
    var table = TextTable([.words("the 180 runs"), .figures("time"), .figures("perceptron tune")])
    func add(_ what: String, _ seconds: Double) {
      table.add([what, "\(decimal(seconds, 0)) s", "\(decimal(tuning.seconds / seconds, 3)) of it"])
    }
    table.add(["perceptron tune --preset cs231n", "\(decimal(tuning.seconds, 1)) s", ""])
    add("NumPy f32, run by run (computed)", stepSeconds + predictionSeconds)
    add("NumPy f32, the steps alone", stepSeconds)
    add("\(decimal(Self.operations / 1e12, 1)) TFLOP at a large product's rate", peakSeconds)
    let times = (PeerWorks.presetSteps + PeerWorks.presetPredictions).map { entry in
      "- NumPy f32, \(entry.title): \(time(of: entry).map { readableTime($0.median) } ?? "–")"
    }
    let states = tuning.states.sorted { $0.key < $1.key }.map { "\($1) \($0)" }
    return """
      \(measured.head)
      \((measured.versions ?? [:]).values.sorted().joined(separator: "; "))

      \(table.markdown)

      - \(states.joined(separator: ", ")); best validation accuracy \(decimal(tuning.best, 4))
      - peak memory \(decimal(tuning.peakBytes / 1e6, 0)) MB
      - a large product: \(decimal(peak / 1e9, 0)) GFLOP/s, the better of before and after
      \(times.joined(separator: "\n"))
      """ + (measured.notes ?? []).map { "\n- \($0)" }.joined()
  }
}
