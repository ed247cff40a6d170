import KernelIR
import PTX
import Testing

/// Memory, threads and matrices, each in all spellings of the ISA.
struct ReaderMemoryTests {
  static let loads: [ReaderCase] = [
    .init("ld.global.f32 %f1, [%rd1];", .load(Access(.global, .f32)), [.f(1)], [.at(rd: 1)]),
    .init("ld.weak.global.f32 %f1, [%rd1];", .load(Access(.global, .f32)), [.f(1)], [.at(rd: 1)]),
    .init(
      "ld.global.f32 %f1, [%rd1+16];", .load(Access(.global, .f32)), [.f(1)],
      [
        .at(rd: 1, 16)
      ]),
    .init(
      "ld.global.f32 %f1, [ %rd1 + -0x10 ];", .load(Access(.global, .f32)), [.f(1)],
      [
        .at(rd: 1, -16)
      ]),
    .init("ld.global.b32 %f1, [%du];", .load(Access(.global, .f32)), [.f(1)], [.at(rd: 8)]),
    .init("ld.global.b32 %r1, [%rd1];", .load(Access(.global, .u32)), [.r(1)], [.at(rd: 1)]),
    .init("ld.global.f32 %r1, [%rd1];", .load(Access(.global, .u32)), [.r(1)], [.at(rd: 1)]),
    .init("ld.global.u32 %r1, [%rd1];", .load(Access(.global, .u32)), [.r(1)], [.at(rd: 1)]),
    .init("ld.global.s32 %r1, [%rd1];", .load(Access(.global, .s32)), [.r(1)], [.at(rd: 1)]),
    .init("ld.global.b16 %h1, [%rd1];", .load(Access(.global, .f16)), [.h(1)], [.at(rd: 1)]),
    .init("ld.global.u16 %h1, [%rd1];", .load(Access(.global, .f16)), [.h(1)], [.at(rd: 1)]),
    .init("ld.global.b64 %rd2, [%rd1];", .load(Access(.global, .u64)), [.rd(2)], [.at(rd: 1)]),
    .init("ld.global.u64 %rd2, [%rd1];", .load(Access(.global, .u64)), [.rd(2)], [.at(rd: 1)]),
    .init("ld.global.s64 %rd2, [%rd1];", .load(Access(.global, .u64)), [.rd(2)], [.at(rd: 1)]),
    .init(
      "ld.global.v2.f32 {%f1, %f2}, [%rd1];", .load(Access(.global, .f32, count: 2)),
      [.f(1), .f(2)], [.at(rd: 1)]),
    .init(
      "ld.global.v4.b32 {%r1,%r2,%r3,%r4}, [%rd1];", .load(Access(.global, .u32, count: 4)),
      [.r(1), .r(2), .r(3), .r(4)], [.at(rd: 1)]),
    .init(
      "ld.global.v4.b16 {%h1,%h2,%h3,%h4}, [%rd1];", .load(Access(.global, .f16, count: 4)),
      [.h(1), .h(2), .h(3), .h(4)], [.at(rd: 1)]),
    .init(
      "ld.global.v2.u64 {%rd2,%rd3}, [%rd1];", .load(Access(.global, .u64, count: 2)),
      [.rd(2), .rd(3)], [.at(rd: 1)]),
    .init(
      "ld.relaxed.gpu.global.f32 %f1, [%rd1];", .load(Access(.global, .f32, order: .relaxed)),
      [.f(1)], [.at(rd: 1)]),
    .init(
      "ld.acquire.gpu.global.u32 %r1, [%rd1+4];", .load(Access(.global, .u32, order: .acquire)),
      [.r(1)], [.at(rd: 1, 4)]),
    .init(
      "st.release.gpu.global.u64 [%rd1], %rd2;", .store(Access(.global, .u64, order: .release)),
      [], [.at(rd: 1), .rd(2)]),
    .init(
      "ld.global.nc.f32 %f1, [%rd1];", .load(Access(.global, .f32, cache: .readOnly)), [.f(1)],
      [.at(rd: 1)]),
    .init(
      "ld.global.nc.v4.f32 {%f1,%f2,%f3,%f4}, [%rd1+16];",
      .load(Access(.global, .f32, count: 4, cache: .readOnly)), [.f(1), .f(2), .f(3), .f(4)],
      [.at(rd: 1, 16)]),
    .init("ld.shared.f32 %f1, [%r1];", .load(Access(.shared, .f32)), [.f(1)], [.at(r: 1)]),
    .init(
      "ld.shared::cta.b16 %h1, [%r1+2];", .load(Access(.shared, .f16)), [.h(1)],
      [
        .at(r: 1, 2)
      ]),
    .init(
      "ld.shared.u32 %r1, [shared];", .load(Access(.shared, .u32)), [.r(1)],
      [
        .memory(.shared, offset: 0)
      ]),
    .init(
      "ld.shared.u32 %r1, [shared+64];", .load(Access(.shared, .u32)), [.r(1)],
      [
        .memory(.shared, offset: 64)
      ]),
    .init(
      "ld.const.f32 %f1, [constants+4];", .load(Access(.constant, .f32)), [.f(1)],
      [
        .memory(.constants, offset: 4)
      ]),
    .init(
      "ld.const.v4.f32 {%f1,%f2,%f3,%f4}, [constants+16];",
      .load(Access(.constant, .f32, count: 4)), [.f(1), .f(2), .f(3), .f(4)],
      [.memory(.constants, offset: 16)]),
    .init(
      "ld.param.u64 %rd1, [arguments];", .load(Access(.parameter, .u64)), [.rd(1)],
      [
        .memory(.parameters, offset: 0)
      ]),
    .init(
      "ld.param::entry.b32 %f1, [arguments+44];", .load(Access(.parameter, .f32)), [.f(1)],
      [
        .memory(.parameters, offset: 44)
      ]),
    .init(
      "ld.param.s32 %r1, [arguments+8];", .load(Access(.parameter, .s32)), [.r(1)],
      [
        .memory(.parameters, offset: 8)
      ]),
  ]

