import Emulator
import KernelIR
import Tensors
import Testing

/// Random instructions on random operands end in a result or a fault, whatever they are.
@Suite struct RandomProgramTests {
  private static let registerCount = 6

  private static let operations: [Operation] = {
    var all: [Operation] = [
      .sharedAddress, .multiplyWide(.u32), .multiplyAddWide(.s32), .prefetch,
      .asyncCopy(byteCount: 4), .asyncCopy(byteCount: 16), .asyncCopyCommit, .asyncCopyWait(0),
      .asyncCopyWait(1), .vote(.any), .vote(.all), .ballot, .warpBarrier,
      .barrier(id: 0, threadCount: nil), .barrier(id: 1, threadCount: 32),
      .barrierArrive(id: 1, threadCount: 32), .fence(.block), .electOne, .barrierInit,
      .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest,
      .barrierTry, .asyncCopyArrive, .warpgroupFence, .warpgroupCommit, .warpgroupWait(0),
      .fenceAsyncProxy, .fenceTensorMap, .tensorCopy(dimensionCount: 2),
      .setMaxRegisters(24, increases: false), .return,
    ]
    for type in ValueType.allCases {
      all += [.move(type), .select(type), .pack(type), .unpack(type), .compare(.less, type)]
      for name in UnaryOperator.allCases { all.append(.unary(name, type)) }
      for name in BinaryOperator.allCases { all.append(.binary(name, type)) }
      for name in TernaryOperator.allCases { all.append(.ternary(name, type)) }
      for count in [1, 2, 4] {
        for space in MemorySpace.allCases {
          let access = Access(space, type, count: count)
          all += [.load(access), .store(access)]
        }
      }
      for change in AtomicOperator.allCases {
        all += [.atomic(change, .global, type), .reduce(change, .shared, type)]
      }
    }
    for conversion in Conversion.allCases { all.append(.convert(conversion)) }
    for register in SpecialRegister.allCases { all.append(.special(register)) }
    all += [
      .remoteAddress, .clusterArrive, .clusterWait, .barrierArriveCluster(.cluster),
      .barrierTryCluster,
      .fenceBarrierInit, .barrierInit,
    ]
    for mode in ShuffleMode.allCases { all.append(.shuffle(mode, .u32)) }
    for count in [1, 2, 4] {
      all.append(.loadMatrix(count: count, transposed: false))
      all.append(.storeMatrix(count: count, transposed: true))
    }
    for shape in MatrixShape.dense { all.append(.multiplyMatrices(shape)) }
    for shape in MatrixShape.sparse { all.append(.multiplySparseMatrices(shape, selector: 0)) }
    for type in MatrixType.allCases {
      for aInRegisters in [false, true] {
        all.append(.multiplyWarpgroup(WarpgroupShape(n: 8, type: type, aInRegisters: aInRegisters)))
      }
    }
    return all.filter(\.isDefined)
  }()

  private struct Maker {
    var generator: SplitMix64
    var global: UInt64

    mutating func pick<Element>(_ elements: [Element]) -> Element {
      elements[Int.random(in: elements.indices, using: &generator)]
    }

    mutating func register(_ class: RegisterClass) -> Register {
      Register(`class`, Int.random(in: 0..<registerCount, using: &generator))
    }

    /// A value that may be an address, a small number or anything.
    mutating func bits() -> UInt64 {
      let small = UInt64.random(in: 0...64, using: &generator)
      let edges = [0, 1, 31, 1 << 31, .max, 1 << 63] as [UInt64]
      return pick([
        small, small * 16 + 1024,
        small * 16 + 1024 + UInt64.random(in: 1...3, using: &generator) << 24,
        small * 16 + global, pick(edges), generator.next(),
      ])
    }

    mutating func source(_ group: Signature.Group) -> Operand {
      let classes = RegisterClass.allCases.filter { group.accepts($0) }
      if case .memory(let space) = group.kind {
        let offset = pick([0, 0, 4, 16, -16, 256, Int(Int32.max)])
        let symbol: MemoryBase? =
          switch space {
          case .shared, .cluster: .shared
          case .constant: .constants
          case .parameter: .parameters
          case .global: nil
          }
        if let symbol, Bool.random(using: &generator) { return .memory(symbol, offset: offset) }
        return .memory(.register(register(pick(classes))), offset: offset)
      }
      return Int.random(in: 0...3, using: &generator) == 0
        ? .immediate(bits()) : .register(register(pick(classes)))
    }

    mutating func instruction(labels: Int) -> Instruction {
      let `guard` =
        Int.random(in: 0...2, using: &generator) == 0
        ? Guard(register(.predicate), negated: Bool.random(using: &generator)) : nil
      if Int.random(in: 0...9, using: &generator) == 0 {
        let target = Int.random(in: 0..<labels, using: &generator)
        return Instruction(.branch(to: target, isUniform: false), guard: `guard`)
      }
      let operation = pick(RandomProgramTests.operations)
      let signature = operation.signature
      var results: [Register] = []
      for group in signature.results {
        let classes = RegisterClass.allCases.filter { group.accepts($0) }
        for _ in 0..<group.count { results.append(register(pick(classes))) }
      }
      var sources: [Operand] = []
      for group in signature.sources {
        for _ in 0..<group.count { sources.append(source(group)) }
      }
      if case .tensorCopy = operation, let map = sources[1].register {
        sources[1] = .memory(.register(map), offset: 0)
      }
      return Instruction(operation, results: results, sources: sources, guard: `guard`)
    }

    mutating func program() -> Program {
      var instructions: [Instruction] = []
      for index in 0..<registerCount {
        for (`class`, type) in [
          (RegisterClass.b16, ValueType.f16), (.b32, .u32), (.f32, .f32), (.b64, .u64),
        ] {
          instructions.append(
            Instruction(
              .move(type), results: [Register(`class`, index)], sources: [.immediate(bits())]))
        }
        let lane = Register(.b32, 0)
        instructions.append(Instruction(.special(.lane), results: [lane]))
        instructions.append(
          Instruction(
            .compare(.less, .u32), results: [Register(.predicate, index)],
            sources: [.register(lane), .immediate(UInt64(index * 11))]))
      }
      let count = Int.random(in: 5...40, using: &generator)
      for label in 0..<3 {
        for _ in 0..<count / 3 { instructions.append(instruction(labels: 3)) }
        instructions.append(Instruction(.label(label)))
      }
      return Program(
        name: "random", parameterByteCount: 16, threadCount: pick([32, 64, 128]),
        clusterSize: pick([1, 2]), constants: Array(0..<24), instructions: instructions)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func endsInAResultOrAFault(seed: UInt64) throws {
    for part in 0..<50 as Range<UInt64> {
      let memory = GlobalMemory()
      let global = try memory.allocate((0..<256).map { UInt32($0) })
      var maker = Maker(generator: SplitMix64(seed: seed * 1000 + part), global: global)
      let program = try EmulatedProgram(maker.program())
      for detectors in [Detectors.all, .all.subtracting(.uninitializedMemory), .races, []] {
        let options = EmulatorOptions(detectors: detectors, instructionLimit: 20_000)
        do {
          _ = try Emulator.run(
            program,
            Launch(grid: (2, 1, 1), sharedByteCount: 1024, arguments: Array(0..<16)),
            memory: memory, options: options)
        } catch let fault as EmulatorFault {
          #expect(!fault.description.isEmpty)
        }
      }
    }
  }
}
