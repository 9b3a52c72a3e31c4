import PerceptronDatasets
import PerceptronLinearAlgebra

extension CHeaderBuilder {
  /// Adds the preparation of a row as it comes, in the data's own units: `predict` returns −1 for what
  /// `Preprocessing.check` refuses, but takes a category that is no whole number for an unknown one.
  ///
  /// - Parameter names: those of the columns of a table, or nil.
  /// - Returns: what the network sees, or the features themselves where there is nothing to prepare.
  mutating func addPreparation(_ model: ModelSteps, columnNames: [String]?) throws -> Buffer {
    let count = model.projection?.columnCount ?? model.network.inputCount
    let plan = model.plan
    var rows = Buffer(name: "features", count: count, isWritable: false)
    if plan.changesNothing {
      add("if (!\(use(.allFinite))(features, \(count))) return -1;")
    } else {
      rows = allocate("prepared", count)
      if !plan.numbers.isEmpty { add(plan, names: columnNames) }
      if !plan.categories.isEmpty { add(plan.categories, names: columnNames) }
    }
    if let components = model.projection { rows = try add(components, to: rows) }
    return rows
  }

  /// (ln(1 + x) or x, less a shift) · scale, of columns of numbers, and in place of missing cells what becomes of
  /// the numbers for them.
  private mutating func add(_ plan: ColumnPlan, names: [String]?) {
    let columns = plan.numbers
    var fields: [(type: String, name: String, values: [String])] = []
    // Columns with names are a record each, others have arrays.
    let isOfRecords = names != nil
    /// The expression for a column's value, of which all columns of one value need no constants.
    func field(_ type: String, _ name: String, _ values: [String]) -> String {
      if Set(values).count == 1 { return values[0] }
      fields.append((type, name, values))
      return isOfRecords ? "\(prefix)_columns[i].\(name)" : "\(prefix)_\(name)[i]"
    }
    func number(_ name: String, _ values: [Double]) -> String {
      field("float", name, values.map { CText.number(Float($0)) })
    }
    let source = plan.isInPlace ? "i" : field("int", "source", columns.map { "\($0.source)" })
    let target = plan.isInPlace ? "i" : field("int", "target", columns.map { "\($0.target)" })
    let takesLogarithms = columns.contains(where: \.isLogarithm)
    var lines = [(takesLogarithms ? "" : "const ") + "float cell = features[\(source)];"]
    if columns.contains(where: \.hasIndicator) {
      let mark = "prepared[\(target) + 1] = isnan(cell) ? 1.0f : 0.0f;"
      let isMarked = field(
        "int", "is_indicated", columns.map { $0.hasIndicator ? "1" : "0" })
      lines.append(isMarked == "1" ? mark : "if (\(isMarked)) \(mark)")
    }
    if columns.contains(where: { !$0.fill.isNaN }) {
      // What it becomes, since single precision has not all digits of a large number.
      let fill = number("fill", columns.map { $0.prepared($0.fill) })
      let isFilled =
        columns.contains(where: \.fill.isNaN) ? "isnan(cell) && !isnan(\(fill))" : "isnan(cell)"
      lines += [
        "if (\(isFilled)) {", "  prepared[\(target)] = \(fill);", "  continue;", "}",
      ]
    }
    lines.append("if (!isfinite(cell)) return -1;")
    if takesLogarithms {
      let isLogarithm = field("int", "is_log", columns.map { $0.isLogarithm ? "1" : "0" })
      if isLogarithm != "1" { lines.append("if (\(isLogarithm)) {") }
      lines += ["  if (cell <= -1.0f) return -1;", "  cell = log1pf(cell);"]
      if isLogarithm != "1" { lines.append("}") }
    }
    let (shifts, rests) = columns.singleShifts
    var value = "cell"
    let shift = number("shift", shifts)
    if shift != "0.0f" { value = "cell - \(shift)" }
    if let rests { value += " - " + number("rest", rests) }
    let scale = number("scale", columns.map { 1 / $0.divisor })
    if scale != "1.0f" { value = (value == "cell" ? value : "(\(value))") + " * " + scale }
    lines.append("prepared[\(target)] = \(value);")
    if let names, !fields.isEmpty {
      _ = constant(records: "columns", fields, comments: columns.map { names[$0.source] })
    } else {
      for field in fields { constant(field.name, of: field.type, field.values) }
    }
    add(loop(over: columns.count, lines))
  }

  /// A one for each category, and for a category that is none of those that are known.
  private mutating func add(_ columns: [ColumnPlan.Category], names: [String]?) {
    func values(_ value: (ColumnPlan.Category) -> Int) -> [String] {
      columns.map { "\(value($0))" }
    }
    let array = constant(
      records: "categories",
      [
        ("int", "source", values(\.source)), ("int", "target", values(\.target)),
        ("int", "known", values(\.knownCount)),
        ("int", "unknown", values { $0.unknown == .error ? -1 : $0.unknown == .other ? 1 : 0 }),
      ], comments: names.map { names in columns.map { names[$0.source] } } ?? [])
    add("/* Of unknown categories, -1 is an error, 0 has no ones, and 1 a one behind the known. */")
    add(
      loop(
        over: columns.count,
        [
          "const int known = \(array)[i].known, unknown = \(array)[i].unknown;",
          "const float cell = features[\(array)[i].source];",
          "float *const ones = prepared + \(array)[i].target;",
          "for (int k = 0; k < known + (unknown == 1); k++) ones[k] = 0.0f;",
          "if (isnan(cell)) continue;",
          "const int code = cell >= 0.0f && cell < (float)known ? (int)cell : -1;",
          "if (code >= 0 && (float)code == cell) {",
          "  ones[code] = 1.0f;",
          "} else if (unknown < 0) {",
          "  return -1;",
          "} else if (unknown == 1) {",
          "  ones[known] = 1.0f;",
          "}",
        ]))
  }

  private func loop(over count: Int, _ lines: [String]) -> String {
    "for (size_t i = 0; i < \(count); i++) {\n" + lines.map { "  \($0)\n" }.joined() + "}"
  }

  /// (x − mean) · directions; whitened in double precision, as that makes much of little.
  private mutating func add(_ components: PrincipalComponents, to rows: Buffer) throws -> Buffer {
    let (columns, count) = (components.columnCount, components.count)
    let note = "Principal components"
    if components.whitening != nil {
      let mean = constant(wide: "mean", components.mean.elements, note: note)
      let directions = constant(
        wide: "directions", components.projection.transposed().elements)
      let coordinates = allocate("coordinates", count)
      call(.project, mean, directions, columns, count, rows.name, coordinates.name)
      free(rows)
      return coordinates
    }
    let centered = writable(rows, keeping: false)
    let means = components.mean.elements
    let mean = try constant("mean", rounding: means, note: note)
    call(.center, centered.name, columns, mean)
    // What rounding leaves of the mean.
    let rests = Tensor(means.map { Double(Float($0)) - $0 }, shape: [1, columns])
    let bias = try constant(
      "projection_bias", rounding: matmul(rests, components.directions).elements)
    let directions = try constant("directions", rounding: components.directions.elements)
    let coordinates = allocate("coordinates", count)
    call(.affine, directions, bias, columns, count, centered.name, coordinates.name)
    free(centered)
    return coordinates
  }
}

extension ColumnPlan {
  /// Whether rows stay as they come.
  fileprivate var changesNothing: Bool {
    isInPlace
      && numbers.allSatisfy {
        $0.fill.isNaN && !$0.isLogarithm && !$0.hasIndicator && $0.shift == 0 && $0.divisor == 1
      }
  }
}
