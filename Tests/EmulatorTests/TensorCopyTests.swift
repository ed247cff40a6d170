import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct TensorCopyTests {
  private struct Arguments {
    var output: UInt64 = 0
    var padding: UInt64 = 0
    var map: InlineArray<16, UInt64>
  }

  /// A box of 32 × 4 words at (x, y) of a tensor of 40 × 6, word i being i; each lane sums its
  /// column.
  private func run(
    x: Int32 = 0, y: Int32 = 0, waits: Bool = true, expects: UInt64 = 512, start: UInt64 = 128,
    isInGlobalMemory: Bool = false
  ) throws -> [UInt32] {
    let memory = GlobalMemory()
    let tensor = try memory.allocate((0..<240).map { UInt32($0) })
    let output = try memory.allocate(byteCount: 128)
    let encoded = TensorMap(
      .u32, address: tensor, extents: [40, 6], byteStrides: [160], box: [32, 4]
    ).encoded
    var arguments = Arguments(output: output, map: InlineArray(repeating: 0))
    for (index, word) in encoded.enumerated() { arguments.map[index] = word }

    var kernel = Assembly(sharedByteCount: 128 + 512)
    let lane = kernel.lane()
    let base = kernel.value(.sharedAddress)
    let elected = kernel.value(.electOne, class: .predicate)
    kernel.emit(.barrierInit, [], [base.memory(), .immediate(1)], if: elected.holds)
    kernel.emit(.warpBarrier)
    let target = kernel.sum(base.operand, .immediate(start))
    var map = Operand.memory(.parameters, offset: 16)
    if isInGlobalMemory {
      let address = try memory.allocate(encoded)
      map = kernel.value(.move(.u64), .immediate(address), class: .b64).memory()
    }
    kernel.emit(.barrierExpect, [], [base.memory(), .immediate(expects)], if: elected.holds)
    kernel.emit(
      .tensorCopy(dimensionCount: 2), [],
      [
        target.memory(), map, base.memory(), .immediate(UInt64(UInt32(bitPattern: x))),
        .immediate(UInt64(UInt32(bitPattern: y))),
      ], if: elected.holds, line: 1)
    if waits {
      let again = kernel.label()
      kernel.place(again)
      let over = kernel.value(.barrierTry, base.memory(), .immediate(0), class: .predicate)
      kernel.jump(again, if: over.fails)
    }
    let column = kernel.shared(lane, stride: 4, offset: 128)
    let sum = kernel.value(.move(.u32), .immediate(0))
    for row in 0..<4 {
      let value = kernel.value(
        .load(Access(.shared, .u32)), column.memory(row * 128), line: 2)
      kernel.emit(.binary(.add, .u32), [sum], [sum.operand, value.operand])
    }
    kernel.output(sum)
    var program = kernel.program
    program.parameterByteCount = MemoryLayout<Arguments>.size
    _ = try Emulator.run(
      EmulatedProgram(program),
      Launch(sharedByteCount: kernel.sharedByteCount, struct: arguments), memory: memory)
    return try memory.read(UInt32.self, count: 32, from: output)
  }

  @Test(arguments: [(0, 0), (8, 2), (16, 1), (-3, -2), (0, 6)], [false, true])
  func copiesBoxes(place: (Int32, Int32), isInGlobalMemory: Bool) throws {
    let (x, y) = (Int(place.0), Int(place.1))
    let got = try run(x: place.0, y: place.1, isInGlobalMemory: isInGlobalMemory)
    let want = (0..<32).map { lane in
      (0..<4).reduce(0 as UInt32) { sum, row in
        let isInside = (0..<40).contains(x + lane) && (0..<6).contains(y + row)
        return isInside ? sum + UInt32((y + row) * 40 + x + lane) : sum
      }
    }
    #expect(got == want, "box at \(place)")
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
    #expect(try kind { try run(waits: false) } == .race)
    #expect(try kind { try run(expects: 516) } == .deadlock)
    #expect(try kind { try run(start: 144) } == .misaligned)
    #expect(try kind { try run(start: 256) } == .outOfBounds)
  }
}
