/// What PTX has and the kernel language does not, and instructions with wrong operands.
extension ReaderFaultTests {
  static let instructions: [FaultyLine] =
    modifiers + memory + clusters + threads + matrices + versions

  private static let modifiers: [FaultyLine] = [
    .init("mov %r1, %r2;", "'mov' lacks a modifier; expected .pred, .b16"),
    .init("mov.f16 %h1, %h2;", "unsupported modifier '.f16' of 'mov.f16'"),
    .init("mov.u32.u32 %r1, %r2;", "unsupported modifier '.u32' of 'mov.u32.u32'"),
    .init("mov.u32 %r1;", "'mov.u32' takes 2 operands, not 1"),
    .init("mov.u32 %r1, %r2, %r3;", "'mov.u32' takes 2 operands, not 3"),
    .init("mov.u32 {%h1, %h2}, %r1;", "expected 'mov.b32' or 'mov.b64' with a vector"),
    .init("mov.b32 {%h1, _}, %r1;", "expected a register, not '_'"),
    .init("mov.b64 %rd1, {%h1, %h2, %h3, %h4};", "expected a vector of 2, not a vector of 4"),
    .init("mov.b32 %r1, {%r2, %r3};", "'%r2' is a register of .b32"),
    .init("mov.b32 %r1, {%hu, %hf};", "the types of a vector of 2 differ"),
    .init("mov.b32 %r1, {%hf, 0};", "the types of a vector of 2 differ"),
    .init("mov.b64 {%f1, %s1}, %rd1;", "the types of a vector of 2 differ"),
    .init("mov.b64 %rd1, {1, %x1};", "the types of a vector of 2 differ"),
    .init("popc.b32 %x1, %r1;", "'%x1' is a register of .f16x2"),
    .init("mov.u32 %r1, [%r2];", "expected a register, not an address"),
    .init("mov.u32 5, %r2;", "expected a register, not a constant"),
    .init("add.f32 %f1, %f2, %f3;", "'add.f32' without .rn, which may be fused"),
    .init("add.f16x2 %r1, %r2, %r3;", "'add.f16x2' without .rn, which may be fused"),
    .init("sub.f32 %f1, %f2, %f3;", "'sub.f32' without .rn, which may be fused"),
    .init("mul.f32 %f1, %f2, %f3;", "'mul.f32' without .rn, which may be fused"),
    .init("add.rn.ftz.f32 %f1, %f2, %f3;", "unsupported modifier '.ftz'"),
    .init("add.rz.f32 %f1, %f2, %f3;", "unsupported modifier '.rz'"),
    .init("add.rn.sat.f32 %f1, %f2, %f3;", "unsupported modifier '.sat'"),
    .init("add.sat.s32 %r1, %r2, %r3;", "unsupported modifier '.sat'"),
    .init("add.cc.u32 %r1, %r2, %r3;", "unsupported modifier '.cc'"),
    .init("add.rn.bf16x2 %r1, %r2, %r3;", "unsupported modifier '.bf16x2'"),
    .init("add.rn.f64 %rd1, %rd2, %rd3;", "unsupported modifier '.f64'"),
    .init("add.rn.u32 %r1, %r2, %r3;", "unsupported modifier '.u32'"),
    .init("add.u32 %r1, %r2;", "'add.u32' takes 3 operands, not 2"),
    .init("mul.u32 %r1, %r2, %r3;", "expected .lo, .hi, .wide, .rn"),
    .init("mul.hi.u64 %rd1, %rd2, %rd3;", "unsupported modifier '.u64'"),
    .init("mad.hi.u32 %r1, %r2, %r3, %r4;", "unsupported modifier '.hi'"),
    .init("fma.rn.relu.f16 %h1, %h2, %h3, %h4;", "unsupported modifier '.relu'"),
    .init("fma.rz.f32 %f1, %f2, %f3, %f4;", "unsupported modifier '.rz'"),
    .init("fma.rn.f32 %f1, %f2, %f3;", "'fma.rn.f32' takes 4 operands, not 3"),
    .init("div.approx.f32 %f1, %f2, %f3;", "unsupported modifier '.approx'"),
    .init("div.full.f32 %f1, %f2, %f3;", "unsupported modifier '.full'"),
    .init("rcp.approx.ftz.f32 %f1, %f2;", "unsupported modifier '.approx'"),
    .init("sqrt.approx.f32 %f1, %f2;", "unsupported modifier '.approx'"),
    .init("ex2.approx.f32 %f1, %f2;", "unknown or unsupported instruction 'ex2.approx.f32'"),
    .init("rem.u64 %rd1, %rd2, %rd3;", "unsupported modifier '.u64'"),
    .init("min.s64 %rd1, %rd2, %rd3;", "unsupported modifier '.s64'"),
    .init("min.NaN.u32 %r1, %r2, %r3;", "unsupported modifier '.u32'"),
    .init("max.xorsign.abs.f32 %f1, %f2, %f3;", "unsupported modifier '.xorsign'"),
    .init("and.u32 %r1, %r2, %r3;", "unsupported modifier '.u32'"),
    .init("shr.s64 %rd1, %rd2, 3;", "unsupported modifier '.s64'"),
    .init("prmt.b32.f4e %r1, %r2, %r3, %r4;", "unsupported modifier '.f4e'"),
    .init("setp.ne.f32 %p1, %f1, %f2;", "unsupported comparison '.ne' of .f32"),
    .init("setp.ltu.f32 %p1, %f1, %f2;", "unsupported modifier '.ltu'"),
    .init("setp.lo.s32 %p1, %r1, %r2;", "unsupported comparison '.lo' of .s32"),
    .init("setp.lt.b32 %p1, %r1, %r2;", "unsupported comparison '.lt' of .b32"),
    .init("setp.lt.s64 %p1, %rd1, %rd2;", "unsupported comparison '.lt' of .s64"),
    .init("setp.nan.u32 %p1, %r1, %r2;", "unsupported comparison '.nan' of .u32"),
    .init("setp.lt.and.f32 %p1, %f1, %f2, %p2;", "unsupported modifier '.and'"),
    .init("setp.lt.f32 %p1|%p2, %f1, %f2;", "unsupported: a second result of 'setp'"),
    .init("selp.f16 %h1, %h2, %h3, %p1;", "unsupported modifier '.f16'"),
    .init("selp.u32 %r1, %r2, %r3, !%p1;", "unsupported: a negated predicate as an operand"),
    .init("cvt.f16.f32 %h1, %f1;", "unsupported conversion 'cvt.f16.f32'"),
    .init("cvt.rz.f16.f32 %h1, %f1;", "unsupported conversion 'cvt.rz.f16.f32'"),
    .init("cvt.rn.relu.f16x2.f32 %r1, %f1, %f2;", "unsupported conversion"),
    .init("cvt.rzi.ftz.s32.f32 %r1, %f1;", "unsupported conversion"),
    .init("cvt.rn.f16x2.f32 %r1, %f1;", "takes 3 operands, not 2"),
    .init("cvt %r1, %f1;", "unsupported conversion 'cvt'"),
    .init("cvta.to.global.u64 %rd1, %rd2;", "unknown or unsupported instruction"),
  ]

