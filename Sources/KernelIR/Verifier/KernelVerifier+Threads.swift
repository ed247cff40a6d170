extension KernelVerifier {
  /// Instructions that all lanes of a warp execute together stand where no lane can be missing.
  static func wholeWarps(_ kernel: Kernel) -> [Finding] {
    var findings: [Finding] = []
    var uniformity = Uniformity(of: kernel)
    uniformity.visit(kernel.body, diverging: false) { instruction, isDiverging in
      if isDiverging, instruction.operation.needsWholeWarp {
        findings.append(Finding(instruction, "lanes of the warp may be on other paths here"))
      }
    }
    return findings
  }

  /// Instructions exist on the oldest GPU that the kernel says it runs on.
  static func target(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.compactMap { instruction in
      let oldest = instruction.operation.oldestTarget
      return oldest <= kernel.target
        ? nil
        : Finding(
          instruction, "needs \(oldest.rawValue), the kernel is for \(kernel.target.rawValue)")
    }
  }

  /// The block fits a multiprocessor.
  static func launch(_ kernel: Kernel) -> [Finding] {
    var findings: [Finding] = []
    func demand(_ holds: Bool, _ message: String) {
      if !holds { findings.append(Finding(message)) }
    }
    let threads = kernel.threadCount
    demand(
      threads > 0 && threads <= 1024 && threads % 32 == 0,
      "\(threads) threads are not a multiple of 32 up to 1024")
    demand(
      (24...255).contains(kernel.registerBudget),
      "\(kernel.registerBudget) registers are not within 24…255")
    demand(
      (kernel.registerBudget + 7) / 8 * 8 * threads <= kernel.target.registerCount,
      "\(threads) threads of \(kernel.registerBudget) registers need more than "
        + "\(kernel.target.registerCount)")
    demand(
      kernel.sharedByteCount <= kernel.target.sharedByteLimit,
      "\(kernel.sharedByteCount) bytes of shared memory are more than the "
        + "\(kernel.target.sharedByteLimit) of \(kernel.target.rawValue)")
    demand(
      kernel.parameterByteCount <= 4096,
      "\(kernel.parameterByteCount) bytes of arguments are over 4096")
    demand(
      kernel.constants.count <= 65_536,
      "\(kernel.constants.count) bytes of constants are over 65536")
    return findings
  }

  /// Accesses relative to a window's start lie within it and are aligned.
  static func windows(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.flatMap { instruction -> [Finding] in
      var findings: [Finding] = []
      for (operand, byteCount) in zip(instruction.memoryOperands, instruction.accessSizes) {
        guard case .memory(let base, let offset) = operand else { continue }
        if Int32(exactly: offset) == nil {
          findings.append(Finding(instruction, "the offset \(offset) has more than 32 bits"))
          continue
        }
        let size: Int
        switch base {
        case .register: continue
        case .shared: size = kernel.sharedByteCount
        case .parameters: size = kernel.parameterByteCount
        case .constants: size = kernel.constants.count
        }
        if offset < 0 || offset + byteCount > size {
          findings.append(
            Finding(instruction, "\(byteCount) bytes at \(offset) are outside of \(size) bytes"))
        } else if byteCount > 0, offset % byteCount != 0 {
          findings.append(Finding(instruction, "\(offset) is no multiple of \(byteCount)"))
        }
      }
      return findings
    }
  }

  /// Barriers of some threads wait for no more than the block has.
  static func barriers(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.compactMap { instruction in
      switch instruction.operation {
      case .barrier(_, let threads?), .barrierArrive(_, let threads):
        threads <= kernel.threadCount
          ? nil
          : Finding(instruction, "the block has \(kernel.threadCount) threads, not \(threads)")
      default: nil
      }
    }
  }
}
