/// A decoded instruction where it lies.
typealias Decoded = UnsafePointer<DecodedInstruction>
typealias WarpPointer = UnsafeMutablePointer<Warp>

extension Machine {
  /// Instructions after which another warp runs, so that one that waits for others by reading
  /// memory lets them run.
  private static var timeSlice: Int { 1 << 16 }

  /// Runs a warp until it waits, has finished, or has run for long.
  func run(_ warp: WarpPointer) throws(EmulatorFault) {
    let registers = warp.pointee.registers
    var pc = warp.pointee.pc
    var mask = warp.pointee.mask
    var budget = Self.timeSlice
    warp.pointee.state = .ready
    defer {
      warp.pointee.pc = pc
      warp.pointee.mask = mask
      block.pointee.executed += Self.timeSlice - budget
    }
    while true {
      let i = code + pc
      let counter = counters + pc
      var active = mask
      if i.pointee.guardKind != .none {
        let holds = LaneMasks.bits(of: source(i.pointee.guarding, registers))
        if checksRegisters { try checkRegister(i.pointee.guarding, i, warp, active: active) }
        active &= i.pointee.guardKind == .plain ? holds : ~holds
      }
      counter.pointee.executions &+= 1
      counter.pointee.activeLanes &+= active == ~0 ? 32 : UInt64(active.nonzeroBitCount)
      budget &-= 1
      if checksRegisters { try checkRegisters(i, warp, active: active) }
      if checksWarpgroups { try checkProducts(i, warp, active: active) }

      switch i.pointee.opcode {
      case .lanes, .moreLanes:
        let function = unsafeBitCast(i.pointee.function, to: LaneFunction.self)
        let a = source(i.pointee.a, registers)
        let b = source(i.pointee.b, registers)
        let c = source(i.pointee.c, registers)
        let target = registers + Int(i.pointee.result)
        if active == ~0 {
          function(target, a, b, c)
        } else if active != 0 {
          function(result, a, b, c)
          LaneMasks.copy(result, to: target, where: active, byteCount: i.pointee.resultByteCount)
        }

      case .join:
        budget &+= 1
        while warp.pointee.parkedPC == pc { mask |= unpark(warp).mask }

      case .branch:
        let target = Int(i.pointee.target)
        if active == mask {
          pc = target
        } else if active == 0 {
          pc += 1
        } else {
          if findsDivergence && i.pointee.variant == 1 {
            throw fault(
              .divergence, "a branch that all lanes should agree on", i, warp,
              lane: active.trailingZeroBitCount)
          }
          let rest = mask & ~active
          if target > pc {
            park(target, active, warp)
            mask = rest
            pc += 1
          } else {
            park(pc + 1, rest, warp)
            mask = active
            pc = target
          }
        }
        if pc > warp.pointee.parkedPC {
          park(pc, mask, warp)
          (pc, mask) = unpark(warp)
        }
        if budget <= 0 { return }
        continue

      case .exit:
        mask &= ~active
        warp.pointee.alive &= ~active
        if mask == 0 {
          if warp.pointee.alive == 0 {
            warp.pointee.state = .finished
            return
          }
          (pc, mask) = unpark(warp)
          continue
        }

      case .loadShared: if active != 0 { try loadShared(i, warp, active: active) }
      case .storeShared: if active != 0 { try storeShared(i, warp, active: active) }
      case .loadGlobal: if active != 0 { try loadGlobal(i, warp, active: active) }
      case .storeGlobal: if active != 0 { try storeGlobal(i, warp, active: active) }
      case .loadConstant, .loadParameter:
        if active != 0 { try loadConstant(i, warp, active: active) }
      case .matrix: if active != 0 { try multiply(i, warp, active: active) }
      case .nothing: break

      case .barrier:
        if active != 0 {
          pc += 1
          if try arrive(i, warp, active: active, waits: true) { return }
          continue
        }
      case .barrierArrive:
        if active != 0 { _ = try arrive(i, warp, active: active, waits: false) }
      case .clusterWait:
        if active != 0 {
          pc += 1
          if try waitForCluster(i, warp, active: active) { return }
          continue
        }
      case .barrierTest:
        if active != 0, failsFirstTries, !warp.pointee.tried[Int(i.pointee.target)] {
          try tryInVain(i, warp, active: active)
        } else if active != 0, try !testBarriers(i, warp, active: active) {
          pc += 1
          warp.pointee.state = .polling
          return
        }
      case .barrierTry:
        if active != 0, failsFirstTries, !warp.pointee.tried[Int(i.pointee.target)] {
          try tryInVain(i, warp, active: active)
        } else if active != 0, try !tryBarriers(i, warp, active: active) {
          uncount(counter, active, &budget)
          warp.pointee.state = .trying
          warp.pointee.triedAt = block.pointee.completions
          return
        }
      case .setMaxRegisters:
        if active != 0, try !setMaxRegisters(i, warp, active: active) {
          uncount(counter, active, &budget)
          warp.pointee.state = .waitingForRegisters
          return
        }
      default: if active != 0 { try runRare(i, warp, active: active) }
      }
      pc += 1
    }
  }

