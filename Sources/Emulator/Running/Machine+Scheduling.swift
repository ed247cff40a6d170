internal import KernelIR

extension Machine {
  /// Rounds without progress, in which all warps that can run test a barrier in vain, after which
  /// they never will.
  private static var idleRoundLimit: Int { 1000 }

  /// Runs a block: its warps in turn, each until it waits.
  func runBlock(x: Int, y: Int, z: Int) throws(EmulatorFault) {
    reset(x: x, y: y, z: z)
    var liveCount = warpCount
    var idleRounds = 0
    while liveCount > 0 {
      let completions = block.pointee.completions
      var hasRun = false
      var isIdle = true
      for index in 0..<warpCount {
        let warp = warps + index
        switch warp.pointee.state {
        case .finished, .waiting: continue
        case .trying where warp.pointee.triedAt == block.pointee.completions: continue
        case .trying, .polling, .ready: break
        }
        let wasPolling = warp.pointee.state == .polling
        try run(warp)
        hasRun = true
        if warp.pointee.state == .finished { liveCount -= 1 }
        if !wasPolling || warp.pointee.state != .polling { isIdle = false }
        if block.pointee.executed > instructionLimit {
          throw fault(
            .instructionLimit, "the block has executed more than \(instructionLimit) instructions",
            code + warp.pointee.pc, warp)
        }
      }
      isIdle = isIdle && completions == block.pointee.completions
      idleRounds = isIdle ? idleRounds + 1 : 0
      if liveCount > 0 && (!hasRun || idleRounds > Self.idleRoundLimit) { throw deadlock() }
    }
  }

  /// Says who waits where.
  private func deadlock() -> EmulatorFault {
    struct Place: Hashable {
      var state: Warp.State
      var pc: Int
      var id: Int
    }
    var order: [Place] = []
    var warpsAt: [Place: [Int]] = [:]
    for index in 0..<warpCount {
      let warp = warps[index]
      let isWaiting = warp.state == .waiting
      let place = Place(
        state: warp.state,
        pc: warp.state == .finished
          ? 0 : isWaiting || warp.state == .polling ? warp.pc - 1 : warp.pc,
        id: isWaiting ? warp.barrier : 0)
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
      case .trying, .polling: "\(who) wait for the phase of a barrier \(at)"
      case .ready: "\(who) are ready \(at)"
      }
    }
    let waiting = (0..<warpCount).first { warps[$0].state != .finished } ?? 0
    let warp = warps + waiting
    let behind = warp.pointee.state == .trying ? 0 : 1
    return fault(.deadlock, parts.joined(separator: "; "), code + (warp.pointee.pc - behind), warp)
  }
}