  static let stores: [ReaderCase] = [
    .init("st.global.f32 [%rd1], %f1;", .store(Access(.global, .f32)), [], [.at(rd: 1), .f(1)]),
    .init(
      "st.weak.global.b32 [%rd1], %f1;", .store(Access(.global, .f32)), [],
      [
        .at(rd: 1), .f(1),
      ]),
    .init(
      "st.global.f32 [%rd1], 0f3F800000;", .store(Access(.global, .f32)), [],
      [
        .at(rd: 1), .bits(0x3f80_0000),
      ]),
    .init(
      "st.global.u32 [%rd1+4], 5;", .store(Access(.global, .u32)), [],
      [
        .at(rd: 1, 4), .bits(5),
      ]),
    .init("st.global.s32 [%rd1], %r1;", .store(Access(.global, .s32)), [], [.at(rd: 1), .r(1)]),
    .init("st.global.b16 [%rd1], %h1;", .store(Access(.global, .f16)), [], [.at(rd: 1), .h(1)]),
    .init("st.global.u64 [%rd1], %rd2;", .store(Access(.global, .u64)), [], [.at(rd: 1), .rd(2)]),
    .init(
      "st.global.v4.f32 [%rd1], {%f1,%f2,%f3,0f00000000};",
      .store(Access(.global, .f32, count: 4)), [], [.at(rd: 1), .f(1), .f(2), .f(3), .bits(0)]),
    .init(
      "st.shared.v2.b32 [shared+8], {%r1,%r2};", .store(Access(.shared, .u32, count: 2)), [],
      [.memory(.shared, offset: 8), .r(1), .r(2)]),
    .init(
      "st.shared::cta.b64 [%r1], %rd2;", .store(Access(.shared, .u64)), [],
      [
        .at(r: 1), .rd(2),
      ]),
    .init(
      "atom.global.add.u32 %r1, [%rd1], 1;", .atomic(.add, .global, .u32), [.r(1)],
      [
        .at(rd: 1), .bits(1),
      ]),
    .init(
      "atom.shared.add.s32 %r1, [%r2], -1;", .atomic(.add, .shared, .s32), [.r(1)],
      [
        .at(r: 2), .bits(0xffff_ffff),
      ]),
    .init(
      "atom.global.add.u64 %rd2, [%rd1], %rd3;", .atomic(.add, .global, .u64), [.rd(2)],
      [
        .at(rd: 1), .rd(3),
      ]),
    .init(
      "atom.relaxed.gpu.global.add.f32 %f1, [%rd1+4], %f2;", .atomic(.add, .global, .f32),
      [.f(1)], [.at(rd: 1, 4), .f(2)]),
    .init(
      "atom.shared::cta.min.s32 %r1, [shared], %r2;", .atomic(.min, .shared, .s32), [.r(1)],
      [
        .memory(.shared, offset: 0), .r(2),
      ]),
    .init(
      "atom.global.max.u32 %r1, [%rd1], %r2;", .atomic(.max, .global, .u32), [.r(1)],
      [
        .at(rd: 1), .r(2),
      ]),
    .init(
      "atom.global.and.b32 %r1, [%rd1], %r2;", .atomic(.and, .global, .u32), [.r(1)],
      [
        .at(rd: 1), .r(2),
      ]),
    .init(
      "atom.global.or.b32 %r1, [%rd1], %r2;", .atomic(.or, .global, .u32), [.r(1)],
      [
        .at(rd: 1), .r(2),
      ]),
    .init(
      "atom.global.exch.b32 %r1, [%rd1], %r2;", .atomic(.exchange, .global, .u32), [.r(1)],
      [
        .at(rd: 1), .r(2),
      ]),
    .init(
      "atom.global.cas.b32 %r1, [%rd1], 0, %r2;", .atomic(.compareExchange, .global, .u32),
      [.r(1)], [.at(rd: 1), .bits(0), .r(2)]),
    .init(
      "red.global.add.f32 [%rd1], %f1;", .reduce(.add, .global, .f32), [],
      [
        .at(rd: 1), .f(1),
      ]),
    .init(
      "red.relaxed.gpu.global.add.u32 [%rd1], 1;", .reduce(.add, .global, .u32), [],
      [
        .at(rd: 1), .bits(1),
      ]),
    .init("red.shared.or.b32 [%r1], %r2;", .reduce(.or, .shared, .u32), [], [.at(r: 1), .r(2)]),
    .init(
      "red.global.max.s32 [%rd1], %r2;", .reduce(.max, .global, .s32), [],
      [
        .at(rd: 1), .r(2),
      ]),
    .init("prefetch.global.L2 [%rd1+128];", .prefetch, [], [.at(rd: 1, 128)]),
  ]

