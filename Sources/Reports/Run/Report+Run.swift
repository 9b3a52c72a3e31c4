import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

extension Report {
  /// What came of a training run, as a page.
  ///
  ///     let run = try RunDirectory(path: "runs/digits-1").read()
  ///     let report = Report(ofRun: run, named: "digits-1")
  ///     try report.write(to: "report.html", report.draw().drawings)
  ///
  /// - Parameters:
  ///   - run: what was recorded.
  ///   - name: what the run is called.
  ///   - network: what is shown of its network, or nil where there is none.
  ///   - evaluation: what its network makes of rows that it was not trained on, or nil.
  ///   - gradientCheck: what a check of its gradients found, or nil.
  ///   - omissions: what the page lacks and how to get it, a sentence each.
  public init(
    ofRun run: TrainingRun, named name: String, network: RunNetwork? = nil,
    evaluation: RunEvaluation? = nil, gradientCheck: GradientCheckReport? = nil,
    omissions: [String] = []
  ) {
    let page = RunPage(
      record: run.record, history: run.history, diagnostics: run.diagnostics, network: network,
      evaluation: evaluation, omissions: omissions)
    self.init(
      title: name, subtitle: page.subtitle,
      sections: [
        page.overview, page.progress, page.health, page.firstLayer, page.confusions, page.mistakes,
        page.classes, gradientCheck.map(RunPage.gradients), page.settings,
      ].compactMap { $0 })
  }
}

/// What the page of a run is made of.
struct RunPage {
  let record: RunRecord
  let history: History
  let diagnostics: DiagnosticSeries?
  let network: RunNetwork?
  let evaluation: RunEvaluation?
  let omissions: [String]
}
