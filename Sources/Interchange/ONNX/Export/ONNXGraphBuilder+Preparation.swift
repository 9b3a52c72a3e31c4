import PerceptronDatasets
import PerceptronLinearAlgebra

extension ONNXGraphBuilder {
  /// Adds the preparation of rows as they come, in the data's own units.
  ///
  /// In place of a category stands its position among those that ``Preprocessing/categories`` lists; a
  /// missing cell is NaN. What `Preprocessing.check` refuses (a missing cell without a number for it, a
  /// category where unknown ones are errors, the logarithm of a number of −1 or below, an infinite number)
  /// gives NaN in the outputs. Only where no cells are filled, no logarithms taken and there are no categories,
  /// an infinite number is one as any other, so that the graph has nothing but layers.
  mutating func addPreparation(_ model: ModelSteps, of features: String) -> String {
    let plan = model.plan
    let isPlain = plan.isInPlace && !plan.numbers.contains(where: \.hasIndicator)
    var prepared: String
    if isPlain {
      prepared = add(plan.numbers, of: features)
      if plan.numbers.contains(where: { !$0.fill.isNaN || $0.isLogarithm }) {
        prepared = add("Add", [prepared, addRefusals(ofNumbers: prepared)], as: "checked")
      }
    } else {
      prepared = add(plan, of: features)
    }
    if let components = model.projection { prepared = add(components, to: prepared) }
    return prepared
  }

  // MARK: - Numbers

  /// (ln(1 + x) or x, less a shift) / divisor, of columns of numbers, and in place of missing cells what becomes of
  /// the numbers for them.
  private mutating func add(_ columns: [ColumnPlan.Number], of cells: String) -> String {
    let scaled = addScaling(of: columns, to: cells)
    if columns.allSatisfy(\.fill.isNaN) { return scaled }
    let isMissing = add("IsNaN", [cells], as: "is_missing")
    // Behind the scaling, since single precision has not all digits of a large number.
    let fills = vector(columns.map { $0.prepared($0.fill) }, "fills")
    return add("Where", [isMissing, fills, scaled], as: "filled")
  }

  private mutating func addScaling(
    of columns: [ColumnPlan.Number], to cells: String
  ) -> String {
    var cells = cells
    if columns.contains(where: \.isLogarithm) { cells = addLogarithms(of: columns, to: cells) }
    let (shifts, rests) = columns.singleShifts
    if shifts.contains(where: { $0 != 0 }) {
      cells = add("Sub", [cells, vector(shifts, "shift")], as: "shifted")
    }
    if let rests { cells = add("Sub", [cells, vector(rests, "shift_rest")], as: "shifted") }
    let divisors = columns.map(\.divisor)
    if Set(divisors).count == 1 {
      if divisors[0] == 1 { return cells }
      return add("Div", [cells, scalar(divisors[0], "divisor")], as: "scaled")
    }
    return add("Div", [cells, vector(divisors, "divisor")], as: "scaled")
  }

  /// 0 for each row of finite numbers, else NaN.
  private mutating func addRefusals(ofNumbers rows: String) -> String {
    sum(add("Sub", [rows, rows], as: "zeros"), "not_finite")
  }

  /// The sum of each row's numbers, [rows, 1].
  private mutating func sum(_ rows: String, _ name: String) -> String {
    add("ReduceSum", [rows, integers([1], "columns")], as: name, [("keepdims", .integer(1))])
  }

  /// ln(1 + x) of some columns: x·ln(u) / (u − 1) with u = 1 + x, which is exact for small x, too (Higham,
  /// Accuracy and Stability of Numerical Algorithms, 1.14.1).
  private mutating func addLogarithms(
    of columns: [ColumnPlan.Number], to cells: String
  ) -> String {
    let one = scalar(1, "one")
    let sum = add("Add", [cells, one], as: "one_plus")
    let logarithm = add("Log", [sum], as: "logarithm")
    let difference = add("Sub", [sum, one], as: "difference")
    let product = add("Mul", [cells, logarithm], as: "product")
    let quotient = add("Div", [product, difference], as: "log1p_large")
    let isSmall = add("Equal", [sum, one], as: "is_small")
    let all = add("Where", [isSmall, cells, quotient], as: "log1p")
    if columns.allSatisfy(\.isLogarithm) { return all }
    let chosen = add(
      "Greater", [vector(columns.map { $0.isLogarithm ? 1 : 0 }, "logarithms"), scalar(0, "zero")],
      as: "takes_logarithm")
    return add("Where", [chosen, all, cells], as: "with_logarithms")
  }

  // MARK: - Tables

