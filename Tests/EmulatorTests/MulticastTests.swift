import Emulator
import KernelIR
import Tensors
import Testing

/// Copies of boxes to several blocks of a cluster.
@Suite struct MulticastTests {
  private struct Arguments {
    var output: UInt64
    var map: UInt64
  }

  /// Each of two blocks copies 32 words, which begin at word 32 · rank, to place 32 · rank of those
  /// that `blocks` says; each lane gives out two words.
  private func run(
    blocks: UInt64 = 3, expects: UInt64 = 256, firstBarrier: Bool = true, lastBarrier: Bool = true,
    waits: Bool = true, waitsForCluster: Bool = false, rounds: Int = 1, awaitsOthers: Bool = true,
    fence: Operation? = .fenceBarrierInit,
    options: EmulatorOptions = EmulatorOptions()
  ) throws -> [UInt32] {
    let memory = GlobalMemory()
    let tensor = try memory.allocate((0..<256).map { UInt32($0) })
    let output = try memory.allocate(byteCount: 512)
    let encoded = TensorMap(.u32, address: tensor, extents: [256], byteStrides: [], box: [32])
      .encoded
    let arguments = Arguments(output: output, map: try memory.allocate(encoded))

    var kernel = Assembly(sharedByteCount: 128 + 256)
    kernel.clusterSize = 2
    kernel.grid = (2, 1, 1)
    let (lane, rank) = (kernel.lane(), kernel.value(.special(.blockRank)))
    let base = kernel.value(.sharedAddress)
    let elected = kernel.value(.electOne, class: .predicate)
    // The second barrier is that of the places' readers.
    kernel.emit(.barrierInit, [], [base.memory(), .immediate(1)], if: elected.holds)
    kernel.emit(
      .barrierInit, [], [base.memory(8), .immediate(awaitsOthers ? 2 : 1)], if: elected.holds)
    if let fence { kernel.emit(fence, if: elected.holds) }
    kernel.emit(.warpBarrier)
    if firstBarrier { kernel.clusterBarrier() }
    let map = kernel.value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 8), class: .b64)
    kernel.emit(.fenceTensorMap, [], [map.memory()], if: elected.holds)
    let target = kernel.value(
      .ternary(.multiplyAdd, .u32), rank.operand, .immediate(128), base.operand)
    let low = kernel.value(.move(.u32), .immediate(0))
    let high = kernel.value(.move(.u32), .immediate(0))
    for round in 0..<rounds {
      if round > 0 {
        wait(&kernel, base.memory(8), parity: round - 1, .barrierTry)
      }
      kernel.emit(.barrierExpect, [], [base.memory(), .immediate(expects)], if: elected.holds)
      let x = kernel.value(
        .ternary(.multiplyAdd, .u32), rank.operand, .immediate(32), .immediate(UInt64(64 * round)))
      kernel.emit(
        .tensorMulticast(dimensionCount: 1), [],
        [
          target.memory(128), map.memory(), base.memory(), x.operand,
          .immediate(blocks),
        ], if: elected.holds, line: 1)
      if waits { wait(&kernel, base.memory(), parity: round, .barrierTry) }
      if waitsForCluster { kernel.clusterBarrier() }
      let place = kernel.shared(lane, stride: 4, offset: 128)
      for (sum, offset) in [(low, 0), (high, 128)] {
        let value = kernel.value(.load(Access(.shared, .u32)), place.memory(offset), line: 2)
        kernel.emit(.binary(.add, .u32), [sum], [sum.operand, value.operand])
      }
      kernel.emit(.warpBarrier)
      for other in 0..<2 as Range<UInt64> {
        guard awaitsOthers else {
          if other == 0 {
            kernel.emit(.barrierArriveShared, [], [base.memory(8)], if: elected.holds)
          }
          continue
        }
        let remote = kernel.value(.remoteAddress, base.operand, .immediate(other))
        kernel.emit(.barrierArriveCluster(.block), [], [remote.memory(8)], if: elected.holds)
      }
    }
    if lastBarrier { kernel.clusterBarrier() }
    kernel.output(low, high)
    var program = kernel.program
    program.parameterByteCount = MemoryLayout<Arguments>.size
    _ = try Emulator.run(
      EmulatedProgram(program),
      Launch(grid: kernel.grid, sharedByteCount: kernel.sharedByteCount, struct: arguments),
      memory: memory, options: options)
    return try memory.read(UInt32.self, count: 128, from: output)
  }

  private func wait(
    _ kernel: inout Assembly, _ barrier: Operand, parity: Int, _ operation: Operation
  ) {
    let again = kernel.label()
    kernel.place(again)
    let over = kernel.value(
      operation, barrier, .immediate(UInt64(parity & 1)), class: .predicate, line: 3)
    kernel.jump(again, if: over.fails)
  }

  @Test(arguments: [1, 2, 3]) func boxesComeToAllBlocks(rounds: Int) throws {
    let want = (0..<2).flatMap { _ in
      (0..<32).flatMap { lane in
        [lane, lane + 32].map { word in
          UInt32((0..<rounds).reduce(0) { $0 + word + 64 * $1 })
        }
      }
    }
    #expect(try run(rounds: rounds) == want)
    #expect(try run(rounds: rounds, options: .fast) == want)
  }

  @Test func faults() throws {
    func kind(_ body: () throws -> [UInt32]) throws -> EmulatorFault.Kind? {
      do {
        _ = try body()
        return nil
      } catch let fault as EmulatorFault {
        return fault.kind
      }
    }
    // Only the own box comes, and the barrier waits for both.
    #expect(try kind { try run(blocks: 1) } == .deadlock)
    #expect(try kind { try run(blocks: 0) } == .clusterMisuse)
    #expect(try kind { try run(blocks: 7) } == .clusterMisuse)
    #expect(try kind { try run(expects: 128) } != nil)
    #expect(try kind { try run(firstBarrier: false) } == .clusterMisuse)
    #expect(try kind { try run(lastBarrier: false) } == .clusterMisuse)
    let races = EmulatorOptions(detectors: .races)
    #expect(try kind { try run(waits: false, options: races) } == .unfinishedCopy)
    #expect(try kind { try run(waits: false) } == .uninitializedMemory)
    // That all have started their copies says nothing of what has come.
    #expect(try kind { try run(waits: false, waitsForCluster: true) } == .unfinishedCopy)
    #expect(try kind { try run(fence: nil) } == .missingFence)
    #expect(try kind { try run(fence: .fenceAsyncProxy) } == nil)
    // A place is written again when this block has read it, whether the other has or not: it may
    // not even have what was sent before.
    #expect(try kind { try run(rounds: 2, awaitsOthers: false) } == .unfinishedCopy)
  }
}
