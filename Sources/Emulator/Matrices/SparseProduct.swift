internal import KernelIR

/// `mma.sp`: A holds half of each row's values, and the metadata where they stand.
///
/// Of each 4 columns A holds 2 values of 16 bits, of each 2 one tf32. Every value has its column in
/// two bits (tf32: in four bits, which are the columns of its two 16-bit halves, 0b0100 or 0b1110).
/// The 16 bits of metadata of a row and a block lie in one lane of the row's four: the low half of
/// the lane's word is of the upper 8 rows, the high half of the lower ones. `selector` names the
/// lane (one block), or the first of two lanes that have a block each.
@inline(__always)
func multiplySparse(
  _ results: UnsafePointer<UnsafeMutableRawPointer>, _ sources: UnsafePointer<UnsafeRawPointer>,
  _ type: MatrixType, blocks: Int, selector: Int
) {
  let values = type.wordValues
  withScratch(floatCount: 64 * values * blocks) { a in
    withScratch(floatCount: 64 * values * blocks) { b in
      for register in 0..<2 * blocks {
        type.decodeA(sources[register], to: a + 32 * values * register)
      }
      for block in 0..<2 * blocks {
        type.decodeB(sources[2 * blocks + block], to: b + 32 * values * block)
      }
      let metadata = sources[4 * blocks + 4].assumingMemoryBound(to: UInt32.self)
      multiplySelected(
        results, sources + 4 * blocks, a: a, b: b, metadata: metadata + selector * blocks,
        blocks: blocks, wordValues: type.wordValues)
    }
  }
}

@inline(__always)
private func multiplySelected(
  _ results: UnsafePointer<UnsafeMutableRawPointer>, _ addends: UnsafePointer<UnsafeRawPointer>,
  a: UnsafePointer<Float>, b: UnsafePointer<Float>, metadata: UnsafePointer<UInt32>, blocks: Int,
  wordValues: Int
) {
  let b = UnsafeRawPointer(b).assumingMemoryBound(to: Floats.self)
  accumulate(results, addends) { half, row, sums in
    var a = a + (32 * wordValues * half + 4 * row)
    for block in 0..<blocks {
      var columns = metadata[4 * row + block] &>> UInt32(16 * half)
      // Four words, each of a group of 4 columns of 16-bit values or of 2 of tf32.
      for word in 0..<4 {
        let group = b + (2 * wordValues * (4 * block + word))
        if wordValues == 2 {
          sums += a[word] * group[Int(columns & 3)]
          sums += a[word + 32] * group[Int((columns &>> 2) & 3)]
        } else {
          sums += a[word] * group[Int((columns &>> 1) & 1)]
        }
        columns &>>= 4
      }
      a += 64 * wordValues
    }
  }
}
