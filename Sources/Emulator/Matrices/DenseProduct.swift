internal import KernelIR

/// m16n8k8 and m16n8k16 (m16n8k4 and m16n8k8 of tf32), by the `blocks` of four words that K has.
@inline(__always)
func multiplyDense(
  _ results: UnsafePointer<UnsafeMutableRawPointer>, _ sources: UnsafePointer<UnsafeRawPointer>,
  _ type: MatrixType, blocks: Int
) {
  let k = 4 * blocks * type.wordValues
  withScratch(floatCount: 16 * k) { a in
    withScratch(floatCount: 8 * k) { b in
      for register in 0..<2 * blocks {
        type.decodeA(sources[register], to: a + 32 * type.wordValues * register)
      }
      for block in 0..<blocks {
        type.decodeB(sources[2 * blocks + block], to: b + 32 * type.wordValues * block)
      }
      multiplyBlocks(
        results, sources + 3 * blocks, a: a, b: b, blocks: blocks,
        wordValues: type.wordValues)
    }
  }
}

/// D = A · B + C of 16 rows and 8 columns, with A and B as ``MatrixType/decodeA`` and
/// ``MatrixType/decodeB`` write them; the registers of A alternate between the upper and the lower
/// 8 rows.
@inline(__always)
func multiplyBlocks(
  _ results: UnsafePointer<UnsafeMutableRawPointer>, _ addends: UnsafePointer<UnsafeRawPointer>,
  a: UnsafePointer<Float>, b: UnsafePointer<Float>, blocks: Int, wordValues: Int
) {
  let b = UnsafeRawPointer(b).assumingMemoryBound(to: Floats.self)
  accumulate(results, addends) { half, row, sums in
    var a = a + (32 * wordValues * half + 4 * row)
    var b = b
    for _ in 0..<blocks {
      for column in 0..<4 {
        sums += a[column] * b[0]
        if wordValues == 2 { sums += a[column + 32] * b[1] }
        b += wordValues
      }
      a += 64 * wordValues
    }
  }
}

/// Adds to each row of C, in the upper or lower half, and writes D. A row has its even columns
/// first.
///
/// All of C is read before D is written, as their registers may be the same in another order.
@inline(__always)
func accumulate(
  _ results: UnsafePointer<UnsafeMutableRawPointer>, _ addends: UnsafePointer<UnsafeRawPointer>,
  _ body: (_ half: Int, _ row: Int, inout Floats) -> Void
) {
  withScratch(floatCount: 128) { rows in
    let rows = UnsafeMutableRawPointer(rows).assumingMemoryBound(to: Floats.self)
    for half in 0..<2 {
      let even = addends[2 * half].assumingMemoryBound(to: SIMD4<Float>.self)
      let odd = addends[2 * half + 1].assumingMemoryBound(to: SIMD4<Float>.self)
      for row in 0..<8 { rows[8 * half + row] = Floats(lowHalf: even[row], highHalf: odd[row]) }
    }
    for half in 0..<2 {
      let even = results[2 * half].assumingMemoryBound(to: SIMD4<UInt32>.self)
      let odd = results[2 * half + 1].assumingMemoryBound(to: SIMD4<UInt32>.self)
      for row in 0..<8 {
        var sums = rows[8 * half + row]
        body(half, row, &sums)
        let words = sums.canonicalWords
        even[row] = words.lowHalf
        odd[row] = words.highHalf
      }
    }
  }
}

/// Lends memory for floats on the stack, at a multiple of 64 bytes.
@inline(__always)
func withScratch(floatCount: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
  // More alignment than 16 would put it on the heap.
  withUnsafeTemporaryAllocation(byteCount: 4 * floatCount + 48, alignment: 16) { memory in
    // A temporary allocation of some bytes has an address.
    guard let start = memory.baseAddress else { return }
    body(start.alignedUp(toMultipleOf: 64).assumingMemoryBound(to: Float.self))
  }
}