  private static let memory: [FaultyLine] = [
    .init(
      "ld.f32 %f1, [%rd1];",
      "expected .global, .shared, .shared::cluster, .const, .param (generic addresses"),
    .init("ld.volatile.global.f32 %f1, [%rd1];", "unsupported modifier '.volatile'"),
    .init("ld.relaxed.global.f32 %f1, [%rd1];", "expected .gpu"),
    .init("ld.acquire.sys.global.f32 %f1, [%rd1];", "expected .gpu"),
    .init("ld.relaxed.gpu.shared.f32 %f1, [%r1];", "expected .global"),
    .init("ld.release.gpu.global.f32 %f1, [%rd1];", "'.release'"),
    .init("ld.acquire.gpu.global.nc.f32 %f1, [%rd1];", "'.nc'"),
    .init(
      "ld.relaxed.gpu.global.v2.f32 {%f1, %f2}, [%rd1];", "an ordered access of several values"),
    .init("st.acquire.gpu.global.f32 [%rd1], %f1;", "'.acquire'"),
    .init("ld.global.cg.f32 %f1, [%rd1];", "unsupported modifier '.cg'"),
    .init("ld.global.L1::no_allocate.f32 %f1, [%rd1];", "unsupported modifier '.L1::no_allocate'"),
    .init("ld.shared.nc.f32 %f1, [%r1];", "unsupported modifier '.nc'"),
    .init("ld.local.f32 %f1, [%r1];", "unsupported modifier '.local'"),
    .init("ld.global.u8 %h1, [%rd1];", "unsupported modifier '.u8'"),
    .init("ld.global.f16 %h1, [%rd1];", "unsupported modifier '.f16'"),
    .init("ld.global.f64 %rd1, [%rd1];", "unsupported modifier '.f64'"),
    .init("ld.global.b16 %r1, [%rd1];", "'%r1' is a register of .b32"),
    .init("ld.global.v4.f32 {%f1,%f2}, [%rd1];", "expected a vector of 4, not a vector of 2"),
    .init("ld.global.v2.f32 %f1, [%rd1];", "expected a vector of 2, not '%f1'"),
    .init("ld.global.f32 {%f1}, [%rd1];", "expected a register, not a vector of 1"),
    .init("ld.global.v2.b32 {%f1, %r1}, [%rd1];", "unsupported: 'ld.global.v2.b32' with"),
    .init(
      "ld.global.v4.b64 {%rd1,%rd2,%rd3,%rd4}, [%rd1];", "an access of more than 16 bytes"),
    .init("ld.global.f32 %f1, %rd1;", "expected an address in brackets, not '%rd1'"),
    .init("ld.global.f32 %f1, [%r1];", "an address of global memory has 64 bits, not '%r1'"),
    .init("ld.global.f32 %f1, [%f1];", "'%f1' cannot hold an address"),
    .init("ld.global.f32 %f1, [%h1];", "'%h1' cannot hold an address"),
    .init("ld.shared.f32 %f1, [%x1];", "'%x1' cannot hold an address"),
    .init("ld.shared.f32 %f1, [%rd1];", "unsupported: an address of shared memory in 64 bits"),
    .init("ld.global.f32 %f1, [16];", "unsupported: an address without a base"),
    .init("ld.global.f32 %f1, [%rd1-16];", "expected ']', not '-'"),
    .init("ld.global.f32 %f1, [%rd1+%rd2];", "expected the offset, not '%rd2'"),
    .init("ld.global.f32 %f1, [%rd1+2147483648];", "the offset must be in -2147483648…2147483647"),
    .init("ld.global.f32 %f1, [%rd9];", "'%rd9' is not declared"),
    .init("ld.global.f32 %f1, [shared];", "'shared' does not lie in global memory"),
    .init("ld.shared.f32 %f1, [constants];", "'constants' does not lie in shared memory"),
    .init("ld.const.f32 %f1, [arguments];", "'arguments' lies in parameter memory"),
    .init("ld.const.f32 %f1, [%r1];", "unsupported: addresses of constant memory in registers"),
    .init("ld.param.u64 %rd1, [%rd1];", "unsupported: addresses of parameter memory"),
    .init("ld.param.u64 %rd1, [arguments+44];", "8 bytes at 44 are not within the 48 declared"),
    .init("ld.param.u64 %rd1, [arguments+-8];", "8 bytes at -8 are not within"),
    .init("ld.param.u64 %rd1, [arguments+4];", "8 bytes at 4 are misaligned"),
    .init(
      "ld.param.v2.u64 {%rd1,%rd2}, [arguments+16];",
      "16 bytes at 16 are misaligned, with an alignment of 8"),
    .init("ld.const.u32 %r1, [constants+32];", "4 bytes at 32 are not within the 32 declared"),
    .init("st.global.nc.f32 [%rd1], %f1;", "unsupported modifier '.nc'"),
    .init("st.param.f32 [arguments], %f1;", "unsupported modifier '.param'"),
    .init("st.f32 [%rd1], %f1;", "generic addresses are unsupported"),
    .init("st.global.f32 %f1, [%rd1];", "expected a register, not an address"),
    .init("st.global.f32 [%rd1], 5;", "expected a float"),
    .init("atom.add.u32 %r1, [%rd1], 1;", "expected .global, .shared"),
    .init("atom.cta.global.add.u32 %r1, [%rd1], 1;", "unsupported modifier '.cta'"),
    .init("atom.acq_rel.gpu.global.add.u32 %r1, [%rd1], 1;", "unsupported modifier '.acq_rel'"),
    .init("atom.global.xor.b32 %r1, [%rd1], 1;", "unsupported modifier '.xor'"),
    .init("atom.global.add.s64 %rd2, [%rd1], 1;", "unsupported modifier '.s64'"),
    .init("atom.global.add.noftz.f16x2 %r2, [%rd1], %r1;", "unsupported modifier '.noftz'"),
    .init("atom.global.add.u32 _, [%rd1], 1;", "expected a register, not '_'"),
    .init("atom.global.cas.b32 %r1, [%rd1], 1;", "takes 4 operands, not 3"),
    .init("red.global.exch.b32 [%rd1], 1;", "unsupported modifier '.exch'"),
    .init("prefetch.global.L1 [%rd1];", "unsupported modifier '.L1'"),
    .init("cp.async.cg.shared.global [%r1], [%rd1], 8;", "of 8 bytes instead of 16 bytes"),
    .init("cp.async.ca.shared.global [%r1], [%rd1], 16;", "16 are copied by .cg"),
    .init("cp.async.ca.shared.global [%r1], [%rd1], 32;", "must be in 4…16"),
    .init("cp.async.ca.shared.global [%r1], [%rd1], %r2;", "must be a constant here"),
    .init("cp.async.cg.shared.global [%r1], [%rd1], 16, 17;", "must be in 0…16"),
    .init("cp.async.cg.shared.global [%r1], [%rd1], 16, %p1;", "'%p1' is a register of .pred"),
    .init(
      "cp.async.cg.shared.global.L2::128B [%r1], [%rd1], 16;", "unsupported modifier '.L2::128B'"),
    .init("cp.async.cg.global.shared [%rd1], [%r1], 16;", "unsupported modifier '.global'"),
    .init("cp.async.wait_all;", "unsupported modifier '.wait_all'"),
    .init("cp.async.wait_group %r1;", "must be a constant here"),
    .init("cp.async.mbarrier.arrive.shared.b64 [%r1];", "expected .noinc"),
    .init(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes "
        + "[%r1], [%rd1, {%r2}], [%r3];", "expected 2 coordinates, not 1"),
    .init(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes "
        + "[%r1], [%rd1], [%r3];", "expected '[map, {coordinates}]', not an address"),
    .init(
      "cp.async.bulk.tensor.6d.shared::cluster.global.mbarrier::complete_tx::bytes "
        + "[%r1], [%rd1, {%r2}], [%r3];", "unsupported modifier '.6d'"),
    .init(
      "cp.async.bulk.tensor.1d.shared::cluster.global.im2col.mbarrier::complete_tx::bytes "
        + "[%r1], [%rd1, {%r2}], [%r3];", "unsupported modifier '.im2col'"),
  ]

