import Emulator
import KernelIR
import Tensors
import Testing

/// A product of 64 × 64 × K matrices by four warps, with `cp.async` in two stages, `ldmatrix` and
/// `mma`: all that the detectors follow, at once.
@Suite struct ProductTests {
  enum Mistake: CaseIterable { case none, waits, firstBarrier, lastBarrier }

  private static let (size, k, slice) = (64, 160, 32)
  /// Bytes between rows in shared memory: an odd number of 16, so that rows lie in different banks.
  private static let rowStride = 80
  private static let stageByteCount = 2 * size * rowStride

  /// - Parameters:
  ///   - a: the address of A, f16, M × K.
  ///   - b: the address of B, f16, N × K.
  private func kernel(a: UInt64, b: UInt64, _ mistake: Mistake) -> Assembly {
    var kernel = Assembly(threadCount: 128, sharedByteCount: 2 * Self.stageByteCount)
    let (thread, lane) = (kernel.thread(), kernel.lane())
    let base = kernel.value(.sharedAddress)

    // Where the thread's chunks of 16 bytes lie: of rows thread / 4 and 32 more.
    let row = kernel.value(.binary(.shiftRight, .u32), thread.operand, .immediate(2))
    let part = kernel.value(.binary(.and, .u32), thread.operand, .immediate(3))
    let partOffset = kernel.product(part.operand, .immediate(16))
    let target = kernel.value(
      .ternary(.multiplyAdd, .u32), row.operand, .immediate(UInt64(Self.rowStride)),
      partOffset.operand)
    let place = kernel.sum(target.operand, base.operand)
    let offset = kernel.value(
      .ternary(.multiplyAdd, .u32), row.operand, .immediate(UInt64(2 * Self.k)),
      partOffset.operand)
    let sources = [a, b].map { address in
      kernel.value(
        .multiplyAddWide(.u32), offset.operand, .immediate(1), .immediate(address), class: .b64)
    }

    // Where the lane's rows of fragments lie: of A, then of B.
    let warp = kernel.value(.binary(.shiftRight, .u32), thread.operand, .immediate(5))
    let aRow = kernel.value(.binary(.and, .u32), lane.operand, .immediate(15))
    let aChunk = kernel.value(.binary(.shiftRight, .u32), lane.operand, .immediate(4))
    let inWarp = kernel.value(
      .ternary(.multiplyAdd, .u32), warp.operand, .immediate(16), aRow.operand)
    let bRow = kernel.value(
      .ternary(.multiplyAdd, .u32), aChunk.operand, .immediate(8),
      kernel.value(.binary(.and, .u32), lane.operand, .immediate(7)).operand)
    let third = kernel.value(.binary(.shiftRight, .u32), lane.operand, .immediate(3))
    let bChunk = kernel.value(.binary(.and, .u32), third.operand, .immediate(1))
    let fragments = [(inWarp, aChunk, 0), (bRow, bChunk, Self.size)].map { row, chunk, first in
      let chunkOffset = kernel.value(
        .ternary(.multiplyAdd, .u32), chunk.operand, .immediate(16), base.operand)
      let start = kernel.sum(chunkOffset.operand, .immediate(UInt64(first * Self.rowStride)))
      return kernel.value(
        .ternary(.multiplyAdd, .u32), row.operand, .immediate(UInt64(Self.rowStride)),
        start.operand)
    }

    let sums = (0..<32).map { _ in kernel.register(.f32) }
    for sum in sums { kernel.emit(.move(.f32), [sum], [.immediate(0)]) }
    let stepCount = Self.k / Self.slice
    func copy(step: Int) {
      for (matrix, source) in sources.enumerated() where step < stepCount {
        for half in 0..<2 {
          let shared =
            step % 2 * Self.stageByteCount + (matrix * Self.size + half * 32) * Self.rowStride
          let global = half * 32 * 2 * Self.k + step * Self.slice * 2
          kernel.emit(
            .asyncCopy(byteCount: 16), [],
            [place.memory(shared), source.memory(global), .immediate(16)], line: 1)
        }
      }
      kernel.emit(.asyncCopyCommit)
    }
    copy(step: 0)
    for step in 0..<stepCount {
      copy(step: step + 1)
      kernel.emit(.asyncCopyWait(mistake == .waits ? 2 : 1))
      if mistake != .firstBarrier { kernel.emit(.barrier(id: 0, threadCount: nil)) }
      for chunk in 0..<2 {
        let stage = step % 2 * Self.stageByteCount + chunk * 32
        let a = (0..<4).map { _ in kernel.register() }
        kernel.emit(
          .loadMatrix(count: 4, transposed: false), a, [fragments[0].memory(stage)], line: 2)
        for pair in 0..<4 {
          let b = (0..<4).map { _ in kernel.register() }
          kernel.emit(
            .loadMatrix(count: 4, transposed: false), b,
            [fragments[1].memory(stage + pair * 16 * Self.rowStride)], line: 3)
          for half in 0..<2 {
            let first = (pair * 2 + half) * 4
            let block = Array(sums[first..<first + 4])
            let factors = a + b[half * 2..<half * 2 + 2] + block
            kernel.emit(
              .multiplyMatrices(MatrixShape(k: 16, type: .f16)), block, factors.map(\.operand))
          }
        }
      }
      if mistake != .lastBarrier { kernel.emit(.barrier(id: 0, threadCount: nil)) }
    }
    kernel.wordsPerThread = 32
    let address = kernel.outputAddress()
    for first in stride(from: 0, to: 32, by: 4) {
      kernel.emit(
        .store(Access(.global, .f32, count: 4)), [],
        [address.memory(4 * first)] + sums[first..<first + 4].map(\.operand))
    }
    return kernel
  }

