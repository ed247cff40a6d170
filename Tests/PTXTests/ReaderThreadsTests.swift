import KernelIR
import PTX
import Testing

/// Threads, barriers, matrices and control flow, each in all spellings of the ISA.
struct ReaderThreadsTests {
  static let threads: [ReaderCase] = [
    .init(
      "shfl.sync.bfly.b32 %r1, %r2, 16, 0x1f, 0xffffffff;", .shuffle(.exclusiveOr, .u32), [.r(1)],
      [.r(2), .bits(16), .bits(31)]),
    .init(
      "shfl.sync.bfly.b32 %f1, %f2, 1, 31, -1;", .shuffle(.exclusiveOr, .f32), [.f(1)],
      [.f(2), .bits(1), .bits(31)]),
    .init(
      "shfl.sync.up.b32 %r1, %r2, %r3, 0, 4294967295;", .shuffle(.up, .u32), [.r(1)],
      [.r(2), .r(3), .bits(0)]),
    .init(
      "shfl.sync.down.b32 %r1, %r2, 1, 0x1f, 0xffffffff;", .shuffle(.down, .u32), [.r(1)],
      [.r(2), .bits(1), .bits(31)]),
    .init(
      "shfl.sync.idx.b32 %r1, %r2, 0, 0x1f, 0xffffffff;", .shuffle(.index, .u32), [.r(1)],
      [.r(2), .bits(0), .bits(31)]),
    .init("vote.sync.any.pred %p1, %p2, 0xffffffff;", .vote(.any), [.p(1)], [.p(2)]),
    .init("vote.sync.all.pred %p1, %p2, -1;", .vote(.all), [.p(1)], [.p(2)]),
    .init("vote.sync.ballot.b32 %r1, %p2, 0xffffffff;", .ballot, [.r(1)], [.p(2)]),
    .init("elect.sync _|%p1, 0xffffffff;", .electOne, [.p(1)]),
    .init("bar.warp.sync 0xffffffff;", .warpBarrier),
    .init("bar.sync 0;", .barrier(id: 0, threadCount: nil)),
    .init("bar.cta.sync 15;", .barrier(id: 15, threadCount: nil)),
    .init("barrier.sync.aligned 0;", .barrier(id: 0, threadCount: nil)),
    .init("barrier.cta.sync.aligned 1, 64;", .barrier(id: 1, threadCount: 64)),
    .init("bar.sync 1, 96;", .barrier(id: 1, threadCount: 96)),
    .init("bar.arrive 1, 64;", .barrierArrive(id: 1, threadCount: 64)),
    .init("bar.cta.arrive 1, 64;", .barrierArrive(id: 1, threadCount: 64)),
    .init("barrier.arrive.aligned 2, 1024;", .barrierArrive(id: 2, threadCount: 1024)),
    .init("barrier.cta.arrive.aligned 2, 32;", .barrierArrive(id: 2, threadCount: 32)),
    .init("fence.acq_rel.cta;", .fence(.block)),
    .init("fence.acq_rel.gpu;", .fence(.device)),
    .init("fence.gpu;", .fence(.device)),
    .init("fence.acq_rel.cluster;", .fence(.cluster)),
    .init("fence.proxy.async.shared::cta;", .fenceAsyncProxy),
    .init(
      "fence.proxy.tensormap::generic.acquire.sys [%rd1], 128;", .fenceTensorMap, [], [.at(rd: 1)]),
    .init(
      "@%p1 fence.proxy.tensormap::generic.acquire.sys [%rd1+128], 0x80;", .fenceTensorMap, [],
      [.at(rd: 1, 128)], if: Guard(.p(1))),
    .init("setmaxnreg.inc.sync.aligned.u32 232;", .setMaxRegisters(232, increases: true)),
    .init("setmaxnreg.dec.sync.aligned.u32 24;", .setMaxRegisters(24, increases: false)),
    .init("ret;", .return),
    .init("ret.uni;", .return),
    .init("exit;", .return),
    .init("@%p1 ret;", .return, if: Guard(.p(1))),
    .init("@!%p1 exit;", .return, if: Guard(.p(1), negated: true)),
    .init(
      "@ ! %p1 mov.u32 %r1, 1;", .move(.u32), [.r(1)], [.bits(1)], if: Guard(.p(1), negated: true)),
  ]

