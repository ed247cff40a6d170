/// The operands that an operation has: how many, of which types, and which stand in braces in PTX.
package struct Signature: Hashable, Sendable {
  /// Operands of one type that belong together.
  package struct Group: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// A register or constant of a type.
      case value(ValueType)
      /// A register or constant of so many bits, whatever they mean.
      case bits(Int)
      /// An address.
      case memory(MemorySpace)
    }

    package var kind: Kind
    package var count: Int
    /// Whether the group is written as a vector, in braces.
    package var isVector: Bool

    package init(_ kind: Kind, count: Int = 1, vector isVector: Bool = false) {
      self.kind = kind
      self.count = count
      self.isVector = isVector
    }

    package static func value(_ type: ValueType) -> Group { Group(.value(type)) }
    package static func values(_ type: ValueType, _ count: Int) -> Group {
      Group(.value(type), count: count, vector: true)
    }
    package static func memory(_ space: MemorySpace) -> Group { Group(.memory(space)) }

    /// Whether a register of a class may stand here.
    package func accepts(_ class: RegisterClass) -> Bool {
      switch kind {
      case .value(let type):
        type.registerClass == `class`
      case .bits(let count):
        `class`.bitCount == count
      case .memory(let space):
        `class` == (space == .global || space == .parameter ? .b64 : .b32)
      }
    }
  }

  package var results: [Group]
  package var sources: [Group]

  package init(_ results: [Group], _ sources: [Group]) {
    self.results = results
    self.sources = sources
  }

  package var resultCount: Int { results.reduce(0) { $0 + $1.count } }
  package var sourceCount: Int { sources.reduce(0) { $0 + $1.count } }
}

