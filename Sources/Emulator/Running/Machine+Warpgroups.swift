internal import KernelIR

extension Machine {
  /// Whether a warpgroup product adds to its sums, and so reads them.
  func addsToSums(_ i: Decoded, _ warp: WarpPointer) -> Bool {
    let results = Int(i.pointee.resultCount)
    let sources = operandTable + Int(i.pointee.target) + results
    return words(sources[Int(i.pointee.sourceCount) - results - 1], warp)[0] != 0
  }

  /// `wgmma.mma_async`: the warp's 16 rows, at once.
  func multiplyInGroup(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try requireFullWarp(i, warp, active: active)
    guard
      case .multiplyWarpgroup(let shape) =
        program.program.instructions[Int(i.pointee.index)].operation
    else { preconditionFailure("a product is one") }
    guard warp.pointee.index | 3 < warpCount else {
      throw fault(.warpgroupMisuse, "a warpgroup has four warps", i, warp)
    }
    let registers = warp.pointee.registers
    let results = Int(i.pointee.resultCount)
    let table = operandTable + Int(i.pointee.target)
    let sources = table + results
    let aCount = shape.aInRegisters ? 4 : 1
    for index in 0..<results {
      operands[index] = registers + Int(table[index])
      let addend = source(sources[aCount + 2 + index], registers)
      if addend != UnsafeRawPointer(operands[index]) {
        operands[index].copyMemory(from: addend, byteCount: RegisterLayout.unitByteCount)
      }
    }
    let aOperands = operands + results
    for index in 0..<aCount {
      aOperands[index] = UnsafeMutableRawPointer(mutating: source(sources[index], registers))
    }
    let aDescriptor = shape.aInRegisters ? 0 : try descriptor(sources[0], i, warp)
    let bDescriptor = try descriptor(sources[aCount], i, warp)
    var failure: EmulatorFault?
    let isComplete = multiplyWarpgroup(
      shape, sums: operands,
      aRegisters: shape.aInRegisters
        ? UnsafeRawPointer(aOperands).assumingMemoryBound(to: UnsafeRawPointer.self) : nil,
      aDescriptor: aDescriptor, bDescriptor: bDescriptor, accumulates: addsToSums(i, warp),
      warp: warp.pointee.index & 3
    ) { address, byteCount in
      do throws(EmulatorFault) {
        return try rowOfMatrix(at: address, byteCount: byteCount, i, warp)
      } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    precondition(isComplete, "a product ends where its rows are found")
  }

  /// The descriptor that all lanes must agree on.
  private func descriptor(
    _ operand: OperandOffset, _ i: Decoded, _ warp: WarpPointer
  ) throws(EmulatorFault) -> UInt64 {
    let lanes = source(operand, warp.pointee.registers).assumingMemoryBound(to: UInt64.self)
    if let lane = (1..<32).first(where: { lanes[$0] != lanes[0] }) {
      throw fault(.warpgroupMisuse, "lanes have different descriptors", i, warp, lane: lane)
    }
    return lanes[0]
  }

  /// The bytes of a row that a product reads, which must be there.
  private func rowOfMatrix(
    at address: Int, byteCount: Int, _ i: Decoded, _ warp: WarpPointer
  ) throws(EmulatorFault) -> UnsafeRawPointer {
    let offset = address - Decoder.sharedBase
    guard offset >= 0, offset + byteCount <= sharedByteCount else {
      throw fault(
        .outOfBounds, "a row of a matrix at byte \(offset) of \(sharedByteCount)", i, warp,
        address: UInt64(max(0, address)))
    }
    pointers[0] = shared + offset
    try watchSharedReads(byteCount: byteCount, i, warp, active: 1)
    if checksWarpgroups && findsRaces {
      for cell in races.cells(of: offset, byteCount: byteCount) {
        guard warpgroups.isFenced(cell.pointee.write, before: warp.pointee.index) else {
          throw fault(
            .warpgroupMisuse,
            "no fence.proxy.async lies between this product and a store that it reads, in "
              + name(ofInstructionAt: cell.pointee.writePC), i, warp, address: UInt64(address))
        }
        races.beginRead(cell, warp: warp.pointee.clockIndex, pc: i.pointee.index)
      }
      warpgroups.read(offset, warp: warp.pointee.index)
    }
    return UnsafeRawPointer(shared + offset)
  }

  /// `wgmma.fence`, `commit_group` and `wait_group`.
  func orderProducts(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try requireFullWarp(i, warp, active: active)
    guard checksWarpgroups else { return }
    let index = warp.pointee.index
    switch i.pointee.opcode {
    case .warpgroupFence: warpgroups.fence(index)
    case .warpgroupCommit: warpgroups.states[index].committed += 1
    default:
      warpgroups.wait(index, unfinished: UInt32(truncatingIfNeeded: i.pointee.immediate)) {
        guard findsRaces else { return }
        races.finishRead(at: $0, warp: warp.pointee.clockIndex, clock: warp.pointee.clock)
      }
    }
  }

  /// `fence.proxy.async`. What the warp stores from now on is of another epoch.
  func fenceSharedMemory(_ warp: WarpPointer) {
    guard checksWarpgroups, findsRaces else { return }
    warpgroups.fenceMemory(warp.pointee.index, clock: warp.pointee.clock)
    warp.pointee.clock[warp.pointee.clockIndex] += 1
  }

  // MARK: Registers

  /// Makes sure that an instruction leaves the registers of unfinished products alone, and notes
  /// what it writes.
  func checkProducts(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    guard active != 0 else { return }
    let units = warpgroups.units(of: warp.pointee.index)
    let isPending = warpgroups.states[warp.pointee.index].isPending
    if i.pointee.opcode == .warpgroup {
      try checkProduct(i, warp, units)
      return
    }
    let results = Int(i.pointee.resultCount)
    let table = operandTable + Int(i.pointee.target)
    if isPending {
      if i.pointee.isWide {
        for index in results..<results + Int(i.pointee.sourceCount) {
          try checkUntouched(table[index], writes: false, i, warp, units)
        }
        for index in 0..<results { try checkUntouched(table[index], writes: true, i, warp, units) }
      } else {
        try checkUntouched(i.pointee.a, writes: false, i, warp, units)
        try checkUntouched(i.pointee.b, writes: false, i, warp, units)
        try checkUntouched(i.pointee.c, writes: false, i, warp, units)
        try checkUntouched(i.pointee.result, writes: true, i, warp, units)
      }
    }
    if i.pointee.isWide {
      for index in 0..<results { units[Self.unit(table[index])].isUnfenced = true }
    } else {
      units[Self.unit(i.pointee.result)].isUnfenced = true
    }
  }

  private func checkUntouched(
    _ operand: OperandOffset, writes: Bool, _ i: Decoded, _ warp: WarpPointer,
    _ units: UnsafeMutablePointer<WarpgroupTracker.Unit>
  ) throws(EmulatorFault) {
    let unit = units[Self.unit(operand)]
    guard unit.addingGroup != 0 || (writes && unit.readingGroup != 0) else { return }
    throw fault(
      .warpgroupMisuse,
      unit.addingGroup != 0
        ? "a register of sums that no wgmma.wait_group has waited for"
        : "writes a register that an unfinished product reads", i, warp)
  }

  /// Notes the registers of a product, which must be fenced.
  private func checkProduct(
    _ i: Decoded, _ warp: WarpPointer, _ units: UnsafeMutablePointer<WarpgroupTracker.Unit>
  ) throws(EmulatorFault) {
    let results = Int(i.pointee.resultCount)
    let table = operandTable + Int(i.pointee.target)
    let state = warpgroups.states + warp.pointee.index
    let aCount = Int(i.pointee.sourceCount) - results - 2
    // A in registers; a descriptor is read where the instruction begins.
    let aRegisters = results..<results + (aCount == 4 ? 4 : 0)
    let adds = addsToSums(i, warp)
    for index in aRegisters {
      try checkUntouched(table[index], writes: false, i, warp, units)
    }
    for index in Array(aRegisters) + (adds ? Array(0..<results) : [])
    where units[Self.unit(table[index])].isUnfenced && table[index] & 1 == 0 {
      throw fault(
        .warpgroupMisuse, "no wgmma.fence lies between this product and a write of its registers",
        i, warp)
    }
    for index in aRegisters {
      units[Self.unit(table[index])].readingGroup = state.pointee.committed + 1
    }
    for index in 0..<results {
      let unit = Self.unit(table[index])
      units[unit].addingGroup = state.pointee.committed + 1
      units[unit].isUnfenced = false
    }
    state.pointee.isPending = true
  }
}
