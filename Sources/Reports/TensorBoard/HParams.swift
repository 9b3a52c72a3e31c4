import PerceptronFiles
import PerceptronTraining

/// The messages of TensorBoard's hparams plug-in: the definition of a study, and for each trial or
/// run the values of its hyperparameters and its status. Field numbers are those of TensorBoard's
/// `plugins/hparams/plugin_data.proto` and `plugins/hparams/api.proto`, and of
/// `google/protobuf/struct.proto`.
package enum HParams {
  private static let plugin = "hparams"
  private static let tagPrefix = "_hparams_/"
  private static let experimentName = "experiment"
  /// The tag of a study's definition, with which the event file in its folder begins.
  package static let experimentTag = tagPrefix + experimentName
  private enum Content { static let version = 1, experiment = 2, start = 3, end = 4 }
  private enum Experiment { static let description = 1, hparams = 4, metrics = 5 }
  private enum Info { static let name = 1, type = 4, discrete = 5, interval = 6 }
  private enum Interval { static let lower = 1, upper = 2 }
  private enum Metric { static let name = 1, displayName = 3 }
  private enum MetricName { static let tag = 2 }
  private enum Start { static let hparams = 1, group = 4, time = 5 }
  private enum Entry { static let key = 1, value = 2 }
  private enum End { static let status = 1, time = 2 }
  private enum List { static let values = 1 }
  private enum Value { static let number = 2, text = 3, flag = 4 }

  package enum Status: Int {
    case success = 1
    case failure = 2
    case running = 3
  }

  /// The kind of a hyperparameter's values, one for all trials.
  package enum Kind: Int {
    case text = 1
    case flag = 2
    case number = 3

    /// Numbers or flags if all values are, else texts.
    init(_ values: [Hyperparameter.Value]) {
      self =
        values.allSatisfy { $0.number != nil }
        ? .number : values.allSatisfy { $0.kind == .flag } ? .flag : .text
    }
  }

  /// A hyperparameter of a study.
  package struct Column {
    package let name: String
    package let domain: Domain

    package enum Domain {
      case values([Hyperparameter.Value])
      /// Numbers of a range, both ends included.
      case numbers(from: Double, to: Double)
    }

    package init(_ name: String, _ domain: Domain) {
      self.name = name
      self.domain = domain
    }

    package var kind: Kind {
      switch domain {
      case .values(let values): Kind(values)
      case .numbers: .number
      }
    }
  }

  /// The definition of a study.
  ///
  /// - Parameter metrics: the tags of the results with their names.
  package static func experiment(
    _ columns: [Column], metrics: [(tag: String, name: String)], description: String, time: Double
  ) -> WireMessage {
    let experiment = WireMessage {
      $0.add(Experiment.description, description)
      for column in columns { $0.add(Experiment.hparams, info(column)) }
      for metric in metrics {
        let name = WireMessage { $0.add(MetricName.tag, metric.tag) }
        let info = WireMessage {
          $0.add(Metric.name, name)
          $0.add(Metric.displayName, metric.name)
        }
        $0.add(Experiment.metrics, info)
      }
    }
    return event(experimentName, Content.experiment, experiment, time: time)
  }

  /// The start of a trial or a run, with its hyperparameters.
  ///
  /// - Parameter group: the name of the group of repeats of one point, of which the plug-in shows
  ///   the mean; nil for a single trial.
  package static func start(
    _ hyperparameters: [(name: String, value: Hyperparameter.Value, kind: Kind)],
    group: String? = nil,
    time: Double
  ) -> WireMessage {
    let start = WireMessage {
      for (name, value, kind) in hyperparameters {
        let entry = WireMessage {
          $0.add(Entry.key, name)
          $0.add(Entry.value, message(value, as: kind))
        }
        $0.add(Start.hparams, entry)
      }
      if let group { $0.add(Start.group, group) }
      $0.add(Start.time, time)
    }
    return event("session_start_info", Content.start, start, time: time)
  }

  package static func end(_ status: Status, time: Double) -> WireMessage {
    let end = WireMessage {
      $0.add(End.status, status.rawValue)
      $0.add(End.time, time)
    }
    return event("session_end_info", Content.end, end, time: time)
  }

  private static func event(
    _ name: String, _ field: Int, _ message: WireMessage, time: Double
  ) -> WireMessage {
    let content = WireMessage {
      $0.add(Content.version, 0)
      $0.add(field, message)
    }
    return EventMessage.plugin(tagPrefix + name, plugin, content, time: time)
  }

  private static func info(_ column: Column) -> WireMessage {
    WireMessage {
      $0.add(Info.name, column.name)
      $0.add(Info.type, column.kind.rawValue)
      switch column.domain {
      case .values(let values):
        let list = WireMessage {
          for value in values { $0.add(List.values, message(value, as: column.kind)) }
        }
        $0.add(Info.discrete, list)
      case .numbers(let lower, let upper):
        let interval = WireMessage {
          $0.add(Interval.lower, lower)
          $0.add(Interval.upper, upper)
        }
        $0.add(Info.interval, interval)
      }
    }
  }

  private static func message(_ value: Hyperparameter.Value, as kind: Kind) -> WireMessage {
    WireMessage {
      if kind == .number, let number = value.number {
        $0.add(Value.number, number)
      } else if kind == .flag, case .flag(let isOn) = value {
        $0.add(Value.flag, isOn ? 1 : 0)
      } else {
        $0.add(Value.text, value.description)
      }
    }
  }
}