extension Operation {
  package var signature: Signature {
    switch self {
    case .move(let type): Signature([.value(type)], [.init(.bits(type.registerClass.bitCount))])
    case .special(let register): Signature([.value(register == .clock64 ? .u64 : .u32)], [])
    case .sharedAddress: Signature([.value(.u32)], [])
    case .pack(let type): Signature([.value(type)], [.values(type.half, 2)])
    case .unpack(let type): Signature([.values(type.half, 2)], [.value(type)])
    case .unary(_, let type): Signature([.value(type)], [.value(type)])
    case .binary(.shiftLeft, let type), .binary(.shiftRight, let type):
      Signature([.value(type)], [.value(type), .value(.u32)])
    case .binary(_, let type): Signature([.value(type)], [.value(type), .value(type)])
    case .ternary(_, let type):
      Signature([.value(type)], [.value(type), .value(type), .value(type)])
    case .multiplyWide(let type): Signature([.value(.u64)], [.value(type), .value(type)])
    case .multiplyAddWide(let type):
      Signature([.value(.u64)], [.value(type), .value(type), .value(.u64)])
    case .compare(_, let type): Signature([.value(.predicate)], [.value(type), .value(type)])
    case .select(let type):
      Signature([.value(type)], [.value(type), .value(type), .value(.predicate)])
    case .convert(let conversion): conversion.signature
    case .load(let access): Signature([access.group], [.memory(access.space)])
    case .store(let access): Signature([], [.memory(access.space), access.group])
    case .atomic(let operation, let space, let type):
      Signature(
        [.value(type)],
        [.memory(space), .value(type)] + (operation == .compareExchange ? [.value(type)] : []))
    case .reduce(_, let space, let type): Signature([], [.memory(space), .value(type)])
    case .prefetch, .fenceTensorMap: Signature([], [.memory(.global)])
    case .asyncCopy: Signature([], [.memory(.shared), .memory(.global), .value(.u32)])
    case .shuffle(_, let type):
      Signature([.value(type)], [.value(type), .value(.u32), .value(.u32)])
    case .vote: Signature([.value(.predicate)], [.value(.predicate)])
    case .ballot: Signature([.value(.u32)], [.value(.predicate)])
    case .electOne: Signature([.value(.predicate)], [])
    case .barrierInit: Signature([], [.memory(.shared), .value(.u32)])
    case .barrierInvalidate, .barrierArriveShared, .asyncCopyArrive:
      Signature([], [.memory(.shared)])
    case .barrierArriveCluster: Signature([], [.memory(.cluster)])
    case .barrierExpect: Signature([], [.memory(.shared), .value(.u32)])
    case .barrierTest, .barrierTry, .barrierTryCluster:
      Signature([.value(.predicate)], [.memory(.shared), .value(.u32)])
    case .loadMatrix(let count, _): Signature([.values(.u32, count)], [.memory(.shared)])
    case .storeMatrix(let count, _): Signature([], [.memory(.shared), .values(.u32, count)])
    case .multiplyMatrices(let shape):
      Signature(
        [.values(.f32, 4)],
        [
          .values(.u32, shape.aRegisterCount), .values(.u32, shape.bRegisterCount),
          .values(.f32, 4),
        ])
    case .multiplySparseMatrices(let shape, _):
      Signature(
        [.values(.f32, 4)],
        [
          .values(.u32, shape.aRegisterCount / 2), .values(.u32, shape.bRegisterCount),
          .values(.f32, 4), .value(.u32),
        ])
    case .multiplyWarpgroup(let shape):
      Signature(
        [.values(.f32, shape.accumulatorCount)],
        [
          shape.aInRegisters ? .values(.u32, 4) : .value(.u64), .value(.u64), .value(.predicate),
          .values(.f32, shape.accumulatorCount),
        ])
    case .tensorCopy(let dimensionCount): Signature([], Self.tensorSources(dimensionCount))
    case .tensorMulticast(let dimensionCount):
      Signature([], Self.tensorSources(dimensionCount) + [.init(.bits(16))])
    case .remoteAddress: Signature([.value(.u32)], [.value(.u32), .value(.u32)])
    case .asyncCopyCommit, .asyncCopyWait, .warpBarrier, .barrier, .barrierArrive, .fence,
      .warpgroupFence, .warpgroupCommit, .warpgroupWait, .fenceAsyncProxy, .setMaxRegisters,
      .clusterArrive, .clusterWait, .fenceBarrierInit, .label, .branch, .return:
      Signature([], [])
    }
  }

  private static func tensorSources(_ dimensionCount: Int) -> [Signature.Group] {
    [.memory(.shared), .memory(.global), .memory(.shared), .values(.s32, dimensionCount)]
  }
}

extension Access {
  fileprivate var group: Signature.Group {
    count == 1 ? .value(type) : .values(type, count)
  }
}

extension RegisterClass {
  /// Bits of a register; 1 for predicates.
  package var bitCount: Int { self == .predicate ? 1 : byteCount * 8 }
}

extension ValueType {
  /// What two of are packed into a register of this type.
  fileprivate var half: ValueType { self == .f16x2 ? .f16 : .u32 }
}

extension Conversion {
  package var signature: Signature {
    func of(_ result: ValueType, _ source: ValueType) -> Signature {
      Signature([.value(result)], [.value(source)])
    }
    return switch self {
    case .f32FromF16: of(.f32, .f16)
    case .f16FromF32: of(.f16, .f32)
    case .f16x2FromF32: Signature([.value(.f16x2)], [.value(.f32), .value(.f32)])
    case .bf16x2FromF32: Signature([.value(.bf16x2)], [.value(.f32), .value(.f32)])
    case .tf32FromF32: of(.u32, .f32)
    case .f32FromS32: of(.f32, .s32)
    case .f32FromU32: of(.f32, .u32)
    case .s32FromF32: of(.s32, .f32)
    case .u32FromF32: of(.u32, .f32)
    case .integralF32: of(.f32, .f32)
    case .u64FromU32: of(.u64, .u32)
    case .u64FromS32: of(.u64, .s32)
    case .u32FromU64: of(.u32, .u64)
    }
  }
}
