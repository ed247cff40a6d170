import KernelIR

extension PTXPrinter {
  /// The instruction's name with all its modifiers.
  static func mnemonic(of instruction: Instruction) -> String {
    switch instruction.operation {
    case .move(let type):
      return "mov." + moveType(type, instruction)
    case .special(.clock64): return "mov.u64"
    case .special, .sharedAddress: return "mov.u32"
    case .pack(let type), .unpack(let type): return "mov." + bits(type)
    case .unary(let operation, let type): return mnemonic(operation, type)
    case .binary(let operation, let type): return mnemonic(operation, type)
    case .ternary(.fma, let type): return "fma.rn.\(type)"
    case .ternary(.multiplyAdd, let type): return "mad.lo.\(type)"
    case .ternary(.permuteBytes, _): return "prmt.b32"
    case .multiplyWide(let type): return "mul.wide.\(type)"
    case .multiplyAddWide(let type): return "mad.wide.\(type)"
    case .compare(let comparison, let type): return "setp.\(name(comparison, type)).\(type)"
    case .select(let type): return "selp." + (type == .f32 ? "f32" : bits(type))
    case .convert(let conversion): return "cvt." + name(conversion)
    case .load(let access): return "ld." + order(access) + name(access)
    case .store(let access): return "st." + order(access) + name(access)
    case .atomic(let operation, let space, let type):
      return "atom.\(space.rawValue).\(name(operation, type))"
    case .reduce(let operation, let space, let type):
      return "red.\(space.rawValue).\(name(operation, type))"
    case .prefetch: return "prefetch.global.L2"
    case .asyncCopy(let byteCount):
      // Only whole 16 bytes can pass by the first-level cache.
      return "cp.async.\(byteCount == 16 ? "cg" : "ca").shared.global"
    case .asyncCopyCommit: return "cp.async.commit_group"
    case .asyncCopyWait: return "cp.async.wait_group"
    case .shuffle(let mode, _): return "shfl.sync.\(mode.rawValue).b32"
    case .vote(let mode): return "vote.sync.\(mode.rawValue).pred"
    case .ballot: return "vote.sync.ballot.b32"
    case .warpBarrier: return "bar.warp.sync"
    case .barrier: return "barrier.sync.aligned"
    case .barrierArrive: return "barrier.arrive.aligned"
    case .fence(let scope): return "fence.acq_rel.\(scope.rawValue)"
    case .electOne: return "elect.sync"
    case .barrierInit: return "mbarrier.init.shared.b64"
    case .barrierInvalidate: return "mbarrier.inval.shared.b64"
    case .barrierArriveShared: return "mbarrier.arrive.shared.b64"
    case .barrierExpect: return "mbarrier.arrive.expect_tx.shared.b64"
    case .barrierTest: return "mbarrier.test_wait.parity.shared.b64"
    case .barrierTry: return "mbarrier.try_wait.parity.shared.b64"
    case .asyncCopyArrive: return "cp.async.mbarrier.arrive.noinc.shared.b64"
    case .loadMatrix(let count, let transposed):
      return "ldmatrix.sync.aligned.m8n8.x\(count)\(transposed ? ".trans" : "").shared.b16"
    case .storeMatrix(let count, let transposed):
      return "stmatrix.sync.aligned.m8n8.x\(count)\(transposed ? ".trans" : "").shared.b16"
    case .multiplyMatrices(let shape):
      return "mma.sync.aligned.m16n8k\(shape.k).row.col.f32.\(shape.type).\(shape.type).f32"
    case .multiplySparseMatrices(let shape, _):
      return "mma.sp::ordered_metadata.sync.aligned.m16n8k\(shape.k).row.col.f32."
        + "\(shape.type).\(shape.type).f32"
    case .multiplyWarpgroup(let shape):
      return "wgmma.mma_async.sync.aligned.m64n\(shape.n)k\(shape.k).f32."
        + "\(shape.type).\(shape.type)"
    case .warpgroupFence: return "wgmma.fence.sync.aligned"
    case .warpgroupCommit: return "wgmma.commit_group.sync.aligned"
    case .warpgroupWait: return "wgmma.wait_group.sync.aligned"
    case .fenceAsyncProxy: return "fence.proxy.async.shared::cta"
    case .fenceTensorMap: return "fence.proxy.tensormap::generic.acquire.sys"
    case .tensorCopy(let dimensionCount):
      return "cp.async.bulk.tensor.\(dimensionCount)d.shared::cluster.global"
        + ".mbarrier::complete_tx::bytes"
    case .tensorMulticast(let dimensionCount):
      return "cp.async.bulk.tensor.\(dimensionCount)d.shared::cluster.global"
        + ".mbarrier::complete_tx::bytes.multicast::cluster"
    case .clusterArrive: return "barrier.cluster.arrive.release.aligned"
    case .clusterWait: return "barrier.cluster.wait.acquire.aligned"
    case .remoteAddress: return "mapa.shared::cluster.u32"
    case .barrierArriveCluster(let scope):
      return "mbarrier.arrive.release.\(scope.rawValue).shared::cluster.b64"
    case .barrierTryCluster: return "mbarrier.try_wait.parity.acquire.cluster.shared.b64"
    case .fenceBarrierInit: return "fence.mbarrier_init.release.cluster"
    case .setMaxRegisters(_, let increases):
      return "setmaxnreg.\(increases ? "inc" : "dec").sync.aligned.u32"
    case .label: return ""
    case .branch(_, let isUniform): return isUniform ? "bra.uni" : "bra"
    case .return: return "ret"
    }
  }

