internal import KernelIR
internal import Tensors

extension DecodedInstruction {
  /// The instructions that do what `instruction` says, of whose operands this one has the places.
  func completed(
    for instruction: Instruction, in program: Program
  ) throws(HewnError) -> [DecodedInstruction] {
    let operation = instruction.operation
    var decoded = self
    switch operation {
    case .move, .pack, .unary, .binary, .ternary, .multiplyWide, .multiplyAddWide, .compare,
      .select, .convert, .remoteAddress:
      return [try lanes(laneFunction(for: operation), instruction, in: program)]
    case .unpack(let type):
      return try unpacked(type, instruction, in: program)
    case .special(.clock64):
      decoded.opcode = .clock
    case .special(let register):
      decoded.a = RegisterLayout.offset(of: register)
      return [try decoded.lanes(laneFunction(for: .move(.u32)), instruction, in: program)]
    case .sharedAddress:
      return [try decoded.lanes(laneFunction(for: .move(.u32)), instruction, in: program)]
    case .load(let access): decoded.setLoad(access)
    case .store(let access):
      switch access.space {
      case .global: decoded.opcode = .storeGlobal
      case .shared: decoded.opcode = .storeShared
      case .cluster: decoded.opcode = .storeCluster
      case .constant, .parameter: throw unsupported(instruction, in: program)
      }
      decoded.setElements(access.type, count: access.count)
    case .atomic(let change, let space, let type), .reduce(let change, let space, let type):
      guard let variant = AtomicVariant(change, type), space == .global || space == .shared else {
        throw unsupported(instruction, in: program)
      }
      decoded.opcode = space == .global ? .atomicGlobal : .atomicShared
      decoded.setElements(type, count: 1)
      decoded.variant = variant.rawValue
    case .prefetch, .fence: decoded.opcode = .nothing
    case .asyncCopy(let byteCount):
      guard [4, 8, 16].contains(byteCount) else { throw unsupported(instruction, in: program) }
      decoded.opcode = .asyncCopy
      decoded.elementByteCount = UInt8(byteCount)
    case .asyncCopyCommit: decoded.opcode = .asyncCopyCommit
    case .asyncCopyWait(let count): decoded.setImmediate(.asyncCopyWait, count)
    case .shuffle(let mode, _):
      decoded.opcode = .shuffle
      decoded.variant = ShuffleVariant(mode).rawValue
    case .vote(let mode):
      decoded.opcode = .vote
      decoded.variant = mode == .all ? 1 : 0
    case .ballot: decoded.opcode = .ballot
    case .electOne: decoded.opcode = .elect
    case .warpBarrier: decoded.opcode = .warpBarrier
    case .barrier(let id, let threadCount):
      try decoded.setBarrier(.barrier, id, threadCount, instruction, in: program)
    case .barrierArrive(let id, let threadCount):
      try decoded.setBarrier(.barrierArrive, id, threadCount, instruction, in: program)
    case .barrierInit: decoded.opcode = .barrierInit
    case .barrierInvalidate: decoded.opcode = .barrierInvalidate
    case .barrierArriveShared: decoded.opcode = .barrierArriveShared
    case .barrierExpect: decoded.opcode = .barrierExpect
    case .barrierTest: decoded.opcode = .barrierTest
    case .barrierTry, .barrierTryCluster: decoded.opcode = .barrierTry
    case .asyncCopyArrive: decoded.opcode = .asyncCopyArrive
    case .loadMatrix(let count, let transposed):
      decoded.setMatrices(.loadMatrix, count, transposed)
    case .storeMatrix(let count, let transposed):
      decoded.setMatrices(.storeMatrix, count, transposed)
    case .multiplyMatrices, .multiplySparseMatrices:
      guard let function = matrixFunction(for: operation) else {
        throw unsupported(instruction, in: program)
      }
      decoded.opcode = .matrix
      decoded.function = unsafeBitCast(function, to: UnsafeRawPointer.self)
    case .multiplyWarpgroup: decoded.opcode = .warpgroup
    case .warpgroupFence: decoded.opcode = .warpgroupFence
    case .warpgroupCommit: decoded.opcode = .warpgroupCommit
    case .warpgroupWait(let count): decoded.setImmediate(.warpgroupWait, count)
    case .setMaxRegisters(let count, let increases):
      decoded.setImmediate(.setMaxRegisters, count)
      decoded.variant = increases ? 1 : 0
    case .fenceAsyncProxy: decoded.opcode = .fenceAsyncProxy
    case .fenceTensorMap: decoded.opcode = .fenceTensorMap
    case .tensorCopy(let dimensionCount):
      try decoded.setTensorCopy(dimensionCount, instruction, in: program)
    case .tensorMulticast(let dimensionCount):
      try decoded.setTensorCopy(dimensionCount, instruction, in: program)
      decoded.variant = 1
    case .fenceBarrierInit: decoded.opcode = .fenceBarrierInit
    case .clusterArrive: decoded.opcode = .clusterArrive
    case .clusterWait: decoded.opcode = .clusterWait
    case .barrierArriveCluster: decoded.opcode = .barrierArriveCluster
    case .branch(_, let isUniform):
      decoded.opcode = .branch
      decoded.variant = isUniform ? 1 : 0
    case .return: decoded.opcode = .exit
    case .label: return []
    }
    return [decoded]
  }

