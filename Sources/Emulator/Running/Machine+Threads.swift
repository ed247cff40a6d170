internal import KernelIR

extension Machine {
  /// `shfl.sync`. Source: PTX ISA, "shfl.sync".
  func shuffle(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try checkFullWarp(i, warp, active: active)
    guard let mode = ShuffleVariant(rawValue: i.pointee.variant) else {
      preconditionFailure("a variant is one")
    }
    let values = words(i.pointee.a, warp)
    let amounts = words(i.pointee.b, warp)
    let clamps = words(i.pointee.c, warp)
    let results = result.assumingMemoryBound(to: UInt32.self)
    for lane in 0..<32 {
      let amount = Int(amounts[lane] & 31)
      let clamp = Int(clamps[lane] & 31)
      let segment = Int(clamps[lane] >> 8 & 31)
      let first = lane & segment
      let limit = first | (clamp & ~segment)
      let other: Int
      let isInRange: Bool
      switch mode {
      case .up: (other, isInRange) = (lane - amount, lane - amount >= limit)
      case .down: (other, isInRange) = (lane + amount, lane + amount <= limit)
      case .exclusiveOr: (other, isInRange) = (lane ^ amount, lane ^ amount <= limit)
      case .index:
        other = first | (amount & ~segment)
        isInRange = other <= limit
      }
      results[lane] = values[isInRange ? other & 31 : lane]
    }
    LaneMasks.copy(
      result, to: warp.pointee.registers + Int(i.pointee.result), where: active, byteCount: 4)
  }

  func vote(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try checkFullWarp(i, warp, active: active)
    let holds = LaneMasks.bits(of: source(i.pointee.a, warp.pointee.registers))
    let isForAll = i.pointee.variant == 1
    let answer = isForAll ? active & ~holds == 0 : active & holds != 0
    setPredicate(answer ? active : 0, i, warp, active: active)
  }

  func ballot(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try checkFullWarp(i, warp, active: active)
    let holds = LaneMasks.bits(of: source(i.pointee.a, warp.pointee.registers)) & active
    let results = resultWords(i.pointee.result, warp)
    for lane in Lanes(active) { results[lane] = holds }
  }

  /// `elect.sync`: the first lane.
  func elect(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try checkFullWarp(i, warp, active: active)
    setPredicate(active & (~active &+ 1), i, warp, active: active)
  }

  func setPredicate(_ bits: UInt32, _ i: Decoded, _ warp: WarpPointer, active: UInt32) {
    LaneMasks.store(bits, to: result)
    LaneMasks.copy(
      result, to: warp.pointee.registers + Int(i.pointee.result), where: active, byteCount: 4)
  }

  /// `bar.warp.sync` orders the accesses of the warp's lanes.
  func waitForWarp(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try checkFullWarp(i, warp, active: active | ~warp.pointee.alive)
    warp.pointee.clock[warp.pointee.clockIndex] += 1
  }

  /// The block's executed warp instructions are its clock.
  func readClock(_ i: Decoded, _ warp: WarpPointer, active: UInt32) {
    let results = (warp.pointee.registers + Int(i.pointee.result))
      .assumingMemoryBound(to: UInt64.self)
    for lane in Lanes(active) { results[lane] = UInt64(block.pointee.executed) }
  }
}
