import KernelIR
import PTX
import Testing

/// A line that is wrong, and a part of what is said about it.
struct FaultyLine: CustomTestStringConvertible, Sendable {
  var text: String
  var message: String
  var version: String
  var target: String

  init(
    _ text: String, _ message: String, version: String = "8.6", target: String = "sm_90a"
  ) {
    self.text = text
    self.message = message
    self.version = version
    self.target = target
  }

  var testDescription: String { text }
}

struct ReaderFaultTests {
  static let syntax: [FaultyLine] = [
    .init("mov.u32 %r1, %r2", "expected ';', not 'ret'"),
    .init("mov.u32 %r1 %r2;", "expected ';', not '%r2'"),
    .init("mov.u32 %r1,;", "expected an operand, not ';'"),
    .init(";", "expected an instruction, not ';'"),
    .init("mov. %r1, %r2;", "expected a name after '.'"),
    .init("mov.u32 %r1, #5;", "unexpected character '#'"),
    .init("mov.u32 %r1, é;", "unexpected character '\\xC3'"),
    .init("mov.u32 %r1, %r2; }", "unknown or unsupported directive 'ret'"),
    .init("/* mov.u32 %r1, %r2;", "a comment has no end"),
    .init("@%r1 ret;", "expected a predicate, not '%r1'"),
    .init("@%q ret;", "expected a predicate, not '%q'"),
    .init("@%p1 L: ret;", "expected an operand, not ':'"),
    .init("frobnicate.u32 %r1, %r2;", "unknown or unsupported instruction 'frobnicate.u32'"),
    .init("{ mov.u32 %r1, %r2; }", "unsupported: a block within a kernel"),
    .init(".local .b8 a[4];", "unsupported directive '.local' in a kernel"),
    .init(".shared .b8 a[4];", "unsupported directive '.shared' in a kernel"),
    .init(".pragma nounroll;", "expected a string, not 'nounroll'"),
    .init(".pragma \"a;", "a string has no end"),
    .init("mov.b64 %rd1, {{%r1}, %r2};", "expected an operand, not '{'"),
    .init("mov.u32 %r1, shared+16;", "unsupported: arithmetic with constants and variables"),
    .init("mov.u32 %r1, 3+4;", "unsupported: arithmetic with constants and variables"),
    .init("mov.u32 %r1, (4);", "expected an operand, not '('"),
  ]

