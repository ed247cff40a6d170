import KernelIR
import PTX
import Testing

/// Registers, arithmetic, comparisons and conversions, each in all spellings of the ISA.
struct ReaderArithmeticTests {
  static let moves: [ReaderCase] = [
    .init("mov.pred %p1, %p2;", .move(.predicate), [.p(1)], [.p(2)]),
    .init("mov.pred %p1, 1;", .move(.predicate), [.p(1)], [.bits(1)]),
    .init("mov.pred %p1, 2;", .move(.predicate), [.p(1)], [.bits(1)]),
    .init("mov.b16 %h1, %h2;", .move(.f16), [.h(1)], [.h(2)]),
    .init("mov.b16 %h1, %hf;", .move(.f16), [.h(1)], [.h(9)]),
    .init("mov.u16 %h1, %hu;", .move(.f16), [.h(1)], [.h(8)]),
    .init("mov.s16 %h1, -1;", .move(.f16), [.h(1)], [.bits(0xffff)]),
    .init("mov.b16 %h1, 0x3C00;", .move(.f16), [.h(1)], [.bits(0x3c00)]),
    .init("mov.u32 %r1, %r2;", .move(.u32), [.r(1)], [.r(2)]),
    .init("mov.b32 %r1, %r2;", .move(.u32), [.r(1)], [.r(2)]),
    .init("mov.b32 %r1, %x1;", .move(.u32), [.r(1)], [.r(21)]),
    .init("mov.s32 %s1, %u1;", .move(.s32), [.r(19)], [.r(17)]),
    .init("mov.f32 %f1, %f2;", .move(.f32), [.f(1)], [.f(2)]),
    .init("mov.b32 %f1, %f2;", .move(.f32), [.f(1)], [.f(2)]),
    .init("mov.b32 %f1, %r2;", .move(.f32), [.f(1)], [.r(2)]),
    .init("mov.b32 %r1, %f2;", .move(.u32), [.r(1)], [.f(2)]),
    .init("mov.f32 %r1, %f2;", .move(.u32), [.r(1)], [.f(2)]),
    .init("mov.f32 %f1, %r2;", .move(.f32), [.f(1)], [.r(2)]),
    .init("mov.b64 %rd1, %rd2;", .move(.u64), [.rd(1)], [.rd(2)]),
    .init("mov.u64 %rd1, %du;", .move(.u64), [.rd(1)], [.rd(8)]),
    .init("mov.s64 %rd1, -1;", .move(.u64), [.rd(1)], [.bits(.max)]),
    .init("mov .u32 %r1 , /* a */ %r2 ; // b", .move(.u32), [.r(1)], [.r(2)]),
    .init("mov.u32 %r1, shared;", .sharedAddress, [.r(1)]),
    .init("mov.b32 %r1, shared;", .sharedAddress, [.r(1)]),
    .init("mov.s32 %r1, shared;", .sharedAddress, [.r(1)]),
    .init("mov.b32 %r1, {%h1, %h2};", .pack(.f16x2), [.r(1)], [.h(1), .h(2)]),
    .init("mov.b32 %r1, {%h1, 0};", .pack(.f16x2), [.r(1)], [.h(1), .bits(0)]),
    .init("mov.b64 %rd1, {%r1, %r2};", .pack(.u64), [.rd(1)], [.r(1), .r(2)]),
    .init("mov.b64 %rd1, {%f1, %r2};", .pack(.u64), [.rd(1)], [.f(1), .r(2)]),
    .init("mov.b32 {%h1, %h2}, %r1;", .unpack(.f16x2), [.h(1), .h(2)], [.r(1)]),
    .init("mov.b32 {%h1, %h2}, %f1;", .unpack(.f16x2), [.h(1), .h(2)], [.f(1)]),
    .init("mov.b64 {%r1, %r2}, %rd1;", .unpack(.u64), [.r(1), .r(2)], [.rd(1)]),
    .init("mov.b64 {%f1, %f2}, %rd1;", .unpack(.u64), [.f(1), .f(2)], [.rd(1)]),
    .init("selp.u32 %r1, %r2, 0, %p1;", .select(.u32), [.r(1)], [.r(2), .bits(0), .p(1)]),
    .init("selp.b32 %r1, %r2, %r3, %p1;", .select(.u32), [.r(1)], [.r(2), .r(3), .p(1)]),
    .init(
      "selp.s32 %r1, -1, %r3, %p1;", .select(.s32), [.r(1)],
      [
        .bits(0xffff_ffff), .r(3), .p(1),
      ]),
    .init(
      "selp.f32 %f1, %f2, 0f3F800000, %p1;", .select(.f32), [.f(1)],
      [
        .f(2), .bits(0x3f80_0000), .p(1),
      ]),
    .init("selp.b32 %f1, %f2, %f3, %p1;", .select(.f32), [.f(1)], [.f(2), .f(3), .p(1)]),
    .init("selp.b16 %h1, %h2, %h3, %p1;", .select(.f16), [.h(1)], [.h(2), .h(3), .p(1)]),
    .init("selp.b64 %rd1, %rd2, %rd3, %p1;", .select(.u64), [.rd(1)], [.rd(2), .rd(3), .p(1)]),
    .init("selp.s64 %rd1, %rd2, 7, %p1;", .select(.u64), [.rd(1)], [.rd(2), .bits(7), .p(1)]),
  ]

