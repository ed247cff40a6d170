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
    let clock = barrierClocks + id * clockCount
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
    clock.update(repeating: 0, count: clockCount)
    return false
  }

  // MARK: Barriers in shared memory

  /// Instructions that change a barrier, lane by lane.
  func changeBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: 8, i, warp, active: active)
    try changeLocatedBarriers(i, warp, active: active)
    if findsRaces { warp.pointee.clock[warp.pointee.clockIndex] += 1 }
  }

  /// The same at places that were found in this block, for a warp of any block of the cluster.
  func changeLocatedBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let opcode = i.pointee.opcode
    let isPlain = opcode == .barrierInit || opcode == .barrierInvalidate
    try watchSharedWrites(byteCount: 8, isPlain ? .plain : .atomic, i, warp, active: active)
    let values = words(i.pointee.b, warp)
    for lane in Lanes(active) {
      let offset = pointers[lane] - shared
      let found = sharedBarriers.index(at: offset)
      if opcode == .barrierInit {
        try makeBarrier(offset, found, count: values[lane], i, warp, lane: lane)
        continue
      }
      guard let index = found else { throw missingBarrier(offset, i, warp, lane: lane) }
      switch opcode {
      case .barrierInvalidate: sharedBarriers.remove(index)
      case .barrierExpect:
        sharedBarriers.expect(index, byteCount: Int(values[lane]))
        try arrive(index, i, warp, lane: lane)
      default: try arrive(index, i, warp, lane: lane)
      }
    }
  }

  private func makeBarrier(
    _ offset: Int, _ found: Int?, count: UInt32, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    let address = UInt64(offset + Decoder.sharedBase)
    guard count > 0, count < 1 << 20 else {
      throw fault(
        .barrierMisuse, "a barrier of \(count) arrivals", i, warp, lane: lane, address: address)
    }
    guard found == nil else {
      throw fault(
        .barrierMisuse, "a barrier is here already", i, warp, lane: lane, address: address)
    }
    guard sharedBarriers.add(at: offset, count: count) else {
      throw fault(
        .barrierMisuse, "more than \(SharedBarriers.limit) barriers", i, warp, lane: lane,
        address: address)
    }
  }

  private func arrive(
    _ index: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    guard sharedBarriers.arrive(index) else {
      let barrier = sharedBarriers[index]
      throw fault(
        .barrierMisuse,
        "more than the \(barrier.count) arrivals that the phase takes, while "
          + "\(barrier.pendingBytes) bytes are to come",
        i, warp, lane: lane, address: UInt64(barrier.offset + Decoder.sharedBase))
    }
    if findsRaces { races.join(sharedBarriers.arrivals(of: index), warp.pointee.clock) }
    if sharedBarriers.completesPhase(index) { block.pointee.completions += 1 }
  }

  private func missingBarrier(
    _ offset: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) -> EmulatorFault {
    fault(
      .barrierMisuse, "no barrier was made here", i, warp, lane: lane,
      address: UInt64(offset + Decoder.sharedBase))
  }

  /// `mbarrier.test_wait`.
  ///
  /// - Returns: whether the phases of all lanes are over.
  func testBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> Bool {
    let over = try overPhases(i, warp, active: active)
    setPredicate(over, i, warp, active: active)
    return over == active
  }

  /// `mbarrier.try_wait`, which here sleeps until the phases of all lanes are over.
  ///
  /// - Returns: whether they are.
  func tryBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> Bool {
    let over = try overPhases(i, warp, active: active)
    guard over == active else { return false }
    setPredicate(over, i, warp, active: active)
    return true
  }

  /// The lanes whose barrier's phase, of the parity that they name, is over.
  private func overPhases(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> UInt32 {
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: 8, i, warp, active: active)
    let parities = words(i.pointee.b, warp)
    var over = 0 as UInt32
    for lane in Lanes(active) {
      let offset = pointers[lane] - shared
      guard let index = sharedBarriers.index(at: offset) else {
        throw missingBarrier(offset, i, warp, lane: lane)
      }
      guard sharedBarriers[index].phase & 1 != parities[lane] & 1 else { continue }
      over |= 1 << UInt32(lane)
      if findsRaces { races.join(warp.pointee.clock, sharedBarriers.completion(of: index)) }
    }
    if findsRaces {
      // The barrier's own bytes: whoever tests it must know that it was made.
      try watchSharedWrites(byteCount: 8, .atomic, i, warp, active: over)
      if over != 0 { warp.pointee.clock[warp.pointee.clockIndex] += 1 }
    }
    return over
  }
}
