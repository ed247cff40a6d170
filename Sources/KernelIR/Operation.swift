/// What an instruction does, with everything that must be known when it is assembled.
///
/// The comment at each case is its spelling in PTX (ISA 8.5) with operands in the order in which
/// ``Instruction`` holds them, results first. Nothing here is approximate: divisions, reciprocals and roots
/// are the correctly rounded ones, so that a kernel computes the same bits on every device; what an
/// approximate instruction would do is a polynomial in the kernel instead.
package enum Operation: Hashable, Sendable {
  // MARK: Registers

  /// `mov.u32 d, a`
  case move(ValueType)
  /// `mov.u32 d, %tid.x`
  case special(SpecialRegister)
  /// `mov.u32 d, shared`: the address of the block's shared memory, in the window `shared`.
  case sharedAddress
  /// `mov.b32 d, {low, high}`: f16x2 of two f16, or u64 of two u32.
  case pack(ValueType)
  /// `mov.b32 {low, high}, a`
  case unpack(ValueType)

  // MARK: Arithmetic

  /// `neg.f32 d, a`
  case unary(UnaryOperator, ValueType)
  /// `add.f32 d, a, b`
  case binary(BinaryOperator, ValueType)
  /// `fma.rn.f32 d, a, b, c`
  case ternary(TernaryOperator, ValueType)
  /// `mul.wide.u32 d, a, b`: u32 × u32 → u64, or s32 × s32 → its 64 bits.
  case multiplyWide(ValueType)
  /// `mad.wide.u32 d, a, b, c`: the same plus a u64.
  case multiplyAddWide(ValueType)
  /// `setp.lt.f32 p, a, b`
  case compare(Comparison, ValueType)
  /// `selp.f32 d, a, b, p`: a where p holds, else b.
  case select(ValueType)
  /// `cvt.rn.f16.f32 d, a`
  case convert(Conversion)

  // MARK: Memory

  /// `ld.global.v4.f32 {d…}, [a]`
  case load(Access)
  /// `st.global.v4.f32 [a], {b…}`: sources are the address, then the values.
  case store(Access)
  /// `atom.global.add.f32 d, [a], b`; compare-exchange reads the expected and then the new value.
  case atomic(AtomicOperator, MemorySpace, ValueType)
  /// `red.global.add.f32 [a], b`
  case reduce(AtomicOperator, MemorySpace, ValueType)
  /// `prefetch.global.L2 [a]`
  case prefetch
  /// `cp.async.cg.shared.global [to], [from], 16, n` (`.ca` for 4 and 8 bytes): sources are the two
  /// addresses and n, a u32: the bytes that are read, the others become zero.
  case asyncCopy(byteCount: Int)
  /// `cp.async.commit_group`
  case asyncCopyCommit
  /// `cp.async.wait_group n`: until at most n of the thread's groups are unfinished.
  case asyncCopyWait(Int)

  // MARK: Threads

  /// `shfl.sync.bfly.b32 d, a, b, c, mask` of f32 or u32; mask is the constant of all 32 lanes.
  /// Sources are a, b and c, where c is the constant clamp (0x1f, or 0 for `up`).
  case shuffle(ShuffleMode, ValueType)
  /// `vote.sync.any.pred q, p, mask`
  case vote(VoteMode)
  /// `vote.sync.ballot.b32 d, p, mask`
  case ballot
  /// `bar.warp.sync mask`
  case warpBarrier
  /// `barrier.sync.aligned id` or `barrier.sync.aligned id, threads` where not all threads take part.
  case barrier(id: Int, threadCount: Int?)
  /// `barrier.arrive.aligned id, threads`
  case barrierArrive(id: Int, threadCount: Int)
  /// `fence.acq_rel.gpu`
  case fence(FenceScope)
  /// `elect.sync _|p, mask`: a predicate that holds in one lane of the warp.
  case electOne

  // MARK: Barriers in shared memory

  /// `mbarrier.init.shared.b64 [a], count`
  case barrierInit
  /// `mbarrier.inval.shared.b64 [a]`
  case barrierInvalidate
  /// `mbarrier.arrive.shared.b64 _, [a]`
  case barrierArriveShared
  /// `mbarrier.arrive.expect_tx.shared.b64 _, [a], bytes`
  case barrierExpect
  /// `mbarrier.test_wait.parity.shared.b64 p, [a], parity`: whether the phase of that parity is over.
  case barrierTest
  /// `mbarrier.try_wait.parity.shared.b64 p, [a], parity`: the same, which may first sleep for a while.
  case barrierTry
  /// `cp.async.mbarrier.arrive.noinc.shared.b64 [a]`: arrives when the thread's copies are done.
  case asyncCopyArrive

  // MARK: Matrices

  /// `ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {d…}, [a]`
  case loadMatrix(count: Int, transposed: Bool)
  /// `stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [a], {b…}`
  case storeMatrix(count: Int, transposed: Bool)
  /// `mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {d0…3}, {a0…3}, {b0…1}, {c0…3}`
  case multiplyMatrices(MatrixShape)
  /// `mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {d0…3}, {a0…3}, {b0…3},
  /// {c0…3}, e, selector`: A has 2 of 4 columns, which the u32 e names.
  case multiplySparseMatrices(MatrixShape, selector: Int)

  // MARK: Warpgroups (sm_90a) and bulk copies (sm_90)

  /// `wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 {d…}, a, b, p, 1, 1, 0, 1`: sources are
  /// the descriptor of A (u64) or its four registers, the descriptor of B, the predicate that says
  /// whether d is added to, and d again.
  case multiplyWarpgroup(WarpgroupShape)
  /// `wgmma.fence.sync.aligned`
  case warpgroupFence
  /// `wgmma.commit_group.sync.aligned`
  case warpgroupCommit
  /// `wgmma.wait_group.sync.aligned n`
  case warpgroupWait(Int)
  /// `fence.proxy.async.shared::cta`: makes stores to shared memory visible to `wgmma` and bulk copies.
  case fenceAsyncProxy
  /// `cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [to], [map, {x, y}],
  /// [barrier]`: sources are the address in shared memory, the map's, the barrier's, and the coordinates
  /// (s32), innermost first.
  case tensorCopy(dimensionCount: Int)
  /// `fence.proxy.tensormap::generic.acquire.sys [a], 128`: makes the tensor map that the host
  /// wrote to this address of global memory visible to the bulk copies of the block.
  case fenceTensorMap
  /// `setmaxnreg.inc.sync.aligned.u32 n`
  case setMaxRegisters(Int, increases: Bool)

  // MARK: Clusters (sm_90)

  /// `barrier.cluster.arrive.release.aligned`
  case clusterArrive
  /// `barrier.cluster.wait.acquire.aligned`: until all threads of the cluster have arrived or returned.
  case clusterWait
  /// `mapa.shared::cluster.u32 d, a, b`: the address, for accesses to `cluster` memory, of the place in the
  /// shared memory of block b that a is in the thread's own.
  case remoteAddress
  /// `mbarrier.arrive.release.cluster.shared::cluster.b64 _, [a]`: at the barrier of any block.
  /// What the thread stored before is ordered where the scope is the cluster, which makes it wait
  /// for its stores. With the scope of the block (`.cta`) it has only read what it tells of.
  case barrierArriveCluster(FenceScope)
  /// `mbarrier.try_wait.parity.acquire.cluster.shared.b64 p, [a], parity`: what ``barrierTry`` does,
  /// for barriers at which other blocks arrive.
  case barrierTryCluster
  /// `fence.mbarrier_init.release.cluster`: makes barriers known to other blocks before they are
  /// told of them.
  case fenceBarrierInit
  /// `cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster
  /// [to], [map, {x, y}], [barrier], blocks`: sources are those of ``tensorCopy`` and 16 bits, one
  /// for each block of the cluster whose memory and barrier at these places get the box.
  case tensorMulticast(dimensionCount: Int)

  // MARK: Control flow, in flat programs alone

  /// `$L1:`
  case label(Int)
  /// `bra $L1`, or `bra.uni` where all threads of the warp agree.
  case branch(to: Int, isUniform: Bool)
  /// `ret`
  case `return`
}

