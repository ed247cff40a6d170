/// Replaces a copy of a variable by the variable, in the statements after the copy was made.
struct ForwardedRead {
  private let copy: Register
  private let variable: Register
  /// Whether the variable is assigned only once, before the copy.
  private let isConstant: Bool
  /// Reads of the copy that have not been seen yet.
  private var remainingCount: Int
  private var isAssigned = false

  init(of copy: Register, from variable: Register, isConstant: Bool, remainingCount: Int) {
    self.copy = copy
    self.variable = variable
    self.isConstant = isConstant
    self.remainingCount = remainingCount
  }

  /// The statements with all reads of the copy replaced; `nil` where one may come after an assignment, or
  /// lies elsewhere.
  mutating func forward(in statements: [Statement]) -> [Statement]? {
    var result: [Statement] = []
    for (index, statement) in statements.enumerated() {
      if remainingCount == 0 { return result + statements[index...] }
      guard let statement = forward(statement) else { return nil }
      result.append(statement)
    }
    return remainingCount == 0 ? result : nil
  }

  private mutating func forward(_ statement: Statement) -> Statement? {
    switch statement {
    case .instruction(var instruction):
      let readCount = instruction.sources.count { $0.register == copy }
      guard readCount == 0 || mayRead else { return nil }
      remainingCount -= readCount
      precondition(remainingCount >= 0, "all reads were counted")
      instruction.sources = instruction.sources.map { source in
        source.mapRegister { $0 == copy ? variable : $0 }
      }
      isAssigned = isAssigned || instruction.results.contains(variable)
      return .instruction(instruction)
    case .conditional(var conditional):
      guard let condition = forward(conditional.condition) else { return nil }
      conditional.condition = condition
      let wasAssigned = isAssigned
      guard let then = forwardList(conditional.then) else { return nil }
      let isAssignedThen = isAssigned
      isAssigned = wasAssigned
      guard let otherwise = forwardList(conditional.otherwise) else { return nil }
      isAssigned = isAssigned || isAssignedThen
      conditional.then = then
      conditional.otherwise = otherwise
      return .conditional(conditional)
    case .loop(var loop):
      // What the body assigns, its next turn reads.
      loop.body.forEachInstruction { instruction in
        if instruction.results.contains(variable) { isAssigned = true }
      }
      guard let body = forwardList(loop.body) else { return nil }
      loop.body = body
      if let condition = loop.condition {
        guard let condition = forward(condition) else { return nil }
        loop.condition = condition
      }
      return .loop(loop)
    case .leave(let condition, let origin):
      return forward(condition).map { .leave($0, origin: origin) }
    case .comment: return statement
    }
  }

  private mutating func forwardList(_ statements: [Statement]) -> [Statement]? {
    var result: [Statement] = []
    for statement in statements {
      guard let statement = forward(statement) else { return nil }
      result.append(statement)
    }
    return result
  }

  private mutating func forward(_ condition: Condition) -> Condition? {
    guard condition.guard.register == copy else { return condition }
    guard mayRead else { return nil }
    remainingCount -= 1
    return Condition(
      Guard(variable, negated: condition.guard.isNegated), uniform: condition.isUniform)
  }

  private var mayRead: Bool { isConstant || !isAssigned }
}
