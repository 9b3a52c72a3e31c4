import PerceptronDatasets
import PerceptronTraining
import Testing

@Suite("Table of a confusion matrix")
struct ConfusionMatrixTableTests {
  /// `each` rows of every class, of which the second half is taken for the next one.
  static func matrix(_ names: [String], each: Int) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classNames: names)
    for label in names.indices {
      let next = (label + 1) % names.count
      matrix.add(
        labels: [Int](repeating: label, count: each),
        predicted: [Int](repeating: label, count: each / 2)
          + [Int](repeating: next, count: each - each / 2))
    }
    return matrix
  }

  @Test("Two classes are a table of two rows and a line of averages")
  func two() {
    var matrix = ConfusionMatrix(classNames: ["cat", "dog"])
    matrix.add(labels: [0, 0, 0, 0, 1, 1], predicted: [0, 0, 0, 1, 1, 1])
    #expect(
      matrix.description == """
        true  cat  dog  precision  recall
        cat     3    1      1.000   0.750
        dog     ·    2      0.667   1.000
        accuracy 0.8333 of 6; macro precision 0.8333, recall 0.8750, F1 0.8286
        """)
  }

  @Test("Ten classes of Fashion-MNIST fit into 100 columns, with all test rows in each class")
  func fashion() {
    for each in [2, 1000, 6000] {
      let lines = Self.matrix(FashionMNIST.classNames, each: each).description
        .split(separator: "\n")
      #expect(lines.count == 12 && lines.allSatisfy { $0.count <= 100 }, "\(each)")
      #expect(Set(lines.dropLast().map(\.count)).count == 1, "\(each)")
    }
    let text = Self.matrix(FashionMNIST.classNames, each: 1000).description
    #expect(
      text.hasPrefix(
        "true         T-shi  Trous  Pullo  Dress  Coat  Sanda  Shirt  Sneak  Bag  Ankle"
          + "  precision  recall\nT-shirt/top    500    500      ·"))
    #expect(text.contains("\nAnkle boot     500      ·"))
  }

  @Test("Every number of classes up to twenty gives rows and columns that are in line")
  func sizes() {
    for classes in 1...20 {
      let names = (0..<classes).map { "class number \($0)" }
      let lines = Self.matrix(names, each: 100).description.split(separator: "\n")
      #expect(lines.count == classes + 2)
      #expect(Set(lines.dropLast().map(\.count)).count == 1)
    }
  }

  @Test("Names that are equal after shortening are numbered")
  func numbers() {
    let names = (0..<10).map { "class number \($0)" }
    let lines = Self.matrix(names, each: 10).description.split(separator: "\n")
    #expect(lines[0].hasPrefix("true              0  1  2  3"))
    #expect(lines[4].hasPrefix("3 class number 3  ·  ·  ·  5  5"))
    // Names that are the numbers stand for themselves.
    let digits = (0..<10).map(String.init)
    #expect(Self.matrix(digits, each: 10).description.contains("\n3     ·  ·  ·  5  5"))
    #expect(Self.matrix((0..<20).map(String.init), each: 99999).description.contains("\n19 "))
    // There is room for whole names of fewer classes.
    let two = Self.matrix(Array(names[..<2]), each: 10).description
    #expect(two.hasPrefix("true            class number 0  class number 1"))
  }

  @Test("Long names are cut")
  func longNames() {
    let names = ["a name that nobody would give to a class", "b"]
    let lines = Self.matrix(names, each: 10).description.split(separator: "\n")
    #expect(lines[1].hasPrefix("a name that nobody …  "))
    #expect(lines.allSatisfy { $0.count <= 100 })
  }

  @Test(
    "In a narrow window precision and recall go first, then the columns with the fewest mistakes")
  func narrow() {
    let matrix = Self.matrix((0..<10).map { "the class number \($0)" }, each: 8)
    var wide = matrix
    // Class 3 is predicted wrongly most often, then class 7.
    wide.add(labels: [0, 0, 1], predicted: [3, 3, 7])
    for columns in [30, 40, 60, 79] {
      let text = wide.text(columns: columns)
      let lines = text.split(separator: "\n")
      #expect(
        lines.prefix(12).allSatisfy { $0.count <= columns || $0.hasPrefix("left out") }, "\(text)")
      #expect(lines[11].hasPrefix("left out to fit \(columns) columns: ") == (columns < 79))
      #expect(
        lines[0].contains(" 3") && lines[0].contains("precision") == (columns == 79), "\(text)")
    }
    #expect(matrix.text(columns: 100) == matrix.description)
  }
}
