import PerceptronTuning
import PerceptronVisualization

extension Report {
  /// What a study has shown, as a page: its best trials, and what each hyperparameter did.
  ///
  /// The study may be of any goal, not begun, under way, or without a trial that is done; what there
  /// is nothing to show of is left out, or the page says why. Trials that run are taken to be run by
  /// a process now: ``Study/current(at:)`` reads a study so that this holds.
  ///
  /// - Parameter folder: where the study's files are, as it is to be shown; nil for a study that is in
  ///   memory only.
  public init(of study: Study, in folder: String?) {
    let page = StudyPage(study, folder: folder)
    self.init(
      title: page.title, subtitle: page.subtitle,
      sections: [
        page.overview, page.leaderboard, page.progress, page.coordinates, page.effects, page.pairs,
        page.learningCurves, page.timeline, page.files,
      ].compactMap { $0 })
  }
}
