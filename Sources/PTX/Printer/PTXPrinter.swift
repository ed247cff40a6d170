import KernelIR

/// Writes kernels as PTX.
///
/// Sums and products of floats bear `.rn`: without it, the assembler may fuse them. One instruction
/// stands on each line, so that positions in the text are those in the program.
package enum PTXPrinter {
  /// The ISA's version: the driver must be that of CUDA 12.5 or newer.
  package static let version = (major: 8, minor: 5)

  /// The PTX module of one kernel for a target, which must not be older than the kernel's.
  package static func text(of kernel: Kernel, for target: Target) -> String {
    text(of: kernel.program, for: target, sharedByteCount: kernel.sharedByteCount)
  }

  /// The PTX module of one program; the size of shared memory is told in a comment, as it is given at the launch.
  package static func text(
    of program: Program, for target: Target, sharedByteCount: Int
  ) -> String {
    var lines = summary(of: program, sharedByteCount: sharedByteCount).map { "// \($0)" }
    lines += [
      ".version \(version.major).\(version.minor)",
      ".target \(target.rawValue)",
      ".address_size 64",
      "",
      ".extern .shared .align 1024 .b8 shared[];",
    ]
    if !program.constants.isEmpty {
      let bytes = program.constants.map(String.init).joined(separator: ", ")
      lines.append(
        ".const .align 16 .b8 constants[\(program.constants.count)] = {\(bytes)};")
    }
    lines += ["", ".visible .entry \(program.name)("]
    if program.parameterByteCount > 0 {
      lines.append(
        "  .param .align \(program.parameterAlignment) .b8 "
          + "arguments[\(program.parameterByteCount)]")
    }
    lines.append(")")
    lines.append(".reqntid \(program.threadCount), 1, 1")
    if program.clusterSize > 1 { lines.append(".reqnctapercluster \(program.clusterSize), 1, 1") }
    if let budget = program.registerBudget { lines.append(".maxnreg \(budget)") }
    lines.append("{")
    let counts = program.registerCounts
    for registers in RegisterClass.allCases {
      if let count = counts[registers] {
        lines.append("  .reg .\(name(of: registers)) \(prefix(of: registers))<\(count)>;")
      }
    }
    lines.append("")
    lines += program.instructions.map(line)
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a reader wants to know before the code: budgets, and static counts by class.
  private static func summary(of program: Program, sharedByteCount: Int) -> [String] {
    let counts = program.instructionCounts
    let classes = InstructionClass.allCases.compactMap { kind in
      counts[kind].map { "\($0) \(kind.rawValue)" }
    }
    return [
      "\(program.name): \(program.threadCount) threads, "
        + (program.clusterSize > 1 ? "clusters of \(program.clusterSize), " : "")
        + "\(sharedByteCount) bytes shared"
        + (program.registerBudget.map { ", at most \($0) registers" } ?? ""),
      classes.joined(separator: ", "),
    ]
  }

  private static func line(_ instruction: Instruction) -> String {
    if case .label(let label) = instruction.operation { return "$L\(label):" }
    let guarding =
      instruction.guard.map { "@\($0.isNegated ? "!" : "")\(name(of: $0.register)) " } ?? ""
    let operands = operands(of: instruction).joined(separator: ", ")
    return "  \(guarding)\(mnemonic(of: instruction))\(operands.isEmpty ? "" : " ")\(operands);"
  }

  static func name(of registers: RegisterClass) -> String {
    switch registers {
    case .predicate: "pred"
    case .b16: "b16"
    case .b32: "b32"
    case .f32: "f32"
    case .b64: "b64"
    }
  }

  static func prefix(of registers: RegisterClass) -> String {
    switch registers {
    case .predicate: "%p"
    case .b16: "%h"
    case .b32: "%r"
    case .f32: "%f"
    case .b64: "%d"
    }
  }

  static func name(of register: Register) -> String {
    prefix(of: register.class) + String(register.index)
  }
}
