import PerceptronLinearAlgebra

/// How the numbers of a file are stored: their kind and the order of their bytes.
package struct NumberFormat: Hashable, Sendable {
  /// The kind of a number, by NumPy's name.
  package enum Kind: String, CaseIterable, Sendable {
    /// A byte that is false where it is 0.
    case bool
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    /// IEEE 754 binary16, as the others of their widths.
    case float16, float32, float64

    /// Bytes per number.
    package var size: Int {
      switch self {
      case .bool, .int8, .uint8: 1
      case .int16, .uint16, .float16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }

    /// Whether it has fractions.
    package var isFloating: Bool {
      switch self {
      case .float16, .float32, .float64: true
      default: false
      }
    }
  }

  /// What the numbers are.
  package let kind: Kind
  /// Whether the most significant byte comes first; false for single bytes.
  package let isBigEndian: Bool

  /// Numbers of a kind, by default with the least significant byte first.
  package init(_ kind: Kind, isBigEndian: Bool = false) {
    self.kind = kind
    self.isBigEndian = isBigEndian && kind.size > 1
  }

  /// Bytes per number.
  package var size: Int { kind.size }
}

extension NumberFormat: CustomStringConvertible {
  /// Such as `float32` or `big-endian int16`.
  package var description: String { (isBigEndian ? "big-endian " : "") + kind.rawValue }
}

// MARK: - Conversion

/// A type of numbers in memory to which those of a file are converted.
package protocol NativeNumber: BitwiseCopyable, Sendable {
  /// The kind whose numbers have the bits of this type.
  static var kind: NumberFormat.Kind { get }
  /// Whether numbers of `kind` can be converted.
  static func holds(_ kind: NumberFormat.Kind) -> Bool
  /// The nearest number, or the low bits of an integer.
  static func converting(_ value: some FixedWidthInteger) -> Self
  /// The nearest number.
  ///
  /// - Precondition: the type has fractions.
  static func converting(_ value: Float) -> Self
  /// The nearest number.
  ///
  /// - Precondition: the type has fractions.
  static func converting(_ value: Double) -> Self
}

extension Double: NativeNumber {
  package static var kind: NumberFormat.Kind { .float64 }
  package static func holds(_ kind: NumberFormat.Kind) -> Bool { true }
  @inline(__always)
  package static func converting(_ value: some FixedWidthInteger) -> Self { Self(value) }
  @inline(__always)
  package static func converting(_ value: Float) -> Self { Self(value) }
  @inline(__always)
  package static func converting(_ value: Double) -> Self { value }
}

extension Float: NativeNumber {
  package static var kind: NumberFormat.Kind { .float32 }
  package static func holds(_ kind: NumberFormat.Kind) -> Bool { true }
  @inline(__always)
  package static func converting(_ value: some FixedWidthInteger) -> Self { Self(value) }
  @inline(__always)
  package static func converting(_ value: Float) -> Self { value }
  @inline(__always)
  package static func converting(_ value: Double) -> Self { Self(value) }
}

extension UInt8: NativeNumber {
  package static var kind: NumberFormat.Kind { .uint8 }
  package static func holds(_ kind: NumberFormat.Kind) -> Bool { kind == .uint8 || kind == .bool }
  @inline(__always)
  package static func converting(_ value: some FixedWidthInteger) -> Self {
    Self(truncatingIfNeeded: value)
  }
  package static func converting(_ value: Float) -> Self { Self(value) }
  package static func converting(_ value: Double) -> Self { Self(value) }
}

extension Int: NativeNumber {
  package static var kind: NumberFormat.Kind { .int64 }
  package static func holds(_ kind: NumberFormat.Kind) -> Bool { !kind.isFloating }
  @inline(__always)
  package static func converting(_ value: some FixedWidthInteger) -> Self {
    Self(truncatingIfNeeded: value)
  }
  package static func converting(_ value: Float) -> Self { Self(value) }
  package static func converting(_ value: Double) -> Self { Self(value) }
}

extension NumberFormat {
  /// The numbers in `source`, converted to the nearest `Native`; integers beyond 64 signed bits wrap
  /// as `Int`s.
  ///
  /// - Precondition: `Native` holds numbers of this kind, and `source` is a whole number of them.
  package func numbers<Native: NativeNumber>(
    in source: UnsafeRawBufferPointer, as type: Native.Type = Native.self
  ) -> [Native] {
    require(
      source.count % size == 0, "NumberFormat: \(source.count) bytes are no whole \(kind) numbers")
    let count = source.count / size
    return [Native](unsafeUninitializedCapacity: count) { target, initialized in
      convert(source, into: UnsafeMutableBufferPointer(rebasing: target[..<count]))
      initialized = count
    }
  }

  /// Initializes `target` with the numbers in `source`, as ``numbers(in:as:)`` converts them.
  ///
  /// - Precondition: `Native` holds numbers of this kind, and both have the same number of them.
  package func convert<Native: NativeNumber>(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Native>
  ) {
    require(
      Native.holds(kind) && source.count == target.count * size,
      "NumberFormat: \(source.count) bytes of \(kind) for \(target.count) numbers \(Native.self)")
    switch kind {
    case .bool: each(source, target) { (bits: UInt8) in Native.converting(bits == 0 ? 0 : 1) }
    case .int8: each(source, target) { (bits: Int8) in Native.converting(bits) }
    case .int16: each(source, target) { (bits: Int16) in Native.converting(bits) }
    case .int32: each(source, target) { (bits: Int32) in Native.converting(bits) }
    case .int64: each(source, target) { (bits: Int64) in Native.converting(bits) }
    case .uint8: each(source, target) { (bits: UInt8) in Native.converting(bits) }
    case .uint16: each(source, target) { (bits: UInt16) in Native.converting(bits) }
    case .uint32: each(source, target) { (bits: UInt32) in Native.converting(bits) }
    case .uint64: each(source, target) { (bits: UInt64) in Native.converting(bits) }
    case .float16:
      each(source, target) { (bits: UInt16) in Native.converting(Float(binary16: bits)) }
    case .float32:
      each(source, target) { (bits: UInt32) in Native.converting(Float(bitPattern: bits)) }
    case .float64:
      each(source, target) { (bits: UInt64) in Native.converting(Double(bitPattern: bits)) }
    }
  }

  /// Brings the bytes of numbers of this format into the machine's order.
  ///
  /// - Precondition: `bytes` is a whole number of them.
  package func makeNative(_ bytes: UnsafeMutableRawBufferPointer) {
    func swap<Bits: FixedWidthInteger>(_ type: Bits.Type) {
      for start in stride(from: 0, to: bytes.count, by: MemoryLayout<Bits>.size) {
        let bits = bytes.loadUnaligned(fromByteOffset: start, as: Bits.self)
        bytes.storeBytes(of: inMachineOrder(bits), toByteOffset: start, as: Bits.self)
      }
    }
    require(
      bytes.count % size == 0, "NumberFormat: \(bytes.count) bytes are no whole \(kind) numbers")
    // The machine is little-endian: see TensorArchive.
    if !isBigEndian { return }
    switch size {
    case 2: swap(UInt16.self)
    case 4: swap(UInt32.self)
    default: swap(UInt64.self)
    }
  }

  @inline(__always)
  private func each<Bits: FixedWidthInteger, Native: NativeNumber>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Native>,
    _ convert: (Bits) -> Native
  ) {
    for index in target.indices {
      let bits = source.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
      target.initializeElement(at: index, to: convert(inMachineOrder(bits)))
    }
  }

  @inline(__always)
  private func inMachineOrder<Bits: FixedWidthInteger>(_ bits: Bits) -> Bits {
    isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
  }
}

extension Float {
  /// The number that 16 bits of IEEE 754 binary16 stand for, exactly. Swift's `Float16` is not there on
  /// every processor.
  @inline(__always)
  init(binary16 bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF) << 13
    if magnitude >= 0x7C00 << 13 {
      // Infinity and NaN: the largest exponent.
      self.init(bitPattern: sign | 0x7F80_0000 | magnitude)
      return
    }
    // The exponents' biases differ by 127 − 15 = 112. A product is right for subnormal numbers, too.
    let value = Float(bitPattern: magnitude) * 0x1p112
    self.init(bitPattern: sign | value.bitPattern)
  }
}
