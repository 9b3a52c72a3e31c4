extension LayerKernels {
  /// How many numbers a packed matrix of `rows` × `columns` takes: its columns are rounded up to
  /// whole vectors of 64 bytes, the widest of any level of instructions.
  public static func panelRoom(rows: Int, columns: Int) -> Int {
    let width = 64 / MemoryLayout<Self>.stride
    return rows * ((columns + width - 1) / width * width)
  }
}
