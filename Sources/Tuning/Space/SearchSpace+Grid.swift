import Foundation

extension SearchSpace {
  /// Every combination, counted before any is made.
  ///
  /// - Precondition: the space passes ``check()``.
  func grid(limit: Int) throws -> [Assignment] {
    for parameter in parameters where parameter.domain.gridCount() == nil {
      throw SearchSpaceError(
        parameter: parameter.name, found: "the range \(parameter.domain) in a grid",
        expected: "how many points it has, such as \(parameter.domain):5, or another method")
    }
    let cells = combinations(
      count: { $0.gridCount() ?? 0 }, contains: { $0.gridContains($1) })
    if cells.total > limit {
      let count =
        cells.total == .max ? "more than \(Self.grouped(.max - 1))" : Self.grouped(cells.total)
      throw SearchSpaceError(
        found: "the grid has \(count) cells", expected: "at most \(Self.grouped(limit))")
    }
    // What is never set may have any number of values.
    let values = zip(parameters, cells.isSet).map { $1 ? $0.domain.gridValues() : [] }
    var found: [Assignment] = []
    found.reserveCapacity(cells.total)
    var entries: [Assignment.Entry] = []
    func extend(from index: Int) {
      guard index < parameters.count else {
        found.append(Assignment(entries))
        return
      }
      guard parameters[index].isSet(after: entries) else { return extend(from: index + 1) }
      for value in values[index] {
        entries.append(.init(parameters[index].name, value))
        extend(from: index + 1)
        entries.removeLast()
      }
    }
    extend(from: 0)
    return found
  }

  /// The count with commas between thousands.
  static func grouped(_ count: Int) -> String {
    count.formatted(.number.locale(Locale(identifier: "en")))
  }
}
