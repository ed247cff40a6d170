import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct ArithmeticTests {
  /// All operations that lane functions may exist for, defined or not.
  static let candidates: [Operation] =
    ValueType.allCases.flatMap { type -> [Operation] in
      UnaryOperator.allCases.map { .unary($0, type) }
        + BinaryOperator.allCases.map { .binary($0, type) }
        + TernaryOperator.allCases.map { .ternary($0, type) }
        + Comparison.allCases.map { .compare($0, type) }
        + [.move(type), .select(type), .pack(type), .multiplyWide(type), .multiplyAddWide(type)]
    } + Conversion.allCases.map { .convert($0) }

  static let operations = candidates.filter(\.isDefined)

  @Test func thereIsAFunctionForWhatIsDefinedAlone() {
    for operation in Self.candidates {
      #expect((laneFunction(for: operation) != nil) == operation.isDefined, "\(operation)")
    }
    for operation: Operation in [.label(0), .return, .ballot, .multiplyMatrices(.dense[0])] {
      #expect(laneFunction(for: operation) == nil, "\(operation)")
    }
    #expect(Self.operations.count == 162, "the table has changed")
  }

  @Test(arguments: operations)
  func equalsTheModel(_ operation: Operation) throws {
    check(try #require(laneFunction(for: operation)), operation)
  }

  @Test func portableFusedMultiplyAddEqualsTheModel() {
    check(portableFusedMultiplyAdd, .ternary(.fma, .f32))
  }

  private func check(_ function: LaneFunction, _ operation: Operation) {
    let inputs = Inputs(operation)
    var failures = 0
    for start in stride(from: 0, to: inputs.count, by: 32) {
      // Into a register of its own, and into each operand of its class.
      for target in 0...inputs.types.count {
        guard target == 0 || inputs.isResultClass(target - 1) else { continue }
        let registers = (0..<3).map { position in
          TestRegister(inputs.lanes(position, from: start), isLong: inputs.isLong(position))
        }
        let result =
          target == 0
          ? TestRegister([UInt64](repeating: 0xdead, count: 32), isLong: inputs.hasLongResult)
          : registers[target - 1]
        apply(function, result, registers[0], registers[1], registers[2])
        for (lane, got) in result.lanes.enumerated() {
          let (a, b, c) = inputs[start + lane]
          let want = model(operation, a, b, c)
          guard got != want, failures < 5 else { continue }
          failures += 1
          Issue.record(
            """
            \(operation) of \(hex(a)), \(hex(b)), \(hex(c)): got \(hex(got)), want \(hex(want)) \
            (target \(target))
            """)
        }
      }
    }
  }

  @Test(arguments: [ValueType.f16x2, .u64])
  func unpackUndoesPack(_ type: ValueType) throws {
    let (low, high) = try #require(laneFunctions(forUnpackOf: type))
    let pack = try #require(laneFunction(for: .pack(type)))
    var random = SplitMix64(seed: 3)
    let mask: UInt64 = type == .u64 ? 0xffff_ffff : 0xffff
    let halves = (0..<2).map { _ in (0..<32).map { _ in random.next() & mask } }
    let packed = TestRegister([UInt64](repeating: 0, count: 32), isLong: type == .u64)
    let (a, b) = (TestRegister(halves[0], isLong: false), TestRegister(halves[1], isLong: false))
    apply(pack, packed, a, b, b)
    apply(low, a, packed, packed, packed)
    apply(high, b, packed, packed, packed)
    #expect(a.lanes == halves[0])
    #expect(b.lanes == halves[1])
    #expect(laneFunctions(forUnpackOf: .f32) == nil)
  }

  @Test func allHalvesConvertThereAndBack() throws {
    let widen = try #require(laneFunction(for: .convert(.f32FromF16)))
    let narrow = try #require(laneFunction(for: .convert(.f16FromF32)))
    for start in stride(from: 0, to: 65_536, by: 32) {
      let halves = (0..<32).map { UInt64(start + $0) }
      let register = TestRegister(halves, isLong: false)
      apply(widen, register, register, register, register)
      #expect(register.lanes == halves.map { model(.convert(.f32FromF16), $0, 0, 0) })
      apply(narrow, register, register, register, register)
      #expect(
        register.lanes == halves.map { FloatFormat.f16.isNaN($0) ? 0x7fff : $0 }, "from \(start)")
    }
  }

  /// Values that the ISA or the hardware fix, written down by hand.
  @Test(
    arguments: [
      (Operation.binary(.min, .f32), 0x8000_0000, 0, 0, 0x8000_0000),
      (.binary(.max, .f32), 0x8000_0000, 0, 0, 0),
      (.binary(.min, .f32), 0xffc0_0001, 0x3f80_0000, 0, 0x3f80_0000),
      (.binary(.minNaN, .f32), 0xffc0_0001, 0x3f80_0000, 0, 0x7fff_ffff),
      (.binary(.add, .f32), 0x7f80_0000, 0xff80_0000, 0, 0x7fff_ffff),
      (.binary(.multiply, .f32), 1, 0x3f80_0000, 0, 1),
      (.binary(.divide, .u32), 7, 0, 0, 0xffff_ffff),
      (.binary(.remainder, .s32), 7, 0, 0, 0xffff_ffff),
      (.binary(.divide, .s32), 0x8000_0000, 0xffff_ffff, 0, 0x8000_0000),
      (.binary(.shiftRight, .s32), 0x8000_0000, 200, 0, 0xffff_ffff),
      (.binary(.shiftLeft, .u32), 1, 32, 0, 0),
      (.ternary(.permuteBytes, .u32), 0x0403_0281, 0x0807_0605, 0x8_4_0_7, 0xff05_8108),
      (.unary(.countLeadingZeros, .u32), 0, 0, 0, 32),
      (.convert(.f16FromF32), 0x477f_f000, 0, 0, 0x7c00),
      (.convert(.f16FromF32), 0x477f_efff, 0, 0, 0x7bff),
      (.convert(.f16FromF32), 0x3300_0000, 0, 0, 0),
      (.convert(.f16FromF32), 0x3300_0001, 0, 0, 1),
      (.convert(.bf16x2FromF32), 0x3f80_8000, 0x3f81_8000, 0, 0x3f82_3f80),
      (.convert(.tf32FromF32), 0xbf80_1000, 0, 0, 0xbf80_2000),
      (.convert(.s32FromF32(.nearestEven)), 0x4020_0000, 0, 0, 2),
      (.convert(.s32FromF32(.towardZero)), 0x7fc0_0000, 0, 0, 0),
      (.convert(.u32FromF32(.down)), 0xbf80_0000, 0, 0, 0),
      (.convert(.integralF32(.up)), 0xbf00_0000, 0, 0, 0x8000_0000),
      // The sum of 1 + 2⁻²⁴ + 2⁻⁴⁸, which a double would round to a tie.
      (.ternary(.fma, .f32), 0x3f80_0001, 0x3380_0001, 0x3f80_0000, 0x3f80_0001),
    ] as [(Operation, UInt64, UInt64, UInt64, UInt64)])
  func hasTheValue(_ operation: Operation, _ a: UInt64, _ b: UInt64, _ c: UInt64, want: UInt64)
    throws
  {
    let function = try #require(laneFunction(for: operation))
    let registers = [a, b, c].map {
      TestRegister([UInt64](repeating: $0, count: 32), isLong: false)
    }
    apply(function, registers[0], registers[0], registers[1], registers[2])
    #expect(
      registers[0].lanes.allSatisfy { $0 == want },
      "\(operation): got \(hex(registers[0].lanes[0])), want \(hex(want))")
    #expect(model(operation, a, b, c) == want, "the model")
  }
}

