import CPUBackend
import CPUKernels
import Tensors
import Testing

/// Kernels for taps that begin anywhere in a cache line.
@Suite struct UnalignedKernelTests {
  private static let taps = 5

  /// They add the same products in the same order as the other kernels, and what they read beside a tap
  /// does not show.
  @Test func addAsAlignedKernels() throws {
    var random = SplitMix64(seed: 1)
    var failures: [String] = []
    for isa in InstructionSet.available {
      let kernels = try isa.kernelSet()
      #expect(kernels.accumulateUnaligned.map(\.count) == kernels.accumulate.map(\.count))
      for (height, row) in kernels.accumulate.enumerated() {
        for (vectors, kernel) in row.enumerated() {
          guard let kernel,
            let unaligned = kernels.accumulateUnaligned[height][vectors]
          else { continue }
          for shift in 0..<16 {
            let block = RandomBlock(
              height: height, vectors: vectors, lanes: kernels.lanes, shift: shift,
              taps: Self.taps, &random)
            let (want, got) = (block.sums(kernel), block.sums(unaligned))
            if want != got || !want.allSatisfy(\.isFinite) {
              failures.append(
                "\(isa.rawValue), \(height) rows, \(vectors) vectors, shift \(shift)")
            }
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
  }
}

/// A block whose taps have inputs of their own, with NaN between them.
private struct RandomBlock {
  private let height: Int
  private let sumCount: Int
  private let stride: Int
  private let inputs: [Float]
  private let offsets: [Int32]
  private let weights: [Float]
  private let bias: [Float]

  init(
    height: Int, vectors: Int, lanes: Int, shift: Int, taps: Int, _ random: inout SplitMix64
  ) {
    self.height = height
    stride = vectors * lanes
    sumCount = height * stride
    let distance = stride + 64
    var inputs = [Float](repeating: .nan, count: (taps + 1) * distance)
    var offsets: [Int32] = []
    for tap in 0..<taps {
      let first = tap * distance + shift
      offsets.append(Int32(first))
      for index in first..<first + stride {
        inputs[index] = Float.random(in: -1...1, using: &random)
      }
    }
    self.inputs = inputs
    // Kernels read one offset and one weight ahead.
    self.offsets = offsets + [0]
    weights = (0..<taps * height + 1).map { _ in Float.random(in: -1...1, using: &random) }
    bias = (0..<height).map { _ in Float.random(in: -1...1, using: &random) }
  }

  func sums(_ kernel: AccumulateKernel) -> [Float] {
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * inputs.count, alignment: 64)
      .bindMemory(to: Float.self)
    let sums = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * sumCount, alignment: 64)
      .bindMemory(to: Float.self)
    defer {
      input.deallocate()
      sums.deallocate()
    }
    _ = input.initialize(fromContentsOf: inputs)
    sums.initialize(repeating: .nan)
    let blocks = [BlockStream.Block(firstRow: 0, tapCount: Int32(offsets.count - 1))]
    blocks.withUnsafeBufferPointer { blocks in
      offsets.withUnsafeBufferPointer { offsets in
        weights.withUnsafeBufferPointer { weights in
          bias.withUnsafeBufferPointer { bias in
            guard let blocks = blocks.baseAddress, let offsets = offsets.baseAddress,
              let weights = weights.baseAddress, let start = input.baseAddress,
              let target = sums.baseAddress
            else { return }
            kernel(
              start,
              BlockStream(
                blocks: blocks, blockCount: 1, offsets: offsets, sharesOffsets: false,
                weights: weights, start: bias.baseAddress), target, stride)
          }
        }
      }
    }
    return Array(sums)
  }
}