  static let specials: [ReaderCase] = [
    .init("mov.u32 %r1, %tid.x;", .special(.threadX), [.r(1)]),
    .init("mov.b32 %r1, %tid.x;", .special(.threadX), [.r(1)]),
    .init("mov.s32 %r1, %ntid.x;", .special(.threadCountX), [.r(1)]),
    .init("mov.u32 %r1, %ctaid.x;", .special(.blockX), [.r(1)]),
    .init("mov.u32 %r1, %ctaid.y;", .special(.blockY), [.r(1)]),
    .init("mov.u32 %r1, %ctaid.z;", .special(.blockZ), [.r(1)]),
    .init("mov.u32 %r1, %nctaid.x;", .special(.blockCountX), [.r(1)]),
    .init("mov.u32 %r1, %nctaid.y;", .special(.blockCountY), [.r(1)]),
    .init("mov.u32 %r1, %nctaid.z;", .special(.blockCountZ), [.r(1)]),
    .init("mov.u32 %r1, %laneid;", .special(.lane), [.r(1)]),
    .init("mov.u64 %rd1, %clock64;", .special(.clock64), [.rd(1)]),
    .init("mov.b64 %rd1, %clock64;", .special(.clock64), [.rd(1)]),
  ]

  static let constants: [ReaderCase] = [
    .init("mov.u32 %r1, 10;", .move(.u32), [.r(1)], [.bits(10)]),
    .init("mov.u32 %r1, 0;", .move(.u32), [.r(1)], [.bits(0)]),
    .init("mov.u32 %r1, 0x1F;", .move(.u32), [.r(1)], [.bits(31)]),
    .init("mov.u32 %r1, 0X1f;", .move(.u32), [.r(1)], [.bits(31)]),
    .init("mov.u32 %r1, 0xFFFFFFFFU;", .move(.u32), [.r(1)], [.bits(0xffff_ffff)]),
    .init("mov.u32 %r1, 12U;", .move(.u32), [.r(1)], [.bits(12)]),
    .init("mov.u32 %r1, 017;", .move(.u32), [.r(1)], [.bits(15)]),
    .init("mov.u32 %r1, 0b101;", .move(.u32), [.r(1)], [.bits(5)]),
    .init("mov.u32 %r1, -1;", .move(.u32), [.r(1)], [.bits(0xffff_ffff)]),
    .init("mov.s32 %r1, - 2;", .move(.s32), [.r(1)], [.bits(0xffff_fffe)]),
    .init("mov.s32 %r1, -2147483648;", .move(.s32), [.r(1)], [.bits(0x8000_0000)]),
    .init("mov.u32 %r1, WARP_SZ;", .move(.u32), [.r(1)], [.bits(32)]),
    .init("mov.u64 %rd1, 0xFFFFFFFFFFFFFFFF;", .move(.u64), [.rd(1)], [.bits(.max)]),
    .init("mov.u64 %rd1, 18446744073709551615;", .move(.u64), [.rd(1)], [.bits(.max)]),
    .init("mov.s64 %rd1, -9223372036854775808;", .move(.u64), [.rd(1)], [.bits(1 << 63)]),
    .init("mov.f32 %f1, 0f3F800000;", .move(.f32), [.f(1)], [.bits(0x3f80_0000)]),
    .init("mov.f32 %f1, 0F3f800000;", .move(.f32), [.f(1)], [.bits(0x3f80_0000)]),
    .init("mov.f32 %f1, 0f7FC00000;", .move(.f32), [.f(1)], [.bits(0x7fc0_0000)]),
    .init("mov.b32 %f1, 0f3F800000;", .move(.f32), [.f(1)], [.bits(0x3f80_0000)]),
    .init("mov.b32 %r1, 0f3F800000;", .move(.u32), [.r(1)], [.bits(0x3f80_0000)]),
    .init("mov.b32 %f1, 0x3F800000;", .move(.f32), [.f(1)], [.bits(0x3f80_0000)]),
    .init("mov.f32 %f1, 0d3FF0000000000000;", .move(.f32), [.f(1)], [.bits(0x3f80_0000)]),
    .init("mov.f32 %f1, 0d7FF0000000000000;", .move(.f32), [.f(1)], [.bits(0x7f80_0000)]),
    .init("mov.f32 %f1, 1.5;", .move(.f32), [.f(1)], [.bits(0x3fc0_0000)]),
    .init("mov.f32 %f1, -1.5;", .move(.f32), [.f(1)], [.bits(0xbfc0_0000)]),
    .init("mov.f32 %f1, 15e-1;", .move(.f32), [.f(1)], [.bits(0x3fc0_0000)]),
    .init("mov.f32 %f1, 5E+0;", .move(.f32), [.f(1)], [.bits(0x40a0_0000)]),
    .init("mov.f32 %f1, 0.1;", .move(.f32), [.f(1)], [.bits(0x3dcc_cccd)]),
  ]

