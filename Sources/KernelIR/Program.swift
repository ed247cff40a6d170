/// A kernel as a flat list of instructions with labels and branches: what is printed as PTX, what the
/// reader makes of PTX, and what the emulator runs.
///
/// Registers of a class are numbered from 0; each label's number occurs once.
package struct Program: Sendable {
  package var name: String
  /// The size of the parameter struct in bytes.
  package var parameterByteCount: Int
  package var parameterAlignment: Int
  /// Threads of a block, all along x; a multiple of 32.
  package var threadCount: Int
  /// Blocks of a cluster along x (`.reqnctapercluster`); 1 without clusters.
  package var clusterSize: Int
  /// The most registers that a thread may use (`.maxnreg`).
  package var registerBudget: Int?
  /// The kernel's constant memory.
  package var constants: [UInt8]
  package var instructions: [Instruction]

  package init(
    name: String, parameterByteCount: Int, parameterAlignment: Int = 8, threadCount: Int,
    clusterSize: Int = 1, registerBudget: Int? = nil, constants: [UInt8] = [],
    instructions: [Instruction]
  ) {
    self.name = name
    self.parameterByteCount = parameterByteCount
    self.parameterAlignment = parameterAlignment
    self.threadCount = threadCount
    self.clusterSize = clusterSize
    self.registerBudget = registerBudget
    self.constants = constants
    self.instructions = instructions
  }

  /// How many registers of each class there are, by the greatest index.
  package var registerCounts: [RegisterClass: Int] {
    var counts: [RegisterClass: Int] = [:]
    func count(_ register: Register) {
      counts[register.class] = max(counts[register.class] ?? 0, register.index + 1)
    }
    for instruction in instructions {
      instruction.results.forEach(count)
      instruction.sources.lazy.compactMap(\.register).forEach(count)
      if let guarding = instruction.guard { count(guarding.register) }
    }
    return counts
  }
}
