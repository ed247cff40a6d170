extension [Statement] {
  /// Calls `visit` for each instruction, in the order of the text.
  package func forEachInstruction(_ visit: (Instruction) -> Void) {
    for statement in self {
      switch statement {
      case .instruction(let instruction): visit(instruction)
      case .conditional(let conditional):
        conditional.then.forEachInstruction(visit)
        conditional.otherwise.forEachInstruction(visit)
      case .loop(let loop): loop.body.forEachInstruction(visit)
      case .leave, .comment: break
      }
    }
  }

  /// Calls `visit` for each condition of control flow.
  func forEachCondition(_ visit: (Condition) -> Void) {
    for statement in self {
      switch statement {
      case .conditional(let conditional):
        visit(conditional.condition)
        conditional.then.forEachCondition(visit)
        conditional.otherwise.forEachCondition(visit)
      case .loop(let loop):
        loop.body.forEachCondition(visit)
        if let condition = loop.condition { visit(condition) }
      case .leave(let condition, _): visit(condition)
      case .instruction, .comment: break
      }
    }
  }

  /// The statements with each list of them changed, innermost first.
  func mapLists(_ change: ([Statement]) -> [Statement]) -> [Statement] {
    change(
      map { statement in
        switch statement {
        case .conditional(var conditional):
          conditional.then = conditional.then.mapLists(change)
          conditional.otherwise = conditional.otherwise.mapLists(change)
          return .conditional(conditional)
        case .loop(var loop):
          loop.body = loop.body.mapLists(change)
          return .loop(loop)
        case .instruction, .leave, .comment: return statement
        }
      })
  }

  /// The statements with each condition changed.
  func mapConditions(_ change: (Condition) -> Condition) -> [Statement] {
    mapLists { list in
      list.map { statement in
        switch statement {
        case .conditional(var conditional):
          conditional.condition = change(conditional.condition)
          return .conditional(conditional)
        case .loop(var loop):
          loop.condition = loop.condition.map(change)
          return .loop(loop)
        case .leave(let condition, let origin): return .leave(change(condition), origin: origin)
        case .instruction, .comment: return statement
        }
      }
    }
  }
}

extension Kernel {
  /// All its instructions, in the order of the text.
  package var instructions: [Instruction] {
    var list: [Instruction] = []
    body.forEachInstruction { list.append($0) }
    return list
  }
}
