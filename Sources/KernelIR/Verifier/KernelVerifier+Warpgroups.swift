extension KernelVerifier {
  /// Warpgroup products add to the registers that they write, and instructions of warpgroups stand
  /// in blocks of whole ones.
  static func warpgroups(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.flatMap { instruction -> [Finding] in
      var findings: [Finding] = []
      if case .multiplyWarpgroup(let shape) = instruction.operation,
        Array(instruction.sources.suffix(shape.accumulatorCount))
          != instruction.results.map(Operand.register)
      {
        findings.append(
          Finding(instruction, "the sums that are read are not those that are written"))
      }
      if instruction.operation.needsWarpgroup, kernel.threadCount % 128 != 0 {
        findings.append(
          Finding(instruction, "\(kernel.threadCount) threads are not whole warpgroups of 128"))
      }
      return findings
    }
  }

  /// The address of a tensor map is a register: PTX has no place for an offset.
  static func tensorMaps(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.compactMap { instruction in
      switch instruction.operation {
      case .tensorCopy, .tensorMulticast:
        if case .memory(.register, offset: 0) = instruction.sources[1] { return nil }
        return Finding(instruction, "the address of a tensor map is a register without an offset")
      default: return nil
      }
    }
  }
}

extension Operation {
  /// Whether the four warps of a warpgroup execute it together.
  package var needsWarpgroup: Bool {
    switch self {
    case .multiplyWarpgroup, .warpgroupFence, .warpgroupCommit, .warpgroupWait, .setMaxRegisters:
      true
    default: false
    }
  }
}
