import PerceptronDatasets
import PerceptronFiles

/// What the journal of a study that `perceptron tune` began keeps, beside its space, to make the same
/// trials again: the data and the settings that all trials share.
package struct TuneContext {
  /// The data set's name, or its folder's absolute path.
  package let data: String
  /// The data's format, where it was given.
  package let format: DatasetLibrary.Format?
  /// The digest of the training set, held-out rows included.
  package let digest: String
  /// The digest of all trials' settings, defaults included, which another version may have changed.
  package let settings: String
  /// How networks are trained.
  package let training: NetworkSearch.Method
  /// The text of each option with a single value.
  package let fixed: [String: String]

  private enum Key: String, CaseIterable {
    case data, format, digest, settings, training
  }

  /// The given context.
  package init(
    data: String, format: DatasetLibrary.Format?, digest: String, settings: String,
    training: NetworkSearch.Method, fixed: [String: String]
  ) {
    self.data = data
    self.format = format
    self.digest = digest
    self.settings = settings
    self.training = training
    self.fixed = fixed
  }

  /// The context of a study; nil for one that another program began.
  package init?(of study: Study) {
    let values = study.definition.context
    guard let data = values[Key.data.rawValue], let digest = values[Key.digest.rawValue],
      let settings = values[Key.settings.rawValue],
      let training = values[Key.training.rawValue].flatMap(NetworkSearch.Method.init(rawValue:))
    else { return nil }
    self.init(
      data: data,
      format: values[Key.format.rawValue].flatMap(DatasetLibrary.Format.init(rawValue:)),
      digest: digest, settings: settings, training: training,
      fixed: values.filter { Key(rawValue: $0.key) == nil })
  }

  /// As the study's definition has it.
  package var values: [String: String] {
    var values = fixed
    values[Key.data.rawValue] = data
    values[Key.format.rawValue] = format?.rawValue
    values[Key.digest.rawValue] = digest
    values[Key.settings.rawValue] = settings
    values[Key.training.rawValue] = training.rawValue
    return values
  }

  /// What makes the options of the study's trials, from where its data was.
  package var arguments: TrialArguments {
    TrialArguments(source: data, format: format, fixed: fixed)
  }
}
