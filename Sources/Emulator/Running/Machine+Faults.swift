internal import KernelIR

extension Machine {
  /// A fault of an instruction that a warp executes.
  func fault(
    _ kind: EmulatorFault.Kind, _ message: String, _ i: Decoded, _ warp: WarpPointer,
    lane: Int? = nil, address: UInt64? = nil
  ) -> EmulatorFault {
    let index = Int(i.pointee.index)
    // What is wrong may lie in another block than the warp.
    let block = home(of: warp).block.pointee
    return EmulatorFault(
      kind: kind, message: message, kernel: program.program.name,
      block: .init(x: block.x, y: block.y, z: block.z),
      warp: warp.pointee.index, lane: lane, instructionIndex: index,
      instruction: program.program.instructions[index], address: address)
  }

  /// Another instruction, for a fault's message.
  func name(ofInstructionAt index: UInt32) -> String {
    "instruction \(index): \(program.program.instructions[Int(index)])"
  }

  /// A warp of the cluster, for a fault's message.
  func name(ofWarp clockIndex: Int) -> String {
    clockCount == warpCount
      ? "warp \(clockIndex)"
      : "warp \(clockIndex % warpCount) of block \(clockIndex / warpCount) of the cluster"
  }

  // MARK: Lanes

  /// Makes sure that all lanes of the warp execute an instruction.
  @inline(__always)
  func requireFullWarp(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    guard active != ~0 else { return }
    throw fault(
      .divergence,
      "an instruction of the whole warp, in which lanes \(Self.list(~active)) are missing",
      i, warp, lane: (~active).trailingZeroBitCount)
  }

  /// The same, where divergence is looked for.
  @inline(__always)
  func checkFullWarp(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    if findsDivergence { try requireFullWarp(i, warp, active: active) }
  }

  /// Lanes as `0–3, 7`.
  static func list(_ mask: UInt32) -> String {
    list(of: Lanes(mask).map { $0 })
  }

  /// Ascending numbers as `0–3, 7`.
  static func list(of numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
      .joined(separator: ", ")
  }

  // MARK: Registers

  /// Makes sure that the registers that lanes read were written, and notes those that they write.
  @inline(__always)
  func checkRegisters(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    if i.pointee.isWide {
      try checkWideRegisters(i, warp, active: active)
      return
    }
    let written = warp.pointee.written
    let known =
      written[Self.unit(i.pointee.a)] & written[Self.unit(i.pointee.b)]
      & written[Self.unit(i.pointee.c)]
    if active & ~known != 0 {
      try checkRegister(i.pointee.a, i, warp, active: active)
      try checkRegister(i.pointee.b, i, warp, active: active)
      try checkRegister(i.pointee.c, i, warp, active: active)
    }
    written[Self.unit(i.pointee.result)] |= active
  }

  private func checkWideRegisters(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let results = Int(i.pointee.resultCount)
    let operands = operandTable + Int(i.pointee.target)
    let written = warp.pointee.written
    var known = ~0 as UInt32
    var sources = Int(i.pointee.sourceCount)
    if i.pointee.opcode == .warpgroup && !addsToSums(i, warp) { sources -= results }
    for index in results..<results + sources {
      known &= written[Self.unit(operands[index])]
    }
    if active & ~known != 0 {
      for index in results..<results + sources {
        try checkRegister(operands[index], i, warp, active: active)
      }
    }
    for index in 0..<results { written[Self.unit(operands[index])] |= active }
  }

  func checkRegister(
    _ operand: OperandOffset, _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let missing = active & ~warp.pointee.written[Self.unit(operand)]
    guard missing != 0 else { return }
    let lane = missing.trailingZeroBitCount
    let instruction = program.program.instructions[Int(i.pointee.index)]
    let registers =
      instruction.sources.compactMap(\.register) + [instruction.guard?.register].compactMap { $0 }
    let register = registers.first { program.layout.offset(of: $0) == operand }
    throw fault(
      .uninitializedRegister,
      "\(register?.description ?? "a register") has no value in lanes \(Self.list(missing))",
      i, warp, lane: lane)
  }

  /// The unit whose lanes say whether an operand is written; constants share that of operands that
  /// are not there.
  @inline(__always)
  static func unit(_ offset: OperandOffset) -> Int {
    Int(offset &>> 7 & ((offset & 1) &- 1))
  }
}
