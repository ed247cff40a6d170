extension Program {
  /// How many instructions of each class the text has.
  package var instructionCounts: [InstructionClass: Int] {
    var counts: [InstructionClass: Int] = [:]
    for instruction in instructions {
      if case .label = instruction.operation { continue }
      counts[instruction.operation.instructionClass, default: 0] += 1
    }
    return counts
  }
}
