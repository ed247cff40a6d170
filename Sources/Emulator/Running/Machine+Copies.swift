internal import KernelIR

extension Machine {
  /// `cp.async`. The bytes arrive at once; where races are looked for, they count as not there
  /// until the thread has waited for them.
  func copyAsynchronously(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let byteCount = Int(i.pointee.elementByteCount)
    let sizes = words(i.pointee.c, warp)
    var reading = 0 as UInt32
    for lane in Lanes(active) {
      guard sizes[lane] <= UInt32(byteCount) else {
        throw fault(
          .outOfBounds, "a copy of \(byteCount) bytes that reads \(sizes[lane])", i, warp,
          lane: lane)
      }
      if sizes[lane] > 0 { reading |= 1 << UInt32(lane) }
    }
    try checkSourceAlignment(i, warp, active: active & ~reading, byteCount: byteCount)
    let sources = operands
    if reading != 0 {
      try locateSources(sizes, i, warp, reading: reading)
      for lane in Lanes(reading) { sources[lane] = pointers[lane] }
    }
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, i, warp, active: active)
    try watchSharedWrites(byteCount: byteCount, .copying, i, warp, active: active)
    countShared(byteCount: byteCount, i, active: active)
    for lane in Lanes(active) {
      let (target, size) = (pointers[lane], Int(sizes[lane]))
      for byte in 0..<size {
        target.storeBytes(
          of: sources[lane].load(fromByteOffset: byte, as: UInt8.self), toByteOffset: byte,
          as: UInt8.self)
      }
      for byte in size..<byteCount {
        target.storeBytes(of: 0 as UInt8, toByteOffset: byte, as: UInt8.self)
      }
      guard findsRaces else { continue }
      copies.begin(
        PendingCopies.Copy(
          offset: UInt32(target - shared), group: warp.pointee.committed[lane],
          byteCount: UInt8(byteCount), lane: UInt8(lane)),
        warp: warp.pointee.index)
    }
  }

  /// A source that is not read must be aligned nevertheless.
  private func checkSourceAlignment(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32, byteCount: Int
  ) throws(EmulatorFault) {
    guard active != 0 else { return }
    let addresses = source(i.pointee.b, warp.pointee.registers)
      .assumingMemoryBound(to: UInt64.self)
    for lane in Lanes(active) {
      let address = addresses[lane] &+ UInt64(truncatingIfNeeded: Int(i.pointee.secondImmediate))
      guard address & UInt64(byteCount - 1) != 0 else { continue }
      throw fault(
        .misaligned, "a copy of \(byteCount) bytes", i, warp, lane: lane, address: address)
    }
  }

  /// Finds the sources of lanes that read some bytes; those beyond need not exist.
  private func locateSources(
    _ sizes: UnsafePointer<UInt32>, _ i: Decoded, _ warp: WarpPointer, reading: UInt32
  ) throws(EmulatorFault) {
    let byteCount = Int(i.pointee.elementByteCount)
    let immediate = Int(i.pointee.secondImmediate)
    var whole = 0 as UInt32
    for lane in Lanes(reading) where sizes[lane] == UInt32(byteCount) { whole |= 1 << UInt32(lane) }
    if whole != reading {
      try checkSourceAlignment(i, warp, active: reading & ~whole, byteCount: byteCount)
      for lane in Lanes(reading & ~whole) {
        let lanes = UInt32(1) << UInt32(lane)
        // Its first and its last byte, which lie in one allocation where both exist.
        try locateGlobal(
          i.pointee.b, plus: immediate + Int(sizes[lane]) - 1, byteCount: 1, tracks: checksMemory,
          i, warp, active: lanes)
        try locateGlobal(
          i.pointee.b, plus: immediate, byteCount: 1, tracks: checksMemory, i, warp, active: lanes)
        guard checksMemory, tracksGlobal else { continue }
        for byte in 0..<Int(sizes[lane]) where known[lane][byte] == 0 {
          throw fault(.uninitializedMemory, "byte \(byte) of the source", i, warp, lane: lane)
        }
      }
      for lane in Lanes(reading & ~whole) { operands[lane] = pointers[lane] }
    }
    if whole != 0 {
      try locateGlobalReads(
        i.pointee.b, plus: immediate, byteCount: byteCount, i, warp, active: whole)
    }
    for lane in Lanes(reading & ~whole) { pointers[lane] = operands[lane] }
    countGlobal(byteCount: byteCount, i, active: reading)
  }

  /// `cp.async.wait_group`: from here on the lanes' own copies are what they have written.
  func waitForCopies(_ i: Decoded, _ warp: WarpPointer, active: UInt32) {
    guard findsRaces else { return }
    let unfinished = UInt32(truncatingIfNeeded: i.pointee.immediate)
    let committed = warp.pointee.committed
    finishCopies(warp) { copy in
      let lane = Int(copy.lane)
      return active & (1 << UInt32(lane)) != 0 && committed[lane] >= unfinished
        && copy.group < committed[lane] - unfinished
    }
  }

  /// `cp.async.mbarrier.arrive.noinc`: an arrival that happens once the lane's copies are done,
  /// which then are those of whoever waits for the phase, and of nobody else.
  func arriveAfterCopies(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    if findsRaces {
      try locateShared(
        i.pointee.a, plus: i.pointee.immediate, byteCount: 8, i, warp, active: active)
      for lane in Lanes(active) {
        let barrier = try barrier(i, warp, lane: lane)
        copies.finish(warp: warp.pointee.index, where: { Int($0.lane) == lane }) { copy in
          let (carrier, epoch) = sharedBarriers.carry(barrier, rank: rank)
          races.announceCopy(
            at: Int(copy.offset), byteCount: Int(copy.byteCount), carrier: carrier, epoch: epoch)
        }
      }
    }
    try changeBarriers(i, warp, active: active)
  }

  @inline(__always)
  private func finishCopies(
    _ warp: WarpPointer, where isFinished: (PendingCopies.Copy) -> Bool
  ) {
    let index = warp.pointee.index
    copies.finish(warp: index, where: isFinished) { copy in
      races.finishCopy(
        at: Int(copy.offset), byteCount: Int(copy.byteCount), warp: warp.pointee.clockIndex,
        lane: Int(copy.lane), clock: warp.pointee.clock)
    }
  }
}