  static let barriers: [ReaderCase] = [
    .init("mbarrier.init.shared.b64 [%r1], 128;", .barrierInit, [], [.at(r: 1), .bits(128)]),
    .init(
      "mbarrier.init.shared::cta.b64 [shared+8], %r2;", .barrierInit, [],
      [
        .memory(.shared, offset: 8), .r(2),
      ]),
    .init("mbarrier.inval.shared.b64 [%r1];", .barrierInvalidate, [], [.at(r: 1)]),
    .init("mbarrier.arrive.shared.b64 _, [%r1];", .barrierArriveShared, [], [.at(r: 1)]),
    .init("mbarrier.arrive.shared::cta.b64 _, [%r1], 1;", .barrierArriveShared, [], [.at(r: 1)]),
    .init(
      "mbarrier.arrive.release.cta.shared::cta.b64 _, [%r1];", .barrierArriveShared, [],
      [.at(r: 1)]),
    .init(
      "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], 4096;", .barrierExpect, [],
      [
        .at(r: 1), .bits(4096),
      ]),
    .init(
      "mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [%r1], %r2;", .barrierExpect, [],
      [.at(r: 1), .r(2)]),
    .init(
      "mbarrier.test_wait.parity.shared.b64 %p1, [%r1], %r2;", .barrierTest, [.p(1)],
      [
        .at(r: 1), .r(2),
      ]),
    .init(
      "mbarrier.test_wait.parity.acquire.cta.shared::cta.b64 %p1, [%r1], 1;", .barrierTest,
      [.p(1)], [.at(r: 1), .bits(1)]),
    .init(
      "mbarrier.try_wait.parity.shared.b64 %p1, [%r1], %r2;", .barrierTry, [.p(1)],
      [
        .at(r: 1), .r(2),
      ]),
    .init(
      "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 %p1, [shared], 0;", .barrierTry,
      [.p(1)], [.memory(.shared, offset: 0), .bits(0)]),
  ]

  static let clusters: [ReaderCase] = [
    .init("mov.u32 %r1, %cluster_ctarank;", .special(.blockRank), [.r(1)]),
    .init("mov.u32 %r1, %cluster_nctarank;", .special(.clusterSize), [.r(1)]),
    .init("barrier.cluster.arrive.release.aligned;", .clusterArrive),
    .init("barrier.cluster.arrive.aligned;", .clusterArrive),
    .init("barrier.cluster.wait.acquire.aligned;", .clusterWait),
    .init("barrier.cluster.wait.aligned;", .clusterWait),
    .init("fence.mbarrier_init.release.cluster;", .fenceBarrierInit),
    .init("mapa.shared::cluster.u32 %r1, %r2, %r3;", .remoteAddress, [.r(1)], [.r(2), .r(3)]),
    .init("mapa.shared::cluster.u32 %r1, %r2, 1;", .remoteAddress, [.r(1)], [.r(2), .bits(1)]),
    .init(
      "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r1+8];",
      .barrierArriveCluster(.cluster),
      [],
      [.at(r: 1, 8)]),
    .init(
      "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [shared], 1;",
      .barrierArriveCluster(.cluster),
      [], [.memory(.shared, offset: 0)]),
    .init(
      "mbarrier.arrive.release.cta.shared::cluster.b64 _, [%r1];", .barrierArriveCluster(.block),
      [], [.at(r: 1)]),
    .init(
      "mbarrier.arrive.shared::cluster.b64 _, [%r1];", .barrierArriveCluster(.block), [],
      [.at(r: 1)]),
    .init(
      "mbarrier.try_wait.parity.acquire.cluster.shared.b64 %p1, [%r1], %r2;", .barrierTryCluster,
      [.p(1)], [.at(r: 1), .r(2)]),
    .init(
      "mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 %p1, [%r1], 1;", .barrierTryCluster,
      [.p(1)], [.at(r: 1), .bits(1)]),
    .init(
      "ld.shared::cluster.u32 %r1, [%r2+4];", .load(Access(.cluster, .u32)), [.r(1)],
      [.at(r: 2, 4)]),
    .init(
      "ld.shared::cluster.v4.f32 {%f1,%f2,%f3,%f4}, [%r2];",
      .load(Access(.cluster, .f32, count: 4)), [.f(1), .f(2), .f(3), .f(4)], [.at(r: 2)]),
    .init(
      "st.weak.shared::cluster.u64 [%r1], %rd2;", .store(Access(.cluster, .u64)), [],
      [.at(r: 1), .rd(2)]),
    .init(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes"
        + ".multicast::cluster [%r1], [%rd1, {%r2, %r3}], [%r4+8], 3;",
      .tensorMulticast(dimensionCount: 2), [],
      [.at(r: 1), .at(rd: 1), .at(r: 4, 8), .r(2), .r(3), .bits(3)]),
    .init(
      "cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
        + ".multicast::cluster [shared], [%rd1, {-1}], [%r4], %h1;",
      .tensorMulticast(dimensionCount: 1), [],
      [.memory(.shared, offset: 0), .at(rd: 1), .at(r: 4), .bits(0xffff_ffff), .h(1)]),
  ]

