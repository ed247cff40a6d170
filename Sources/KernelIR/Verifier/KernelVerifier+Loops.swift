extension KernelVerifier {
  /// `leave` stands in loops, and every loop can end.
  static func loops(_ kernel: Kernel) -> [Finding] {
    func check(_ statements: [Statement], inLoop: Bool) -> (findings: [Finding], leaves: Bool) {
      var findings: [Finding] = []
      var leaves = false
      for statement in statements {
        switch statement {
        case .leave(_, let origin):
          leaves = true
          if !inLoop { findings.append(Finding("there is no loop to leave", origin)) }
        case .conditional(let conditional):
          for list in [conditional.then, conditional.otherwise] {
            let inner = check(list, inLoop: inLoop)
            findings += inner.findings
            leaves = leaves || inner.leaves
          }
        case .loop(let loop):
          let inner = check(loop.body, inLoop: true)
          findings += inner.findings
          if loop.condition == nil, !inner.leaves {
            findings.append(Finding("the loop never ends", loop.origin))
          }
        case .instruction, .comment: break
        }
      }
      return (findings, leaves)
    }
    return check(kernel.body, inLoop: false).findings
  }

  /// A loop changes something between its turns. The assembler takes what ordinary loads read for
  /// unchanging, and drops a loop that only waits for another value.
  static func polling(_ kernel: Kernel) -> [Finding] {
    func check(_ statements: [Statement]) -> [Finding] {
      statements.flatMap { statement -> [Finding] in
        switch statement {
        case .conditional(let conditional):
          check(conditional.then) + check(conditional.otherwise)
        case .loop(let loop):
          (changes(loop)
            ? []
            : [
              Finding(
                "nothing changes between the turns of the loop: to wait for memory, load it with an order",
                loop.origin)
            ]) + check(loop.body)
        case .instruction, .leave, .comment: []
        }
      }
    }
    return check(kernel.body)
  }

  /// Whether a turn has an effect, or reads what the turn before has written.
  private static func changes(_ loop: Loop) -> Bool {
    // Written on every path of this turn so far, and on any.
    var written: Set<Register> = []
    var mayBeWritten: Set<Register> = []
    var readFirst: Set<Register> = []
    var hasEffects = false
    func read(_ register: Register) {
      if !written.contains(register) { readFirst.insert(register) }
    }
    func visit(_ statements: [Statement]) {
      for statement in statements {
        switch statement {
        case .instruction(let instruction):
          hasEffects = hasEffects || instruction.operation.hasEffects
          instruction.sources.compactMap(\.register).forEach(read)
          written.formUnion(instruction.results)
          mayBeWritten.formUnion(instruction.results)
        case .conditional(let conditional):
          read(conditional.condition.guard.register)
          let before = written
          visit(conditional.then)
          let then = written
          written = before
          visit(conditional.otherwise)
          written.formIntersection(then)
        case .loop(let inner):
          visit(inner.body)
          if let condition = inner.condition { read(condition.guard.register) }
        case .leave(let condition, _): read(condition.guard.register)
        case .comment: break
        }
      }
    }
    visit(loop.body)
    if let condition = loop.condition { read(condition.guard.register) }
    return hasEffects || !readFirst.isDisjoint(with: mayBeWritten)
  }

  /// The kernel has a name that PTX takes, and none of the windows' names.
  static func names(_ kernel: Kernel) -> [Finding] {
    let name = kernel.name
    let isWord = name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
    return isWord && !["shared", "arguments", "constants"].contains(name)
      ? [] : [Finding("a kernel cannot be named '\(name)'")]
  }
}
