internal import KernelIR

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What executes blocks of a launch, one after the other: a multiprocessor that holds one block.
///
/// Everything that changes lies behind pointers, which the compiler neither counts nor guards.
final class Machine {
  let program: EmulatedProgram
  let launch: Launch
  let code: UnsafePointer<DecodedInstruction>
  let operandTable: UnsafePointer<OperandOffset>
  /// One byte before the constants, whose offsets are odd.
  let constantsLessOne: UnsafeRawPointer
  let constantMemory: UnsafeRawPointer
  let constantByteCount: Int
  let parameterMemory: UnsafeRawPointer
  let parameterByteCount: Int
  let allocations: UnsafeBufferPointer<Allocation>

  let shared: UnsafeMutableRawPointer
  let sharedByteCount: Int
  /// One for each byte of shared memory that was written.
  let sharedInitialized: UnsafeMutablePointer<UInt8>

  let warps: UnsafeMutablePointer<Warp>
  let warpCount: Int
  /// The number in its cluster of the block that runs.
  let rank: Int
  /// Warps of the cluster.
  let clockCount: Int
  /// What the clocks of warps count.
  let clocks: ClockLayout
  /// The cluster that the machine belongs to, which outlives it.
  unowned(unsafe) var cluster: Cluster?
  /// For each warp of the cluster, its last access to this block's memory from another block.
  let remoteAccesses: UnsafeMutablePointer<RemoteAccess>
  let block: UnsafeMutablePointer<BlockState>
  let barriers: UnsafeMutablePointer<NamedBarrier>
  /// For each barrier of the block, what those that have arrived have done.
  let barrierClocks: UnsafeMutablePointer<UInt32>
  let sharedBarriers: SharedBarriers
  let races: RaceDetector
  let copies: PendingCopies
  let fences: ProxyFences
  let warpgroups: WarpgroupTracker
  let steps: WarpgroupSteps
  /// By index of the decoded code.
  let counters: UnsafeMutablePointer<LaunchReport.Counters>
  let banks: BankCounter

  /// Where results lie that only some lanes take.
  let result: UnsafeMutableRawPointer
  /// Where the lanes' accesses lie in the memory of the host.
  let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Where it is noted whether their bytes are initialized, for global memory that is tracked.
  let known: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
  /// The operands of a matrix instruction.
  let operands: UnsafeMutablePointer<UnsafeMutableRawPointer>

  let checksRegisters: Bool
  let checksMemory: Bool
  let findsRaces: Bool
  let findsDivergence: Bool
  let checksWarpgroups: Bool
  /// Whether the first try of each wait at a barrier in shared memory is in vain, as hardware may
  /// let it be.
  let failsFirstTries: Bool
  let countsMemory: Bool
  let tracksGlobal: Bool
  let instructionLimit: Int

  private let arena: Arena
  static let namedBarrierCount = 16

  /// Nil where the system has no memory.
  init?(
    _ program: EmulatedProgram, _ launch: Launch, allocations: UnsafeBufferPointer<Allocation>,
    tracksGlobal: Bool, rank: Int, options: EmulatorOptions
  ) {
    let arena = Arena()
    self.program = program
    self.launch = launch
    self.allocations = allocations
    self.tracksGlobal = tracksGlobal
    self.arena = arena
    warpCount = program.warpCount
    self.rank = rank
    let clusterSize = program.program.clusterSize
    clockCount = warpCount * clusterSize
    let clocks = ClockLayout(
      blockCount: clusterSize, warpsOfBlock: warpCount, usesAsyncProxy: program.usesAsyncProxy)
    self.clocks = clocks
    remoteAccesses = arena.allocate(RemoteAccess.self, count: clockCount)
    sharedByteCount = launch.sharedByteCount
    checksRegisters = options.detectors.contains(.uninitializedRegisters)
    checksMemory = options.detectors.contains(.uninitializedMemory)
    findsRaces = options.detectors.contains(.races)
    findsDivergence = options.detectors.contains(.divergence)
    checksWarpgroups = options.detectors.contains(.warpgroups) && program.hasWarpgroups
    failsFirstTries = options.detectors != []
    countsMemory = options.countsMemory
    instructionLimit = options.instructionLimit

    code = UnsafePointer(program.code)
    operandTable = UnsafePointer(program.operandTable)
    constantsLessOne = UnsafeRawPointer(program.constants) - 1
    constantByteCount = program.program.constants.count
    constantMemory = Self.copy(program.program.constants, in: arena)
    parameterByteCount = launch.arguments.count
    parameterMemory = Self.copy(launch.arguments, in: arena)

    shared = arena.allocate(byteCount: sharedByteCount + 64)
    sharedInitialized = arena.allocate(UInt8.self, count: sharedByteCount + 64)
    block = arena.allocate(byteCount: MemoryLayout<BlockState>.stride)
      .bindMemory(to: BlockState.self, capacity: 1)
    barriers = arena.allocate(byteCount: 16 * MemoryLayout<NamedBarrier>.stride)
      .bindMemory(to: NamedBarrier.self, capacity: Self.namedBarrierCount)
    barrierClocks = arena.allocate(UInt32.self, count: Self.namedBarrierCount * clocks.length)
    sharedBarriers = SharedBarriers(clocks: clocks, in: arena)
    races = RaceDetector(
      sharedByteCount: findsRaces ? sharedByteCount : 0, clocks: clocks, in: arena)
    copies = PendingCopies(warpCount: warpCount)
    fences = ProxyFences(clocks: clocks, rank: rank, in: arena)
    warpgroups = WarpgroupTracker(
      unitCount: checksWarpgroups ? program.layout.unitCount : 0, warpCount: warpCount,
      sharedByteCount: checksWarpgroups && findsRaces ? sharedByteCount : 0, in: arena)
    steps = WarpgroupSteps(warpCount: warpCount)
    counters = arena.allocate(
      byteCount: program.codeCount * MemoryLayout<LaunchReport.Counters>.stride
    ).bindMemory(to: LaunchReport.Counters.self, capacity: program.codeCount)
    banks = BankCounter(in: arena)
    result = arena.allocate(byteCount: 256)
    pointers = arena.allocate(byteCount: 32 * 8)
      .bindMemory(to: UnsafeMutableRawPointer.self, capacity: 32)
    known = arena.allocate(byteCount: 32 * 8)
      .bindMemory(to: UnsafeMutablePointer<UInt8>.self, capacity: 32)
    operands = arena.allocate(byteCount: 512 * 8)
      .bindMemory(to: UnsafeMutableRawPointer.self, capacity: 512)
    warps = arena.allocate(byteCount: warpCount * MemoryLayout<Warp>.stride)
      .bindMemory(to: Warp.self, capacity: warpCount)
    let unitCount = program.layout.unitCount
    for index in 0..<warpCount {
      let warp = Warp(
        index: index, clockIndex: rank * warpCount + index,
        registers: arena.allocate(byteCount: program.layout.byteCount),
        written: arena.allocate(UInt32.self, count: unitCount),
        parked: arena.allocate(byteCount: 33 * MemoryLayout<Warp.Group>.stride)
          .bindMemory(to: Warp.Group.self, capacity: 33),
        clock: arena.allocate(UInt32.self, count: clocks.length),
        committed: arena.allocate(UInt32.self, count: 32),
        tried: arena.allocate(Bool.self, count: program.tryCount))
      guard !arena.isExhausted else { return nil }
      (warps + index).initialize(to: warp)
    }
    guard !arena.isExhausted else { return nil }
    for pc in 0..<program.codeCount { (counters + pc).initialize(to: LaunchReport.Counters()) }
  }