  // MARK: Kinds of instructions

  private func lanes(
    _ function: LaneFunction?, _ instruction: Instruction, in program: Program
  ) throws(HewnError) -> DecodedInstruction {
    guard let function else { throw unsupported(instruction, in: program) }
    var decoded = self
    decoded.opcode = .lanes
    decoded.function = unsafeBitCast(function, to: UnsafeRawPointer.self)
    return decoded
  }

  /// Two instructions: the results are of another class than the source, so that the second still
  /// finds it.
  private func unpacked(
    _ type: ValueType, _ instruction: Instruction, in program: Program
  ) throws(HewnError) -> [DecodedInstruction] {
    guard let functions = laneFunctions(forUnpackOf: type) else {
      throw unsupported(instruction, in: program)
    }
    var low = try lanes(functions.low, instruction, in: program)
    var high = try lanes(functions.high, instruction, in: program)
    high.opcode = .moreLanes
    let layout = RegisterLayout(program.registerCounts)
    low.result = layout.offset(of: instruction.results[0])
    high.result = layout.offset(of: instruction.results[1])
    (low.resultCount, low.sourceCount) = (0, 0)
    (high.resultCount, high.sourceCount) = (0, 0)
    return [low, high]
  }

  private mutating func setElements(_ type: ValueType, count: Int) {
    elementByteCount = UInt8(type.byteCount)
    self.count = UInt8(count)
  }

  private mutating func setLoad(_ access: Access) {
    opcode =
      switch access.space {
      case .global: .loadGlobal
      case .shared: .loadShared
      case .cluster: .loadCluster
      case .constant: .loadConstant
      case .parameter: .loadParameter
      }
    setElements(access.type, count: access.count)
  }

  private mutating func setImmediate(_ opcode: Opcode, _ value: Int) {
    self.opcode = opcode
    immediate = value
  }

  /// The identity in `immediate`, the number of threads in `target`.
  private mutating func setBarrier(
    _ opcode: Opcode, _ id: Int, _ threadCount: Int?, _ instruction: Instruction,
    in program: Program
  ) throws(HewnError) {
    let count = threadCount ?? program.threadCount
    guard (0..<16).contains(id), count > 0, count.isMultiple(of: 32), count <= program.threadCount
    else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.name): barriers are 0 to 15, of multiples of 32 threads that the block "
          + "has: \(instruction)")
    }
    self.opcode = opcode
    immediate = id
    target = UInt32(count)
  }

  private mutating func setTensorCopy(
    _ dimensionCount: Int, _ instruction: Instruction, in program: Program
  ) throws(HewnError) {
    guard case .memory(.register, offset: 0) = instruction.sources[1] else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.name): the address of a tensor map is a register without an offset: "
          + "\(instruction)")
    }
    opcode = .tensorCopy
    count = UInt8(dimensionCount)
  }

  private mutating func setMatrices(_ opcode: Opcode, _ count: Int, _ transposed: Bool) {
    self.opcode = opcode
    self.count = UInt8(count)
    variant = transposed ? 1 : 0
  }

  private func unsupported(_ instruction: Instruction, in program: Program) -> HewnError {
    HewnError(
      .unsupported, "kernel \(program.name): the emulator does not have \(instruction)")
  }
}

/// An atomic operation with its type.
enum AtomicVariant: UInt8 {
  case addU32, addU64, addF32, minU32, minS32, maxU32, maxS32, and, or, exchange, compareExchange

  init?(_ operation: AtomicOperator, _ type: ValueType) {
    switch (operation, type) {
    case (.add, .u32), (.add, .s32): self = .addU32
    case (.add, .u64): self = .addU64
    case (.add, .f32): self = .addF32
    case (.min, .u32): self = .minU32
    case (.min, .s32): self = .minS32
    case (.max, .u32): self = .maxU32
    case (.max, .s32): self = .maxS32
    case (.and, .u32): self = .and
    case (.or, .u32): self = .or
    case (.exchange, .u32): self = .exchange
    case (.compareExchange, .u32): self = .compareExchange
    default: return nil
    }
  }
}

enum ShuffleVariant: UInt8 {
  case up, down, exclusiveOr, index

  init(_ mode: ShuffleMode) {
    switch mode {
    case .up: self = .up
    case .down: self = .down
    case .exclusiveOr: self = .exclusiveOr
    case .index: self = .index
    }
  }
}
