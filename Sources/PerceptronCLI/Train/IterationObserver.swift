import Perceptron
import PerceptronCommandSupport

/// Follows a run's iterations: takes their times, snapshots of health, decision regions, event files and the progress
/// line, and asks the run to stop when the command is interrupted.
final class IterationObserver<Scalar: BLASScalar> {
  private let monitor: HealthMonitor<Scalar>?
  private let recorder: RegionRecorder<Scalar>?
  private let events: RunEvents<Scalar>?
  private var reporter: ProgressReporter
  private let isQuiet: Bool
  private let watcher: ((TrainingProgress) -> Void)?
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now
  /// Checked once per iteration, so that all networks of an ensemble stop after the same one.
  private var ending = (iteration: -1, isRequested: false)
  /// The seconds of each iteration.
  private(set) var times: [Double] = []

  init(
    after history: History, of metric: Metric, monitor: HealthMonitor<Scalar>?,
    recorder: RegionRecorder<Scalar>?, events: RunEvents<Scalar>?, isQuiet: Bool,
    watcher: ((TrainingProgress) -> Void)? = nil
  ) {
    self.monitor = monitor
    self.recorder = recorder
    self.events = events
    self.isQuiet = isQuiet
    self.watcher = watcher
    reporter = ProgressReporter(after: history, of: metric)
  }

  /// Calls ``observe(_:)`` after each iteration.
  var callback: TrainingCallback<Scalar> { .perform { self.observe($0) } }

  private func observe(_ moment: TrainingMoment<Scalar>) -> TrainingDirective {
    if ending.iteration != moment.progress.iteration {
      ending = (moment.progress.iteration, Interruption.isRequested)
    }
    // In an ensemble, only the first network is monitored.
    if moment.member == 0 { record(moment) }
    return ending.isRequested ? .stop : .proceed
  }

  private func record(_ moment: TrainingMoment<Scalar>) {
    let now = ContinuousClock.now
    times.append(last.duration(to: now).seconds)
    last = now
    monitor?.record(moment)
    recorder?.record(moment)
    events?.record(moment, monitor?.diagnosis)
    if !isQuiet { reporter.update(moment.progress) }
    watcher?(moment.progress)
  }

  /// Ends the progress line, and returns the seconds since the beginning.
  func finish() -> Double {
    reporter.finish()
    return start.duration(to: .now).seconds
  }
}