  static let unary: [ReaderCase] = [
    .init("neg.s32 %r1, %r2;", .unary(.negate, .s32), [.r(1)], [.r(2)]),
    .init("neg.s32 %r1, 5;", .unary(.negate, .s32), [.r(1)], [.bits(5)]),
    .init("neg.f32 %f1, %f2;", .unary(.negate, .f32), [.f(1)], [.f(2)]),
    .init("neg.f16 %h1, %hf;", .unary(.negate, .f16), [.h(1)], [.h(9)]),
    .init("neg.f16x2 %r1, %x1;", .unary(.negate, .f16x2), [.r(1)], [.r(21)]),
    .init("neg.bf16x2 %r1, %r2;", .unary(.negate, .bf16x2), [.r(1)], [.r(2)]),
    .init("abs.s32 %r1, %r2;", .unary(.absolute, .s32), [.r(1)], [.r(2)]),
    .init("abs.f32 %f1, %f2;", .unary(.absolute, .f32), [.f(1)], [.f(2)]),
    .init("abs.f16 %h1, %h2;", .unary(.absolute, .f16), [.h(1)], [.h(2)]),
    .init("abs.f16x2 %r1, %r2;", .unary(.absolute, .f16x2), [.r(1)], [.r(2)]),
    .init("abs.bf16x2 %r1, %r2;", .unary(.absolute, .bf16x2), [.r(1)], [.r(2)]),
    .init("not.pred %p1, %p2;", .unary(.not, .predicate), [.p(1)], [.p(2)]),
    .init("not.b32 %r1, %r2;", .unary(.not, .u32), [.r(1)], [.r(2)]),
    .init("not.b64 %rd1, %rd2;", .unary(.not, .u64), [.rd(1)], [.rd(2)]),
    .init("popc.b32 %r1, %r2;", .unary(.countOnes, .u32), [.r(1)], [.r(2)]),
    .init("clz.b32 %r1, %s1;", .unary(.countLeadingZeros, .u32), [.r(1)], [.r(19)]),
    .init("brev.b32 %r1, %r2;", .unary(.reverseBits, .u32), [.r(1)], [.r(2)]),
    .init("rcp.rn.f32 %f1, %f2;", .unary(.reciprocal, .f32), [.f(1)], [.f(2)]),
    .init("sqrt.rn.f32 %f1, %f2;", .unary(.squareRoot, .f32), [.f(1)], [.f(2)]),
  ]

