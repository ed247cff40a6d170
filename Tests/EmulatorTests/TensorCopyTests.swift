import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct TensorCopyTests {
  private struct Arguments {
    var output: UInt64
    var map: UInt64
  }

  /// What a test leaves out, or does in place of it.
  enum Mistake {
    case none
    case mapFence, mapFenceOfOther, barrierFence
    case wait, waitsForWarp, waitsForBlock, waitsForOther
    case oneTry
    case storesBefore, storesAndFencesBefore, storesAfter, storesAndArrivesAfter
    case misalignedMap, misplacedBox, boxBeyondMemory, moreBytes
  }

  /// A box of 32 × 4 words at (x, y) of a tensor of 40 × 6, word i being i; each lane of two warps
  /// sums its column. The warp that copies comes to it first, but where it needs the other.
  private func run(
    _ mistake: Mistake = .none, x: Int32 = 0, y: Int32 = 0,
    barrierFence: Operation = .fenceAsyncProxy, options: EmulatorOptions = EmulatorOptions()
  ) throws -> [UInt32] {
    let memory = GlobalMemory()
    let tensor = try memory.allocate((0..<240).map { UInt32($0) })
    let encoded = TensorMap(
      .u32, address: tensor, extents: [40, 6], byteStrides: [160], box: [32, 4]
    ).encoded
    let padding = Array(repeating: 0 as UInt64, count: mistake == .misalignedMap ? 2 : 0)
    let map = try memory.allocate(padding + encoded) + UInt64(padding.count * 8)
    let arguments = Arguments(output: try memory.allocate(byteCount: 256), map: map)
    let kernel = kernel(mistake, x, y, barrierFence)
    var program = kernel.program
    program.parameterByteCount = MemoryLayout<Arguments>.size
    _ = try Emulator.run(
      EmulatedProgram(program),
      Launch(sharedByteCount: kernel.sharedByteCount, struct: arguments), memory: memory,
      options: options)
    return try memory.read(UInt32.self, count: 64, from: arguments.output)
  }

  private func kernel(
    _ mistake: Mistake, _ x: Int32, _ y: Int32, _ barrierFence: Operation
  ) -> Assembly {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 128 + 512 + 4)
    let (thread, lane) = (kernel.thread(), kernel.lane())
    let base = kernel.value(.sharedAddress)
    let copier = mistake == .mapFenceOfOther ? 0 : 32 as UInt64
    let first = kernel.compare(.equal, thread.operand, .immediate(copier))
    let map = kernel.value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 8), class: .b64)
    let column = kernel.shared(lane, stride: 4, offset: 128)
    for offset in [0, 8] {
      kernel.emit(.barrierInit, [], [base.memory(offset), .immediate(1)], if: first.holds)
    }
    if mistake != .barrierFence { kernel.emit(barrierFence, if: first.holds) }
    if mistake == .storesBefore || mistake == .storesAndFencesBefore {
      let isFirstWarp = kernel.compare(.less, thread.operand, .immediate(32))
      kernel.emit(
        .store(Access(.shared, .u32)), [], [column.memory(), .immediate(7)], if: isFirstWarp.holds)
      if mistake == .storesAndFencesBefore { kernel.emit(.fenceAsyncProxy) }
    }
    if mistake == .mapFenceOfOther {
      let other = kernel.compare(.equal, thread.operand, .immediate(32))
      kernel.emit(.barrier(id: 0, threadCount: nil))
      kernel.emit(.fenceTensorMap, [], [map.memory()], if: other.holds)
    } else {
      kernel.emit(.barrier(id: 0, threadCount: nil))
      if mistake != .mapFence {
        kernel.emit(.fenceTensorMap, [], [map.memory()], if: first.holds, line: 4)
      }
    }
    let target = kernel.sum(
      base.operand,
      .immediate(mistake == .misplacedBox ? 144 : mistake == .boxBeyondMemory ? 256 : 128))
    kernel.emit(
      .barrierExpect, [], [base.memory(), .immediate(mistake == .moreBytes ? 516 : 512)],
      if: first.holds)
    kernel.emit(
      .tensorCopy(dimensionCount: 2), [],
      [
        target.memory(), map.memory(), base.memory(), .immediate(UInt64(UInt32(bitPattern: x))),
        .immediate(UInt64(UInt32(bitPattern: y))),
      ], if: first.holds, line: 1)
    // The phase that ends with the bytes says nothing of what the thread did after it began the
    // copy.
    let isStoring = mistake == .storesAfter || mistake == .storesAndArrivesAfter
    if isStoring {
      kernel.emit(
        .store(Access(.shared, .u32)), [], [base.memory(640), .immediate(5)], if: first.holds)
      if mistake == .storesAndArrivesAfter {
        kernel.emit(.barrierArriveShared, [], [base.memory(8)], if: first.holds)
      }
    }
    func wait(at offset: Int) {
      let again = kernel.label()
      kernel.place(again)
      let over = kernel.value(
        .barrierTry, base.memory(offset), .immediate(0), class: .predicate, line: 3)
      kernel.jump(again, if: over.fails)
    }
    switch mistake {
    case .wait: break
    case .waitsForWarp: kernel.emit(.warpBarrier)
    case .waitsForBlock: kernel.emit(.barrier(id: 0, threadCount: nil))
    case .waitsForOther:
      // Another barrier's phase says nothing of this one's copies.
      kernel.emit(.barrierArriveShared, [], [base.memory(8)], if: first.holds)
      wait(at: 8)
    case .oneTry:
      let end = kernel.label()
      let over = kernel.value(.barrierTry, base.memory(), .immediate(0), class: .predicate)
      kernel.jump(end, if: over.holds)
      kernel.place(end)
    default: wait(at: 0)
    }
    if isStoring {
      if mistake == .storesAndArrivesAfter { wait(at: 8) }
      _ = kernel.value(.load(Access(.shared, .u32)), base.memory(640), line: 5)
    }
    let sum = kernel.value(.move(.u32), .immediate(0))
    for row in 0..<4 {
      let value = kernel.value(
        .load(Access(.shared, .u32)), column.memory(row * 128), line: 2)
      kernel.emit(.binary(.add, .u32), [sum], [sum.operand, value.operand])
    }
    kernel.output(sum)
    return kernel
  }

  @Test(arguments: [(0, 0), (8, 2), (16, 1), (-3, -2), (0, 6)] as [(Int32, Int32)])
  func copiesBoxes(x: Int32, y: Int32) throws {
    let want = (0..<64).map { thread in
      let column = Int(x) + thread % 32
      return (0..<4).reduce(0 as UInt32) { sum, row in
        let isInside = (0..<40).contains(column) && (0..<6).contains(Int(y) + row)
        return isInside ? sum + UInt32((Int(y) + row) * 40 + column) : sum
      }
    }
    #expect(try run(x: x, y: y) == want, "box at (\(x), \(y))")
    #expect(try run(x: x, y: y, options: .fast) == want, "box at (\(x), \(y))")
  }

  @Test(
    arguments: [
      (Mistake.none, nil, "", 0),
      (.mapFence, EmulatorFault.Kind.missingFence, "no fence.proxy.tensormap", 1),
      // Nothing says that the fence of the other warp came before.
      (.mapFenceOfOther, .missingFence, "no fence.proxy.tensormap", 1),
      (.barrierFence, .missingFence, "the making of its barrier", 1),
      (.wait, .unfinishedCopy, "nobody here has waited for", 2),
      (.waitsForWarp, .unfinishedCopy, "nobody here has waited for", 2),
      (.waitsForBlock, .unfinishedCopy, "nobody here has waited for", 2),
      (.waitsForOther, .unfinishedCopy, "nobody here has waited for", 2),
      (.oneTry, .unfinishedCopy, "nobody here has waited for", 2),
      (.storesBefore, .missingFence, "a store that it overwrites", 1),
      (.storesAndFencesBefore, nil, "", 0),
      (.storesAfter, .race, "lane 0 of warp 1 has written", 5),
      (.storesAndArrivesAfter, nil, "", 0),
      (.misalignedMap, .misaligned, "a multiple of 64", 4),
      (.misplacedBox, .misaligned, "a multiple of 128", 1),
      (.boxBeyondMemory, .outOfBounds, "a box at byte", 1),
      (.moreBytes, .deadlock, "wait for the phase", 3),
    ] as [(Mistake, EmulatorFault.Kind?, String, Int)])
  func faults(mistake: Mistake, kind: EmulatorFault.Kind?, words: String, line: Int) throws {
    var fault: EmulatorFault?
    do {
      _ = try run(mistake)
    } catch let found as EmulatorFault {
      fault = found
    }
    let got = fault?.description ?? "no fault"
    #expect(fault?.kind == kind, "\(mistake): \(got)")
    guard let fault, kind != nil else { return }
    #expect(got.contains(words), "\(mistake): \(got)")
    #expect(fault.instruction.origin?.line == line, "\(mistake): \(got)")
  }

  /// Either fence makes a barrier known to the copies that end there.
  @Test func barriersAreFenced() throws {
    let want = try run()
    #expect(try run(barrierFence: .fenceBarrierInit) == want)
    #expect(throws: EmulatorFault.self) { try run(barrierFence: .fence(.block)) }
  }

  @Test func addressesWithOffsets() throws {
    for map in [Operand.memory(.parameters, offset: 0), Register(.b64, 0).memory(64)] {
      var kernel = Assembly(sharedByteCount: 256)
      kernel.emit(
        .tensorCopy(dimensionCount: 1), [],
        [.memory(.shared, offset: 128), map, .memory(.shared, offset: 0), .immediate(0)])
      #expect(throws: HewnError.self, "\(map)") { try EmulatedProgram(kernel.program) }
    }
  }
}
