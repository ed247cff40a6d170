/// What an executed instruction is counted as.
package enum InstructionClass: String, CaseIterable, Hashable, Sendable {
  /// Branches, and the comparisons and predicates that they need.
  case controlFlow = "control flow"
  /// Integer arithmetic.
  case addressArithmetic = "address arithmetic"
  /// `cp.async` and TMA included.
  case globalMemory = "global memory"
  case sharedMemory = "shared memory"
  /// Arithmetic and conversions of floats.
  case floatingPoint = "floating point"
  /// Matrix products.
  case tensor
  /// Moves, parameters, constants, barriers, shuffles.
  case other
}

extension Operation {
  package var instructionClass: InstructionClass {
    switch self {
    case .branch, .return, .label, .compare, .unary(_, .predicate), .binary(_, .predicate):
      .controlFlow
    case .unary(_, let type), .binary(_, let type), .ternary(_, let type):
      type.isFloat ? .floatingPoint : .addressArithmetic
    case .multiplyWide, .multiplyAddWide, .remoteAddress: .addressArithmetic
    case .select(let type): type.isFloat ? .floatingPoint : .addressArithmetic
    case .convert(.u64FromU32), .convert(.u64FromS32), .convert(.u32FromU64): .addressArithmetic
    case .convert: .floatingPoint
    case .load(let access), .store(let access):
      switch access.space {
      case .global: .globalMemory
      case .shared, .cluster: .sharedMemory
      case .constant, .parameter: .other
      }
    case .atomic(_, let space, _), .reduce(_, let space, _):
      space == .global ? .globalMemory : .sharedMemory
    case .prefetch, .asyncCopy, .tensorCopy, .tensorMulticast: .globalMemory
    case .loadMatrix, .storeMatrix: .sharedMemory
    case .multiplyMatrices, .multiplySparseMatrices, .multiplyWarpgroup: .tensor
    case .move, .special, .sharedAddress, .pack, .unpack, .asyncCopyCommit, .asyncCopyWait,
      .shuffle, .vote, .ballot, .warpBarrier, .barrier, .barrierArrive, .fence, .electOne,
      .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest,
      .barrierTry, .asyncCopyArrive, .warpgroupFence, .warpgroupCommit, .warpgroupWait,
      .fenceAsyncProxy, .fenceTensorMap, .setMaxRegisters, .clusterArrive, .clusterWait,
      .barrierArriveCluster,
      .barrierTryCluster, .fenceBarrierInit:
      .other
    }
  }
}
