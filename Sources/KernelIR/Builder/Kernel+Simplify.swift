extension Kernel {
  /// Removes what building leaves behind: negations that a guard can express, moves into variables,
  /// and instructions whose results nobody reads.
  mutating func simplify() {
    forwardReads()
    invertGuards()
    foldMoves()
    removeUnused()
    renumber()
  }

  /// Where a variable was only read into another register, and is not assigned before the last
  /// use of that, it is used itself.
  private mutating func forwardReads() {
    let uses = uses
    body = body.mapLists { list in
      var list = list
      var index = 0
      while index < list.count {
        if case .instruction(let move) = list[index], case .move = move.operation,
          case .register(let variable) = move.sources[0], let copy = move.results.first,
          copy.class == variable.class, uses.writes[copy] == 1
        {
          var reads = ForwardedRead(
            of: copy, from: variable, isConstant: uses.writes[variable] == 1,
            remainingCount: uses.reads[copy] ?? 0)
          if let rest = reads.forward(in: Array(list[(index + 1)...])) {
            list.replaceSubrange(index..., with: rest)
            continue
          }
        }
        index += 1
      }
      return list
    }
  }

  private struct Uses {
    /// How often each register is read, conditions included.
    var reads: [Register: Int] = [:]
    var writes: [Register: Int] = [:]
    /// What a register's only definition is.
    var definition: [Register: Instruction] = [:]
  }

  private var uses: Uses {
    var uses = Uses()
    body.forEachInstruction { instruction in
      for register in instruction.sources.compactMap(\.register) {
        uses.reads[register, default: 0] += 1
      }
      for register in instruction.results {
        uses.writes[register, default: 0] += 1
        uses.definition[register] = instruction
      }
    }
    body.forEachCondition { uses.reads[$0.guard.register, default: 0] += 1 }
    return uses
  }

  /// A condition on `not p` is one on p, inverted, where both are defined once.
  private mutating func invertGuards() {
    let uses = uses
    body = body.mapConditions { condition in
      guard let definition = uses.definition[condition.guard.register],
        uses.writes[condition.guard.register] == 1,
        case .unary(.not, .predicate) = definition.operation,
        case .register(let source) = definition.sources[0], uses.writes[source] == 1
      else { return condition }
      return Condition(
        Guard(source, negated: !condition.guard.isNegated), uniform: condition.isUniform)
    }
  }

  /// Where an instruction's result is only moved, right after it, it is written to the move's place.
  private mutating func foldMoves() {
    let uses = uses
    body = body.mapLists { list in
      var folded: [Statement] = []
      for statement in list {
        guard case .instruction(let move) = statement, case .move = move.operation,
          case .register(let source) = move.sources[0], source.class == move.results[0].class,
          uses.reads[source] == 1, uses.writes[source] == 1,
          case .instruction(var definition)? = folded.last, definition.results == [source]
        else {
          folded.append(statement)
          continue
        }
        definition.results = move.results
        folded[folded.count - 1] = .instruction(definition)
      }
      return folded
    }
  }

  /// Numbers the registers of each class as they are first written, so that a kernel's text does not depend on
  /// what building it discarded.
  private mutating func renumber() {
    var numbers: [Register: Register] = [:]
    var counts: [RegisterClass: Int] = [:]
    func renumbered(_ register: Register) -> Register {
      if let known = numbers[register] { return known }
      let new = Register(register.class, counts[register.class, default: 0])
      counts[register.class] = new.index + 1
      numbers[register] = new
      return new
    }
    body.forEachInstruction { $0.results.forEach { _ = renumbered($0) } }
    body = body.mapLists { list in
      list.map { statement in
        guard case .instruction(var instruction) = statement else { return statement }
        instruction.results = instruction.results.map(renumbered)
        instruction.sources = instruction.sources.map { $0.mapRegister(renumbered) }
        return .instruction(instruction)
      }
    }
    body = body.mapConditions { condition in
      Condition(
        Guard(renumbered(condition.guard.register), negated: condition.guard.isNegated),
        uniform: condition.isUniform)
    }
    registerNames = Dictionary(
      uniqueKeysWithValues: registerNames.map { (renumbered($0.key), $0.value) })
  }

  private mutating func removeUnused() {
    while true {
      let reads = uses.reads
      var hasChanged = false
      body = body.mapLists { list in
        list.filter { statement in
          guard case .instruction(let instruction) = statement,
            !instruction.operation.hasEffects, !instruction.results.isEmpty,
            instruction.results.allSatisfy({ reads[$0] == nil })
          else { return true }
          hasChanged = true
          return false
        }
      }
      if !hasChanged { return }
    }
  }
}

extension Operation {
  /// Whether it does more than to compute its results.
  var hasEffects: Bool {
    switch self {
    case .move, .special, .sharedAddress, .pack, .unpack, .unary, .binary, .ternary,
      .multiplyWide, .multiplyAddWide, .remoteAddress, .compare, .select, .convert, .load,
      .loadMatrix,
      .multiplyMatrices, .multiplySparseMatrices:
      false
    default: true
    }
  }
}
