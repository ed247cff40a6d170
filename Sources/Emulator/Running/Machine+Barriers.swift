internal import KernelIR

extension Machine {
  // MARK: Barriers of the block

  /// Arrives at a barrier of the block.
  ///
  /// - Returns: whether the warp must wait for others; it goes on behind the barrier.
  func arrive(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32, waits: Bool
  ) throws(EmulatorFault) -> Bool {
    guard active == warp.pointee.alive else {
      let missing = warp.pointee.alive & ~active
      throw fault(
        .divergence, "a barrier at which lanes \(Self.list(missing)) of the warp are missing", i,
        warp,
        lane: missing.trailingZeroBitCount)
    }
    let id = i.pointee.immediate
    let barrier = barriers + id
    let expected = i.pointee.target
    let bit = UInt32(1) << UInt32(warp.pointee.index)
    guard barrier.pointee.arrived & bit == 0 else {
      throw fault(
        .barrierMisuse,
        "the warp has arrived at barrier \(id) already, and the others have not yet", i, warp)
    }
    guard barrier.pointee.arrived == 0 || barrier.pointee.expectedCount == expected else {
      throw fault(
        .barrierMisuse,
        "\(expected) threads at barrier \(id), where others wait for "
          + "\(barrier.pointee.expectedCount)",
        i, warp)
    }
    barrier.pointee.expectedCount = expected
    barrier.pointee.arrived |= bit
    let clock = barrierClocks + id * clocks.length
    if findsRaces { races.release(warp, to: clock) }
    if waits {
      warp.pointee.barrier = id
      warp.pointee.state = .waiting
    }
    guard barrier.pointee.arrivedCount == expected else { return waits }
    for index in 0..<warpCount {
      let other = warps + index
      guard other.pointee.state == .waiting, other.pointee.barrier == id else { continue }
      other.pointee.state = .ready
      if findsRaces { races.join(other.pointee.clock, clock) }
    }
    barrier.pointee = NamedBarrier()
    clock.update(repeating: 0, count: clocks.length)
    return false
  }
}
