internal import KernelIR

extension Machine {
  /// `mma.sync` and `mma.sp`.
  func multiply(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    try requireFullWarp(i, warp, active: active)
    let registers = warp.pointee.registers
    let table = operandTable + Int(i.pointee.target)
    let results = Int(i.pointee.resultCount)
    let sources = Int(i.pointee.sourceCount)
    for index in 0..<results { operands[index] = registers + Int(table[index]) }
    for index in results..<results + sources {
      operands[index] = UnsafeMutableRawPointer(mutating: source(table[index], registers))
    }
    let function = unsafeBitCast(i.pointee.function, to: MatrixFunction.self)
    let constOperands = UnsafeRawPointer(operands + results)
      .assumingMemoryBound(to: UnsafeRawPointer.self)
    function(operands, constOperands)
  }

  /// `ldmatrix`: lane 8·m + r has the address of row r of matrix m, a row of 16 bytes. Lane l gets
  /// of matrix m the elements 2·(l % 4) and the next of row l / 4; transposed, those of column l /
  /// 4.
  ///
  /// Source: PTX ISA, "ldmatrix".
  func loadMatrices(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let count = Int(i.pointee.count)
    let rows = try locateRows(i, warp, active: active)
    try watchSharedReads(byteCount: 16, i, warp, active: rows)
    countShared(byteCount: 16, i, active: rows)
    for matrix in 0..<count {
      let first = pointers + matrix * 8
      let target = resultWords(
        count == 1 ? i.pointee.result : operandTable[Int(i.pointee.target) + matrix], warp)
      if i.pointee.variant == 0 {
        for lane in 0..<32 {
          target[lane] = first[lane >> 2].load(fromByteOffset: (lane & 3) * 4, as: UInt32.self)
        }
      } else {
        for lane in 0..<32 {
          let (row, column) = ((lane & 3) * 2, lane >> 2)
          let low = first[row].load(fromByteOffset: column * 2, as: UInt16.self)
          let high = first[row + 1].load(fromByteOffset: column * 2, as: UInt16.self)
          target[lane] = UInt32(low) | UInt32(high) << 16
        }
      }
    }
  }

  /// `stmatrix`, the reverse.
  func storeMatrices(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    let rows = try locateRows(i, warp, active: active)
    try watchSharedWrites(byteCount: 16, .plain, i, warp, active: rows)
    countShared(byteCount: 16, i, active: rows)
    for matrix in 0..<Int(i.pointee.count) {
      let first = pointers + matrix * 8
      let values = words(storedOperand(matrix, i), warp)
      if i.pointee.variant == 0 {
        for lane in 0..<32 {
          first[lane >> 2].storeBytes(
            of: values[lane], toByteOffset: (lane & 3) * 4, as: UInt32.self)
        }
      } else {
        for lane in 0..<32 {
          let (row, column) = ((lane & 3) * 2, lane >> 2)
          first[row].storeBytes(
            of: UInt16(truncatingIfNeeded: values[lane]), toByteOffset: column * 2,
            as: UInt16.self)
          first[row + 1].storeBytes(
            of: UInt16(truncatingIfNeeded: values[lane] >> 16), toByteOffset: column * 2,
            as: UInt16.self)
        }
      }
    }
  }

  /// Finds the rows of matrices.
  ///
  /// - Returns: the lanes that have the addresses.
  private func locateRows(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) -> UInt32 {
    try requireFullWarp(i, warp, active: active)
    let rows = UInt32.max >> UInt32(32 - 8 * Int(i.pointee.count))
    try locateShared(
      i.pointee.a, plus: i.pointee.immediate, byteCount: 16, i, warp, active: rows)
    return rows
  }
}
