/// The files in which a search under way keeps where it stands, in a study's folder.
enum SweepFiles {
  /// Of the networks that are trained side by side.
  static let sideBySide = "sweep.safetensors"

  /// Of a network that is trained alone, by the last of its trials.
  static func alone(_ trial: Int) -> String { "trial-\(trial).safetensors" }

  /// Whether a file is one of these.
  static func isCheckpoint(_ name: String) -> Bool {
    name == sideBySide || (name.hasPrefix("trial-") && name.hasSuffix(".safetensors"))
  }
}
