extension Kernel {
  /// The kernel with labels and branches in place of structured control flow.
  package var program: Program {
    var flattening = Flattening()
    flattening.append(body, leavingTo: nil)
    flattening.instructions.append(Instruction(.return))
    flattening.removeUnusedLabels()
    return Program(
      name: name, parameterByteCount: parameterByteCount, parameterAlignment: parameterAlignment,
      threadCount: threadCount, clusterSize: clusterSize, registerBudget: registerBudget,
      constants: constants, instructions: flattening.instructions)
  }
}

private struct Flattening {
  var instructions: [Instruction] = []
  private var labelCount = 0

  /// Appends statements; `leave` goes to the label `end`.
  mutating func append(_ statements: [Statement], leavingTo end: Int?) {
    for statement in statements {
      switch statement {
      case .instruction(let instruction): instructions.append(instruction)
      case .conditional(let conditional): append(conditional, leavingTo: end)
      case .loop(let loop): append(loop)
      case .leave(let condition, let origin):
        guard let end else { preconditionFailure("the verifier finds `leave` outside of loops") }
        branch(to: end, where: condition, origin: origin)
      case .comment: break
      }
    }
  }

  private mutating func append(_ conditional: Conditional, leavingTo end: Int?) {
    let past = newLabel()
    if conditional.otherwise.isEmpty {
      branch(to: past, where: conditional.condition.inverted, origin: conditional.origin)
      append(conditional.then, leavingTo: end)
    } else {
      let otherwise = newLabel()
      branch(to: otherwise, where: conditional.condition.inverted, origin: conditional.origin)
      append(conditional.then, leavingTo: end)
      instructions.append(Instruction(.branch(to: past, isUniform: true)))
      instructions.append(Instruction(.label(otherwise)))
      append(conditional.otherwise, leavingTo: end)
    }
    instructions.append(Instruction(.label(past)))
  }

  private mutating func append(_ loop: Loop) {
    let (start, end) = (newLabel(), newLabel())
    instructions.append(Instruction(.label(start)))
    append(loop.body, leavingTo: end)
    if let condition = loop.condition {
      branch(to: start, where: condition, origin: loop.origin)
    } else {
      instructions.append(Instruction(.branch(to: start, isUniform: true)))
    }
    instructions.append(Instruction(.label(end)))
  }

  private mutating func branch(to label: Int, where condition: Condition, origin: SourceLine?) {
    instructions.append(
      Instruction(
        .branch(to: label, isUniform: condition.isUniform), guard: condition.guard, origin: origin))
  }

  mutating func removeUnusedLabels() {
    var targets: Set<Int> = []
    for case .branch(let label, _) in instructions.lazy.map(\.operation) { targets.insert(label) }
    instructions.removeAll { instruction in
      if case .label(let label) = instruction.operation { !targets.contains(label) } else { false }
    }
  }

  private mutating func newLabel() -> Int {
    defer { labelCount += 1 }
    return labelCount
  }
}
