extension KernelVerifier {
  /// Warpgroup products add to the registers that they write, in blocks of whole warpgroups.
  static func warpgroups(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.flatMap { instruction -> [Finding] in
      guard case .multiplyWarpgroup(let shape) = instruction.operation else { return [] }
      var findings: [Finding] = []
      if Array(instruction.sources.suffix(shape.accumulatorCount))
        != instruction.results.map(Operand.register)
      {
        findings.append(
          Finding(instruction, "the sums that are read are not those that are written"))
      }
      if kernel.threadCount % 128 != 0 {
        findings.append(
          Finding(instruction, "\(kernel.threadCount) threads are not whole warpgroups of 128"))
      }
      return findings
    }
  }
}