  private static func mnemonic(_ operation: UnaryOperator, _ type: ValueType) -> String {
    switch operation {
    case .negate: "neg.\(type)"
    case .absolute: "abs.\(type)"
    case .not: "not." + bits(type)
    case .countOnes: "popc.b32"
    case .countLeadingZeros: "clz.b32"
    case .reverseBits: "brev.b32"
    case .reciprocal: "rcp.rn.f32"
    case .squareRoot: "sqrt.rn.f32"
    }
  }

  private static func mnemonic(_ operation: BinaryOperator, _ type: ValueType) -> String {
    switch operation {
    case .add: "add.\(rounded(type))"
    case .subtract: "sub.\(rounded(type))"
    case .multiply: type.isFloat ? "mul.rn.\(type)" : "mul.lo.\(type)"
    case .multiplyHigh: "mul.hi.\(type)"
    case .divide: "div.\(rounded(type))"
    case .remainder: "rem.\(type)"
    case .min: "min.\(type)"
    case .max: "max.\(type)"
    case .minNaN: "min.NaN.\(type)"
    case .maxNaN: "max.NaN.\(type)"
    case .and: "and." + bits(type)
    case .or: "or." + bits(type)
    case .xor: "xor." + bits(type)
    case .shiftLeft: "shl." + bits(type)
    case .shiftRight: "shr.\(type)"
    }
  }

  private static func name(_ comparison: Comparison, _ type: ValueType) -> String {
    switch comparison {
    case .equal: "eq"
    case .notEqual: type.isFloat ? "neu" : "ne"
    case .less: "lt"
    case .lessOrEqual: "le"
    case .greater: "gt"
    case .greaterOrEqual: "ge"
    case .isNaN: "nan"
    }
  }

  private static func name(_ conversion: Conversion) -> String {
    switch conversion {
    case .f32FromF16: "f32.f16"
    case .f16FromF32: "rn.f16.f32"
    case .f16x2FromF32: "rn.f16x2.f32"
    case .bf16x2FromF32: "rn.bf16x2.f32"
    case .tf32FromF32: "rna.tf32.f32"
    case .f32FromS32: "rn.f32.s32"
    case .f32FromU32: "rn.f32.u32"
    case .s32FromF32(let rounding): "\(integral(rounding)).s32.f32"
    case .u32FromF32(let rounding): "\(integral(rounding)).u32.f32"
    case .integralF32(let rounding): "\(integral(rounding)).f32.f32"
    case .u64FromU32: "u64.u32"
    case .u64FromS32: "s64.s32"
    case .u32FromU64: "u32.u64"
    }
  }

  private static func integral(_ rounding: Rounding) -> String {
    switch rounding {
    case .nearestEven: "rni"
    case .towardZero: "rzi"
    case .down: "rmi"
    case .up: "rpi"
    }
  }

  /// Ordered accesses are ordered on the whole device.
  private static func order(_ access: Access) -> String {
    access.order == .weak ? "" : "\(access.order.rawValue).gpu."
  }

  private static func name(_ access: Access) -> String {
    let space =
      switch access.space {
      case .global: "global"
      case .shared: "shared"
      case .cluster: "shared::cluster"
      case .constant: "const"
      case .parameter: "param"
      }
    let type =
      switch access.type {
      case .f16, .f16x2, .bf16x2, .predicate: bits(access.type)
      case .f32, .s32, .u32, .u64: access.type.rawValue
      }
    return space + (access.cache == .readOnly ? ".nc" : "")
      + (access.count > 1 ? ".v\(access.count)" : "") + "." + type
  }

  private static func name(_ operation: AtomicOperator, _ type: ValueType) -> String {
    switch operation {
    case .add: "add.\(type)"
    case .min: "min.\(type)"
    case .max: "max.\(type)"
    case .and: "and.b32"
    case .or: "or.b32"
    case .exchange: "exch.b32"
    case .compareExchange: "cas.b32"
    }
  }

  /// The type with the rounding that floats need.
  private static func rounded(_ type: ValueType) -> String {
    type.isFloat ? "rn.\(type)" : type.rawValue
  }

  /// The type as bits.
  private static func bits(_ type: ValueType) -> String {
    type == .predicate ? "pred" : "b\(type.registerClass.bitCount)"
  }

  /// Moves between registers of different classes move bits.
  private static func moveType(_ type: ValueType, _ instruction: Instruction) -> String {
    if let source = instruction.sources[0].register, source.class != type.registerClass {
      return bits(type)
    }
    return switch type {
    case .predicate, .f16, .f16x2, .bf16x2: bits(type)
    case .f32, .s32, .u32, .u64: type.rawValue
    }
  }
}