  static let registers: [FaultyLine] = [
    .init("mov.u32 %r1, %r16;", "the register '%r16' is not declared"),
    .init("mov.u32 %r1, %r01;", "the register '%r01' is not declared"),
    .init("mov.u32 %r1, %r99999999999999999999;", "is not declared"),
    .init("mov.u32 r1, %r2;", "the register 'r1' is not declared"),
    .init("mov.u32 %r1, constants;", "unsupported: the address of constant memory"),
    .init("mov.u64 %rd1, arguments;", "unsupported: the address of the parameters"),
    .init("mov.u64 %rd1, shared;", "unsupported: the address 'shared' as .u64"),
    .init(".reg .b32 %r5;", "the register '%r5' is declared twice"),
    .init(".reg .b32 %r<3>;", "the register '%r' is declared twice"),
    .init(".reg .b32 %r16;", "unsupported: the names of '%r16' may clash"),
    .init(".reg .b32 %q7; .reg .b32 %q<3>;", "unsupported: the names of '%q' may clash"),
    .init(".reg .b32 %q<2000000>;", "the number of registers must be in 0…1048576"),
    .init(".reg .b32 %q<1048576>;", "more than 1048576 registers of a class"),
    .init(".reg .b32 %q<3;", "expected '>', not ';'"),
    .init(".reg .f64 %q;", "unsupported type of a register, '.f64'"),
    .init(".reg .b8 %q;", "unsupported type of a register, '.b8'"),
    .init(".reg .v2 .b32 %q;", "unsupported type of a register, '.v2'"),
    .init(".reg .bf16x2 %q;", "unsupported type of a register, '.bf16x2'"),
    .init(".reg .b32 5;", "expected the name of a register, not '5'"),
    .init(
      "mov.u32 %r1, %f1;", "'%f1' is a register of .f32, which 'mov.u32' does not take as .u32"),
    .init("mov.u32 %r1, %rd1;", "'%rd1' is a register of .b64"),
    .init("mov.f32 %f1, %s1;", "'%s1' is a register of .s32"),
    .init("mov.pred %p1, %r1;", "'%r1' is a register of .b32"),
    .init("add.rn.f32 %f1, %r1, %f2;", "unsupported: 'add.rn.f32' with registers of .b32"),
    .init("and.b32 %f1, %f2, %f3;", "unsupported: 'and.b32' with registers of .f32"),
    .init("neg.f16 %hu, %h1;", "'%hu' is a register of .u16"),
    .init("neg.bf16x2 %x1, %r2;", "'%x1' is a register of .f16x2"),
    .init("add.rn.f16x2 %u1, %r1, %r2;", "'%u1' is a register of .u32"),
    .init("cvt.rna.tf32.f32 %u1, %f1;", "'%u1' is a register of .u32"),
    .init("cvt.rna.tf32.f32 %f2, %f1;", "'%f2' is a register of .f32"),
    .init("shl.b64 %rd1, %rd2, %rd3;", "'%rd3' is a register of .b64"),
    .init("mul.wide.u32 %r1, %r2, %r3;", "'%r1' is a register of .b32"),
    .init("setp.lt.f32 %r1, %f1, %f2;", "'%r1' is a register of .b32"),
    .init("shfl.sync.idx.b32 %f1, %r2, 0, 31, -1;", "unsupported: 'shfl.sync.idx.b32' with"),
    .init("selp.b32 %f1, %r2, %f3, %p1;", "unsupported: 'selp.b32' with registers of .b32"),
    .init("atom.global.exch.b32 %f1, [%rd1], %f2;", "unsupported: 'atom.global.exch.b32' with"),
    .init("mov.u32 %f1, %tid.x;", "'%f1' is a register of .f32"),
    .init("mov.b32 %f1, %tid.x;", "unsupported: 'mov.b32' with registers of .f32"),
    .init("mov.u64 %rd1, %tid.x;", "'%tid.x' is not of .u64"),
    .init("mov.u32 %r1, %clock64;", "'%clock64' is not of .u32"),
    .init("mov.u32 %r1, %tid.y;", "unsupported special register '%tid.y'"),
    .init("mov.u32 %r1, %smid;", "the register '%smid' is not declared"),
    .init("add.u32 %r1, %tid.x, 1;", "special registers are read by 'mov' alone"),
  ]

