import Perceptron
import Synchronization

/// What an ``Examiner`` knows of a run, so that one that goes on knows all of it.
struct ExaminerState: Codable, Sendable {
  /// What the last look saw; nil before the first one.
  var diagnosis: RunDiagnosis?
  /// What the looks at iterations saw.
  var series = DiagnosticSeries()
  var firstLoss: Double?
  var lastEpoch: History.Epoch?
  /// What was wrong at the last looks, of which only lasting trouble is told.
  var lasting = LastingWarnings()
  /// Whether the next iteration is one to look at.
  var awaitsLook = false
}

extension ExaminerState {
  /// Decodes a state; one of a version that took each look for itself has nothing that lasts.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    diagnosis = try values.decodeIfPresent(RunDiagnosis.self, forKey: .diagnosis)
    series = try values.decode(DiagnosticSeries.self, forKey: .series)
    firstLoss = try values.decodeIfPresent(Double.self, forKey: .firstLoss)
    lastEpoch = try values.decodeIfPresent(History.Epoch.self, forKey: .lastEpoch)
    lasting =
      try values.decodeIfPresent(LastingWarnings.self, forKey: .lasting) ?? LastingWarnings()
    awaitsLook = try values.decode(Bool.self, forKey: .awaitsLook)
  }
}

/// The state of an ``Examiner`` for whoever saves checkpoints.
final class ExaminerMemory: Sendable {
  private let state: Mutex<ExaminerState>

  init(_ state: ExaminerState) { self.state = Mutex(state) }

  func store(_ new: ExaminerState) { state.withLock { $0 = new } }

  var current: ExaminerState { state.withLock { $0 } }
}