  /// The product's sums by thread, and what was counted.
  private func run(
    _ mistake: Mistake, a: [Int], b: [Int], options: EmulatorOptions = EmulatorOptions()
  ) throws -> (sums: [Float], report: LaunchReport, kernel: Assembly) {
    let memory = GlobalMemory()
    // Small integers as f16.
    func halves(_ values: [Int]) -> [UInt16] {
      values.map { value in
        guard value != 0 else { return 0 }
        let bits = Float(abs(value)).bitPattern
        let half = UInt16(truncatingIfNeeded: (bits >> 13) &- (112 << 10))
        return half | (value < 0 ? 0x8000 : 0)
      }
    }
    let kernel = try kernel(a: memory.allocate(halves(a)), b: memory.allocate(halves(b)), mistake)
    let output = try memory.allocate(byteCount: 128 * 32 * 4)
    let report = try Emulator.run(
      EmulatedProgram(kernel.program),
      Launch(sharedByteCount: kernel.sharedByteCount, struct: output), memory: memory,
      options: options)
    return (try memory.read(Float.self, count: 128 * 32, from: output), report, kernel)
  }

  private func randomMatrices() -> (a: [Int], b: [Int]) {
    var generator = SplitMix64(seed: 7)
    func matrix() -> [Int] {
      (0..<Self.size * Self.k).map { _ in Int.random(in: -8...8, using: &generator) }
    }
    return (matrix(), matrix())
  }

  @Test func agreesWithThePlainProduct() throws {
    let (a, b) = randomMatrices()
    let (sums, report, kernel) = try run(.none, a: a, b: b)
    for thread in 0..<128 {
      for word in 0..<32 {
        let m = thread / 32 * 16 + thread % 32 / 4 + (word % 4 >= 2 ? 8 : 0)
        let n = word / 4 * 8 + thread % 4 * 2 + word % 2
        let want = (0..<Self.k).reduce(0) { $0 + a[m * Self.k + $1] * b[n * Self.k + $1] }
        #expect(sums[thread * 32 + word] == Float(want), "(\(m), \(n))")
      }
    }
    // Each quarter of a warp copies four chunks of two rows, the last of which meets the first: 20
    // requests of four warps take 4 passes more. Fragments have no conflicts: 5 · 2 · (1 + 4)
    // loads.
    for (line, requests, extra) in [(1, 80, 320), (2, 40, 0), (3, 160, 0)] {
      var sum = LaunchReport.Counters()
      for (index, counters) in report.instructions.enumerated()
      where kernel.program.instructions[index].origin?.line == line { sum += counters }
      #expect(sum.sharedRequests == UInt64(requests), "line \(line)")
      #expect(sum.idealSharedWavefronts == UInt64(4 * requests), "line \(line)")
      #expect(sum.sharedWavefronts == UInt64(4 * requests + extra), "line \(line)")
    }
    #expect(report.classes[.tensor]?.executions == 4 * 5 * 16)
  }

  @Test(arguments: [
    (Mistake.waits, EmulatorFault.Kind.unfinishedCopy), (.firstBarrier, .race),
    (.lastBarrier, .race),
  ])
  func mistakes(mistake: Mistake, kind: EmulatorFault.Kind) throws {
    let (a, b) = randomMatrices()
    let options = EmulatorOptions(detectors: .races)
    let fault = #expect(throws: EmulatorFault.self) {
      try run(mistake, a: a, b: b, options: options)
    }
    #expect(fault?.kind == kind, "\(fault?.description ?? "")")
    #expect(throws: Never.self) { try run(mistake, a: a, b: b, options: .fast) }
  }
}
