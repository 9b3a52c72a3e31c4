// The standard library's sort is compiled anew for every type of element and every comparison, to over
// two thousand lines of intermediate code each. What is rarely sorted is sorted here, by one copy.

/// The indices 0..<count, ordered by a comparison; equal ones keep their order.
@inline(never)
package func sortedIndices(_ count: Int, by precedes: (Int, Int) -> Bool) -> [Int] {
  // The index last, since the standard library does not promise a stable sort.
  (0..<count).sorted { precedes($0, $1) || ($0 < $1 && !precedes($1, $0)) }
}

extension Collection {
  /// The elements, ordered by a comparison; equal ones keep their order. For a few thousand elements at
  /// most: every comparison is a call.
  package func stablySorted(by precedes: (Element, Element) -> Bool) -> [Element] {
    let elements = Array(self)
    return sortedIndices(elements.count) { precedes(elements[$0], elements[$1]) }.map {
      elements[$0]
    }
  }
}

extension RandomAccessCollection {
  /// The elements, or where there are more than `limit`, that many of them in order, evenly spaced from the
  /// first one on: a sample that has all parts of a data set that is sorted by class.
  ///
  /// - Precondition: `limit` is 0 or more.
  package func evenlySpaced(atMost limit: Int) -> [Element] {
    precondition(limit >= 0, "evenlySpaced: \(limit) elements, expected 0 or more")
    if count <= limit { return Array(self) }
    return (0..<limit).map { self[index(startIndex, offsetBy: $0 * count / limit)] }
  }
}

extension Collection<String> {
  /// The texts in ascending order.
  package func stablySorted() -> [String] { stablySorted(by: <) }
}

extension Dictionary where Key == String {
  /// The entries in the order of their keys.
  package var sortedByKey: [(key: String, value: Value)] { stablySorted { $0.key < $1.key } }
}
