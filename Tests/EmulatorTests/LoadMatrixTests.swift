import Emulator
import KernelIR
import Testing

@Suite struct LoadMatrixTests {
  /// Lanes write 16 bytes each, halves numbered from 0, in row order; then matrices are loaded from
  /// rows that the addresses permute.
  @Test(arguments: [1, 2, 4], [false, true])
  func loads(count: Int, transposed: Bool) throws {
    var kernel = Assembly(sharedByteCount: 32 * 16)
    let lane = kernel.lane()
    let place = kernel.shared(lane, stride: 16)
    let first = kernel.product(lane.operand, .immediate(8))
    for word in 0..<4 {
      // (2w + 1) << 16 | 2w, plus 8·lane in both halves.
      let low = kernel.sum(first.operand, .immediate(UInt64(2 * word)))
      let both = kernel.value(
        .ternary(.multiplyAdd, .u32), low.operand, .immediate(0x1_0001), .immediate(0x1_0000))
      kernel.emit(
        .store(Access(.shared, .u32)), [], [place.memory(4 * word), both.operand])
    }
    kernel.emit(.warpBarrier)
    let row = kernel.value(.binary(.xor, .u32), lane.operand, .immediate(5))
    let source = kernel.shared(row, stride: 16)
    let results = (0..<count).map { _ in kernel.register() }
    kernel.emit(.loadMatrix(count: count, transposed: transposed), results, [source.memory()])
    kernel.wordsPerThread = count
    let address = kernel.outputAddress()
    for (index, result) in results.enumerated() {
      kernel.emit(.store(Access(.global, .u32)), [], [address.memory(4 * index), result.operand])
    }
    let words = try kernel.run().words
    for matrix in 0..<count {
      for lane in 0..<32 {
        func half(_ row: Int, _ column: Int) -> UInt32 {
          UInt32((matrix * 8 + row ^ 5) * 8 + column)
        }
        let pair = lane % 4 * 2
        let want =
          transposed
          ? half(pair, lane / 4) | half(pair + 1, lane / 4) << 16
          : half(lane / 4, pair) | half(lane / 4, pair + 1) << 16
        #expect(words[matrix][lane] == want, "x\(count), matrix \(matrix), lane \(lane)")
      }
    }
  }

  /// What was stored as matrices is loaded as such.
  @Test(arguments: [1, 2, 4], [false, true])
  func stores(count: Int, transposed: Bool) throws {
    var kernel = Assembly(sharedByteCount: 32 * 16)
    let lane = kernel.lane()
    let place = kernel.shared(lane, stride: 16)
    let values = (0..<count).map { matrix in
      kernel.value(
        .ternary(.multiplyAdd, .u32), lane.operand, .immediate(0x2_0003),
        .immediate(UInt64(matrix * 1000)))
    }
    kernel.emit(
      .storeMatrix(count: count, transposed: transposed), [],
      [place.memory()] + values.map(\.operand))
    kernel.emit(.warpBarrier)
    let results = (0..<count).map { _ in kernel.register() }
    kernel.emit(.loadMatrix(count: count, transposed: transposed), results, [place.memory()])
    kernel.wordsPerThread = count
    let address = kernel.outputAddress()
    for (index, result) in results.enumerated() {
      kernel.emit(.store(Access(.global, .u32)), [], [address.memory(4 * index), result.operand])
    }
    let words = try kernel.run().words
    for matrix in 0..<count {
      let want: [UInt32] = (0..<32).map { $0 * 0x2_0003 + UInt32(matrix) * 1000 }
      #expect(words[matrix] == want, "x\(count), matrix \(matrix)")
    }
  }

  @Test func faults() throws {
    func kernel(bytes: Int, offset: Int = 0, _ before: (inout Assembly) -> Void) -> Assembly {
      var kernel = Assembly(sharedByteCount: bytes)
      let lane = kernel.lane()
      before(&kernel)
      let place = kernel.shared(lane, stride: 16, offset: offset)
      let results = (0..<4).map { _ in kernel.register() }
      kernel.emit(.loadMatrix(count: 4, transposed: false), results, [place.memory()], line: 1)
      return kernel
    }
    try expect(kernel(bytes: 512) { _ in }, faults: .uninitializedMemory, line: 1)
    try expect(kernel(bytes: 496) { _ in }, faults: .outOfBounds, line: 1, lane: 31)
    try expect(kernel(bytes: 600, offset: 8) { _ in }, faults: .misaligned, line: 1, lane: 0)
    let early = kernel(bytes: 512) {
      let lane = $0.lane()
      let isEarly = $0.compare(.less, lane.operand, .immediate(4))
      $0.emit(.return, if: isEarly.holds)
    }
    try expect(early, faults: .divergence, "lanes 0–3 are missing", line: 1, options: .fast)
  }
}
