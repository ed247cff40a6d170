internal import KernelIR

/// What the detectors do where lanes access shared memory.
extension Machine {
  /// Checks reads of the accesses found.
  @inline(__always)
  func watchSharedReads(
    byteCount: Int, _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    if findsRaces { try findReadRaces(byteCount: byteCount, i, warp, active: active) }
    if checksMemory { try checkShared(byteCount: byteCount, i, warp, active: active) }
  }

  /// Checks writes to the accesses found, before they are made.
  @inline(__always)
  func watchSharedWrites(
    byteCount: Int, _ kind: RaceDetector.Kind, _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    if findsRaces { try findWriteRaces(byteCount: byteCount, kind, i, warp, active: active) }
    if checksMemory { markShared(byteCount: byteCount, active: active) }
  }

  private func findReadRaces(
    byteCount: Int, _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let (index, clock) = (warp.pointee.clockIndex, warp.pointee.clock)
    for lane in Lanes(active) {
      let offset = pointers[lane] - shared
      for cell in races.cells(of: offset, byteCount: byteCount) {
        let collision = races.read(
          cell, warp: index, lane: lane, pc: i.pointee.index, clock: clock)
        if collision != .none {
          throw describe(collision, cell, reads: true, offset, i, warp, lane: lane)
        }
      }
    }
  }

  private func findWriteRaces(
    byteCount: Int, _ kind: RaceDetector.Kind, _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let (index, clock) = (warp.pointee.clockIndex, warp.pointee.clock)
    warp.pointee.accessCount &+= 1
    let count = warp.pointee.accessCount
    for lane in Lanes(active) {
      let offset = pointers[lane] - shared
      for cell in races.cells(of: offset, byteCount: byteCount) {
        let collision = races.collision(
          cell, warp: index, lane: lane, kind: kind, count: count, clock: clock)
        if collision != .none {
          let other = cell.pointee.write.lane
          guard
            collision == .sameInstruction, kind == .plain,
            i.pointee.opcode == .storeShared || i.pointee.opcode == .storeCluster,
            storesAgree(lane, other, i, warp)
          else { throw describe(collision, cell, reads: false, offset, i, warp, lane: lane) }
        }
        races.write(
          cell, warp: index, lane: lane, kind: kind, pc: i.pointee.index, count: count,
          clock: clock)
      }
      if byteCount == 16 { races.merge(offset) }
    }
  }

  /// Checks and notes what a bulk copy writes, which ends with a phase of a barrier: of no lane, so
  /// that the warp's own lanes must wait for the barrier too.
  func noteBulkWrite(
    at offset: Int, _ byteCount: Int, _ phase: (carrier: Int, epoch: UInt32), _ i: Decoded,
    _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    let (index, clock, count) = (
      warp.pointee.clockIndex, warp.pointee.clock, warp.pointee.accessCount
    )
    for cell in races.cells(of: offset, byteCount: byteCount) {
      let collision = races.collision(
        cell, warp: index, lane: lane, kind: .plain, count: count, clock: clock)
      if collision != .none {
        throw describe(collision, cell, reads: false, offset, i, warp, lane: lane)
      }
      guard fences.isFenced(cell.pointee.write, before: warp) else {
        throw fault(
          .missingFence,
          "no fence.proxy.async lies between this copy and a store that it overwrites, in "
            + name(ofInstructionAt: cell.pointee.writePC), i, warp, lane: lane,
          address: UInt64(offset + Decoder.sharedBase))
      }
      races.writeInBulk(
        cell, warp: index, lane: lane, pc: i.pointee.index, carrier: phase.carrier,
        epoch: phase.epoch)
    }
    if byteCount == 16 { races.merge(offset) }
  }

  /// Whether two lanes of a store leave the same bytes where both write.
  private func storesAgree(_ lane: Int, _ other: Int, _ i: Decoded, _ warp: WarpPointer) -> Bool {
    let byteCount = i.pointee.accessByteCount
    let size = Int(i.pointee.elementByteCount)
    func byte(_ lane: Int, _ index: Int) -> UInt8 {
      let values = source(storedOperand(index / size, i), warp.pointee.registers)
      return values.load(fromByteOffset: lane * max(4, size) + index % size, as: UInt8.self)
    }
    let distance = pointers[lane] - pointers[other]
    return (0..<byteCount).allSatisfy { index in
      let elsewhere = index + distance
      return !(0..<byteCount).contains(elsewhere) || byte(lane, index) == byte(other, elsewhere)
    }
  }

  private func describe(
    _ collision: RaceDetector.Collision, _ cell: UnsafeMutablePointer<RaceDetector.Cell>,
    reads: Bool, _ offset: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) -> EmulatorFault {
    let other = collision == .read ? cell.pointee.read : cell.pointee.write
    let pc = collision == .read ? cell.pointee.readPC : cell.pointee.writePC
    let who =
      switch other.lane {
      case RaceDetector.Record.severalLanes: "several lanes of \(name(ofWarp: other.warp)) have"
      default: "lane \(other.lane) of \(name(ofWarp: other.warp)) has"
      }
    let there = "in \(name(ofInstructionAt: pc))"
    let verb = reads ? "reads" : "overwrites"
    let message =
      switch collision {
      case .none, .write: "\(verb) what \(who) written without a barrier between, \(there)"
      case .read: "overwrites what \(who) read without a barrier between, \(there)"
      case .sameInstruction: "writes another value than lane \(other.lane) to the same place"
      case .copy where other.kind == .copying:
        "\(verb) the target of a copy that lane \(other.lane) of \(name(ofWarp: other.warp)) "
          + "has not waited for, \(there)"
      case .copy:
        "\(verb) the target of a copy whose barrier nobody here has waited for, begun by lane "
          + "\(other.lane) of \(name(ofWarp: other.warp)) \(there)"
      }
    return fault(
      collision == .copy ? .unfinishedCopy : .race, message, i, warp, lane: lane,
      address: UInt64(offset + Decoder.sharedBase))
  }
}
