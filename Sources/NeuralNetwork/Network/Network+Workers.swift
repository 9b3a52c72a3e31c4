import PerceptronLinearAlgebra

extension Network {
  /// How many numbers are trained.
  package var parameterCount: Int {
    var count = 0
    for place in parameterPlaces { count += parameter(at: place).count }
    return count
  }

  /// How many workers should share passes over some rows.
  package func suitableWorkers(rows: Int, purpose: Workspace.Purpose) -> Int {
    // Each weight takes part in a product forward and, in training, in two backward, of two
    // operations for each row.
    let operations =
      switch purpose {
      case .inference: 2.0
      case .training: 6.0
      }
    return PerceptronLinearAlgebra.suitableWorkers(
      operations: operations * Double(parameterCount) * Double(rows))
  }
}
