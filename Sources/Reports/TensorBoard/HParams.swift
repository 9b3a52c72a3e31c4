import Foundation
import PerceptronTuning

/// The messages of TensorBoard's hparams plug-in: the definition of a study, and for each trial or
/// run the values of its hyperparameters and its status. Field numbers are those of TensorBoard's
/// `plugins/hparams/plugin_data.proto` and `plugins/hparams/api.proto`, and of
/// `google/protobuf/struct.proto`.
enum HParams {
  private static let plugin = "hparams"
  private static let tagPrefix = "_hparams_/"
  private static let experimentName = "experiment"
  /// The tag of a study's definition, with which the event file in its folder begins.
  static let experimentTag = tagPrefix + experimentName
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

  enum Status: Int {
    case success = 1
    case failure = 2
    case running = 3
  }

  /// The kind of a hyperparameter's values, one for all trials.
  enum Kind: Int {
    case text = 1
    case flag = 2
    case number = 3

    /// Numbers or flags if all values of the domain are, else texts.
    init(_ domain: SearchSpace.Domain) {
      guard case .values(let values) = domain else {
        self = .number
        return
      }
      if values.allSatisfy({ $0.number != nil }) {
        self = .number
      } else {
        self = values.allSatisfy { if case .flag = $0 { true } else { false } } ? .flag : .text
      }
    }

    /// The kind of a single value.
    init(_ value: ParameterValue) { self = Kind(.values([value])) }
  }

  /// The definition of a study.
  ///
  /// - Parameter metrics: the tags of the results with their names.
  static func experiment(
    _ space: SearchSpace, metrics: [(tag: String, name: String)], description: String, time: Double
  ) -> WireMessage {
    var experiment = WireMessage()
    experiment.add(Experiment.description, description)
    for parameter in space.parameters { experiment.add(Experiment.hparams, info(parameter)) }
    for metric in metrics {
      var name = WireMessage()
      name.add(MetricName.tag, metric.tag)
      var info = WireMessage()
      info.add(Metric.name, name)
      info.add(Metric.displayName, metric.name)
      experiment.add(Experiment.metrics, info)
    }
    return event(experimentName, Content.experiment, experiment, time: time)
  }

  /// The start of a trial.
  ///
  /// - Parameter group: the name of the group of repeats of one point, of which the plug-in shows
  ///   the mean; nil for a single trial.
  static func start(
    _ parameters: Assignment, in space: SearchSpace, group: String?, time: Double
  ) -> WireMessage {
    let values = space.parameters.compactMap { parameter in
      parameters[parameter.name].map { (parameter.name, $0, Kind(parameter.domain)) }
    }
    return start(values, group: group, time: time)
  }

  /// The start of a trial or a run, with its hyperparameters.
  static func start(
    _ hyperparameters: [(name: String, value: ParameterValue, kind: Kind)], group: String? = nil,
    time: Double
  ) -> WireMessage {
    var start = WireMessage()
    for (name, value, kind) in hyperparameters {
      var entry = WireMessage()
      entry.add(Entry.key, name)
      entry.add(Entry.value, message(value, as: kind))
      start.add(Start.hparams, entry)
    }
    if let group { start.add(Start.group, group) }
    start.add(Start.time, time)
    return event("session_start_info", Content.start, start, time: time)
  }

  /// The end of a trial or a run.
  static func end(_ status: Status, time: Double) -> WireMessage {
    var end = WireMessage()
    end.add(End.status, status.rawValue)
    end.add(End.time, time)
    return event("session_end_info", Content.end, end, time: time)
  }

  private static func event(
    _ name: String, _ field: Int, _ message: WireMessage, time: Double
  ) -> WireMessage {
    var content = WireMessage()
    content.add(Content.version, 0)
    content.add(field, message)
    return EventMessage.plugin(tagPrefix + name, plugin, content, time: time)
  }

  private static func info(_ parameter: SearchSpace.Parameter) -> WireMessage {
    let kind = Kind(parameter.domain)
    var info = WireMessage()
    info.add(Info.name, parameter.name)
    info.add(Info.type, kind.rawValue)
    switch parameter.domain {
    case .values(let values):
      var list = WireMessage()
      for value in values { list.add(List.values, message(value, as: kind)) }
      info.add(Info.discrete, list)
    case .numbers(let lower, let upper, _, _):
      info.add(Info.interval, interval(lower, upper))
    case .integers(let lower, let upper, _, _):
      info.add(Info.interval, interval(Double(lower), Double(upper)))
    }
    return info
  }

  private static func interval(_ lower: Double, _ upper: Double) -> WireMessage {
    var interval = WireMessage()
    interval.add(Interval.lower, lower)
    interval.add(Interval.upper, upper)
    return interval
  }

  private static func message(_ value: ParameterValue, as kind: Kind) -> WireMessage {
    var message = WireMessage()
    if kind == .number, let number = value.number {
      message.add(Value.number, number)
    } else if kind == .flag, case .flag(let isOn) = value {
      message.add(Value.flag, isOn ? 1 : 0)
    } else {
      message.add(Value.text, value.description)
    }
    return message
  }
}
