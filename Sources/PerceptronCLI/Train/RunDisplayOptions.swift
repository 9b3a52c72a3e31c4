import ArgumentParser
import PerceptronCommandSupport

/// What a training run shows and keeps as it goes.
struct RunDisplayOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .init(
      "Seconds between checkpoints, after a first one at the beginning, that a killed run can go on "
        + "from; 0 for none.",
      valueName: "seconds"))
  var checkpointEvery = 30.0
  @Flag(
    help:
      "Look for dead units, steps too long or short, and overfitting; tell of them on standard error, and in the end show a table."
  )
  var diagnose = false
  @Flag(
    help:
      "Write event files for TensorBoard into the folder tensorboard of the run's, as the run goes."
  )
  var tensorboard = false
  @Flag(help: "Print nothing but errors, and the warnings and the JSON if asked for.") var quiet =
    false
  @Flag(help: "Print the run's record, run.json, in place of a summary.") var json = false

  func validate() throws { try require("--checkpoint-every", notNegative: checkpointEvery) }
}