  private static let clusters: [FaultyLine] = [
    .init("atom.shared::cluster.add.u32 %r1, [%r1], 1;", "unsupported modifier"),
    .init("ld.shared::cluster.f32 %f1, [%rd1];", "unsupported: an address of shared memory in 64"),
    .init("ld.shared::cluster.f32 %f1, [constants];", "does not lie in cluster memory"),
    .init(
      "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes"
        + ".multicast::cluster [%r1], [%rd1, {%r2}], [%r3];", "takes 4 operands, not 3"),
    .init(
      "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes"
        + ".multicast::cluster [%r1], [%rd1, {%r2}], [%r3], %r4;", "'%r4' is a register of .b32"),
    .init(
      "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes"
        + ".multicast::cluster [%r1], [%rd1, {%r2}], [%r3], 65536;", "beyond the range of .u16"),
    .init(
      "cp.async.bulk.tensor.1d.shared::cta.global.mbarrier::complete_tx::bytes"
        + ".multicast::cluster [%r1], [%rd1, {%r2}], [%r3], 3;", "unsupported modifier"),
  ]

  private static let threads: [FaultyLine] = [
    .init("shfl.idx.b32 %r1, %r2, 0, 31;", "unsupported modifier '.idx'"),
    .init("shfl.sync.idx.u32 %r1, %r2, 0, 31, -1;", "unsupported modifier '.u32'"),
    .init("shfl.sync.idx.b32 %r1|%p1, %r2, 0, 31, -1;", "unsupported: the predicate of"),
    .init("shfl.sync.idx.b32 %r1, %r2, 0, 31;", "takes 5 operands, not 4"),
    .init("vote.sync.uni.pred %p1, %p2, -1;", "unsupported modifier '.uni'"),
    .init("vote.sync.all.pred %p1, !%p2, -1;", "unsupported: a negated predicate"),
    .init("vote.sync.ballot.pred %p1, %p2, -1;", "unsupported modifier '.pred'"),
    .init("vote.all.pred %p1, %p2;", "unsupported modifier '.all'"),
    .init("elect.sync %r1|%p1, -1;", "unsupported: results of 'elect.sync' other than '_|p'"),
    .init("elect.sync %p1, -1;", "unsupported: results of 'elect.sync' other than '_|p'"),
    .init("barrier.sync 0;", "'barrier.sync' lacks a modifier; expected .aligned"),
    .init("barrier.arrive 1, 32;", "expected .aligned"),
    .init("bar.red.popc.u32 %r1, 0, %p1;", "unsupported modifier '.red'"),
    .init("bar.arrive 1;", "'bar.arrive' takes 2 operands, not 1"),
    .init("bar.sync;", "'bar.sync' takes 1 or 2 operands, not 0"),
    .init("fence.sc.gpu;", "unsupported modifier '.sc'"),
    .init("fence.acq_rel.sys;", "unsupported modifier '.sys'"),
    .init("fence.proxy.async;", "expected .shared::cta"),
    .init("fence.proxy.tensormap;", "unsupported modifier '.tensormap'"),
    .init(
      "fence.proxy.tensormap::generic.acquire.gpu [%rd1], 128;", "unsupported modifier '.gpu'"),
    .init(
      "fence.proxy.tensormap::generic.release.sys;", "unsupported modifier '.release'"),
    .init("membar.gl;", "unknown or unsupported instruction 'membar.gl'"),
    .init("fence.mbarrier_init.acquire.cluster;", "unsupported modifier '.acquire'"),
    .init("barrier.cluster.arrive.release;", "expected .aligned"),
    .init("barrier.cluster.arrive.relaxed.aligned;", "unsupported modifier '.relaxed'"),
    .init("barrier.cluster.sync.aligned;", "unsupported modifier '.sync'"),
    .init("barrier.cluster.wait.aligned 0;", "takes 0 operands, not 1"),
    .init("mapa.u64 %rd1, %rd2, 1;", "expected .shared::cluster"),
    .init("mapa.shared::cluster.u64 %rd1, %rd2, 1;", "expected .u32"),
    .init("mapa.shared::cluster.u32 %r1, shared, 1;", "unsupported: 'mapa' of a variable"),
    .init("mapa.shared::cluster.u32 %r1, %rd2, 1;", "'%rd2' is a register of .b64"),
    .init(
      "mbarrier.arrive.release.cluster.shared.b64 _, [%r1];", "expected .shared::cluster"),
    .init(
      "mbarrier.arrive.expect_tx.shared::cluster.b64 _, [%r1], 8;", "expected .shared"),
    .init(
      "mbarrier.arrive.release.cluster.shared::cluster.b64 %rd1, [%r1];",
      "expected '_', as another block's barrier gives no state"),
    .init("mbarrier.arrive.expect_tx.release.cluster.shared.b64 _, [%r1], 8;", "expected .cta"),
    .init("mbarrier.test_wait.parity.acquire.cluster.shared.b64 %p1, [%r1], 0;", "expected .cta"),
    .init("mbarrier.init.b64 [%rd1], 1;", "generic addresses are unsupported"),
    .init("mbarrier.arrive.shared.b64 %rd1, [%r1];", "unsupported: the state of a barrier"),
    .init("mbarrier.arrive.shared.b64 _, [%r1], 2;", "the number of arrivals must be in 1…1"),
    .init("mbarrier.arrive.noComplete.shared.b64 _, [%r1], 1;", "unsupported modifier"),
    .init("mbarrier.test_wait.shared.b64 %p1, [%r1], %rd1;", "expected .parity"),
    .init("mbarrier.try_wait.parity.shared.b64 %p1, [%r1], 2;", "the parity must be in 0…1"),
    .init("mbarrier.try_wait.parity.shared.b64 %p1, [%r1], 0, 100;", "takes 3 operands, not 4"),
    .init("bra $L1;", "the label '$L1' is not defined"),
    .init("bra %r1, %r2;", "'bra' takes 1 operand, not 2"),
    .init("bra 5;", "expected a label, not a constant"),
    .init("bra.conv L; L:", "unsupported modifier '.conv'"),
    .init("L: L:", "'L' is declared twice"),
    .init("%r1:", "'%r1' is declared twice"),
    .init("brx.idx %r1, L;", "unknown or unsupported instruction 'brx.idx'"),
    .init("call f;", "unknown or unsupported instruction 'call'"),
    .init("ret 5;", "'ret' takes 0 operands, not 1"),
  ]

