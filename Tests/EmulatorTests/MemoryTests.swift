import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct MemoryTests {
  // MARK: Global memory of the host's side

  @Test func allocationsLieApart() throws {
    let memory = GlobalMemory()
    let first = try memory.allocate([1, 2, 3] as [UInt32])
    let second = try memory.allocate(byteCount: 0)
    let third = try memory.allocate(byteCount: 1000)
    #expect([first, second, third].allSatisfy { $0 % 256 == 0 })
    #expect(second > first + 12 && third > second)
    #expect(try memory.read(UInt32.self, count: 3, from: first) == [1, 2, 3])
    try memory.copy(from: first, to: third + 996, byteCount: 4)
    #expect(try memory.read(UInt32.self, count: 1, from: third + 996) == [1])
    try memory.fill(third, byteCount: 4, with: 7)
    #expect(try memory.read(UInt32.self, count: 2, from: third) == [0x0707_0707, ~0])
    for (address, count) in [(first + 4, 3), (third, 251), (second, 1), (first - 4, 1), (0, 1)] {
      #expect(throws: HewnError.self, "\(count) words at \(address)") {
        try memory.read(UInt32.self, count: count, from: address)
      }
    }
    try memory.free(first)
    #expect(throws: HewnError.self) { try memory.free(first) }
    #expect(throws: HewnError.self) { try memory.read(UInt32.self, count: 1, from: first) }
    #expect(throws: HewnError.self) { try memory.allocate(byteCount: -1) }
  }

  // MARK: Accesses out of bounds and misaligned

  /// A load or store of 4 bytes of the output array, whose address is `address`, by lane 5 alone.
  private func access(global offset: Int, stores: Bool, bytes: Int = 4) -> Assembly {
    var kernel = Assembly()
    let lane = kernel.lane()
    let zero = kernel.value(.move(.u32), .immediate(9))
    let address = kernel.value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 0), class: .b64)
    let isFifth = kernel.compare(.equal, lane.operand, .immediate(5))
    let values = (0..<bytes / 4).map { _ in zero }
    let access = Access(.global, .u32, count: bytes / 4)
    if stores {
      kernel.emit(
        .store(access), [], [address.memory(offset)] + values.map(\.operand), if: isFifth.holds,
        line: 1)
    } else {
      let results = values.map { _ in kernel.register() }
      kernel.emit(.load(access), results, [address.memory(offset)], if: isFifth.holds, line: 1)
    }
    return kernel
  }

  @Test(arguments: [
    (-4, 4, EmulatorFault.Kind.outOfBounds, "no allocation"), (128, 4, .outOfBounds, "byte 128"),
    (2, 4, .misaligned, "4 bytes"), (124, 8, .misaligned, "8 bytes"),
    (128, 16, .outOfBounds, "16 bytes"), (1 << 20, 4, .outOfBounds, "byte 1048576"),
    (8, 16, .misaligned, "16 bytes"),
  ])
  func globalAccesses(offset: Int, bytes: Int, kind: EmulatorFault.Kind, words: String) throws {
    for stores in [false, true] {
      for options in [EmulatorOptions(), .fast] {
        try expect(
          access(global: offset, stores: stores, bytes: bytes), faults: kind, words, line: 1,
          lane: 5, options: options)
      }
    }
  }

  @Test func partsOfAnAllocation() throws {
    // 6 bytes of parameters would be none; an allocation of 12 bytes has no third pair.
    let memory = GlobalMemory()
    let address = try memory.allocate([1, 2, 3] as [UInt32])
    var kernel = access(global: 8, stores: false, bytes: 8)
    kernel.wordsPerThread = 0
    let fault = #expect(throws: EmulatorFault.self) {
      try Emulator.run(EmulatedProgram(kernel.program), Launch(struct: address), memory: memory)
    }
    #expect(fault?.kind == .outOfBounds)
    #expect(fault?.address == address + 8)
    #expect(fault?.lane == 5)
  }

  @Test(arguments: [
    (0, 4, nil as EmulatorFault.Kind?), (60, 4, nil), (64, 4, .outOfBounds),
    (-4, 4, .outOfBounds), (58, 4, .misaligned), (62, 2, nil), (40, 16, .misaligned),
    (48, 16, nil), (-1024, 4, .outOfBounds), (1 << 30, 4, .outOfBounds),
  ])
  func sharedAccesses(offset: Int, bytes: Int, kind: EmulatorFault.Kind?) throws {
    for isRegister in [false, true] {
      var kernel = Assembly(sharedByteCount: 64)
      let elected = kernel.value(.electOne, class: .predicate)
      let base = kernel.value(.sharedAddress)
      let place: Operand =
        isRegister ? base.memory(offset) : .memory(.shared, offset: offset)
      if bytes == 2 {
        let value = kernel.value(.move(.f16), .immediate(0), class: .b16)
        kernel.emit(
          .store(Access(.shared, .f16)), [], [place, value.operand], if: elected.holds, line: 1)
      } else {
        let values = Array(repeating: Operand.immediate(3), count: bytes / 4)
        kernel.emit(
          .store(Access(.shared, .u32, count: bytes / 4)), [], [place] + values,
          if: elected.holds, line: 1)
      }
      try expect(kernel, faults: kind, line: 1, options: .fast)
      try expect(kernel, faults: kind, line: 1)
    }
  }

  @Test func constantsAndParameters() throws {
    var kernel = Assembly()
    kernel.constants = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]
    let values = (0..<2).map { _ in kernel.register() }
    kernel.emit(
      .load(Access(.constant, .u32, count: 2)), values, [.memory(.constants, offset: 0)])
    let lane = kernel.lane()
    let index = kernel.value(
      .binary(.remainder, .u32), lane.operand, .immediate(3))
    let offset = kernel.product(index.operand, .immediate(4))
    let third = kernel.value(.load(Access(.constant, .u32)), offset.memory())
    kernel.output(values[0], values[1], third)
    let words = try kernel.run().words
    #expect(words[0].allSatisfy { $0 == 1 } && words[1].allSatisfy { $0 == 2 })
    #expect(words[2] == (0..<32).map { $0 % 3 + 1 })
    for (space, base, offset) in [
      (MemorySpace.constant, MemoryBase.constants, 12), (.constant, .constants, 10),
      (.parameter, .parameters, 8), (.parameter, .parameters, -4),
    ] {
      var wrong = kernel
      wrong.emit(
        .load(Access(space, .u32)), [values[0]], [.memory(base, offset: offset)], line: 1)
      try expect(wrong, faults: .outOfBounds, line: 1, options: .fast)
    }
  }

  // MARK: Values that are not there

  @Test func uninitializedRegisters() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let value = kernel.register()
    let early = kernel.compare(.less, lane.operand, .immediate(30))
    kernel.emit(.move(.u32), [value], [.immediate(1)], if: early.holds)
    var guarded = kernel
    guarded.emit(.binary(.add, .u32), [value], [value.operand, lane.operand], if: early.holds)
    try expect(guarded, faults: nil)
    kernel.emit(.binary(.add, .u32), [lane], [lane.operand, value.operand], line: 1)
    try expect(
      kernel, faults: .uninitializedRegister, "%r1 has no value in lanes 30–31", line: 1, lane: 30)
    try expect(kernel, faults: nil, options: .fast)

    var others = Assembly(sharedByteCount: 16)
    let (unset, address) = (others.register(), others.register())
    let predicate = others.register(.predicate)
    for emit: (inout Assembly) -> Void in [
      { $0.emit(.store(Access(.shared, .u32)), [], [.memory(.shared, offset: 0), unset.operand]) },
      { $0.emit(.store(Access(.shared, .u32)), [], [address.memory(), .immediate(0)]) },
      {
        $0.emit(
          .store(Access(.shared, .u32, count: 4)), [],
          [.memory(.shared, offset: 0)] + Array(repeating: unset.operand, count: 4))
      },
      { $0.emit(.move(.u32), [address], [.immediate(0)], if: predicate.holds) },
      { $0.emit(.shuffle(.up, .u32), [address], [unset.operand, .immediate(1), .immediate(0)]) },
    ] {
      var kernel = others
      emit(&kernel)
      try expect(kernel, faults: .uninitializedRegister)
    }
  }

  @Test func uninitializedMemory() throws {
    try expect(access(global: 4, stores: false), faults: .uninitializedMemory, line: 1, lane: 5)
    try expect(access(global: 4, stores: false), faults: nil, options: .fast)
    var kernel = Assembly(sharedByteCount: 16)
    let half = kernel.value(.move(.f16), .immediate(0), class: .b16)
    let elected = kernel.value(.electOne, class: .predicate)
    kernel.emit(
      .store(Access(.shared, .f16)), [], [.memory(.shared, offset: 0), half.operand],
      if: elected.holds)
    kernel.emit(.warpBarrier)
    var right = kernel
    right.emit(.load(Access(.shared, .f16)), [half], [.memory(.shared, offset: 0)])
    try expect(right, faults: nil)
    _ = kernel.value(.load(Access(.shared, .u32)), .memory(.shared, offset: 0), line: 1)
    try expect(kernel, faults: .uninitializedMemory, line: 1)
  }

  // MARK: Types

  @Test func valuesOfAllTypesThroughMemory() throws {
    var kernel = Assembly(sharedByteCount: 32 * 16)
    let lane = kernel.lane()
    let place = kernel.shared(lane, stride: 16)
    let wide = kernel.value(
      .multiplyWide(.u32), lane.operand, .immediate(0x9000_0001), class: .b64)
    let half = kernel.register(.b16)
    let number = kernel.value(.convert(.f32FromU32), lane.operand, class: .f32)
    kernel.emit(.convert(.f16FromF32), [half], [number.operand])
    var words: [Register] = []
    func check(_ type: ValueType, _ value: Register) {
      for count in [1, 2] {
        kernel.emit(
          .store(Access(.shared, type, count: count)), [],
          [place.memory()] + Array(repeating: value.operand, count: count))
        let results = (0..<count).map { _ in kernel.register(type.registerClass) }
        kernel.emit(.load(Access(.shared, type, count: count)), results, [place.memory()])
        let equal = kernel.register(.predicate)
        kernel.emit(
          .compare(.equal, type), [equal], [results[count - 1].operand, value.operand])
        words.append(
          kernel.value(.select(.u32), .immediate(1), .immediate(0), equal.operand))
      }
    }
    check(.u64, wide)
    check(.f16, half)
    check(.f32, number)
    check(.s32, lane)
    let sum = words.dropFirst().reduce(words[0]) { kernel.sum($0.operand, $1.operand) }
    kernel.output(sum)
    #expect(try kernel.run().words[0] == Array(repeating: 8, count: 32))
  }
}
