package import KernelIR

/// One warp's 16 rows of `wgmma`: D = A · B + D, or A · B.
///
/// Products and sums are those of ``matrixFunction(for:)``.
///
/// - Parameters:
///   - sums: the n / 2 registers of D, of 32 lanes.
///   - aRegisters: the four registers of A, or `nil` where `aDescriptor` says where A lies.
///   - aDescriptor: the bits of a ``MatrixDescriptor``, not read where A is in registers.
///   - warp: 0…3, which has the rows from 16 · warp on.
///   - load: gives the bytes at an address of shared memory, 16 at a multiple of 16, or `nil` where
///     there are none.
/// - Returns: false where `load` gave none. D is then as it was.
@discardableResult
package func multiplyWarpgroup(
  _ shape: WarpgroupShape, sums: UnsafePointer<UnsafeMutableRawPointer>,
  aRegisters: UnsafePointer<UnsafeRawPointer>?, aDescriptor: UInt64, bDescriptor: UInt64,
  accumulates: Bool, warp: Int,
  load: (_ sharedByteAddress: Int, _ byteCount: Int) -> UnsafeRawPointer?
) -> Bool {
  var isComplete = true
  // A as panels of floats, and 32 bytes for each column of B, or at first each row of A.
  let byteCount = 1024 + 32 * max(shape.n, 16)
  withScratch(floatCount: byteCount / 4) { a in
    let words = UnsafeMutableRawPointer(a) + 1024
    if let aRegisters {
      for register in 0..<4 { shape.type.decode(aRegisters[register], toPanelsOf: register, a) }
    } else {
      let fragments = words
      isComplete = gather(
        MatrixDescriptor(bits: aDescriptor), from: 16 * warp, count: 16, shape.type,
        isMNMajor: shape.transposesA, to: fragments, load)
      // Eight rows at a time: registers 0 and 2 are of the upper half, 1 and 3 of the lower one.
      for half in 0..<2 {
        for block in 0..<2 {
          shape.type.decode(
            UnsafeRawPointer(fragments + 256 * half + 128 * block), toPanelsOf: 2 * block + half, a)
        }
      }
    }
    guard isComplete else { return }
    isComplete = gather(
      MatrixDescriptor(bits: bDescriptor), from: 0, count: shape.n, shape.type,
      isMNMajor: shape.transposesB, to: words, load)
    guard isComplete else { return }
    for block in 0..<shape.n / 8 {
      multiply(
        shape.type, a: a, bWords: words + 256 * block, sums: sums + 4 * block,
        accumulates: accumulates)
    }
  }
  return isComplete
}

/// Reads 8 rows at a time of A, or of Bᵀ, as two fragment registers of 8 × 4 words.
private func gather(
  _ descriptor: MatrixDescriptor, from first: Int, count: Int, _ type: MatrixType,
  isMNMajor: Bool, to fragments: UnsafeMutableRawPointer,
  _ load: (_ sharedByteAddress: Int, _ byteCount: Int) -> UnsafeRawPointer?
) -> Bool {
  if isMNMajor {
    for k in 0..<16 {
      for i in stride(from: 0, to: count, by: 8) {
        let address = descriptor.address(i: first + i, k: k, type: type, isMNMajor: true)
        guard let row = load(address, 16) else { return false }
        // 16-bit values of eight rows, one column.
        let target = fragments + 32 * i + 128 * (k / 8) + 2 * (k % 8)
        for value in 0..<8 {
          target.storeBytes(
            of: row.loadUnaligned(fromByteOffset: 2 * value, as: UInt16.self),
            toByteOffset: 16 * value, as: UInt16.self)
        }
      }
    }
  } else {
    let rowValues = 16 / type.byteCount
    for i in 0..<count {
      for block in 0..<2 {
        let address = descriptor.address(
          i: first + i, k: rowValues * block, type: type, isMNMajor: false)
        guard let row = load(address, 16) else { return false }
        (fragments + 256 * (i / 8) + 128 * block + 16 * (i % 8)).copyMemory(
          from: row, byteCount: 16)
      }
    }
  }
  return true
}

extension MatrixType {
  /// Decodes a register of A, choosing the type once.
  fileprivate func decode(
    _ register: UnsafeRawPointer, toPanelsOf number: Int, _ a: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .f16: MatrixType.f16.decodeA(register, to: a + 64 * number)
    case .bf16: MatrixType.bf16.decodeA(register, to: a + 64 * number)
    case .tf32: MatrixType.tf32.decodeA(register, to: a + 32 * number)
    }
  }
}

/// Multiplies with 8 columns of B, given as two fragment registers.
private func multiply(
  _ type: MatrixType, a: UnsafePointer<Float>, bWords: UnsafeRawPointer,
  sums: UnsafePointer<UnsafeMutableRawPointer>, accumulates: Bool
) {
  switch type {
  case .f16: multiply(.f16, a, bWords, sums, accumulates)
  case .bf16: multiply(.bf16, a, bWords, sums, accumulates)
  case .tf32: multiply(.tf32, a, bWords, sums, accumulates)
  }
}

@inline(__always)
private func multiply(
  _ type: MatrixType, _ a: UnsafePointer<Float>, _ bWords: UnsafeRawPointer,
  _ sums: UnsafePointer<UnsafeMutableRawPointer>, _ accumulates: Bool
) {
  withScratch(floatCount: 64 * type.wordValues) { b in
    type.decodeB(bWords, to: b)
    type.decodeB(bWords + 128, to: b + 32 * type.wordValues)
    if !accumulates {
      for register in 0..<4 {
        let lanes = sums[register].assumingMemoryBound(to: Words.self)
        for group in 0..<4 { lanes[group] = Words() }
      }
    }
    let addends = UnsafeRawPointer(sums).assumingMemoryBound(to: UnsafeRawPointer.self)
    multiplyBlocks(
      sums, addends, a: a, b: b, blocks: 2, wordValues: type.wordValues)
  }
}
