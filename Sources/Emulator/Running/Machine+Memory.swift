internal import KernelIR

extension Machine {
  // MARK: Loads

  func loadShared(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let byteCount = i.pointee.accessByteCount
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, i, warp, active: active)
    try watchSharedReads(byteCount: byteCount, i, warp, active: active)
    countShared(byteCount: byteCount, i, active: active)
    moveFromMemory(i, warp, active: active)
  }

  func loadGlobal(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let byteCount = i.pointee.accessByteCount
    try locateGlobalReads(
      i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, i, warp, active: active)
    countGlobal(byteCount: byteCount, i, active: active)
    moveFromMemory(i, warp, active: active)
  }

  /// Of constants and parameters, whose addresses count from their first byte.
  func loadConstant(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let isConstant = i.pointee.opcode == .loadConstant
    let memory = isConstant ? constantMemory : parameterMemory
    let size = isConstant ? constantByteCount : parameterByteCount
    let byteCount = i.pointee.accessByteCount
    let register = source(i.pointee.a, warp.pointee.registers)
    for lane in Lanes(active) {
      let base =
        isConstant
        ? UInt64(register.assumingMemoryBound(to: UInt32.self)[lane])
        : register.assumingMemoryBound(to: UInt64.self)[lane]
      let address = base &+ UInt64(truncatingIfNeeded: i.pointee.immediate)
      guard address < UInt64(size), UInt64(byteCount) <= UInt64(size) - address else {
        throw fault(
          .outOfBounds,
          "\(byteCount) bytes at byte \(Int64(bitPattern: address)) of \(size) bytes of "
            + (isConstant ? "constants" : "parameters"),
          i, warp, lane: lane, address: address)
      }
      guard address & UInt64(byteCount - 1) == 0 else {
        throw fault(
          .misaligned, "\(byteCount) bytes at byte \(address)", i, warp, lane: lane,
          address: address)
      }
      pointers[lane] = UnsafeMutableRawPointer(mutating: memory) + Int(address)
    }
    moveFromMemory(i, warp, active: active)
  }

  /// Fills the result registers from where the lanes' accesses lie.
  @inline(__always)
  func moveFromMemory(_ i: Decoded, _ warp: WarpPointer, active: UInt32) {
    let registers = warp.pointee.registers
    guard i.pointee.count > 1 else {
      moveElement(0, to: registers + Int(i.pointee.result), i, active: active)
      return
    }
    let results = operandTable + Int(i.pointee.target)
    for element in 0..<Int(i.pointee.count) {
      moveElement(element, to: registers + Int(results[element]), i, active: active)
    }
  }

  @inline(__always)
  private func moveElement(
    _ element: Int, to target: UnsafeMutableRawPointer, _ i: Decoded, active: UInt32
  ) {
    let words = target.assumingMemoryBound(to: UInt32.self)
    switch i.pointee.elementByteCount {
    case 4:
      if active == ~0 {
        for lane in 0..<32 {
          words[lane] = pointers[lane].load(fromByteOffset: element &* 4, as: UInt32.self)
        }
      } else {
        for lane in Lanes(active) {
          words[lane] = pointers[lane].load(fromByteOffset: element &* 4, as: UInt32.self)
        }
      }
    case 2:
      for lane in Lanes(active) {
        words[lane] = UInt32(pointers[lane].load(fromByteOffset: element &* 2, as: UInt16.self))
      }
    default:
      let words = target.assumingMemoryBound(to: UInt64.self)
      for lane in Lanes(active) {
        words[lane] = pointers[lane].load(fromByteOffset: element &* 8, as: UInt64.self)
      }
    }
  }

  // MARK: Stores

  func storeShared(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let byteCount = i.pointee.accessByteCount
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, i, warp, active: active)
    try watchSharedWrites(byteCount: byteCount, .plain, i, warp, active: active)
    countShared(byteCount: byteCount, i, active: active)
    moveToMemory(i, warp, active: active)
  }

  func storeGlobal(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let byteCount = i.pointee.accessByteCount
    try locateGlobal(
      i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, tracks: true, i, warp,
      active: active)
    markGlobal(byteCount: byteCount, active: active)
    countGlobal(byteCount: byteCount, i, active: active)
    moveToMemory(i, warp, active: active)
  }

  /// Stores lane by lane: where lanes meet, the last one wins.
  @inline(__always)
  func moveToMemory(_ i: Decoded, _ warp: WarpPointer, active: UInt32) {
    let registers = warp.pointee.registers
    for element in 0..<Int(i.pointee.count) {
      let values = source(storedOperand(element, i), registers)
      let words = values.assumingMemoryBound(to: UInt32.self)
      switch i.pointee.elementByteCount {
      case 4:
        if active == ~0 {
          for lane in 0..<32 {
            pointers[lane].storeBytes(of: words[lane], toByteOffset: element &* 4, as: UInt32.self)
          }
        } else {
          for lane in Lanes(active) {
            pointers[lane].storeBytes(of: words[lane], toByteOffset: element &* 4, as: UInt32.self)
          }
        }
      case 2:
        for lane in Lanes(active) {
          pointers[lane].storeBytes(
            of: UInt16(truncatingIfNeeded: words[lane]), toByteOffset: element &* 2,
            as: UInt16.self)
        }
      default:
        let words = values.assumingMemoryBound(to: UInt64.self)
        for lane in Lanes(active) {
          pointers[lane].storeBytes(of: words[lane], toByteOffset: element &* 8, as: UInt64.self)
        }
      }
    }
  }

  /// The register or constant of a stored element.
  @inline(__always)
  func storedOperand(_ element: Int, _ i: Decoded) -> OperandOffset {
    i.pointee.isWide
      ? operandTable[Int(i.pointee.target) + 1 + element]
      : element == 0 ? i.pointee.b : i.pointee.c
  }

  // MARK: Counters

  @inline(__always)
  func countShared(byteCount: Int, _ i: Decoded, active: UInt32) {
    guard countsMemory else { return }
    let wavefronts = banks.wavefronts(
      pointers, from: shared, active: active, byteCount: byteCount)
    let counter = counters + (i - code)
    counter.pointee.sharedRequests += 1
    counter.pointee.sharedWavefronts += UInt64(wavefronts.count)
    counter.pointee.idealSharedWavefronts += UInt64(wavefronts.ideal)
  }

  @inline(__always)
  func countGlobal(byteCount: Int, _ i: Decoded, active: UInt32) {
    guard countsMemory else { return }
    let counter = counters + (i - code)
    counter.pointee.globalRequests += 1
    counter.pointee.globalSectors += UInt64(banks.sectorCount(pointers, active: active))
    counter.pointee.globalBytes += UInt64(byteCount * active.nonzeroBitCount)
  }
}

extension DecodedInstruction {
  /// Bytes of memory that a lane accesses.
  @inline(__always) var accessByteCount: Int { Int(elementByteCount) &* Int(count) }
}
