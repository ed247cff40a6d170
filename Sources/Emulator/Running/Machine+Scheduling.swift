internal import KernelIR

extension Machine {
  /// What a round of a block's warps did.
  enum Progress {
    /// No warp can run.
    case none
    /// Those that can have tested barriers in vain.
    case polling
    case some
  }

  /// Runs each warp of the block that can run, until it waits.
  func runWarps() throws(EmulatorFault) -> Progress {
    var progress = Progress.none
    for index in 0..<warpCount {
      let warp = warps + index
      switch warp.pointee.state {
      case .finished, .waiting, .waitingForCluster: continue
      case .trying where warp.pointee.triedAt == block.pointee.completions: continue
      case .waitingForRegisters
      where warp.pointee.missingRegisterCount > block.pointee.freeRegisterCount:
        continue
      case .trying, .polling, .ready, .waitingForRegisters: break
      }
      let wasPolling = warp.pointee.state == .polling
      try run(warp)
      if warp.pointee.state == .finished {
        block.pointee.liveCount -= 1
        if checksWarpgroups { try checkSteps(warp) }
        try cluster?.hasReturned(warp, of: self)
      }
      if !wasPolling || warp.pointee.state != .polling {
        progress = .some
      } else if progress == .none {
        progress = .polling
      }
      if block.pointee.executed > instructionLimit {
        throw fault(
          .instructionLimit, "the block has executed more than \(instructionLimit) instructions",
          code + warp.pointee.pc, warp)
      }
    }
    return progress
  }

  /// Says who waits where in the block.
  var waitingPlaces: String {
    struct Place: Hashable {
      var state: Warp.State
      var pc: Int
      var id: Int
    }
    var order: [Place] = []
    var warpsAt: [Place: [Int]] = [:]
    for index in 0..<warpCount {
      let warp = warps[index]
      let isWaiting = warp.state == .waiting || warp.state == .waitingForCluster
      let place = Place(
        state: warp.state,
        pc: warp.state == .finished
          ? 0 : isWaiting || warp.state == .polling ? warp.pc - 1 : warp.pc,
        id: warp.state == .waiting ? warp.barrier : 0)
      if warpsAt[place] == nil { order.append(place) }
      warpsAt[place, default: []].append(index)
    }
    let parts = order.map { place in
      let who = "warps \(Self.list(of: warpsAt[place] ?? []))"
      let at = "at \(name(ofInstructionAt: code[place.pc].index))"
      return switch place.state {
      case .finished: "\(who) have returned"
      case .waiting:
        "\(who) wait \(at), where \(barriers[place.id].arrivedCount) of "
          + "\(barriers[place.id].expectedCount) threads have arrived"
      case .waitingForCluster: "\(who) wait for the cluster \(at)"
      case .trying, .polling: "\(who) wait for the phase of a barrier \(at)"
      case .waitingForRegisters:
        "\(who) wait for registers \(at), where the block has \(block.pointee.freeRegisterCount) "
          + "for the threads of a warp"
      case .ready: "\(who) are ready \(at)"
      }
    }
    return parts.joined(separator: "; ")
  }

  /// A deadlock, at the first warp of the block that waits.
  func deadlock(_ message: String) -> EmulatorFault {
    let waiting = (0..<warpCount).first { warps[$0].state != .finished } ?? 0
    let warp = warps + waiting
    let isAgain = warp.pointee.state == .trying || warp.pointee.state == .waitingForRegisters
    let behind = isAgain ? 0 : 1
    return fault(.deadlock, message, code + (warp.pointee.pc - behind), warp)
  }
}
