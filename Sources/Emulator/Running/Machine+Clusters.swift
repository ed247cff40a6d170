internal import KernelIR

/// When a warp of another block accessed a block's shared memory last.
struct RemoteAccess {
  var epoch: UInt32 = 0
  var pc: UInt32 = 0
}

/// What warps do beyond their own block.
///
/// An address in the shared memory of the cluster has one more than the block's number above 24
/// bits; without a number it is in the thread's own block. So an address of another block is out of
/// bounds for instructions of the own block alone.
extension Machine {
  /// The machine of a warp's block.
  func home(of warp: WarpPointer) -> Machine {
    guard clockCount > warpCount, let cluster else { return self }
    return cluster.machines[warp.pointee.clockIndex / warpCount]
  }

  // MARK: The barrier of the cluster

  /// `barrier.cluster.arrive`
  func arriveAtCluster(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try requireAlive(i, warp, active: active)
    guard warp.pointee.clusterPhase == nil else {
      throw fault(
        .barrierMisuse, "the warp has arrived at the cluster's barrier already, and not waited", i,
        warp)
    }
    cluster?.arrive(warp, of: self)
  }

  /// `barrier.cluster.wait`
  ///
  /// - Returns: whether the warp must wait; it goes on behind the instruction.
  func waitForCluster(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> Bool {
    try requireAlive(i, warp, active: active)
    guard let cluster, let arrival = warp.pointee.clusterPhase else {
      throw fault(.barrierMisuse, "the warp has not arrived at the cluster's barrier", i, warp)
    }
    guard !cluster.isOver(arrival, for: warp, of: self) else { return false }
    warp.pointee.state = .waitingForCluster
    return true
  }

  private func requireAlive(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let missing = warp.pointee.alive & ~active
    guard missing != 0 else { return }
    throw fault(
      .divergence,
      "the barrier of the cluster, at which lanes \(Self.list(missing)) of the warp are missing", i,
      warp, lane: missing.trailingZeroBitCount)
  }

  // MARK: Accesses

  /// `ld.shared::cluster`. Its passes are not counted.
  func loadCluster(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let byteCount = i.pointee.accessByteCount
    try locateInCluster(byteCount: byteCount, i, warp, active: active) {
      (target, lanes) throws(EmulatorFault) in
      try target.watchSharedReads(byteCount: byteCount, i, warp, active: lanes)
    }
    moveFromMemory(i, warp, active: active)
  }

  /// `st.shared::cluster`
  func storeCluster(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let byteCount = i.pointee.accessByteCount
    try locateInCluster(byteCount: byteCount, i, warp, active: active) {
      (target, lanes) throws(EmulatorFault) in
      try target.watchSharedWrites(byteCount: byteCount, .plain, i, warp, active: lanes)
    }
    moveToMemory(i, warp, active: active)
  }

  /// `mbarrier.arrive` at barriers of the cluster. It orders all that the warp did, also where its scope is
  /// the block and the hardware orders reads alone.
  func arriveInCluster(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try locateInCluster(byteCount: 8, i, warp, active: active) {
      (target, lanes) throws(EmulatorFault) in
      try target.changeLocatedBarriers(i, warp, active: lanes)
    }
    if findsRaces { warp.pointee.clock[warp.pointee.clockIndex] += 1 }
  }

  /// Finds the lanes' accesses to the shared memory of the cluster, which must lie in that of a block
  /// and be aligned.
  ///
  /// - Parameter body: is given each block that is accessed, which knows the places too, with the
  ///   lanes that access it.
  private func locateInCluster(
    byteCount: Int, _ i: Decoded, _ warp: WarpPointer, active: UInt32,
    _ body: (_ target: Machine, _ lanes: UInt32) throws(EmulatorFault) -> Void
  ) throws(EmulatorFault) {
    let addresses = words(i.pointee.a, warp)
    var rest = active
    while rest != 0 {
      let lane = rest.trailingZeroBitCount
      func number(_ lane: Int) -> UInt32 {
        (addresses[lane] &+ UInt32(truncatingIfNeeded: i.pointee.immediate)) >> 24
      }
      let block = number(lane)
      let target = try machine(
        block == 0 ? rank : Int(block) - 1, i, warp, lane: lane, address: UInt64(addresses[lane]))
      var lanes = 0 as UInt32
      for other in Lanes(rest) where number(other) == block {
        lanes |= 1 << UInt32(other)
        let address = addresses[other] &+ UInt32(truncatingIfNeeded: i.pointee.immediate)
        let offset = Int(address & 0xff_ffff) - Decoder.sharedBase
        guard offset >= 0, offset + byteCount <= sharedByteCount, offset.isMultiple(of: byteCount)
        else {
          throw misplaced(offset, byteCount, target, i, warp, lane: other, UInt64(address))
        }
        target.pointers[other] = target.shared + offset
      }
      try body(target, lanes)
      for other in Lanes(lanes) { pointers[other] = target.pointers[other] }
      rest &= ~lanes
    }
  }

  private func misplaced(
    _ offset: Int, _ byteCount: Int, _ target: Machine, _ i: Decoded, _ warp: WarpPointer,
    lane: Int, _ address: UInt64
  ) -> EmulatorFault {
    let isInside = offset >= 0 && offset + byteCount <= sharedByteCount
    return fault(
      isInside ? .misaligned : .outOfBounds,
      "\(byteCount) bytes at byte \(offset) of the \(sharedByteCount) bytes of shared memory of "
        + "block \(target.rank) of the cluster", i, warp, lane: lane, address: address)
  }

  /// The machine of a block of the cluster that a lane accesses: the block must have begun and not
  /// returned.
  func machine(
    _ number: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int, address: UInt64? = nil
  ) throws(EmulatorFault) -> Machine {
    guard let cluster, number < cluster.machines.count else {
      throw fault(
        .clusterMisuse, "block \(number) of a cluster of \(cluster?.machines.count ?? 1)", i, warp,
        lane: lane, address: address)
    }
    let target = cluster.machines[number]
    if target === self { return self }
    guard target.block.pointee.liveCount > 0 else {
      throw fault(
        .clusterMisuse, "block \(number) of the cluster has returned", i, warp, lane: lane,
        address: address)
    }
    guard findsRaces else { return target }
    let clock = warp.pointee.clock
    let first = number * warpCount
    guard (first..<first + warpCount).contains(where: { clock[$0] > 0 }) else {
      throw fault(
        .clusterMisuse, "no barrier says that block \(number) of the cluster has begun", i, warp,
        lane: lane, address: address)
    }
    target.remoteAccesses[warp.pointee.clockIndex] = RemoteAccess(
      epoch: clock[warp.pointee.clockIndex], pc: i.pointee.index)
    return target
  }

  /// Makes sure that all accesses of other blocks to this one's memory happened before one of its
  /// warps returned.
  ///
  /// - Parameter warp: the last that returns.
  func checkRemoteAccesses(_ warp: WarpPointer) throws(EmulatorFault) {
    for other in 0..<clockCount where remoteAccesses[other].epoch > 0 {
      let access = remoteAccesses[other]
      let isKnown = (0..<warpCount).contains { warps[$0].clock[other] >= access.epoch }
      guard !isKnown else { continue }
      throw fault(
        .clusterMisuse,
        "the block returns, and no barrier orders this behind an access to its shared memory by "
          + "\(name(ofWarp: other)), in \(name(ofInstructionAt: access.pc))",
        code + warp.pointee.pc, warp)
    }
  }
}
