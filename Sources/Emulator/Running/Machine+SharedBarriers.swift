internal import KernelIR

extension Machine {
  // MARK: Changes

  /// Instructions that change a barrier in shared memory, lane by lane.
  func changeBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: 8, i, warp, active: active)
    try changeLocatedBarriers(i, warp, active: active)
    // What is handed to those who wait ends an epoch.
    if findsRaces, i.pointee.opcode != .barrierInit {
      warp.pointee.clock[warp.pointee.clockIndex] += 1
    }
  }

  /// The same at places that were found in this block, for a warp of any block of the cluster.
  func changeLocatedBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let opcode = i.pointee.opcode
    let isPlain = opcode == .barrierInit || opcode == .barrierInvalidate
    if opcode != .barrierInit {
      for lane in Lanes(active) { _ = try barrier(i, warp, lane: lane) }
    }
    try watchSharedWrites(byteCount: 8, isPlain ? .plain : .atomic, i, warp, active: active)
    let values = words(i.pointee.b, warp)
    for lane in Lanes(active) {
      if opcode == .barrierInit {
        try makeBarrier(count: values[lane], i, warp, lane: lane)
        continue
      }
      let index = try barrier(i, warp, lane: lane)
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
    count: UInt32, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    let offset = pointers[lane] - shared
    let address = UInt64(offset + Decoder.sharedBase)
    guard count > 0, count < 1 << 20 else {
      throw fault(
        .barrierMisuse, "a barrier of \(count) arrivals", i, warp, lane: lane, address: address)
    }
    guard sharedBarriers.index(at: offset) == nil else {
      throw fault(
        .barrierMisuse, "a barrier is here already", i, warp, lane: lane, address: address)
    }
    let own = warp.pointee.clockIndex
    let record = RaceDetector.Record(epoch: warp.pointee.clock[own], warp: own, lane: lane)
    guard sharedBarriers.add(at: offset, count: count, record, pc: i.pointee.index) else {
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
    completePhase(index)
  }

  /// Ends a barrier's phase where everything that it waits for has come.
  func completePhase(_ index: Int) {
    if sharedBarriers.completesPhase(index) { block.pointee.completions += 1 }
  }

  /// `fence.mbarrier_init`. The warp's accesses from now on are of another epoch.
  func fenceBarriers(_ warp: WarpPointer, active: UInt32) {
    guard findsRaces else { return }
    let own = warp.pointee.clockIndex
    sharedBarriers.fence(warp: own, lanes: active, epoch: warp.pointee.clock[own])
    warp.pointee.clock[own] += 1
  }

  // MARK: Barriers that must be there

  /// The barrier at the place that a lane accesses, which must have been made, and before.
  func barrier(
    _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) -> Int {
    let offset = pointers[lane] - shared
    let address = UInt64(offset + Decoder.sharedBase)
    guard let index = sharedBarriers.index(at: offset) else {
      throw fault(
        .barrierMisuse, "no barrier was made here", i, warp, lane: lane, address: address)
    }
    guard findsRaces else { return index }
    let barrier = sharedBarriers[index]
    let maker = barrier.initialization
    guard
      races.isOrdered(
        maker, before: warp.pointee.clockIndex, lane: lane, clock: warp.pointee.clock)
    else {
      throw fault(
        .race,
        "nothing orders this behind the making of the barrier by lane \(maker.lane) of "
          + "\(name(ofWarp: maker.warp)), in \(name(ofInstructionAt: barrier.initializationPC))",
        i, warp, lane: lane, address: address)
    }
    return index
  }

  /// Makes sure that the asynchronous proxy, which counts bytes at a barrier, sees that it was
  /// made.
  func checkFenced(
    barrier index: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    let barrier = sharedBarriers[index]
    let maker = barrier.initialization
    let isFenced =
      barrier.fencedEpoch != 0 && barrier.fencedEpoch < warp.pointee.clock[maker.warp]
    guard !isFenced, !fences.isFenced(maker, before: warp) else { return }
    throw fault(
      .missingFence,
      "neither fence.proxy.async nor fence.mbarrier_init lies between this copy and the making of "
        + "its barrier, in \(name(ofInstructionAt: barrier.initializationPC))",
      i, warp, lane: lane, address: UInt64(barrier.offset + Decoder.sharedBase))
  }

  // MARK: Waiting

  /// `mbarrier.test_wait`.
  ///
  /// - Returns: whether the phases of all lanes are over.
  func testBarriers(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> Bool {
    let over = try overPhases(i, warp, active: active)
    setPredicate(over, i, warp, active: active)
    if over == active { warp.pointee.tried[Int(i.pointee.target)] = false }
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
    warp.pointee.tried[Int(i.pointee.target)] = false
    return true
  }

  /// The first try of a wait, which says that no phase is over: a phase may last longer than it
  /// does here, and hardware gives up after a while.
  func tryInVain(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    warp.pointee.tried[Int(i.pointee.target)] = true
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: 8, i, warp, active: active)
    for lane in Lanes(active) { _ = try barrier(i, warp, lane: lane) }
    setPredicate(0, i, warp, active: active)
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
      let index = try barrier(i, warp, lane: lane)
      guard sharedBarriers[index].phase & 1 != parities[lane] & 1 else { continue }
      over |= 1 << UInt32(lane)
      if findsRaces { races.join(warp.pointee.clock, sharedBarriers.completion(of: index)) }
    }
    if findsRaces {
      try watchSharedWrites(byteCount: 8, .atomic, i, warp, active: over)
      if over != 0 { warp.pointee.clock[warp.pointee.clockIndex] += 1 }
    }
    return over
  }
}
