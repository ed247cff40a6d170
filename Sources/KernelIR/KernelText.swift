/// A kernel as readable text, for snapshots and for eyes: one line for each instruction, results first,
/// loops and conditions indented.
struct KernelText {
  private(set) var lines: [String] = []
  private let names: [Register: String]
  private var indentation = "  "

  init(_ kernel: Kernel) {
    names = kernel.registerNames
    lines.append(
      "kernel \(kernel.name): \(kernel.target.rawValue), \(kernel.threadCount) threads, "
        + "\(kernel.registerBudget) registers, \(kernel.sharedByteCount) B shared, "
        + "\(kernel.parameterByteCount) B arguments"
        + (kernel.constants.isEmpty ? "" : ", \(kernel.constants.count) B constants"))
    append(kernel.body)
  }

  private mutating func append(_ statements: [Statement]) {
    for statement in statements {
      switch statement {
      case .instruction(let instruction): append(text(of: instruction))
      case .conditional(let conditional):
        append("if \(text(of: conditional.condition)) {")
        indented { $0.append(conditional.then) }
        if !conditional.otherwise.isEmpty {
          append("} else {")
          indented { $0.append(conditional.otherwise) }
        }
        append("}")
      case .loop(let loop):
        append("loop {")
        indented { $0.append(loop.body) }
        append(loop.condition.map { "} while \(text(of: $0))" } ?? "}")
      case .leave(let condition, _): append("leave if \(text(of: condition))")
      case .comment(let text): append("// \(text)")
      }
    }
  }

  private mutating func append(_ line: String) { lines.append(indentation + line) }

  private mutating func indented(_ body: (inout KernelText) -> Void) {
    indentation += "  "
    body(&self)
    indentation.removeLast(2)
  }

  private func text(of instruction: Instruction) -> String {
    let results = instruction.results.map(name).joined(separator: ", ")
    var operands: [String] = []
    var position = 0
    for group in instruction.operation.typedSources {
      for operand in instruction.sources.dropFirst(position).prefix(group.count) {
        operands.append(text(of: operand, in: group))
      }
      position += group.count
    }
    return (results.isEmpty ? "" : results + " = ") + instruction.operation.description
      + (operands.isEmpty ? "" : " ") + operands.joined(separator: ", ")
  }

  private func text(of operand: Operand, in group: Signature.Group) -> String {
    switch operand {
    case .register(let register): return name(register)
    case .immediate(let bits):
      guard case .value(let type) = group.kind else { return "\(bits)" }
      return switch type {
      case .f32: "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
      case .s32: "\(Int32(truncatingIfNeeded: bits))"
      case .f16: "\(Half.value(of: UInt16(truncatingIfNeeded: bits)))"
      case .f16x2, .bf16x2: "0x" + String(bits, radix: 16)
      case .u32, .u64, .predicate: "\(bits)"
      }
    case .memory(let base, let offset):
      let start =
        switch base {
        case .register(let register): name(register)
        case .shared: "shared"
        case .parameters: "arguments"
        case .constants: "constants"
        }
      return offset == 0 ? "[\(start)]" : "[\(start) + \(offset)]"
    }
  }

  private func text(of condition: Condition) -> String {
    (condition.isUniform ? "uniform " : "") + (condition.guard.isNegated ? "!" : "")
      + name(condition.guard.register)
  }

  private func name(_ register: Register) -> String {
    names[register].map { "%\($0)" } ?? register.description
  }
}

extension Kernel: CustomStringConvertible {
  package var description: String {
    KernelText(self).lines.map { $0 + "\n" }.joined()
  }
}

extension Operation {
  /// The groups of the sources, with a type where the signature only says how many bits are moved.
  fileprivate var typedSources: [Signature.Group] {
    if case .move(let type) = self { [.value(type)] } else { signature.sources }
  }
}