/// A read-only register that the hardware fills. All are u32, but for `clock64`.
package enum SpecialRegister: String, CaseIterable, Hashable, Sendable {
  case threadX = "tid.x"
  case threadCountX = "ntid.x"
  case blockX = "ctaid.x"
  case blockY = "ctaid.y"
  case blockZ = "ctaid.z"
  case blockCountX = "nctaid.x"
  case blockCountY = "nctaid.y"
  case blockCountZ = "nctaid.z"
  /// The block's number in its cluster (sm_90).
  case blockRank = "cluster_ctarank"
  /// Blocks of a cluster (sm_90).
  case clusterSize = "cluster_nctarank"
  case lane = "laneid"
  case clock64 = "clock64"
}

package enum AtomicOperator: String, CaseIterable, Hashable, Sendable {
  /// Of u32, s32, u64, f32.
  case add
  /// Of u32, s32.
  case min, max
  /// Of u32, as bits.
  case and, or, exchange, compareExchange
}

package enum ShuffleMode: String, CaseIterable, Hashable, Sendable {
  case up, down
  /// `bfly`
  case exclusiveOr = "bfly"
  /// `idx`
  case index = "idx"
}

package enum VoteMode: String, CaseIterable, Hashable, Sendable {
  case any, all
}

package enum FenceScope: String, CaseIterable, Hashable, Sendable {
  case block = "cta"
  /// sm_90
  case cluster
  case device = "gpu"
}
