extension KernelBuilder {
  /// Notes the line of kernel source that the next instructions come from.
  func at(_ file: String, _ line: Int) { origin = SourceLine(file: file, line: line) }

  /// Runs `then` in the threads where the condition holds, `otherwise` in the others.
  package func `if`(
    _ condition: Value<Predicate>, file: String = #fileID, line: Int = #line,
    _ then: () -> Void, else otherwise: (() -> Void)? = nil
  ) {
    at(file, line)
    if let constant = condition.constant {
      if constant != 0 { then() } else { otherwise?() }
      return
    }
    let origin = origin
    append(
      .conditional(
        Conditional(
          condition: Condition(guarding(condition), uniform: false), then: block(then),
          otherwise: otherwise.map(block) ?? [], origin: origin)))
  }

  /// Repeats until a ``leave(if:file:line:)``.
  package func loop(file: String = #fileID, line: Int = #line, _ body: () -> Void) {
    at(file, line)
    let origin = origin
    append(.loop(Loop(body: block(body), condition: nil, origin: origin)))
  }

  /// Leaves the innermost loop in the threads where the condition holds.
  package func leave(
    if condition: Value<Predicate>, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    if condition.constant == 0 { return }
    append(.leave(Condition(guarding(condition), uniform: false), origin: origin))
  }

  /// Repeats as long as the condition holds, which is computed before each turn.
  package func loop(
    while condition: () -> Value<Predicate>, file: String = #fileID, line: Int = #line,
    _ body: () -> Void
  ) {
    loop(file: file, line: line) {
      leave(if: !condition(), file: file, line: line)
      body()
    }
  }

  /// Computes the condition again and again until it holds.
  package func wait(
    until isOver: () -> Value<Predicate>, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    let origin = origin
    var condition = Value<Predicate>(true)
    let turn = block { condition = isOver() }
    if condition.constant == 1 {
      turn.forEach(append)
      return
    }
    append(
      .loop(
        Loop(
          body: turn, condition: Condition(guarding(condition).inverted, uniform: false),
          origin: origin)))
  }

  /// Runs `body` for start, start + step, … below the end. The sum of end and step must fit in 32 bits.
  package func loop(
    from start: Value<U32> = 0, to end: Value<U32>, by step: Value<U32> = 1,
    file: String = #fileID, line: Int = #line, _ body: (Value<U32>) -> Void
  ) {
    at(file, line)
    let origin = origin
    let counter = variable(U32.self, initially: start)
    `if`(start < end, file: file, line: line) {
      var condition = Value<Predicate>(true)
      let turn = block {
        body(counter.value)
        self.origin = origin
        counter += step
        condition = counter.value < end
      }
      append(
        .loop(
          Loop(
            body: turn, condition: Condition(guarding(condition), uniform: false), origin: origin)))
    }
  }

  /// A line of explanation in the kernel's printed text.
  package func comment(_ text: String) { append(.comment(text)) }

  /// The condition as the guard of a branch; a constant one in a register.
  private func guarding(_ condition: Value<Predicate>) -> Guard {
    if let register = condition.operand.register { return Guard(register) }
    return Guard(register(holding: condition.operand, .predicate))
  }
}