  /// Numbers, then indicators of missing cells, categories and other categories, each group at once, and
  /// at last in the order of the features that the network sees.
  private mutating func add(_ plan: ColumnPlan, of features: String) -> String {
    var parts: [String] = []
    var places: [Int] = []
    var refusals: [String] = []
    if !plan.numbers.isEmpty {
      let cells = gather(plan.numbers.map(\.source), of: features, "numbers")
      parts.append(add(plan.numbers, of: cells))
      refusals.append(addRefusals(ofNumbers: parts[0]))
      places += plan.numbers.map(\.target)
    }
    let indicated = plan.numbers.filter(\.hasIndicator)
    if !indicated.isEmpty {
      let cells = gather(indicated.map(\.source), of: features, "indicated")
      parts.append(number(add("IsNaN", [cells], as: "is_indicated"), "indicators"))
      places += indicated.map { $0.target + 1 }
    }
    if !plan.categories.isEmpty {
      let (ones, order) = addCategories(plan.categories, of: features, &parts)
      if let refused = addRefusals(plan.categories, ones, of: features) {
        refusals.append(refused)
      }
      places += order
    }
    var prepared =
      parts.count == 1 ? parts[0] : add("Concat", parts, as: "all", [("axis", .integer(1))])
    if places != Array(places.indices) {
      var order = places
      for (position, place) in places.enumerated() { order[place] = position }
      prepared = gather(order, of: prepared, "ordered")
    }
    for refused in refusals { prepared = add("Add", [prepared, refused], as: "checked") }
    return prepared
  }

  /// A one for each category, and for a category that is none of those that are known.
  ///
  /// - Returns: the ones of the categories that are known, and the places of all that were added.
  private mutating func addCategories(
    _ columns: [ColumnPlan.Category], of features: String, _ parts: inout [String]
  ) -> (ones: String, places: [Int]) {
    let codes = columns.flatMap { column in (0..<column.knownCount).map { (column, $0) } }
    let cells = gather(codes.map(\.0.source), of: features, "category_cells")
    let ones = number(
      add("Equal", [cells, vector(codes.map { Double($0.1) }, "codes")], as: "is_category"),
      "categories")
    parts.append(ones)
    var places = codes.map { $0.target + $1 }
    let others = columns.filter { $0.unknown == .other }
    if !others.isEmpty {
      // 1 where the cell is neither missing nor one of those that are known.
      let known = addCount(of: others, in: columns, ones, features)
      parts.append(add("Sub", [scalar(1, "one"), known], as: "others"))
      places += others.map { $0.target + $0.knownCount }
    }
    return (ones, places)
  }

  /// 1 for each of `chosen` of which a row's cell is missing or a category that is known, else 0.
  private mutating func addCount(
    of chosen: [ColumnPlan.Category], in columns: [ColumnPlan.Category], _ ones: String,
    _ features: String
  ) -> String {
    let sources = columns.flatMap { Array(repeating: $0.source, count: $0.knownCount) }
    let membership = Tensor<Float>(
      sources.flatMap { source in chosen.map { $0.source == source ? 1 : 0 } },
      shape: [sources.count, chosen.count])
    let known = add("MatMul", [ones, weights(membership, "membership")], as: "known")
    let cells = gather(chosen.map(\.source), of: features, "checked_cells")
    let missing = number(add("IsNaN", [cells], as: "is_absent"), "absent")
    return add("Add", [known, missing], as: "understood")
  }

  /// 0 for each row, or NaN where a category is unknown and that is an error; nil where it is none.
  private mutating func addRefusals(
    _ columns: [ColumnPlan.Category], _ ones: String, of features: String
  ) -> String? {
    let strict = columns.filter { $0.unknown == .error }
    if strict.isEmpty { return nil }
    let understood = addCount(of: strict, in: columns, ones, features)
    let isFine = add("Greater", [understood, scalar(0.5, "half")], as: "is_understood")
    let marks = add(
      "Where", [isFine, scalar(0, "zero"), scalar(.nan, "not_a_number")], as: "marks")
    return sum(marks, "refused")
  }

  private mutating func gather(_ columns: [Int], of rows: String, _ name: String) -> String {
    add("Gather", [rows, integers(columns, name + "_columns")], as: name, [("axis", .integer(1))])
  }

  /// 1 for true and 0 for false.
  private mutating func number(_ truth: String, _ name: String) -> String {
    add("Cast", [truth], as: name, [("to", .integer(ONNXElementType.float.rawValue))])
  }

  // MARK: - Principal components

  /// Names of the tensors that a saved model has, too.
  static let (projectionMean, projectionDirections) = ("projection.mean", "projection.directions")

  /// (x − mean) · directions, each times its factor, in double precision: whitening makes much of little.
  private mutating func add(_ components: PrincipalComponents, to rows: String) -> String {
    func cast(_ value: String, _ type: ONNXElementType, _ name: String) -> String {
      add("Cast", [value], as: name, [("to", .integer(type.rawValue))])
    }
    var rows = cast(rows, .double, "wide")
    rows = add(
      "Sub", [rows, weights(components.mean, Self.projectionMean)], as: "centered")
    rows = add(
      "MatMul", [rows, weights(components.directions, Self.projectionDirections)],
      as: "coordinates")
    if components.whitening != nil {
      let factors = weights(Tensor(components.factors), "whitening")
      rows = add("Mul", [rows, factors], as: "whitened")
    }
    return cast(rows, .float, "components")
  }
}