  private static func copy(_ bytes: [UInt8], in arena: Arena) -> UnsafeRawPointer {
    let memory = arena.allocate(byteCount: bytes.count + 64)
    guard !arena.isExhausted else { return UnsafeRawPointer(memory) }
    bytes.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyMemory(from: $0)
    }
    return UnsafeRawPointer(memory)
  }

  // MARK: A block's beginning

  /// Makes everything as it is where a block begins.
  func reset(x: Int, y: Int, z: Int) {
    block.pointee = BlockState(x: x, y: y, z: z, liveCount: warpCount)
    remoteAccesses.update(repeating: RemoteAccess(), count: clockCount)
    memset(shared, 0xff, sharedByteCount)
    memset(sharedInitialized, 0, sharedByteCount)
    for id in 0..<Self.namedBarrierCount { barriers[id] = NamedBarrier() }
    barrierClocks.update(repeating: 0, count: Self.namedBarrierCount * clocks.length)
    sharedBarriers.reset()
    copies.reset()
    if checksWarpgroups {
      warpgroups.reset()
      steps.reset()
    }
    if findsRaces {
      races.reset()
      fences.reset()
    }
    for index in 0..<warpCount { reset(warps + index) }
  }

  private func reset(_ warp: UnsafeMutablePointer<Warp>) {
    let old = warp.pointee
    warp.pointee = Warp(
      index: old.index, clockIndex: old.clockIndex, registers: old.registers,
      written: old.written, parked: old.parked, clock: old.clock, committed: old.committed,
      tried: old.tried)
    warp.pointee.registerCount = ((program.program.registerBudget ?? 0) + 7) / 8 * 8
    let unitCount = program.layout.unitCount
    memset(old.registers, 0, program.layout.byteCount)
    for unit in 0..<unitCount {
      old.written[unit] = unit < RegisterLayout.fixedUnitCount ? ~0 : 0
    }
    old.clock.update(repeating: 0, count: clocks.length)
    old.clock[old.clockIndex] = 1
    old.committed.update(repeating: 0, count: 32)
    old.tried.update(repeating: false, count: program.tryCount)
    let (grid, block) = (launch.grid, block.pointee)
    for special in RegisterLayout.specials {
      let lanes = old.registers
        .advanced(by: Int(RegisterLayout.offset(of: special)))
        .assumingMemoryBound(to: UInt32.self)
      for lane in 0..<32 {
        let value =
          switch special {
          case .threadX: old.index * 32 + lane
          case .lane: lane
          case .threadCountX: warpCount * 32
          case .blockX: block.x
          case .blockY: block.y
          case .blockZ: block.z
          case .blockCountX: grid.x
          case .blockCountY: grid.y
          case .blockCountZ: grid.z
          case .blockRank: rank
          case .clusterSize: program.program.clusterSize
          case .clock64: 0
          }
        lanes[lane] = UInt32(truncatingIfNeeded: value)
      }
    }
  }
}
