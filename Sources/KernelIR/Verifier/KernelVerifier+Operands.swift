extension KernelVerifier {
  /// Operands are as many and of the kinds that the operation's signature says.
  static func operands(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.flatMap { instruction -> [Finding] in
      let signature = instruction.operation.signature
      if instruction.results.count != signature.resultCount {
        return [
          Finding(
            instruction,
            "\(instruction.results.count) results in place of \(signature.resultCount)")
        ]
      }
      if instruction.sources.count != signature.sourceCount {
        return [
          Finding(
            instruction,
            "\(instruction.sources.count) operands in place of \(signature.sourceCount)")
        ]
      }
      let results = zip(instruction.results, signature.results.eachOperand).compactMap {
        register, group in
        group.accepts(register.class)
          ? nil : Finding(instruction, "\(register) cannot hold the result")
      }
      let sources = zip(instruction.sources, signature.sources.eachOperand).compactMap {
        operand, group -> Finding? in
        accepts(operand, group)
          ? nil : Finding(instruction, "\(operand) cannot be an operand here")
      }
      return results + sources
    }
  }

  private static func accepts(_ operand: Operand, _ group: Signature.Group) -> Bool {
    switch (operand, group.kind) {
    case (.immediate, .memory): return false
    case (.immediate, _): return true
    case (.register(let register), .value), (.register(let register), .bits):
      return group.accepts(register.class)
    case (.register, .memory): return false
    case (.memory(.register(let register), _), .memory): return group.accepts(register.class)
    case (.memory(.shared, _), .memory(let space)): return space == .shared || space == .cluster
    case (.memory(.parameters, _), .memory(let space)): return space == .parameter
    case (.memory(.constants, _), .memory(let space)): return space == .constant
    case (.memory, _): return false
    }
  }

  /// The operation exists for its types and numbers.
  static func types(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.compactMap {
      $0.operation.isDefined ? nil : Finding($0, "PTX has no such instruction")
    }
  }

  /// Constants stand where PTX allows them, and fit their type.
  static func constants(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.flatMap { instruction -> [Finding] in
      zip(instruction.sources, instruction.operation.signature.sources.eachOperand).compactMap {
        operand, group -> Finding? in
        guard case .immediate(let bits) = operand else { return nil }
        if !instruction.operation.allowsConstant(in: group) {
          return Finding(instruction, "the constant \(bits) must be in a register")
        }
        let width =
          switch group.kind {
          case .value(let type): type.registerClass.bitCount
          case .bits(let count): count
          case .memory: 0
          }
        return width < 64 && bits >> UInt64(width) != 0
          ? Finding(instruction, "the constant \(bits) has more than \(width) bits") : nil
      }
    }
  }

  /// Every register that is read was assigned before on each path.
  static func assigned(_ kernel: Kernel) -> [Finding] {
    var analysis = Assignment()
    _ = analysis.visit(kernel.body, assigned: [])
    return analysis.findings
  }
}

extension [Signature.Group] {
  /// The group of each operand.
  var eachOperand: [Signature.Group] {
    flatMap { Array(repeating: $0, count: $0.count) }
  }
}

/// Definite assignment over structured control flow.
private struct Assignment {
  private(set) var findings: [KernelVerifier.Finding] = []
  /// What is assigned wherever the innermost loop is left, for each open loop.
  private var leaving: [Set<Register>?] = []

  /// Returns what is assigned after the statements.
  mutating func visit(_ statements: [Statement], assigned: Set<Register>) -> Set<Register> {
    var assigned = assigned
    for statement in statements {
      switch statement {
      case .instruction(let instruction):
        for register in instruction.sources.compactMap(\.register)
        where !assigned.contains(register) {
          findings.append(.init(instruction, "\(register) is read before it is assigned"))
          assigned.insert(register)
        }
        assigned.formUnion(instruction.results)
      case .conditional(let conditional):
        check(conditional.condition, assigned, conditional.origin)
        let then = visit(conditional.then, assigned: assigned)
        let otherwise = visit(conditional.otherwise, assigned: assigned)
        assigned = then.intersection(otherwise)
      case .loop(let loop):
        leaving.append(nil)
        let end = visit(loop.body, assigned: assigned)
        let left = leaving.removeLast()
        if let condition = loop.condition {
          check(condition, end, loop.origin)
          assigned = left.map(end.intersection) ?? end
        } else {
          // Without an exit nothing follows.
          assigned = left ?? end
        }
      case .leave(let condition, let origin):
        check(condition, assigned, origin)
        if let index = leaving.indices.last {
          leaving[index] = leaving[index].map(assigned.intersection) ?? assigned
        }
      case .comment: break
      }
    }
    return assigned
  }

  private mutating func check(
    _ condition: Condition, _ assigned: Set<Register>, _ origin: SourceLine?
  ) {
    guard !assigned.contains(condition.guard.register) else { return }
    findings.append(
      .init("the condition \(condition.guard.register) is read before it is assigned", origin))
  }
}
