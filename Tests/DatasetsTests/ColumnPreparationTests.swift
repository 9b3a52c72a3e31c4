import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@testable import PerceptronDatasets

@Suite struct ColumnPreparationTests {
  private static let missing = Double.nan

  /// Columns age, city and fare; a row without an age, one without a city, one without a fare.
  private static func table(
    cities: [String] = ["Oslo", "Rome", "York"], weights: [Double]? = nil, rows: [Int]? = nil
  ) -> Dataset {
    let cells = [22, 0, 7, 38, 1, 71, missing, 0, 8, 35, missing, 53, 35, 2, missing]
    let columns = [
      FeatureColumn(name: "age"), FeatureColumn(name: "city", categories: cities),
      FeatureColumn(name: "fare"),
    ]
    let features = Features(.doubles(cells), exampleShape: [3], columns: columns)
    let all = Dataset(
      features, targets: .numbers([1, 2, 3, 4, 5], names: ["value"]), weights: weights)
    return rows.map { all.subset(rows: $0) } ?? all
  }

  /// The prepared cells of all rows.
  private func prepared<Scalar: BLASScalar>(
    _ dataset: Dataset, _ preprocessing: Preprocessing, as _: Scalar.Type = Double.self
  ) -> [[Scalar]] {
    let block: Tensor<Scalar> = dataset.features.prepared(with: preprocessing).block(
      0..<dataset.count)
    return (0..<dataset.count).map { block.row($0).elements }
  }

  private func expectClose(_ found: [[Double]], _ expected: [[Double]]) {
    #expect(found.count == expected.count)
    for (row, (found, expected)) in zip(found, expected).enumerated() {
      #expect(found.count == expected.count, "row \(row)")
      for (found, expected) in zip(found, expected) {
        #expect(abs(found - expected) <= 1e-14 * max(1, abs(expected)), "row \(row)")
      }
    }
  }

  /// scikit-learn 1.9: SimpleImputer, then a scaler, on the columns age and fare.
  struct Case: Sendable, CustomStringConvertible {
    var imputation: ColumnPreparation.Imputation
    var scaling: ColumnPreparation.Scaling
    var logColumns: [String] = []
    var ages: [Double]
    var fares: [Double]
    var description: String { "\(imputation), \(scaling.rawValue), logarithms of \(logColumns)" }
  }

  static let cases = [
    Case(
      imputation: .median, scaling: .none, ages: [22, 38, 35, 35, 35],
      fares: [7, 71, 8, 53, 30.5]),
    Case(
      imputation: .median, scaling: .standard,
      ages: [
        -1.956812184153255, 0.889460083706025, 0.35578403348241, 0.35578403348241, 0.35578403348241,
      ],
      fares: [
        -1.072198291553749, 1.4787567515481073, -1.0323396190052825, 0.7613006456757103,
        -0.13551948666478605,
      ]),
    Case(
      imputation: .median, scaling: .minMax, ages: [0, 1, 0.8125, 0.8125, 0.8125],
      fares: [0, 1, 0.015625, 0.71875, 0.3671875]),
    Case(
      imputation: .median, scaling: .standard, logColumns: ["fare", "age"],
      ages: [
        -1.9731319174218944, 0.8096348944323504, 0.38783234099651703, 0.38783234099651703,
        0.38783234099651703,
      ],
      fares: [
        -1.2349374003001818, 1.1898956572839656, -1.1049533279262689, 0.8724128626025497,
        0.2775822083399359,
      ]),
    Case(
      imputation: .mean, scaling: .standard,
      ages: [-1.8981415059132414, 0.9942645983355074, 0, 0.451938453788867, 0.451938453788867],
      fares: [
        -1.108626154824574, 1.4482053373834525, -1.0686756627588236, 0.7290964801999451, 0,
      ]),
    Case(
      imputation: .mostFrequent, scaling: .minMax, ages: [0, 1, 0.8125, 0.8125, 0.8125],
      fares: [0, 1, 0.015625, 0.71875, 0]),
    Case(
      imputation: .constant(-1), scaling: .none, ages: [22, 38, -1, 35, 35],
      fares: [7, 71, 8, 53, -1]),
  ]

  @Test("Missing cells, logarithms and scales are those of scikit-learn", arguments: cases)
  func likeScikitLearn(_ known: Case) throws {
    let table = Self.table()
    let preprocessing = try Preprocessing.fitted(
      to: table,
      columns: ColumnPreparation(
        scaling: known.scaling, imputation: known.imputation, logColumns: known.logColumns))
    let cities = [[1.0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1]]
    expectClose(
      prepared(table, preprocessing),
      cities.indices.map { [known.ages[$0]] + cities[$0] + [known.fares[$0]] })
    #expect(preprocessing.outputNames == ["age", "city=Oslo", "city=Rome", "city=York", "fare"])
    #expect(preprocessing.outputCount(of: 3) == 5)
  }

