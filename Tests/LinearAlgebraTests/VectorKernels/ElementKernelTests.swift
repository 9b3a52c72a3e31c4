import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Vector kernels on every level of instructions: elements")
struct ElementKernelTests {
  /// The longest run, and the furthest from an aligned place.
  static let (longest, furthest) = (130, 15)

  @Test(
    "Every kernel follows its twin, on ordinary numbers and extreme ones", arguments: scalarTypes)
  func twins(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for kernel in ElementKernel<Scalar>.all {
        let (read, written) = samples(kernel, count: 3000)
        let expected = (0..<3000).map { index in
          kernel.twin(read.map { $0[index] }, written.map { $0[index] })
        }
        onEveryLevel { level in
          let results = results(of: kernel, read, written)
          for index in 0..<3000 {
            let operands = (read + written).map { $0[index] }
            for (output, expected) in expected[index].enumerated() {
              let result = results[output][index]
              if isClose(result, expected, operands, kernel.accuracy) { continue }
              Issue.record(
                "\(kernel.name), \(level): \(result) from \(operands), expected \(expected)")
              return
            }
          }
        }
      }
    }
    check(type)
  }

  @Test(
    "No result depends on the buffer's length or place, or is written elsewhere",
    arguments: scalarTypes)
  func placement(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for kernel in ElementKernel<Scalar>.all {
        let (read, written) = samples(kernel, count: Self.longest + Self.furthest)
        onEveryLevel { level in
          let whole = results(of: kernel, read, written)
          for count in 0...Self.longest {
            // Without optimization a quarter of the places of each length, another one each time.
            for offset in 0...Self.furthest where isOptimizedBuild || (count + offset) % 4 == 0 {
              let isRight = isPlaceless(
                kernel, read, written, whole: whole, count: count, offset: offset)
              #expect(isRight, "\(kernel.name), \(level): \(count) elements from \(offset)")
            }
          }
        }
      }
    }
    check(type)
  }

  private func samples<Scalar>(
    _ kernel: ElementKernel<Scalar>, count: Int
  ) -> (read: [[Scalar]], written: [[Scalar]]) {
    (
      (0..<kernel.inputs).map { mixedSample(count, seed: UInt64($0)) },
      (0..<kernel.outputs).map { output in
        let sample: [Scalar] = mixedSample(count, seed: UInt64(output) + 10)
        return output == kernel.squares ? sample.map(\.magnitude) : sample
      }
    )
  }

  private func isClose<Scalar>(
    _ result: Scalar, _ expected: Scalar, _ operands: [Scalar],
    _ accuracy: ElementKernel<Scalar>.Accuracy
  ) -> Bool {
    switch accuracy {
    case .ulps(let limit):
      return limit == 0 ? isSame(result, expected) : ulps(result, expected) <= limit
    case .ulpsOfOperands(let limit):
      let scale = operands.filter(\.isFinite).map(\.magnitude).max() ?? 0
      return ulps(result, expected, scale: scale) <= limit
    }
  }

  /// What the kernel writes where every buffer is aligned.
  private func results<Scalar>(
    of kernel: ElementKernel<Scalar>, _ read: [[Scalar]], _ written: [[Scalar]]
  ) -> [[Scalar]] {
    let buffers = (read + written).map { elements in
      let buffer = GuardedBuffer<Scalar>(capacity: elements.count)
      _ = buffer.fill(elements, count: elements.count, at: 0)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    kernel.run(
      read[0].count, buffers[..<kernel.inputs].map { UnsafePointer($0.memory) },
      buffers[kernel.inputs...].map(\.memory))
    return buffers[kernel.inputs...].map {
      Array(UnsafeBufferPointer(start: $0.memory, count: read[0].count))
    }
  }

  /// Whether `count` elements from `offset` on become what they become as part of the whole, with
  /// every buffer misaligned in its own way, and in the place of each that is read.
  private func isPlaceless<Scalar>(
    _ kernel: ElementKernel<Scalar>, _ read: [[Scalar]], _ written: [[Scalar]],
    whole: [[Scalar]], count: Int, offset: Int
  ) -> Bool {
    let buffers = (read + written).map { _ in GuardedBuffer<Scalar>(capacity: Self.longest) }
    defer { for buffer in buffers { buffer.deallocate() } }
    let places = buffers.indices.map { (offset * (2 * $0 + 1) + $0) % (Self.furthest + 1) }
    for shared in -1..<(kernel.worksInPlace ? kernel.inputs : 0) {
      let pointers = zip(buffers.indices, read + written).map { index, elements in
        elements.withUnsafeBufferPointer {
          buffers[index].fill($0.baseAddress! + offset, count: count, at: places[index])
        }
      }
      var outputs = Array(pointers[kernel.inputs...])
      if shared >= 0 { outputs[0] = pointers[shared] }
      kernel.run(count, pointers[..<kernel.inputs].map { UnsafePointer($0) }, outputs)
      for (output, expected) in zipped(outputs, whole) {
        let isRight = expected.withUnsafeBufferPointer {
          areSame(output, $0.baseAddress! + offset, count: count)
        }
        if !isRight { return false }
      }
      let areIntact = buffers.indices.allSatisfy {
        buffers[$0].isIntact(count: count, at: places[$0])
      }
      if !areIntact { return false }
    }
    return true
  }
}
