package import KernelIR

/// What a kernel did wrong, and where.
package struct EmulatorFault: Error, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case outOfBounds = "out of bounds"
    case misaligned = "misaligned access"
    case uninitializedRegister = "uninitialized register"
    case uninitializedMemory = "uninitialized memory"
    case race = "race in shared memory"
    case unfinishedCopy = "unfinished asynchronous copy"
    case missingFence = "missing fence between proxies"
    case divergence = "divergent warp"
    case barrierMisuse = "misused barrier"
    case warpgroupMisuse = "misused warpgroup instruction"
    case clusterMisuse = "misused cluster"
    case deadlock = "deadlock"
    case instructionLimit = "too many instructions"
  }

  /// A thread's block.
  package struct Block: Hashable, Sendable, CustomStringConvertible {
    package var x: Int
    package var y: Int
    package var z: Int

    package init(x: Int, y: Int, z: Int) {
      self.x = x
      self.y = y
      self.z = z
    }

    package var description: String { "(\(x), \(y), \(z))" }
  }

  package var kind: Kind
  /// What is wrong, in words.
  package var message: String
  package var kernel: String
  package var block: Block
  package var warp: Int
  /// The first lane concerned, where the fault is not the whole warp's.
  package var lane: Int?
  /// The index in the program's instructions.
  package var instructionIndex: Int
  package var instruction: Instruction
  /// The address concerned, in the memory that the instruction accesses.
  package var address: UInt64?

  package var description: String {
    var place = "kernel \(kernel), block \(block), warp \(warp)"
    if let lane { place += ", lane \(lane)" }
    place += ", instruction \(instructionIndex): \(instruction)"
    if let origin = instruction.origin { place += " at \(origin)" }
    if let address { place += ", address 0x\(String(address, radix: 16))" }
    return "\(kind.rawValue): \(message) (\(place))"
  }
}
