import Emulator
import KernelIR
import Testing

@Suite struct WarpTests {
  /// Mode, b, c, and what lane l gets from.
  static let shuffleCases: [(ShuffleMode, UInt64, UInt64, @Sendable (Int) -> Int)] = [
    (.up, 1, 0, { max($0 - 1, 0) }),
    (.up, 4, 0, { $0 < 4 ? $0 : $0 - 4 }),
    (.up, 2, 0x1800, { $0 % 8 < 2 ? $0 : $0 - 2 }),
    (.down, 1, 31, { min($0 + 1, 31) }),
    (.down, 3, 0x181f, { $0 % 8 > 4 ? $0 : $0 + 3 }),
    (.exclusiveOr, 16, 31, { $0 ^ 16 }),
    (.exclusiveOr, 5, 0x181f, { $0 ^ 5 }),
    (.exclusiveOr, 16, 0x0f, { $0 ^ 16 <= 15 ? $0 ^ 16 : $0 }),
    (.index, 7, 31, { _ in 7 }),
    (.index, 39, 31, { _ in 7 }),
    (.index, 3, 0x1c1f, { $0 / 4 * 4 + 3 }),
  ]

  @Test(arguments: shuffleCases.indices)
  func shuffles(index: Int) throws {
    let (mode, amount, clamp, source) = Self.shuffleCases[index]
    var kernel = Assembly()
    let lane = kernel.lane()
    let value = kernel.value(
      .shuffle(mode, .u32), lane.operand, .immediate(amount), .immediate(clamp))
    kernel.output(value)
    let got = try kernel.run().words[0]
    #expect(got == (0..<32).map { UInt32(source($0)) }, "\(mode) \(amount) \(clamp)")
  }

  @Test func shufflesOfMissingLanes() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let end = kernel.label()
    let early = kernel.compare(.less, lane.operand, .immediate(3))
    kernel.jump(end, if: early.holds)
    kernel.emit(
      .shuffle(.index, .u32), [lane], [lane.operand, .immediate(0), .immediate(31)])
    kernel.place(end)
    try expect(kernel, faults: .divergence, "lanes 0–2 are missing", lane: 0)
    try expect(kernel, faults: nil, options: .fast)
  }

  @Test(arguments: [0, 1, 31, 32])
  func votes(threshold: UInt64) throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let holds = kernel.compare(.less, lane.operand, .immediate(threshold))
    let any = kernel.value(.vote(.any), holds.operand, class: .predicate)
    let all = kernel.value(.vote(.all), holds.operand, class: .predicate)
    let elected = kernel.value(.electOne, class: .predicate)
    let ballot = kernel.value(.ballot, holds.operand)
    let words = [any, all, elected].map {
      kernel.value(.select(.u32), .immediate(1), .immediate(0), $0.operand)
    }
    kernel.output(words[0], words[1], words[2], ballot)
    let got = try kernel.run().words
    let want: [UInt32] = [
      threshold > 0 ? 1 : 0, threshold == 32 ? 1 : 0,
      UInt32(truncatingIfNeeded: (UInt64(1) << threshold) &- 1),
    ]
    #expect(got[0] == Array(repeating: want[0], count: 32))
    #expect(got[1] == Array(repeating: want[1], count: 32))
    #expect(got[2] == [1] + Array(repeating: 0, count: 31))
    #expect(got[3] == Array(repeating: want[2], count: 32))
  }

  @Test func specialRegisters() throws {
    var kernel = Assembly(threadCount: 64)
    kernel.grid = (3, 2, 2)
    let registers = SpecialRegister.allCases.filter { $0 != .clock64 }.map {
      kernel.value(.special($0))
    }
    let packed = registers.dropFirst().reduce(registers[0]) { all, next in
      let shifted = kernel.product(all.operand, .immediate(3))
      return kernel.sum(shifted.operand, next.operand)
    }
    let clock = kernel.value(.special(.clock64), class: .b64)
    let (low, high) = (kernel.register(), kernel.register())
    kernel.emit(.unpack(.u64), [low, high], [clock.operand])
    kernel.output(packed, high)
    var want: [UInt32] = []
    for block in 0..<12 {
      for thread in 0..<64 {
        let values: [Int] = [
          thread, 64, block % 3, block / 3 % 2, block / 6, 3, 2, 2, 0, 1, thread % 32,
        ]
        want.append(UInt32(values.reduce(0) { $0 * 3 + $1 }))
      }
    }
    for threads in [1, 2, 5] {
      let words = try kernel.run(options: EmulatorOptions(threadCount: threads)).words
      #expect(words[0] == want, "\(threads) threads")
      #expect(words[1].allSatisfy { $0 == 0 })
    }
  }
}
