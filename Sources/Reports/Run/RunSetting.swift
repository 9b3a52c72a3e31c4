import PerceptronFiles
import PerceptronTraining

/// One of the settings that a run was made with, for tables and event files.
struct RunSetting: Hashable {
  let name: String
  let value: Hyperparameter.Value

  /// The value as text, numbers with six digits.
  var text: String {
    switch value {
    case .number(let number): significant(number, 6)
    case .flag(let isOn): isOn ? "yes" : "no"
    case .integer, .text: value.description
    }
  }

  /// All settings of a run: the data, and each hyperparameter of the table that has a name of its own.
  static func all(of settings: Experiment, seed: UInt64) -> [RunSetting] {
    let data = settings.data + (settings.format.map { ", \($0.rawValue)" } ?? "")
    var all = [RunSetting(name: "data", value: .text(data))]
    let choice: [(String, String?)] = [
      ("targets", settings.task == .classes ? nil : settings.task.rawValue),
      ("weights of rows", settings.weights), ("groups of rows", settings.groups),
      ("test rows", settings.test.map { "\($0.size)" }),
    ]
    all += choice.compactMap { name, value in
      value.map { RunSetting(name: name, value: .text($0)) }
    }
    all += Hyperparameter.all.compactMap { hyperparameter in
      hyperparameter.shown(settings).map { RunSetting(name: hyperparameter.title, value: $0) }
    }
    all.append(RunSetting(name: "seed", value: .init(seed: seed)))
    let own = settings.training.seed
    if own != seed { all.append(RunSetting(name: "seed of dropout", value: .text("\(own)"))) }
    return all
  }
}