func hex(_ word: UInt64) -> String { "0x" + String(word, radix: 16) }

func apply(
  _ function: LaneFunction, _ result: TestRegister, _ a: TestRegister, _ b: TestRegister,
  _ c: TestRegister
) {
  withExtendedLifetime((result, a, b, c)) {
    function(result.pointer, a.pointer, b.pointer, c.pointer)
  }
}

/// A register in memory, as the emulator stores it.
final class TestRegister {
  let pointer: UnsafeMutableRawPointer
  let isLong: Bool

  init(_ lanes: [UInt64], isLong: Bool) {
    self.isLong = isLong
    pointer = .allocate(byteCount: 256, alignment: 64)
    for (lane, word) in lanes.enumerated() {
      if isLong {
        pointer.storeBytes(of: word, toByteOffset: 8 * lane, as: UInt64.self)
      } else {
        pointer.storeBytes(of: UInt32(word), toByteOffset: 4 * lane, as: UInt32.self)
      }
    }
  }

  convenience init(_ lanes: [UInt32]) { self.init(lanes.map { UInt64($0) }, isLong: false) }

  deinit { pointer.deallocate() }

  var lanes: [UInt64] {
    (0..<32).map {
      isLong
        ? pointer.load(fromByteOffset: 8 * $0, as: UInt64.self)
        : UInt64(pointer.load(fromByteOffset: 4 * $0, as: UInt32.self))
    }
  }
}
