/// The widths of a two-layer network, and the rows that it is given.
struct NetworkSize: Hashable, CustomStringConvertible {
  let inputs: Int
  let hidden: Int
  let classes: Int
  /// Rows of a step.
  var batch = 200
  /// Rows of the data set.
  var rows = 50_000

  var description: String { "\(inputs)-\(hidden)-\(classes)" }
}
