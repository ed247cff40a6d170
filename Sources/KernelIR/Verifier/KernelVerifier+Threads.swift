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

  /// `leave` stands in loops, and every loop can end.
  static func loops(_ kernel: Kernel) -> [Finding] {
    func check(_ statements: [Statement], inLoop: Bool) -> (findings: [Finding], leaves: Bool) {
      var findings: [Finding] = []
      var leaves = false
      for statement in statements {
        switch statement {
        case .leave(_, let origin):
          leaves = true
          if !inLoop { findings.append(Finding("there is no loop to leave", origin)) }
        case .conditional(let conditional):
          for list in [conditional.then, conditional.otherwise] {
            let inner = check(list, inLoop: inLoop)
            findings += inner.findings
            leaves = leaves || inner.leaves
          }
        case .loop(let loop):
          let inner = check(loop.body, inLoop: true)
          findings += inner.findings
          if loop.condition == nil, !inner.leaves {
            findings.append(Finding("the loop never ends", loop.origin))
          }
        case .instruction, .comment: break
        }
      }
      return (findings, leaves)
    }
    return check(kernel.body, inLoop: false).findings
  }
}

extension Operation {
  /// Whether all lanes of a warp must execute it together.
  package var needsWholeWarp: Bool {
    switch self {
    case .shuffle, .vote, .ballot, .electOne, .warpBarrier, .barrier, .barrierArrive, .loadMatrix,
      .storeMatrix, .multiplyMatrices, .multiplySparseMatrices, .multiplyWarpgroup,
      .warpgroupFence, .warpgroupCommit, .warpgroupWait, .setMaxRegisters, .clusterArrive,
      .clusterWait:
      true
    default: false
    }
  }
}

extension Instruction {
  /// Its addresses.
  package var memoryOperands: [Operand] {
    sources.filter { if case .memory = $0 { true } else { false } }
  }

  /// The bytes that a lane accesses at each of them.
  package var accessSizes: [Int] {
    switch operation {
    case .load(let access), .store(let access): [access.byteCount]
    case .atomic(_, _, let type), .reduce(_, _, let type): [type.byteCount]
    case .asyncCopy(let byteCount): [byteCount, byteCount]
    case .loadMatrix, .storeMatrix: [16]
    case .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect, .barrierTest,
      .barrierTry, .asyncCopyArrive, .barrierArriveCluster, .barrierTryCluster:
      [8]
    case .tensorCopy, .tensorMulticast: [16, 128, 8]
    default: memoryOperands.map { _ in 0 }
    }
  }
}