  static let matrices: [ReaderCase] = [
    .init(
      "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [%r2];",
      .loadMatrix(count: 1, transposed: false), [.r(1)], [.at(r: 2)]),
    .init(
      "ldmatrix.sync.aligned.m8n8.x2.trans.shared::cta.b16 {%r1,%r3}, [%r2+16];",
      .loadMatrix(count: 2, transposed: true), [.r(1), .r(3)], [.at(r: 2, 16)]),
    .init(
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1,%r3,%r4,%r5}, [shared];",
      .loadMatrix(count: 4, transposed: false), [.r(1), .r(3), .r(4), .r(5)],
      [.memory(.shared, offset: 0)]),
    .init(
      "stmatrix.sync.aligned.m8n8.x1.shared.b16 [%r1], {%r2};",
      .storeMatrix(count: 1, transposed: false), [], [.at(r: 1), .r(2)]),
    .init(
      "stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%r1], {%r2,%r3,%r4,%r5};",
      .storeMatrix(count: 4, transposed: true), [], [.at(r: 1), .r(2), .r(3), .r(4), .r(5)]),
    product("m16n8k8", "f16", MatrixShape(k: 8, type: .f16), a: 2, b: 1),
    product("m16n8k16", "f16", MatrixShape(k: 16, type: .f16), a: 4, b: 2),
    product("m16n8k8", "bf16", MatrixShape(k: 8, type: .bf16), a: 2, b: 1),
    product("m16n8k16", "bf16", MatrixShape(k: 16, type: .bf16), a: 4, b: 2),
    product("m16n8k4", "tf32", MatrixShape(k: 4, type: .tf32), a: 2, b: 1),
    product("m16n8k8", "tf32", MatrixShape(k: 8, type: .tf32), a: 4, b: 2),
    sparse("m16n8k16", "f16", MatrixShape(k: 16, type: .f16), a: 2, b: 2, selector: 3),
    sparse("m16n8k32", "f16", MatrixShape(k: 32, type: .f16), a: 4, b: 4, selector: 1),
    sparse("m16n8k16", "bf16", MatrixShape(k: 16, type: .bf16), a: 2, b: 2, selector: 2),
    sparse("m16n8k32", "bf16", MatrixShape(k: 32, type: .bf16), a: 4, b: 4, selector: 0),
    sparse("m16n8k8", "tf32", MatrixShape(k: 8, type: .tf32), a: 2, b: 2, selector: 3),
    sparse("m16n8k16", "tf32", MatrixShape(k: 16, type: .tf32), a: 4, b: 4, selector: 1),
    sparse(
      "m16n8k32", "f16", MatrixShape(k: 32, type: .f16), a: 4, b: 4, selector: 1, suffix: ""),
    .init(
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 "
        + "{%f0,%f1,%f2,%f3}, {%x0,%x1}, {%r4}, {%f0,%f1,0f00000000,0f3F800000};",
      .multiplyMatrices(MatrixShape(k: 8, type: .f16)), [.f(0), .f(1), .f(2), .f(3)],
      [.r(20), .r(21), .r(4), .f(0), .f(1), .bits(0), .bits(0x3f80_0000)]),
  ]

  static let warpgroups: [ReaderCase] = [
    .init("wgmma.fence.sync.aligned;", .warpgroupFence),
    .init("wgmma.commit_group.sync.aligned;", .warpgroupCommit),
    .init("wgmma.wait_group.sync.aligned 0;", .warpgroupWait(0)),
    .init("wgmma.wait_group.sync.aligned 7;", .warpgroupWait(7)),
    warpgroup(
      "m64n8k16.f32.f16.f16", "%rd1, %rd2, %p1, 1, 1, 0, 0", WarpgroupShape(n: 8, type: .f16)),
    warpgroup(
      "m64n8k16.f32.f16.f16", "%rd1, %rd2, %p1, 1, 1, 1, 0",
      WarpgroupShape(n: 8, type: .f16, transposesA: true)),
    warpgroup(
      "m64n24k16.f32.bf16.bf16", "%rd1, %rd2, %p1, 1, 1, 0, 1",
      WarpgroupShape(n: 24, type: .bf16, transposesB: true)),
    warpgroup(
      "m64n256k16.f32.f16.f16", "%rd1, %rd2, %p1, 1, 1, 1, 1",
      WarpgroupShape(n: 256, type: .f16, transposesA: true, transposesB: true)),
    warpgroup(
      "m64n128k8.f32.tf32.tf32", "%rd1, %rd2, %p1, 1, 1", WarpgroupShape(n: 128, type: .tf32)),
    warpgroup(
      "m64n64k16.f32.f16.f16", "{%r1,%r2,%r3,%r4}, %rd2, %p1, 1, 1, 1",
      WarpgroupShape(n: 64, type: .f16, aInRegisters: true, transposesB: true)),
    warpgroup(
      "m64n16k8.f32.tf32.tf32", "{%r1,%r2,%r3,%r4}, %rd2, %p1, 1, 1",
      WarpgroupShape(n: 16, type: .tf32, aInRegisters: true)),
  ]

  /// `{%f0,%f1,…}`
  private static func vector(_ name: String, _ range: Range<Int>) -> String {
    "{" + range.map { "%\(name)\($0)" }.joined(separator: ",") + "}"
  }

  private static func product(
    _ shape: String, _ type: String, _ expected: MatrixShape, a: Int, b: Int
  ) -> ReaderCase {
    ReaderCase(
      "mma.sync.aligned.\(shape).row.col.f32.\(type).\(type).f32 \(vector("f", 0..<4)), "
        + "\(vector("r", 0..<a)), \(vector("r", 4..<4 + b)), \(vector("f", 4..<8));",
      .multiplyMatrices(expected), (0..<4).map { .f($0) },
      (0..<a).map { .r($0) } + (4..<4 + b).map { .r($0) } + (4..<8).map { .f($0) })
  }

  private static func sparse(
    _ shape: String, _ type: String, _ expected: MatrixShape, a: Int, b: Int, selector: Int,
    suffix: String = "::ordered_metadata"
  ) -> ReaderCase {
    ReaderCase(
      "mma.sp\(suffix).sync.aligned.\(shape).row.col.f32.\(type).\(type).f32 "
        + "\(vector("f", 0..<4)), \(vector("r", 0..<a)), \(vector("r", 4..<4 + b)), "
        + "\(vector("f", 4..<8)), %u1, \(selector);",
      .multiplySparseMatrices(expected, selector: selector), (0..<4).map { .f($0) },
      (0..<a).map { .r($0) } + (4..<4 + b).map { .r($0) } + (4..<8).map { .f($0) } + [.r(17)])
  }

  private static func warpgroup(
    _ shape: String, _ rest: String, _ expected: WarpgroupShape
  ) -> ReaderCase {
    let count = expected.n / 2
    let a: [Operand] = expected.aInRegisters ? [.r(1), .r(2), .r(3), .r(4)] : [.rd(1)]
    return ReaderCase(
      "wgmma.mma_async.sync.aligned.\(shape) \(vector("f", 0..<count)), \(rest);",
      .multiplyWarpgroup(expected), (0..<count).map { .f($0) },
      a + [.rd(2), .p(1)] + (0..<count).map { .f($0) })
  }

  @Test(arguments: threads + barriers + clusters + matrices + warpgroups)
  func read(_ example: ReaderCase) throws {
    let got = try OneLineKernel.read(example.text)
    #expect(got == [example.instruction])
  }
}
