import KernelIR
import PTX
import Testing

/// A line of PTX and what it says.
struct ReaderCase: CustomTestStringConvertible, Sendable {
  var text: String
  var instruction: Instruction

  init(
    _ text: String, _ operation: Operation, _ results: [Register] = [], _ sources: [Operand] = [],
    if guarding: Guard? = nil
  ) {
    self.text = text
    instruction = Instruction(operation, results: results, sources: sources, guard: guarding)
  }

  var testDescription: String { text }
}

/// A kernel of one line, the fourteenth of its text, with registers of all kinds.
enum OneLineKernel {
  static let line = 14

  static func text(_ line: String, version: String = "8.6", target: String = "sm_90a") -> String {
    """
    .version \(version)
    .target \(target)
    .address_size 64
    .extern .shared .align 1024 .b8 shared[];
    .const .align 16 .b8 constants[32] = {1, 2, 3};
    .visible .entry kernel(.param .align 8 .b8 arguments[48])
    .reqntid 128, 1, 1
    {
      .reg .pred %p<8>;
      .reg .b16 %h<8>; .reg .u16 %hu; .reg .f16 %hf;
      .reg .b32 %r<16>; .reg .u32 %u<2>; .reg .s32 %s<2>; .reg .f16x2 %x<2>;
      .reg .f32 %f<128>;
      .reg .b64 %rd<8>; .reg .u64 %du; .reg .s64 %ds;
      \(line)
      ret;
    }
    """
  }

  /// The instructions that the reader makes of a line.
  static func read(
    _ line: String, version: String = "8.6", target: String = "sm_90a"
  ) throws(PTXError) -> [Instruction] {
    let module = try PTXReader.read(text(line, version: version, target: target))
    return module.programs[0].instructions.dropLast()
  }
}

extension Register {
  static func p(_ index: Int) -> Register { Register(.predicate, index) }
  static func h(_ index: Int) -> Register { Register(.b16, index) }
  static func r(_ index: Int) -> Register { Register(.b32, index) }
  static func f(_ index: Int) -> Register { Register(.f32, index) }
  static func rd(_ index: Int) -> Register { Register(.b64, index) }
}

extension Operand {
  static func p(_ index: Int) -> Operand { .register(.p(index)) }
  static func h(_ index: Int) -> Operand { .register(.h(index)) }
  static func r(_ index: Int) -> Operand { .register(.r(index)) }
  static func f(_ index: Int) -> Operand { .register(.f(index)) }
  static func rd(_ index: Int) -> Operand { .register(.rd(index)) }
  static func bits(_ bits: UInt64) -> Operand { .immediate(bits) }
  /// At an address in a 64-bit register.
  static func at(rd index: Int, _ offset: Int = 0) -> Operand {
    .memory(.register(.rd(index)), offset: offset)
  }
  /// At an address in a 32-bit register.
  static func at(r index: Int, _ offset: Int = 0) -> Operand {
    .memory(.register(.r(index)), offset: offset)
  }
}