  @Test("Statistics go by the weights of the rows, as in scikit-learn")
  func weights() throws {
    let table = Self.table(weights: [1, 0, 2, 0.5, 1])
    let preprocessing = try Preprocessing.fitted(
      to: table, columns: ColumnPreparation(scaling: .standard))
    let rows = prepared(table, preprocessing)
    expectClose(
      [rows.map { $0[0] }, rows.map { $0[rows[0].count - 1] }],
      [
        [
          -1.8708286933869713, 1.0896035247198834, 0.5345224838248482, 0.5345224838248482,
          0.5345224838248482,
        ],
        [
          -0.40612607906248627, 4.092501258245053, -0.33583502691705597, 2.827262319627308,
          -0.33583502691705597,
        ],
      ])
  }

  @Test("Columns with missing cells get an indicator where it is chosen, the others do not")
  func indicators() throws {
    let table = Self.table(rows: [0, 1, 3, 4])
    let preprocessing = try Preprocessing.fitted(
      to: table, columns: ColumnPreparation(indicatesMissing: true))
    #expect(
      preprocessing.outputNames
        == ["age", "city=Oslo", "city=Rome", "city=York", "fare", "fare is missing"])
    #expect(preprocessing.outputColumns == [0, 1, 1, 1, 2, 2])
    #expect(Preprocessing.none.outputColumns == nil)
    // The age of the row that was not fitted to is missing, and filled without an indicator.
    expectClose(
      prepared(Self.table(rows: [2, 4]), preprocessing),
      [[35, 1, 0, 0, 8, 0], [35, 0, 0, 1, 53, 1]])
  }

  @Test("A prepared batch is the same in single precision, row by row and gathered")
  func gathering() throws {
    let table = Self.table()
    let preprocessing = try Preprocessing.fitted(
      to: table, columns: ColumnPreparation(scaling: .standard, indicatesMissing: true))
    let all = prepared(table, preprocessing, as: Float.self)
    #expect(all == prepared(table, preprocessing, as: Double.self).map { $0.map { Float($0) } })
    let features = table.features.prepared(with: preprocessing, as: Float.self)
    var batch = Tensor<Float>.zeros([3, features.featureCount])
    features.gather([4, 0, 4], into: &batch)
    #expect((0..<3).map { batch.row($0).elements } == [all[4], all[0], all[4]])
  }

  @Test("Categories are found by name, whatever their positions in another table")
  func categoriesByName() throws {
    let preprocessing = try Preprocessing.fitted(to: Self.table())
    let other = Self.table(cities: ["York", "Paris", "Oslo"])
    let unknown = try preprocessing.check(other.features)
    #expect(
      unknown.map(\.description) == [
        "1 cell of column city has a category that the training rows did not have, such as Paris"
      ])
    expectClose(
      prepared(other, preprocessing).map { Array($0[1...3]) },
      [[0, 0, 1], [0, 0, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0]])
  }

  @Test("An unknown category is an error where that is chosen, with its row and column")
  func unknownIsError() throws {
    let preprocessing = try Preprocessing.fitted(
      to: Self.table(rows: [0, 2, 4]), columns: ColumnPreparation(unknownCategory: .error))
    let error = #expect(throws: DatasetError.self) {
      try preprocessing.check(Self.table(rows: [4, 1]).features)
    }
    #expect(
      error?.message
        == "row 1, column city: expected one of the categories of the training rows, Oslo, York; found Rome"
    )
    #expect(try preprocessing.check(Self.table(rows: [0, 2]).features).isEmpty)
  }

  @Test("Rare categories share a feature with unknown ones where that is chosen")
  func otherCategories() throws {
    let names = ["a", "b", "c", "d"]
    func table(_ cells: [Double]) -> Dataset {
      Dataset(
        Features(
          .doubles(cells), exampleShape: [1],
          columns: [FeatureColumn(name: "letter", categories: names)]),
        labels: [Int](repeating: 0, count: cells.count))
    }
    let rows = [Double](repeating: 0, count: 5) + [Double](repeating: 1, count: 4) + [2]
    let preprocessing = try Preprocessing.fitted(
      to: table(rows), columns: ColumnPreparation(unknownCategory: .other))
    #expect(preprocessing.outputNames == ["letter=a", "letter=other"])
    expectClose(
      prepared(table([0, 1, 2, 3, .nan]), preprocessing),
      [[1, 0], [0, 1], [0, 1], [0, 1], [0, 0]])
    // Without rare ones there is nothing to learn what others mean from.
    let common = try Preprocessing.fitted(
      to: table([Double](repeating: 0, count: 9)),
      columns: ColumnPreparation(unknownCategory: .other))
    #expect(common.outputNames == ["letter=a"])
  }

  @Test("Constant columns and columns without any number become zeros")
  func constantColumns() throws {
    let cells = [5, Self.missing, 5, Self.missing, 5, Self.missing]
    let table = Dataset(
      Features(
        .doubles(cells), exampleShape: [2],
        columns: [FeatureColumn(name: "five"), FeatureColumn(name: "nothing")]),
      labels: [0, 0, 0])
    for scaling in [ColumnPreparation.Scaling.standard, .minMax] {
      let preprocessing = try Preprocessing.fitted(
        to: table, columns: ColumnPreparation(scaling: scaling))
      expectClose(prepared(table, preprocessing), [[0, 0], [0, 0], [0, 0]])
    }
  }

  @Test("Columns are constant only where all cells are equal, however many and however large")
  func nearlyConstantColumns() throws {
    let count = 100_000
    var cells: [Double] = []
    for row in 0..<count {
      let odd = Double(row % 2)
      cells += [0.1, 1.7e18 + odd * 2048, 1.7e9 + odd / 1024]
    }
    let table = Dataset(
      Features(
        .doubles(cells), exampleShape: [3],
        columns: ["a", "b", "c"].map { FeatureColumn(name: $0) }),
      labels: [Int](repeating: 0, count: count))
    let preprocessing = try Preprocessing.fitted(
      to: table, columns: ColumnPreparation(scaling: .standard))
    let rows = prepared(table[rows: 0..<2], preprocessing)
    #expect(rows.map { $0[0] } == [0, 0])
    for column in 1...2 {
      #expect(abs(rows[0][column] + 1) < 1e-6 && abs(rows[1][column] - 1) < 1e-6, "\(rows)")
    }
  }

  @Test("Cells that no choice covers are refused with their row and column")
  func refusals() throws {
    func message(_ columns: ColumnPreparation, _ table: Dataset = Self.table()) -> String? {
      let error = #expect(throws: DatasetError.self) {
        try Preprocessing.fitted(to: table, columns: columns)
      }
      return error?.message
    }
    #expect(
      message(ColumnPreparation(imputation: nil))
        == "row 2, column age: the cell is missing, and no number is chosen for missing cells")
    #expect(
      message(ColumnPreparation(logColumns: ["price"]))
        == "expected a column named price to take logarithms of, found age, city, fare")
    #expect(
      message(ColumnPreparation(logColumns: ["city"]))
        == "column city has categories, expected numbers to take logarithms of")
    func single(_ cells: [Double]) -> Dataset {
      Dataset(
        Features(.doubles(cells), exampleShape: [1], columns: [FeatureColumn(name: "x")]),
        labels: [Int](repeating: 0, count: cells.count))
    }
    #expect(
      message(ColumnPreparation(logColumns: ["x"]), single([0, -1]))
        == "the feature in row 1, column x is -1, expected a number above -1 to take the logarithm ln(1 + x) of"
    )
    #expect(
      message(ColumnPreparation(), single([0, .infinity]))
        == "the feature in row 1, column x is inf, not a finite number")
    #expect(
      message(ColumnPreparation(scaling: .standard), single([1e200, -1e200]))
        == "the features x are too large to standardize; divide them")
  }

  @Test("Steps come back from JSON; those of earlier versions are read")
  func coding() throws {
    let all = ColumnPreparation(
      scaling: .minMax, imputation: .mean, indicatesMissing: true, logColumns: ["age"],
      unknownCategory: .error)
    for preprocessing in [
      try Preprocessing.fitted(to: Self.table(), divisor: 2, subtractMean: true, columns: all),
      Preprocessing(divisor: 16, mean: [1, 2], magnitude: 3), .none,
    ] {
      let data = try JSONEncoder().encode(preprocessing)
      #expect(try JSONDecoder().decode(Preprocessing.self, from: data) == preprocessing)
    }
    let earlier = try JSONDecoder().decode(
      Preprocessing.self, from: Data(#"{"divisor":255,"mean":[0.5,0.25]}"#.utf8))
    #expect(earlier.steps == [.divide(by: 255), .subtract([0.5, 0.25])])
    #expect(
      String(decoding: try JSONEncoder().encode(Preprocessing(divisor: 4)), as: UTF8.self)
        == #"{"divisor":4}"#)
  }

  @Test(
    "Steps that do not go together are refused",
    arguments: [
      #"[{"divide":{"by":0}}]"#, #"[{"impute":{"columns":[0],"values":[],"indicated":[]}}]"#,
      #"[{"impute":{"columns":[0],"values":[1],"indicated":[1]}}]"#,
      #"[{"log":{"columns":[0]}},{"impute":{"columns":[0],"values":[1],"indicated":[]}}]"#,
      #"[{"log":{"columns":[0]}},{"log":{"columns":[0]}}]"#,
      #"[{"divide":{"by":2}},{"log":{"columns":[0]}}]"#, #"[{"log":{"columns":[1,1]}}]"#,
      #"[{"standardize":{"columns":[0],"means":[0],"deviations":[0]}}]"#,
      #"[{"minMax":{"columns":[0],"minima":[0],"ranges":[-1]}}]"#, #"[{"log":{"columns":[2]}}]"#,
      #"[{"oneHot":{"columns":[0],"categories":[["a","a"]],"unknown":"error"}}]"#,
    ])
  func wrongSteps(_ steps: String) {
    let json = #"{"steps":\#(steps),"columns":[{"name":"x"},{"name":"y"}]}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Preprocessing.self, from: Data(json.utf8))
    }
  }
}