  private static let matrices: [FaultyLine] = [
    .init("ldmatrix.sync.aligned.m8n8.x1.shared.b16 %r1, [%r2];", "expected a vector of 1"),
    .init("ldmatrix.sync.aligned.m8n8.x3.shared.b16 {%r1}, [%r2];", "expected .x1, .x2, .x4"),
    .init("ldmatrix.sync.aligned.m8n8.x1.b16 {%r1}, [%rd2];", "generic addresses"),
    .init("ldmatrix.sync.aligned.m8n8.x1.shared.b8 {%r1}, [%r2];", "expected .b16"),
    .init("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%f1}, [%r2];", "with registers of .f32"),
    .init("stmatrix.sync.aligned.m8n8.x2.shared.b16 [%r1], {%r2};", "expected a vector of 2"),
    .init(
      "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%r0,%r1},{%r0,%r1,%r2,%r3},{%r4,%r5},"
        + "{%r6,%r7};", "unsupported modifier '.f16'"),
    .init(
      "mma.sync.aligned.m16n8k16.row.row.f32.f16.f16.f32 {%f0,%f1,%f2,%f3},{%r0,%r1,%r2,%r3},"
        + "{%r4,%r5},{%f0,%f1,%f2,%f3};", "expected .col"),
    .init(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.bf16.f32 {%f0,%f1,%f2,%f3},{%r0,%r1,%r2,%r3},"
        + "{%r4,%r5},{%f0,%f1,%f2,%f3};", "the types of A and B differ"),
    .init(
      "mma.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3},{%r0,%r1,%r2,%r3},"
        + "{%r4,%r5},{%f0,%f1,%f2,%f3};", "unsupported shape"),
    .init(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3},{%r0,%r1},"
        + "{%r4,%r5},{%f0,%f1,%f2,%f3};", "expected a vector of 4, not a vector of 2"),
    .init(
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3},{%r0,%r1},"
        + "%r4,{%f0,%f1,%f2,%f3};", "expected a vector of 1, not '%r4'"),
    .init(
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3},{%u0,%u1},"
        + "{%r4},{%f0,%f1,%f2,%f3};", "'%u0' is a register of .u32"),
    .init(
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%r0,%r1,%r2,%r3},{%r0,%r1},"
        + "{%r4},{%f0,%f1,%f2,%f3};", "with registers of .b32"),
    .init(
      "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 {%f0,%f1,%f2,%f3},{%f4,%f5},"
        + "{%f6},{%f0,%f1,%f2,%f3};", "'%f4' is a register of .f32"),
    .init(
      "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 "
        + "{%f0,%f1,%f2,%f3},{%r0,%r1,%r2,%r3},{%r4,%r5,%r6,%r7},{%f0,%f1,%f2,%f3}, %r8, 2;",
      "the selector must be in 0…1"),
    .init(
      "mma.sp::ordered_metadata.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        + "{%f0,%f1,%f2,%f3},{%r0,%r1},{%r4,%r5},{%f0,%f1,%f2,%f3}, 5, 1;",
      "expected a register, not a constant"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n12k16.f32.f16.f16 {%f0}, %rd1, %rd2, %p1, 1, 1, 0, 0;",
      "unsupported shape '.m64n12k16'; expected m64nNk16"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n8k8.f32.f16.f16 {%f0}, %rd1, %rd2, %p1, 1, 1, 0, 0;",
      "unsupported shape"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0,%f1,%f2,%f3}, %rd1, %rd2, %p1, "
        + "1, 1;", "takes 8 operands, not 6"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0,%f1,%f2,%f3}, %rd1, %rd2, %p1, "
        + "-1, 1, 0, 0;", "a factor must be in 1…1"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0,%f1,%f2,%f3}, %rd1, %rd2, %p1, "
        + "1, 1, 2, 0;", "a layout must be in 0…1"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0,%f1,%f2,%f3}, %rd1, %rd2, !%p1, "
        + "1, 1, 0, 0;", "unsupported: a negated predicate"),
    .init(
      "wgmma.mma_async.sync.aligned.m64n8k8.f32.tf32.tf32 {%f0,%f1,%f2,%f3}, %rd1, %rd2, %p1, "
        + "1, 1, 0, 0;", "takes 6 operands, not 8"),
    .init(
      "wgmma.mma_async.sp.sync.aligned.m64n8k32.f32.f16.f16 {%f0,%f1,%f2,%f3}, %rd1, %rd2, %p1;",
      "unsupported modifier '.sp'"),
  ]

  private static let versions: [FaultyLine] = [
    .init("wgmma.fence.sync.aligned;", "needs sm_90a, and the text is for sm_90", target: "sm_90"),
    .init("elect.sync _|%p1, -1;", "needs sm_90, and the text is for sm_89", target: "sm_89"),
    .init(
      "mbarrier.arrive.shared.b64 _, [%r1], 1;", "a number of arrivals needs sm_90",
      target: "sm_80"),
    .init(
      "bar.cta.sync 0;", "'.cta' of a barrier needs PTX 7.8, and the text says 7.4",
      version: "7.4", target: "sm_80"),
    .init("ld.shared::cta.u32 %r1, [%r1];", "needs PTX 7.8", version: "7.4", target: "sm_80"),
    .init("ld.param::entry.u32 %r1, [arguments];", "needs PTX 8.3", version: "8.2"),
    .init("mbarrier.arrive.shared.b64 _, [%r1];", "needs PTX 7.1", version: "7.0", target: "sm_80"),
    .init("elect.sync _|%p1, -1;", "needs PTX 8.0", version: "7.8", target: "sm_90"),
    .init("mov.u32 %r1, %cluster_ctarank;", "needs sm_90", target: "sm_89"),
    .init("ld.shared::cluster.u32 %r1, [%r1];", "needs sm_90", target: "sm_89"),
    .init("barrier.cluster.wait.aligned;", "needs sm_90", target: "sm_89"),
    .init(
      "barrier.cluster.wait.acquire.aligned;", "'.acquire' needs PTX 8.0", version: "7.8",
      target: "sm_90"),
    .init(
      "fence.proxy.tensormap::generic.acquire.sys [%rd1], 128;", "needs PTX 8.3", version: "8.2",
      target: "sm_90"),
    .init(
      "fence.proxy.tensormap::generic.acquire.sys [%rd1], 128;", "needs sm_90", target: "sm_89"),
    .init("fence.mbarrier_init.release.cluster;", "needs PTX 8.0", version: "7.8", target: "sm_90"),
    .init(
      "mma.sp::ordered_metadata.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        + "{%f0,%f1,%f2,%f3},{%r0,%r1},{%r4,%r5},{%f0,%f1,%f2,%f3}, %r8, 1;", "needs PTX 8.5",
      version: "8.4"),
  ]
}
