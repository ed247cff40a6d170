/// Which operations exist: operators by type, and the numbers that operations hold.
///
/// The one table that the verifier, the reader and the emulator agree by. Source: PTX ISA 8.5,
/// chapter 9.7, for sm_80 and later; operations on single bits stand under u32 and u64, as PTX
/// writes them `.b32` and `.b64`.
extension Operation {
  /// Whether PTX has the operation with these types and numbers.
  package var isDefined: Bool {
    switch self {
    case .move, .special, .sharedAddress: true
    case .pack(let type), .unpack(let type): type == .f16x2 || type == .u64
    case .unary(let operation, let type): operation.types.contains(type)
    case .binary(let operation, let type): operation.types.contains(type)
    case .ternary(let operation, let type): operation.types.contains(type)
    case .multiplyWide(let type), .multiplyAddWide(let type): type == .u32 || type == .s32
    case .compare(let comparison, let type): comparison.types.contains(type)
    case .select(let type): type != .predicate
    case .convert: true
    case .load(let access): access.isDefined && access.order != .release
    case .store(let access):
      access.isDefined && access.cache == .standard && access.order != .acquire
        && (access.space == .global || access.space == .shared || access.space == .cluster)
    case .atomic(let operation, let space, let type):
      space.isAtomic && operation.types.contains(type)
    case .reduce(let operation, let space, let type):
      space.isAtomic && operation.isReduction && operation.types.contains(type)
    case .prefetch, .asyncCopyCommit: true
    case .asyncCopy(let byteCount): byteCount == 4 || byteCount == 8 || byteCount == 16
    case .asyncCopyWait(let count): count >= 0
    case .shuffle(_, let type): type == .f32 || type == .u32
    case .vote, .ballot, .warpBarrier, .fence, .electOne: true
    case .barrier(let id, let threadCount):
      Self.isBarrier(id) && threadCount.map(Self.isThreadCount) ?? true
    case .barrierArrive(let id, let threadCount):
      Self.isBarrier(id) && Self.isThreadCount(threadCount)
    case .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest,
      .barrierTry, .asyncCopyArrive:
      true
    case .loadMatrix(let count, _), .storeMatrix(let count, _):
      count == 1 || count == 2 || count == 4
    case .multiplyMatrices(let shape): MatrixShape.dense.contains(shape)
    case .multiplySparseMatrices(let shape, let selector):
      MatrixShape.sparse.contains(shape) && (0..<shape.selectorCount).contains(selector)
    case .multiplyWarpgroup(let shape): shape.isDefined
    case .warpgroupFence, .warpgroupCommit, .fenceAsyncProxy, .fenceTensorMap: true
    case .warpgroupWait(let count): (0...7).contains(count)
    case .tensorCopy(let dimensionCount), .tensorMulticast(let dimensionCount):
      (1...5).contains(dimensionCount)
    case .setMaxRegisters(let count, _): (24...256).contains(count) && count % 8 == 0
    case .clusterArrive, .clusterWait, .remoteAddress, .barrierTryCluster, .fenceBarrierInit: true
    case .barrierArriveCluster(let scope): scope != .device
    case .label, .branch, .return: true
    }
  }

  private static func isBarrier(_ id: Int) -> Bool { (0...15).contains(id) }

  private static func isThreadCount(_ count: Int) -> Bool { count > 0 && count % 32 == 0 }
}

extension UnaryOperator {
  package var types: [ValueType] {
    switch self {
    case .negate, .absolute: [.s32, .f16, .f16x2, .bf16x2, .f32]
    case .not: [.u32, .u64, .predicate]
    case .countOnes, .countLeadingZeros, .reverseBits: [.u32]
    case .reciprocal, .squareRoot: [.f32]
    }
  }
}

extension BinaryOperator {
  package var types: [ValueType] {
    switch self {
    case .add, .subtract, .multiply: [.s32, .u32, .u64, .f16, .f16x2, .f32]
    case .multiplyHigh, .remainder: [.s32, .u32]
    case .divide: [.s32, .u32, .f32]
    case .min, .max: [.s32, .u32, .u64, .f16, .f16x2, .bf16x2, .f32]
    case .minNaN, .maxNaN: [.f16, .f16x2, .bf16x2, .f32]
    case .and, .or, .xor: [.u32, .u64, .predicate]
    case .shiftLeft: [.u32, .u64]
    case .shiftRight: [.s32, .u32, .u64]
    }
  }
}

extension TernaryOperator {
  package var types: [ValueType] {
    switch self {
    case .fma: [.f16, .f16x2, .bf16x2, .f32]
    case .multiplyAdd: [.s32, .u32, .u64]
    case .permuteBytes: [.u32]
    }
  }
}

extension Comparison {
  package var types: [ValueType] {
    self == .isNaN ? [.f16, .f32] : [.s32, .u32, .u64, .f16, .f32]
  }
}

extension AtomicOperator {
  package var types: [ValueType] {
    switch self {
    case .add: [.s32, .u32, .u64, .f32]
    case .min, .max: [.s32, .u32]
    case .and, .or, .exchange, .compareExchange: [.u32]
    }
  }

  /// Whether `red` has it.
  fileprivate var isReduction: Bool { self != .exchange && self != .compareExchange }
}

extension MemorySpace {
  fileprivate var isAtomic: Bool { self == .global || self == .shared }
}

extension Access {
  fileprivate var isDefined: Bool {
    type != .predicate && (count == 1 || count == 2 || count == 4) && byteCount <= 16
      && (cache == .standard || space == .global)
      && (order == .weak || space == .global && count == 1 && cache == .standard)
  }
}

extension MatrixShape {
  /// How many selectors a sparse shape has: one for each lane of a group of four, or one for each
  /// pair.
  package var selectorCount: Int { k * type.byteCount == 64 ? 2 : 4 }
}

extension WarpgroupShape {
  fileprivate var isDefined: Bool {
    (8...256).contains(n) && n % 8 == 0
      && (type != .tf32 || !transposesA && !transposesB) && !(aInRegisters && transposesA)
  }
}
