internal import KernelIR

/// Fragments as floats, as the products read them.
///
/// A register of A or B holds an 8 × 4 block of words, row (of Bᵀ for B) lane / 4 and column lane
/// mod 4, where a word is two neighbouring 16-bit values or one tf32.
extension MatrixType {
  /// ``MatrixType/valuesPerWord``, here once more so that the compiler knows it.
  @inline(__always) var wordValues: Int {
    switch self {
    case .f16, .bf16: 2
    case .tf32: 1
    }
  }

  /// The values in words, the low and the high ones of 16-bit types.
  @inline(__always) func low(_ word: Words) -> Floats {
    switch self {
    case .f16: f32(fromF16: word &<< 16)
    case .bf16: (word &<< 16).floats
    case .tf32: (word & 0xffff_e000).floats
    }
  }

  @inline(__always) func high(_ word: Words) -> Floats {
    switch self {
    case .f16: f32(fromF16: word & 0xffff_0000)
    case .bf16: (word & 0xffff_0000).floats
    case .tf32: (word & 0xffff_e000).floats
    }
  }

  /// Writes a register of A as panels of 32 floats, one for each value of a word, in the order of
  /// lanes.
  @inline(__always)
  func decodeA(_ register: UnsafeRawPointer, to panels: UnsafeMutablePointer<Float>) {
    let words = register.assumingMemoryBound(to: Words.self)
    let low = UnsafeMutableRawPointer(panels).assumingMemoryBound(to: Floats.self)
    for group in 0..<4 {
      low[group] = self.low(words[group])
      if wordValues == 2 { low[group + 4] = high(words[group]) }
    }
  }

  /// Writes a register of B as rows of 8 floats, k ascending. Within a row the even columns come
  /// first, then the odd ones: so lie the accumulators of a lane's two columns in their registers.
  @inline(__always)
  func decodeB(_ register: UnsafeRawPointer, to rows: UnsafeMutablePointer<Float>) {
    let columns = register.assumingMemoryBound(to: SIMD4<UInt32>.self)
    let even = transposed(columns[0], columns[2], columns[4], columns[6])
    let odd = transposed(columns[1], columns[3], columns[5], columns[7])
    let rows = UnsafeMutableRawPointer(rows).assumingMemoryBound(to: Floats.self)
    write(Words(lowHalf: even.0, highHalf: odd.0), to: rows)
    write(Words(lowHalf: even.1, highHalf: odd.1), to: rows + wordValues)
    write(Words(lowHalf: even.2, highHalf: odd.2), to: rows + 2 * wordValues)
    write(Words(lowHalf: even.3, highHalf: odd.3), to: rows + 3 * wordValues)
  }

  @inline(__always)
  private func write(_ words: Words, to rows: UnsafeMutablePointer<Floats>) {
    rows[0] = low(words)
    if wordValues == 2 { rows[1] = high(words) }
  }
}

/// Four rows as four columns.
@inline(__always)
private func transposed(
  _ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>, _ c: SIMD4<UInt32>, _ d: SIMD4<UInt32>
) -> (SIMD4<UInt32>, SIMD4<UInt32>, SIMD4<UInt32>, SIMD4<UInt32>) {
  (
    SIMD4(a[0], b[0], c[0], d[0]), SIMD4(a[1], b[1], c[1], d[1]),
    SIMD4(a[2], b[2], c[2], d[2]), SIMD4(a[3], b[3], c[3], d[3])
  )
}
