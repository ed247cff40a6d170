/// Which registers may hold different values in the lanes of a warp, and where lanes may be on
/// different paths.
///
/// A register varies where an instruction that computes it varies by itself (the thread's index), reads one that
/// varies, or stands where lanes may be on different paths. Solved by repeating until nothing is added.
struct Uniformity {
  private(set) var varying: Set<Register> = []

  init(of kernel: Kernel) {
    var count = -1
    while count != varying.count {
      count = varying.count
      visit(kernel.body, diverging: false) { _, _ in }
    }
  }

  /// Calls `found` for each instruction, with whether lanes may be missing there.
  mutating func visit(
    _ statements: [Statement], diverging: Bool, found: (Instruction, Bool) -> Void
  ) {
    for statement in statements {
      switch statement {
      case .instruction(let instruction):
        found(instruction, diverging)
        if diverging || isVarying(instruction) { varying.formUnion(instruction.results) }
      case .conditional(let conditional):
        let diverges = diverging || isVarying(conditional.condition)
        visit(conditional.then, diverging: diverges, found: found)
        visit(conditional.otherwise, diverging: diverges, found: found)
      case .loop(let loop):
        let diverges =
          diverging || loop.condition.map(isVarying) == true
          || leavesDiverging(loop.body, diverging: false)
        visit(loop.body, diverging: diverges, found: found)
      case .leave, .comment: break
      }
    }
  }

  func isVarying(_ condition: Condition) -> Bool { varying.contains(condition.guard.register) }

  /// Whether lanes may leave the loop with this body in different turns.
  private func leavesDiverging(_ statements: [Statement], diverging: Bool) -> Bool {
    statements.contains { statement in
      switch statement {
      case .leave(let condition, _): diverging || isVarying(condition)
      case .conditional(let conditional):
        leavesDiverging(
          conditional.then, diverging: diverging || isVarying(conditional.condition))
          || leavesDiverging(
            conditional.otherwise, diverging: diverging || isVarying(conditional.condition))
      case .instruction, .loop, .comment: false
      }
    }
  }

  private func isVarying(_ instruction: Instruction) -> Bool {
    let readsVarying = instruction.sources.contains {
      $0.register.map(varying.contains) == true
    }
    switch instruction.operation {
    case .special(let register):
      return [.threadX, .lane, .clock64].contains(register)
    case .electOne, .atomic, .loadMatrix, .multiplyMatrices, .multiplySparseMatrices,
      .multiplyWarpgroup, .barrierTest, .barrierTry, .barrierTryCluster:
      return true
    case .vote, .ballot: return false
    case .shuffle(.index, _):
      // All lanes read the same one.
      return instruction.sources[1].register.map(varying.contains) == true
    case .shuffle: return true
    default: return readsVarying
    }
  }
}

extension Kernel {
  /// Notes at each condition whether all lanes of a warp agree.
  mutating func markUniformConditions() {
    let uniformity = Uniformity(of: self)
    body = body.mapConditions { condition in
      Condition(condition.guard, uniform: !uniformity.isVarying(condition))
    }
  }
}