  static let binary: [ReaderCase] = [
    .init("add.u32 %r1, %r2, %r3;", .binary(.add, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("add.s32 %r1, %r2, -4;", .binary(.add, .s32), [.r(1)], [.r(2), .bits(0xffff_fffc)]),
    .init("add.u64 %rd1, %rd2, 8;", .binary(.add, .u64), [.rd(1)], [.rd(2), .bits(8)]),
    .init(
      "add.s64 %rd1, %rd2, -8;", .binary(.add, .u64), [.rd(1)],
      [
        .rd(2), .bits(0xffff_ffff_ffff_fff8),
      ]),
    .init("add.rn.f32 %f1, %f2, %f3;", .binary(.add, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("add.rn.f16 %h1, %h2, %h3;", .binary(.add, .f16), [.h(1)], [.h(2), .h(3)]),
    .init("add.rn.f16x2 %r1, %r2, %r3;", .binary(.add, .f16x2), [.r(1)], [.r(2), .r(3)]),
    .init("sub.u32 %r1, 3, %r3;", .binary(.subtract, .u32), [.r(1)], [.bits(3), .r(3)]),
    .init("sub.s32 %r1, %r2, %r3;", .binary(.subtract, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("sub.u64 %rd1, %rd2, %rd3;", .binary(.subtract, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("sub.s64 %rd1, %rd2, %rd3;", .binary(.subtract, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("sub.rn.f32 %f1, %f2, %f3;", .binary(.subtract, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("sub.rn.f16 %h1, %h2, %h3;", .binary(.subtract, .f16), [.h(1)], [.h(2), .h(3)]),
    .init("sub.rn.f16x2 %r1, %r2, %r3;", .binary(.subtract, .f16x2), [.r(1)], [.r(2), .r(3)]),
    .init("mul.lo.u32 %r1, %r2, 12;", .binary(.multiply, .u32), [.r(1)], [.r(2), .bits(12)]),
    .init("mul.lo.s32 %r1, %r2, %r3;", .binary(.multiply, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("mul.lo.u64 %rd1, %rd2, %rd3;", .binary(.multiply, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("mul.lo.s64 %rd1, %rd2, %rd3;", .binary(.multiply, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("mul.rn.f32 %f1, %f2, %f3;", .binary(.multiply, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("mul.rn.f16 %h1, %h2, %h3;", .binary(.multiply, .f16), [.h(1)], [.h(2), .h(3)]),
    .init("mul.rn.f16x2 %r1, %r2, %r3;", .binary(.multiply, .f16x2), [.r(1)], [.r(2), .r(3)]),
    .init("mul.hi.u32 %r1, %r2, %r3;", .binary(.multiplyHigh, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("mul.hi.s32 %r1, %r2, %r3;", .binary(.multiplyHigh, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("div.u32 %r1, %r2, 3;", .binary(.divide, .u32), [.r(1)], [.r(2), .bits(3)]),
    .init("div.s32 %r1, %r2, %r3;", .binary(.divide, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("div.rn.f32 %f1, %f2, %f3;", .binary(.divide, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("rem.u32 %r1, %r2, %r3;", .binary(.remainder, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("rem.s32 %r1, %r2, %r3;", .binary(.remainder, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("min.u32 %r1, %r2, %r3;", .binary(.min, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("min.s32 %r1, %r2, %r3;", .binary(.min, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("min.u64 %rd1, %rd2, %rd3;", .binary(.min, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("min.f32 %f1, %f2, %f3;", .binary(.min, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("min.f16 %h1, %h2, %h3;", .binary(.min, .f16), [.h(1)], [.h(2), .h(3)]),
    .init("min.f16x2 %r1, %r2, %r3;", .binary(.min, .f16x2), [.r(1)], [.r(2), .r(3)]),
    .init("min.bf16x2 %r1, %r2, %r3;", .binary(.min, .bf16x2), [.r(1)], [.r(2), .r(3)]),
    .init("min.NaN.f32 %f1, %f2, %f3;", .binary(.minNaN, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("min.NaN.f16 %h1, %h2, %h3;", .binary(.minNaN, .f16), [.h(1)], [.h(2), .h(3)]),
    .init("max.u32 %r1, %r2, %r3;", .binary(.max, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("max.s32 %r1, %r2, -5;", .binary(.max, .s32), [.r(1)], [.r(2), .bits(0xffff_fffb)]),
    .init("max.u64 %rd1, %rd2, %rd3;", .binary(.max, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("max.f32 %f1, %f2, 0f00000000;", .binary(.max, .f32), [.f(1)], [.f(2), .bits(0)]),
    .init("max.f16x2 %r1, %r2, %r3;", .binary(.max, .f16x2), [.r(1)], [.r(2), .r(3)]),
    .init("max.NaN.f32 %f1, %f2, %f3;", .binary(.maxNaN, .f32), [.f(1)], [.f(2), .f(3)]),
    .init("max.NaN.f16x2 %r1, %r2, %r3;", .binary(.maxNaN, .f16x2), [.r(1)], [.r(2), .r(3)]),
    .init("max.NaN.bf16x2 %r1, %r2, %r3;", .binary(.maxNaN, .bf16x2), [.r(1)], [.r(2), .r(3)]),
    .init("and.b32 %r1, %r2, 0xff;", .binary(.and, .u32), [.r(1)], [.r(2), .bits(255)]),
    .init(
      "and.b64 %rd1, %rd2, -16;", .binary(.and, .u64), [.rd(1)],
      [
        .rd(2), .bits(0xffff_ffff_ffff_fff0),
      ]),
    .init("and.pred %p1, %p2, %p3;", .binary(.and, .predicate), [.p(1)], [.p(2), .p(3)]),
    .init("or.b32 %r1, %r2, %r3;", .binary(.or, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("or.b64 %rd1, %rd2, %rd3;", .binary(.or, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("or.pred %p1, %p2, %p3;", .binary(.or, .predicate), [.p(1)], [.p(2), .p(3)]),
    .init("xor.b32 %r1, %r2, %r3;", .binary(.xor, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("xor.b64 %rd1, %rd2, %rd3;", .binary(.xor, .u64), [.rd(1)], [.rd(2), .rd(3)]),
    .init("xor.pred %p1, %p2, 1;", .binary(.xor, .predicate), [.p(1)], [.p(2), .bits(1)]),
    .init("shl.b32 %r1, %r2, 3;", .binary(.shiftLeft, .u32), [.r(1)], [.r(2), .bits(3)]),
    .init("shl.b64 %rd1, %rd2, %r3;", .binary(.shiftLeft, .u64), [.rd(1)], [.rd(2), .r(3)]),
    .init("shr.u32 %r1, %r2, 33;", .binary(.shiftRight, .u32), [.r(1)], [.r(2), .bits(33)]),
    .init("shr.b32 %r1, %r2, %r3;", .binary(.shiftRight, .u32), [.r(1)], [.r(2), .r(3)]),
    .init("shr.s32 %r1, %r2, %r3;", .binary(.shiftRight, .s32), [.r(1)], [.r(2), .r(3)]),
    .init("shr.u64 %rd1, %rd2, 3;", .binary(.shiftRight, .u64), [.rd(1)], [.rd(2), .bits(3)]),
    .init("shr.b64 %rd1, %rd2, 3;", .binary(.shiftRight, .u64), [.rd(1)], [.rd(2), .bits(3)]),
  ]

  static let ternary: [ReaderCase] = [
    .init(
      "fma.rn.f32 %f1, %f2, %f3, %f4;", .ternary(.fma, .f32), [.f(1)],
      [
        .f(2), .f(3), .f(4),
      ]),
    .init(
      "mad.rn.f32 %f1, %f2, 0f40000000, %f4;", .ternary(.fma, .f32), [.f(1)],
      [
        .f(2), .bits(0x4000_0000), .f(4),
      ]),
    .init(
      "fma.rn.f16 %h1, %h2, %h3, %h4;", .ternary(.fma, .f16), [.h(1)],
      [
        .h(2), .h(3), .h(4),
      ]),
    .init(
      "fma.rn.f16x2 %r1, %r2, %r3, %r4;", .ternary(.fma, .f16x2), [.r(1)],
      [
        .r(2), .r(3), .r(4),
      ]),
    .init(
      "fma.rn.bf16x2 %r1, %r2, %r3, %r4;", .ternary(.fma, .bf16x2), [.r(1)],
      [
        .r(2), .r(3), .r(4),
      ]),
    .init(
      "mad.lo.u32 %r1, %r2, 12, %r4;", .ternary(.multiplyAdd, .u32), [.r(1)],
      [
        .r(2), .bits(12), .r(4),
      ]),
    .init(
      "mad.lo.s32 %r1, %r2, %r3, %r4;", .ternary(.multiplyAdd, .s32), [.r(1)],
      [
        .r(2), .r(3), .r(4),
      ]),
    .init(
      "mad.lo.u64 %rd1, %rd2, %rd3, %rd4;", .ternary(.multiplyAdd, .u64), [.rd(1)],
      [
        .rd(2), .rd(3), .rd(4),
      ]),
    .init(
      "mad.lo.s64 %rd1, %rd2, %rd3, %rd4;", .ternary(.multiplyAdd, .u64), [.rd(1)],
      [
        .rd(2), .rd(3), .rd(4),
      ]),
    .init(
      "prmt.b32 %r1, %r2, %r3, 0x5410;", .ternary(.permuteBytes, .u32), [.r(1)],
      [
        .r(2), .r(3), .bits(0x5410),
      ]),
    .init("mul.wide.u32 %rd1, %r2, %r3;", .multiplyWide(.u32), [.rd(1)], [.r(2), .r(3)]),
    .init(
      "mul.wide.s32 %rd1, %r2, -12;", .multiplyWide(.s32), [.rd(1)],
      [
        .r(2), .bits(0xffff_fff4),
      ]),
    .init(
      "mad.wide.u32 %rd1, %r2, 4, %rd3;", .multiplyAddWide(.u32), [.rd(1)],
      [
        .r(2), .bits(4), .rd(3),
      ]),
    .init(
      "mad.wide.s32 %rd1, %s1, %u1, %ds;", .multiplyAddWide(.s32), [.rd(1)],
      [
        .r(19), .r(17), .rd(9),
      ]),
  ]

  static let comparisons: [ReaderCase] = [
    .init("setp.eq.u32 %p1, %r1, %r2;", .compare(.equal, .u32), [.p(1)], [.r(1), .r(2)]),
    .init("setp.ne.u32 %p1, %r1, 0;", .compare(.notEqual, .u32), [.p(1)], [.r(1), .bits(0)]),
    .init("setp.lt.u32 %p1, %r1, %r2;", .compare(.less, .u32), [.p(1)], [.r(1), .r(2)]),
    .init("setp.le.u32 %p1, %r1, %r2;", .compare(.lessOrEqual, .u32), [.p(1)], [.r(1), .r(2)]),
    .init("setp.gt.u32 %p1, %r1, %r2;", .compare(.greater, .u32), [.p(1)], [.r(1), .r(2)]),
    .init(
      "setp.ge.u32 %p1, %r1, %r2;", .compare(.greaterOrEqual, .u32), [.p(1)],
      [
        .r(1), .r(2),
      ]),
    .init("setp.lo.u32 %p1, %r1, %r2;", .compare(.less, .u32), [.p(1)], [.r(1), .r(2)]),
    .init("setp.ls.u32 %p1, %r1, %r2;", .compare(.lessOrEqual, .u32), [.p(1)], [.r(1), .r(2)]),
    .init("setp.hi.u32 %p1, %r1, %r2;", .compare(.greater, .u32), [.p(1)], [.r(1), .r(2)]),
    .init(
      "setp.hs.u64 %p1, %rd1, %rd2;", .compare(.greaterOrEqual, .u64), [.p(1)],
      [
        .rd(1), .rd(2),
      ]),
    .init("setp.lt.u64 %p1, %rd1, %rd2;", .compare(.less, .u64), [.p(1)], [.rd(1), .rd(2)]),
    .init("setp.eq.s64 %p1, %rd1, %rd2;", .compare(.equal, .u64), [.p(1)], [.rd(1), .rd(2)]),
    .init("setp.ne.b64 %p1, %rd1, %rd2;", .compare(.notEqual, .u64), [.p(1)], [.rd(1), .rd(2)]),
    .init("setp.eq.b32 %p1, %r1, %r2;", .compare(.equal, .u32), [.p(1)], [.r(1), .r(2)]),
    .init(
      "setp.lt.s32 %p1, %r1, -1;", .compare(.less, .s32), [.p(1)],
      [
        .r(1), .bits(0xffff_ffff),
      ]),
    .init(
      "setp.ge.s32 %p1, %r1, %r2;", .compare(.greaterOrEqual, .s32), [.p(1)],
      [
        .r(1), .r(2),
      ]),
    .init("setp.eq.f32 %p1, %f1, %f2;", .compare(.equal, .f32), [.p(1)], [.f(1), .f(2)]),
    .init("setp.neu.f32 %p1, %f1, %f2;", .compare(.notEqual, .f32), [.p(1)], [.f(1), .f(2)]),
    .init(
      "setp.lt.f32 %p1, %f1, 0f00000000;", .compare(.less, .f32), [.p(1)],
      [
        .f(1), .bits(0),
      ]),
    .init("setp.le.f32 %p1, %f1, %f2;", .compare(.lessOrEqual, .f32), [.p(1)], [.f(1), .f(2)]),
    .init("setp.gt.f32 %p1, %f1, %f2;", .compare(.greater, .f32), [.p(1)], [.f(1), .f(2)]),
    .init(
      "setp.ge.f32 %p1, %f1, %f2;", .compare(.greaterOrEqual, .f32), [.p(1)],
      [
        .f(1), .f(2),
      ]),
    .init("setp.nan.f32 %p1, %f1, %f2;", .compare(.isNaN, .f32), [.p(1)], [.f(1), .f(2)]),
    .init("setp.lt.f16 %p1, %h1, %h2;", .compare(.less, .f16), [.p(1)], [.h(1), .h(2)]),
  ]

  static let conversions: [ReaderCase] = [
    .init("cvt.f32.f16 %f1, %h1;", .convert(.f32FromF16), [.f(1)], [.h(1)]),
    .init("cvt.rn.f16.f32 %h1, %f1;", .convert(.f16FromF32), [.h(1)], [.f(1)]),
    .init("cvt.rn.f16x2.f32 %r1, %f1, %f2;", .convert(.f16x2FromF32), [.r(1)], [.f(2), .f(1)]),
    .init("cvt.rn.bf16x2.f32 %r1, %f1, %f2;", .convert(.bf16x2FromF32), [.r(1)], [.f(2), .f(1)]),
    .init("cvt.rna.tf32.f32 %r1, %f1;", .convert(.tf32FromF32), [.r(1)], [.f(1)]),
    .init("cvt.rn.f32.s32 %f1, %r1;", .convert(.f32FromS32), [.f(1)], [.r(1)]),
    .init("cvt.rn.f32.u32 %f1, %r1;", .convert(.f32FromU32), [.f(1)], [.r(1)]),
    .init("cvt.rni.s32.f32 %r1, %f1;", .convert(.s32FromF32(.nearestEven)), [.r(1)], [.f(1)]),
    .init("cvt.rzi.s32.f32 %r1, %f1;", .convert(.s32FromF32(.towardZero)), [.r(1)], [.f(1)]),
    .init("cvt.rmi.s32.f32 %r1, %f1;", .convert(.s32FromF32(.down)), [.r(1)], [.f(1)]),
    .init("cvt.rpi.s32.f32 %r1, %f1;", .convert(.s32FromF32(.up)), [.r(1)], [.f(1)]),
    .init("cvt.rni.u32.f32 %r1, %f1;", .convert(.u32FromF32(.nearestEven)), [.r(1)], [.f(1)]),
    .init("cvt.rzi.u32.f32 %r1, %f1;", .convert(.u32FromF32(.towardZero)), [.r(1)], [.f(1)]),
    .init("cvt.rmi.u32.f32 %r1, %f1;", .convert(.u32FromF32(.down)), [.r(1)], [.f(1)]),
    .init("cvt.rpi.u32.f32 %r1, %f1;", .convert(.u32FromF32(.up)), [.r(1)], [.f(1)]),
    .init("cvt.rni.f32.f32 %f2, %f1;", .convert(.integralF32(.nearestEven)), [.f(2)], [.f(1)]),
    .init("cvt.rzi.f32.f32 %f2, %f1;", .convert(.integralF32(.towardZero)), [.f(2)], [.f(1)]),
    .init("cvt.rmi.f32.f32 %f2, %f1;", .convert(.integralF32(.down)), [.f(2)], [.f(1)]),
    .init("cvt.rpi.f32.f32 %f2, %f1;", .convert(.integralF32(.up)), [.f(2)], [.f(1)]),
    .init("cvt.u64.u32 %rd1, %r1;", .convert(.u64FromU32), [.rd(1)], [.r(1)]),
    .init("cvt.s64.u32 %rd1, %r1;", .convert(.u64FromU32), [.rd(1)], [.r(1)]),
    .init("cvt.s64.s32 %rd1, %r1;", .convert(.u64FromS32), [.rd(1)], [.r(1)]),
    .init("cvt.u64.s32 %rd1, %r1;", .convert(.u64FromS32), [.rd(1)], [.r(1)]),
    .init("cvt.u32.u64 %r1, %rd1;", .convert(.u32FromU64), [.r(1)], [.rd(1)]),
    .init("cvt.s32.s64 %r1, %rd1;", .convert(.u32FromU64), [.r(1)], [.rd(1)]),
    .init("cvt.s32.u64 %r1, %rd1;", .convert(.u32FromU64), [.r(1)], [.rd(1)]),
    .init("cvt.u32.s64 %r1, %rd1;", .convert(.u32FromU64), [.r(1)], [.rd(1)]),
  ]

  @Test(
    arguments: moves + specials + constants + unary + binary + ternary + comparisons + conversions)
  func read(_ example: ReaderCase) throws {
    let got = try OneLineKernel.read(example.text)
    #expect(got == [example.instruction])
    #expect(got.first?.origin == SourceLine(file: "kernel.ptx", line: OneLineKernel.line))
  }
}
