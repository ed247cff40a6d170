extension Instruction: CustomStringConvertible {
  /// As `%f2 = multiply.f32 %f0, %f1`.
  package var description: String { text { $0.description } }

  /// The instruction with registers' names: results, operation, operands.
  func text(naming name: (Register) -> String) -> String {
    let guarding = `guard`.map { "@\($0.isNegated ? "!" : "")\(name($0.register)) " } ?? ""
    let results = results.map(name).joined(separator: ", ")
    let operands = zip(sources, operation.typedSources.eachOperand).map { operand, group in
      operand.text(in: group, naming: name)
    }
    return guarding + (results.isEmpty ? "" : results + " = ") + operation.description
      + (operands.isEmpty ? "" : " ") + operands.joined(separator: ", ")
  }
}

extension Operation {
  /// The groups of the sources, with a type where the signature only says how many bits are moved.
  fileprivate var typedSources: [Signature.Group] {
    if case .move(let type) = self { [.value(type)] } else { signature.sources }
  }
}

extension Operand {
  fileprivate func text(in group: Signature.Group, naming name: (Register) -> String) -> String {
    switch self {
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
}