  /// Takes back that an instruction was executed, which will be again.
  private func uncount(
    _ counter: UnsafeMutablePointer<LaunchReport.Counters>, _ active: UInt32, _ budget: inout Int
  ) {
    budget &+= 1
    counter.pointee.executions &-= 1
    counter.pointee.activeLanes &-= UInt64(active.nonzeroBitCount)
  }

  /// Instructions that do not deserve a place in the loop.
  private func runRare(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    switch i.pointee.opcode {
    case .clock: readClock(i, warp, active: active)
    case .atomicShared, .atomicGlobal: try changeAtomically(i, warp, active: active)
    case .asyncCopy: try copyAsynchronously(i, warp, active: active)
    case .asyncCopyCommit: for lane in Lanes(active) { warp.pointee.committed[lane] += 1 }
    case .asyncCopyWait: waitForCopies(i, warp, active: active)
    case .asyncCopyArrive: try arriveAfterCopies(i, warp, active: active)
    case .shuffle: try shuffle(i, warp, active: active)
    case .vote: try vote(i, warp, active: active)
    case .ballot: try ballot(i, warp, active: active)
    case .elect: try elect(i, warp, active: active)
    case .warpBarrier: try waitForWarp(i, warp, active: active)
    case .barrierInit, .barrierInvalidate, .barrierArriveShared, .barrierExpect:
      try changeBarriers(i, warp, active: active)
    case .loadMatrix: try loadMatrices(i, warp, active: active)
    case .storeMatrix: try storeMatrices(i, warp, active: active)
    case .warpgroup: try multiplyInGroup(i, warp, active: active)
    case .warpgroupFence, .warpgroupCommit, .warpgroupWait:
      try orderProducts(i, warp, active: active)
    case .fenceAsyncProxy: fenceSharedMemory(warp, active: active)
    case .fenceTensorMap: try fenceTensorMaps(i, warp, active: active)
    case .fenceBarrierInit: fenceBarriers(warp, active: active)
    case .tensorCopy: try copyTensors(i, warp, active: active)
    case .loadCluster: try loadCluster(i, warp, active: active)
    case .storeCluster: try storeCluster(i, warp, active: active)
    case .clusterArrive: try arriveAtCluster(i, warp, active: active)
    case .barrierArriveCluster: try arriveInCluster(i, warp, active: active)
    default:
      preconditionFailure("\(i.pointee.opcode) belongs into the loop")
    }
  }

  // MARK: Operands

  /// Where the lanes of an operand lie.
  @inline(__always)
  func source(_ offset: OperandOffset, _ registers: UnsafeMutableRawPointer) -> UnsafeRawPointer {
    (offset & 1 == 0 ? UnsafeRawPointer(registers) : constantsLessOne) + Int(offset)
  }

  @inline(__always)
  func words(_ offset: OperandOffset, _ warp: WarpPointer) -> UnsafePointer<UInt32> {
    source(offset, warp.pointee.registers).assumingMemoryBound(to: UInt32.self)
  }

  @inline(__always)
  func resultWords(_ offset: OperandOffset, _ warp: WarpPointer) -> UnsafeMutablePointer<UInt32> {
    (warp.pointee.registers + Int(offset)).assumingMemoryBound(to: UInt32.self)
  }

  // MARK: Groups of lanes

  /// Lets a group of lanes wait until the others come to its place.
  private func park(_ pc: Int, _ mask: UInt32, _ warp: WarpPointer) {
    let groups = warp.pointee.parked
    var index = warp.pointee.parkedCount
    // The first group is the last in memory, where it is taken from.
    while index > 0 && groups[index - 1].pc < pc {
      groups[index] = groups[index - 1]
      index -= 1
    }
    if index > 0 && groups[index - 1].pc == pc {
      groups[index - 1].mask |= mask
      for later in index..<warp.pointee.parkedCount { groups[later] = groups[later + 1] }
    } else {
      groups[index] = Warp.Group(pc: pc, mask: mask)
      warp.pointee.parkedCount += 1
    }
    warp.pointee.parkedPC = groups[warp.pointee.parkedCount - 1].pc
  }

  /// Takes the group that is furthest behind.
  private func unpark(_ warp: WarpPointer) -> (pc: Int, mask: UInt32) {
    warp.pointee.parkedCount -= 1
    let count = warp.pointee.parkedCount
    let group = warp.pointee.parked[count]
    warp.pointee.parkedPC = count == 0 ? .max : warp.pointee.parked[count - 1].pc
    return (group.pc, group.mask)
  }
}