  static let copies: [ReaderCase] = [
    .init(
      "cp.async.cg.shared.global [%r1], [%rd1], 16;", .asyncCopy(byteCount: 16), [],
      [.at(r: 1), .at(rd: 1), .bits(16)]),
    .init(
      "cp.async.cg.shared::cta.global [shared+16], [%rd1+32], 0x10, %r2;",
      .asyncCopy(byteCount: 16), [],
      [.memory(.shared, offset: 16), .at(rd: 1, 32), .r(2)]),
    .init(
      "cp.async.cg.shared.global [%r1], [%rd1], 16, 0;", .asyncCopy(byteCount: 16), [],
      [.at(r: 1), .at(rd: 1), .bits(0)]),
    .init(
      "cp.async.ca.shared.global [%r1], [%rd1], 4;", .asyncCopy(byteCount: 4), [],
      [.at(r: 1), .at(rd: 1), .bits(4)]),
    .init(
      "cp.async.ca.shared.global [%r1], [%rd1], 8, %r2;", .asyncCopy(byteCount: 8), [],
      [.at(r: 1), .at(rd: 1), .r(2)]),
    .init("cp.async.commit_group;", .asyncCopyCommit),
    .init("cp.async.wait_group 0;", .asyncCopyWait(0)),
    .init("cp.async.wait_group 3;", .asyncCopyWait(3)),
    .init("cp.async.mbarrier.arrive.noinc.shared.b64 [%r1];", .asyncCopyArrive, [], [.at(r: 1)]),
    .init(
      "cp.async.mbarrier.arrive.noinc.shared::cta.b64 [shared+8];", .asyncCopyArrive, [],
      [.memory(.shared, offset: 8)]),
    .init(
      "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes "
        + "[%r1], [%rd1, {%r2}], [%r3];", .tensorCopy(dimensionCount: 1), [],
      [.at(r: 1), .at(rd: 1), .at(r: 3), .r(2)]),
    .init(
      "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
        + "[shared], [%rd1, {%r2, -1}], [shared+64];", .tensorCopy(dimensionCount: 2), [],
      [
        .memory(.shared, offset: 0), .at(rd: 1), .memory(.shared, offset: 64), .r(2),
        .bits(0xffff_ffff),
      ]),
    .init(
      "cp.async.bulk.tensor.5d.shared::cta.global.mbarrier::complete_tx::bytes "
        + "[%r1], [%rd1, {%r2,%r4,%r5,%r6,%r7}], [%r3];", .tensorCopy(dimensionCount: 5), [],
      [.at(r: 1), .at(rd: 1), .at(r: 3), .r(2), .r(4), .r(5), .r(6), .r(7)]),
  ]

  @Test(arguments: loads + stores + copies)
  func read(_ example: ReaderCase) throws {
    let got = try OneLineKernel.read(example.text)
    #expect(got == [example.instruction])
  }
}
