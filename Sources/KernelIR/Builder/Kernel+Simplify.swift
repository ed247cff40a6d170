extension Kernel {
  /// Removes what building leaves behind: negations that a guard can express, moves into variables,
  /// and instructions whose results nobody reads.
  mutating func simplify() {
    invertGuards()
    foldMoves()
    removeUnused()
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
