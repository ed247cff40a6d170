// What must be known of each operation. The switches name all of them, so that a new one is
// not taken for harmless.

extension Operation {
  /// Whether all lanes of a warp must execute it together.
  package var needsWholeWarp: Bool {
    switch self {
    case .shuffle, .vote, .ballot, .electOne, .warpBarrier, .barrier, .barrierArrive, .loadMatrix,
      .storeMatrix, .multiplyMatrices, .multiplySparseMatrices, .multiplyWarpgroup,
      .warpgroupFence, .warpgroupCommit, .warpgroupWait, .setMaxRegisters, .clusterArrive,
      .clusterWait:
      true
    case .move, .special, .sharedAddress, .pack, .unpack, .unary, .binary, .ternary,
      .multiplyWide, .multiplyAddWide, .compare, .select, .convert, .load, .store, .atomic,
      .reduce, .prefetch, .asyncCopy, .asyncCopyCommit, .asyncCopyWait, .fence, .barrierInit,
      .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest, .barrierTry,
      .asyncCopyArrive, .fenceAsyncProxy, .fenceTensorMap, .tensorCopy, .remoteAddress,
      .barrierArriveCluster,
      .barrierTryCluster, .fenceBarrierInit, .tensorMulticast, .label, .branch, .return:
      false
    }
  }

  /// Whether it does more than to compute its results from its sources and from memory.
  var hasEffects: Bool {
    switch self {
    case .load(let access): access.order != .weak
    case .move, .special, .sharedAddress, .pack, .unpack, .unary, .binary, .ternary,
      .multiplyWide, .multiplyAddWide, .compare, .select, .convert, .loadMatrix,
      .multiplyMatrices, .multiplySparseMatrices, .remoteAddress:
      false
    case .store, .atomic, .reduce, .prefetch, .asyncCopy, .asyncCopyCommit, .asyncCopyWait,
      .shuffle, .vote, .ballot, .warpBarrier, .barrier, .barrierArrive, .fence, .electOne,
      .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest,
      .barrierTry, .asyncCopyArrive, .storeMatrix, .multiplyWarpgroup, .warpgroupFence,
      .warpgroupCommit, .warpgroupWait, .fenceAsyncProxy, .fenceTensorMap, .tensorCopy,
      .setMaxRegisters,
      .clusterArrive, .clusterWait, .barrierArriveCluster, .barrierTryCluster, .fenceBarrierInit,
      .tensorMulticast, .label, .branch, .return:
      true
    }
  }

  /// How its results may differ between the lanes of a warp.
  enum Variation {
    /// As its sources do.
    case likeSources
    /// As its lane operand does: all lanes read the same one, or not.
    case likeLaneOperand
    case always
    case never
  }

  var variation: Variation {
    switch self {
    case .special(let register):
      switch register {
      case .threadX, .lane, .clock64: .always
      case .threadCountX, .blockX, .blockY, .blockZ, .blockCountX, .blockCountY, .blockCountZ,
        .blockRank, .clusterSize:
        .never
      }
    // Another thread may write between the reads of two lanes.
    case .load(let access): access.order == .weak ? .likeSources : .always
    case .shuffle(.index, _): .likeLaneOperand
    case .vote, .ballot, .sharedAddress: .never
    case .shuffle, .electOne, .atomic, .loadMatrix, .multiplyMatrices, .multiplySparseMatrices,
      .multiplyWarpgroup, .barrierTest, .barrierTry, .barrierTryCluster:
      .always
    case .move, .pack, .unpack, .unary, .binary, .ternary, .multiplyWide, .multiplyAddWide,
      .compare, .select, .convert, .remoteAddress:
      .likeSources
    case .store, .reduce, .prefetch, .asyncCopy, .asyncCopyCommit, .asyncCopyWait, .warpBarrier,
      .barrier, .barrierArrive, .fence, .barrierInit, .barrierInvalidate, .barrierArriveShared,
      .barrierExpect, .asyncCopyArrive, .storeMatrix, .warpgroupFence, .warpgroupCommit,
      .warpgroupWait, .fenceAsyncProxy, .fenceTensorMap, .tensorCopy, .setMaxRegisters,
      .clusterArrive,
      .clusterWait, .barrierArriveCluster, .fenceBarrierInit, .tensorMulticast, .label, .branch,
      .return:
      // They have no results.
      .never
    }
  }

  /// The oldest target that has this operation.
  package var oldestTarget: Target {
    switch self {
    case .special(.blockRank), .special(.clusterSize): .sm90
    case .load(let access), .store(let access): access.space == .cluster ? .sm90 : .sm80
    case .fence(let scope): scope == .cluster ? .sm90 : .sm80
    case .storeMatrix, .barrierExpect, .barrierTry, .fenceAsyncProxy, .fenceTensorMap, .tensorCopy,
      .electOne,
      .clusterArrive, .clusterWait, .remoteAddress, .barrierArriveCluster, .barrierTryCluster,
      .fenceBarrierInit, .tensorMulticast:
      .sm90
    case .multiplyWarpgroup, .warpgroupFence, .warpgroupCommit, .warpgroupWait, .setMaxRegisters:
      .sm90a
    case .move, .special, .sharedAddress, .pack, .unpack, .unary, .binary, .ternary,
      .multiplyWide, .multiplyAddWide, .compare, .select, .convert, .atomic, .reduce, .prefetch,
      .asyncCopy, .asyncCopyCommit, .asyncCopyWait, .shuffle, .vote, .ballot, .warpBarrier,
      .barrier, .barrierArrive, .barrierInit, .barrierInvalidate, .barrierArriveShared,
      .barrierTest, .asyncCopyArrive, .loadMatrix, .multiplyMatrices, .multiplySparseMatrices,
      .label, .branch, .return:
      .sm80
    }
  }
}

extension Instruction {
  /// Its addresses.
  package var memoryOperands: [Operand] {
    sources.filter { if case .memory = $0 { true } else { false } }
  }

  /// The bytes that a lane accesses at each of them.
  package var accessSizes: [Int] {
    switch operation {
    case .load(let access), .store(let access): [access.byteCount]
    case .atomic(_, _, let type), .reduce(_, _, let type): [type.byteCount]
    case .asyncCopy(let byteCount): [byteCount, byteCount]
    case .loadMatrix, .storeMatrix: [16]
    case .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest,
      .barrierTry, .asyncCopyArrive, .barrierArriveCluster, .barrierTryCluster:
      [8]
    case .fenceTensorMap: [128]
    case .tensorCopy, .tensorMulticast: [16, 128, 8]
    case .prefetch: [0]
    case .move, .special, .sharedAddress, .pack, .unpack, .unary, .binary, .ternary,
      .multiplyWide, .multiplyAddWide, .compare, .select, .convert, .asyncCopyCommit,
      .asyncCopyWait, .shuffle, .vote, .ballot, .warpBarrier, .barrier, .barrierArrive, .fence,
      .electOne, .multiplyMatrices, .multiplySparseMatrices, .multiplyWarpgroup, .warpgroupFence,
      .warpgroupCommit, .warpgroupWait, .fenceAsyncProxy, .setMaxRegisters,
      .clusterArrive,
      .clusterWait, .remoteAddress, .fenceBarrierInit, .label, .branch, .return:
      []
    }
  }
}