  static let constants: [FaultyLine] = [
    .init("mov.u32 %r1, 4294967296;", "the constant is beyond the range of .u32"),
    .init("mov.s32 %r1, -2147483649;", "the constant is beyond the range of .s32"),
    .init("mov.b16 %h1, 0x10000;", "the constant is beyond the range of .b16"),
    .init("mov.u64 %rd1, 18446744073709551616;", "is no number of PTX, or too large"),
    .init("mov.s64 %rd1, -9223372036854775809;", "the constant is beyond the range of .s64"),
    .init("mov.u32 %r1, 0x;", "'0x' is no number of PTX"),
    .init("mov.u32 %r1, 0xG;", "'0xG' is no number of PTX"),
    .init("mov.u32 %r1, 09;", "'09' is no number of PTX"),
    .init("mov.u32 %r1, 0b2;", "'0b2' is no number of PTX"),
    .init("mov.u32 %r1, 5u;", "'5u' is no number of PTX"),
    .init("mov.f32 %f1, 0f3F8000;", "'0f3F8000' is no number of PTX"),
    .init("mov.f32 %f1, 0d3FF0;", "'0d3FF0' is no number of PTX"),
    .init("mov.f32 %f1, -0f3F800000;", "a float in hexadecimal has no minus"),
    .init("mov.f32 %f1, -0d3FF0000000000000;", "a float in hexadecimal has no minus"),
    .init("mov.f32 %f1, 1;", "expected a float, as 0f3F800000"),
    .init("mov.f32 %f1, 1e39;", "the constant is beyond the range of .f32"),
    .init("mov.f32 %f1, 1e999;", "'1e999' is no number of PTX"),
    .init("mov.f32 %f1, 1e-999;", "'1e-999' is no number of PTX"),
    .init("mov.f32 %f1, 1.5.2;", "'1.5.2' is no number of PTX"),
    .init("mov.u32 %r1, 0f3F800000;", "expected an integer, as .u32 is no float"),
    .init("mov.b32 %r1, 1.5;", "expected an integer, as .b32 is no float"),
    .init("neg.f16 %h1, 0x3C00;", "expected a register: .f16 takes no constants"),
    .init("fma.rn.f16x2 %r1, %r2, 0x3C003C00, %r3;", ".f16x2 takes no constants"),
    .init("shfl.sync.up.b32 %r1, %r2, 1, 0, 0xffff;", "unsupported: a mask other than"),
    .init("shfl.sync.up.b32 %r1, %r2, 1, 0, %r3;", "unsupported: a mask other than"),
    .init("shfl.sync.up.b32 %r1, %r2, 1, 31, -1;", "unsupported: a shuffle within parts"),
    .init("shfl.sync.idx.b32 %r1, %r2, 1, 0, -1;", "unsupported: a shuffle within parts"),
    .init("shfl.sync.idx.b32 %r1, %r2, 1, %r3, -1;", "unsupported: a shuffle within parts"),
    .init("bar.warp.sync 0xffff;", "unsupported: a mask other than"),
    .init("bar.sync 16;", "the barrier must be in 0…15"),
    .init("bar.sync -1;", "the barrier must be in 0…15"),
    .init("bar.sync %r1;", "the barrier must be a constant here, not '%r1'"),
    .init("bar.sync 1, 33;", "the number of threads must be a multiple of 32"),
    .init("bar.sync 1, 0;", "the number of threads must be in 32…1024"),
    .init("bar.arrive 1, %r1;", "the number of threads must be a constant here"),
    .init("cp.async.wait_group -1;", "the number of groups must be in 0…"),
    .init("fence.proxy.tensormap::generic.acquire.sys [%rd1], 64;", "must be in 128…128"),
    .init("fence.proxy.tensormap::generic.acquire.sys [%r1], 128;", "%r1"),
    .init("setmaxnreg.dec.sync.aligned.u32 41;", "must be a multiple of 8"),
    .init("setmaxnreg.inc.sync.aligned.u32 264;", "must be in 24…256"),
  ]

  @Test(arguments: syntax + registers + constants + ReaderFaultTests.instructions)
  func refuse(_ example: FaultyLine) throws {
    do {
      let read = try OneLineKernel.read(
        example.text, version: example.version, target: example.target)
      Issue.record("'\(example.text)' is read as \(read)")
    } catch {
      #expect(
        error.message.contains(example.message),
        "got '\(error.message)', want '\(example.message)'")
      // What is missing may show at the next token.
      #expect((OneLineKernel.line...OneLineKernel.line + 1).contains(error.line), "\(error)")
    }
  }

  @Test func placesAreExact() throws {
    #expect(
      throws: PTXError(
        file: "kernel.ptx", line: 14, column: 22,
        message: "the register '%q' is not declared")
    ) {
      try OneLineKernel.read("add.u32 %r1,  %r2, %q;")
    }
    #expect(
      throws: PTXError(
        file: "kernel.ptx", line: 15, column: 14,
        message: "unsupported modifier '.sat' of 'add.sat.s32'; "
          + "expected .u32, .s32, .u64, .s64, .f32, .f16, .f16x2")
    ) {
      try OneLineKernel.read("/* two\n lines */ add.sat.s32 %r1, %r2, %r3;")
    }
  }
}
