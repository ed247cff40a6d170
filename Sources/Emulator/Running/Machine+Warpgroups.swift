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
    try requireWarpgroup(i, warp)
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
    let adds = addsToSums(i, warp)
    try take(.init(pc: i - code, a: aDescriptor, b: bDescriptor, adds: adds), i, warp)
    var failure: EmulatorFault?
    let isComplete = multiplyWarpgroup(
      shape, sums: operands,
      aRegisters: shape.aInRegisters
        ? UnsafeRawPointer(aOperands).assumingMemoryBound(to: UnsafeRawPointer.self) : nil,
      aDescriptor: aDescriptor, bDescriptor: bDescriptor, accumulates: adds,
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
        guard fences.isFenced(cell.pointee.write, before: warp) else {
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
    try requireWarpgroup(i, warp)
    guard checksWarpgroups else { return }
    try take(.init(pc: i - code), i, warp)
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
  func fenceSharedMemory(_ warp: WarpPointer, active: UInt32) {
    guard findsRaces, program.usesAsyncProxy else { return }
    fences.fence(warp, active: active)
  }

  /// `setmaxnreg`, with a pool of registers for each block. Source: PTX ISA, "setmaxnreg".
  ///
  /// - Returns: false where the warp must wait for registers.
  func setMaxRegisters(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> Bool {
    try requireFullWarp(i, warp, active: active)
    try requireWarpgroup(i, warp)
    let (old, new) = (warp.pointee.registerCount, i.pointee.immediate)
    guard old > 0 else {
      throw fault(.warpgroupMisuse, "the kernel has no budget of registers (.maxnreg)", i, warp)
    }
    guard i.pointee.variant == 1 ? new >= old : new <= old else {
      throw fault(
        .warpgroupMisuse, "the threads have \(old) registers, and are to have \(new)", i, warp)
    }
    guard new - old <= block.pointee.freeRegisterCount else {
      warp.pointee.missingRegisterCount = new - old
      return false
    }
    if checksWarpgroups { try take(.init(pc: i - code), i, warp) }
    block.pointee.freeRegisterCount -= new - old
    warp.pointee.registerCount = new
    return true
  }

  // MARK: Whole warpgroups

  private func requireWarpgroup(_ i: Decoded, _ warp: WarpPointer) throws(EmulatorFault) {
    guard warp.pointee.index | 3 >= warpCount else { return }
    throw fault(.warpgroupMisuse, "a warpgroup has four warps", i, warp)
  }

  /// Notes an instruction that all warps of the group execute.
  private func take(
    _ step: WarpgroupSteps.Step, _ i: Decoded, _ warp: WarpPointer
  ) throws(EmulatorFault) {
    guard checksWarpgroups else { return }
    guard let other = steps.take(step, warp: warp.pointee.index) else { return }
    throw fault(
      .warpgroupMisuse,
      other.step.pc == step.pc
        ? "other descriptors than those of warp \(other.warp) of the warpgroup"
        : "warp \(other.warp) of the warpgroup has executed "
          + "\(name(ofInstructionAt: code[other.step.pc].index)) in its place", i, warp)
  }

  /// Makes sure that a warp that returns has executed what the others of its warpgroup have.
  func checkSteps(_ warp: WarpPointer) throws(EmulatorFault) {
    let index = warp.pointee.index
    for member in index & ~3..<min(index | 3 + 1, warpCount)
    where warps[member].state == .finished {
      guard let missing = steps.missing(ofWarp: member) else { continue }
      throw fault(
        .warpgroupMisuse,
        "warp \(member) of the warpgroup has returned without this, which warp \(missing.warp) has "
          + "executed", code + missing.step.pc, warps + missing.warp)
    }
  }

  // MARK: Registers

  /// Makes sure that an instruction leaves the registers of unfinished products alone, and notes
  /// what it accesses.
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
      for index in 0..<results + Int(i.pointee.sourceCount) {
        units[Self.unit(table[index])].isUnfenced = true
      }
    } else {
      units[Self.unit(i.pointee.a)].isUnfenced = true
      units[Self.unit(i.pointee.b)].isUnfenced = true
      units[Self.unit(i.pointee.c)].isUnfenced = true
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
    for index in aRegisters {
      try checkUntouched(table[index], writes: false, i, warp, units)
    }
    let shape = shapeBits(i)
    for index in 0..<aRegisters.upperBound where table[index] & 1 == 0 {
      let unit = units[Self.unit(table[index])]
      guard !unit.isUnfenced, unit.shape == 0 || unit.shape == shape && index < results else {
        throw fault(
          .warpgroupMisuse,
          unit.isUnfenced
            ? "no wgmma.fence lies between this product and an access to its registers"
            : "no wgmma.fence lies between this product and one of another shape, of the same sums",
          i, warp)
      }
    }
    for index in aRegisters {
      units[Self.unit(table[index])].readingGroup = state.pointee.committed + 1
    }
    for index in 0..<results {
      let unit = Self.unit(table[index])
      units[unit].addingGroup = state.pointee.committed + 1
      units[unit].shape = shape
    }
    state.pointee.isPending = true
  }

  /// A number for each shape, not zero.
  private func shapeBits(_ i: Decoded) -> UInt16 {
    guard
      case .multiplyWarpgroup(let shape) =
        program.program.instructions[Int(i.pointee.index)].operation
    else { preconditionFailure("a product is one") }
    return UInt16(shape.n * 4 + (MatrixType.allCases.firstIndex(of: shape.type) ?? 0))
  }
}
