import CMemory
import CPUKernels

/// out[i][p] = mask[p] & min(max(acc[i][p] + residual[i][p], lower), upper) for whole vectors.
///
/// Limit: the store port; per vector one or two loads, two compare-and-blends, one store.
@inline(never)
func finish(
  _ f: Finish, _ rows: Range<Int>, _ vectorCount: Int, _ accumulators: UnsafePointer<Float>,
  _ accumulatorStride: Int
) {
  let lower = Vector(repeating: f.lower)
  let upper = Vector(repeating: f.upper)
  for row in rows {
    let sums = accumulators + row * accumulatorStride
    let output = f.output + f.outputRows[row]
    let residual = f.residual.map { $0 + f.residualRows[row] }
    for v in 0..<vectorCount {
      var x = load(sums + v * lanes)
      if let residual { x += load(residual + v * lanes) }
      x = clamp(x, lower, upper)
      if let mask = f.mask { x = masked(x, mask + v * lanes) }
      if case .beyond = f.distance {
        storeAroundCaches(x, to: output + v * lanes)
      } else {
        store(x, to: output + v * lanes)
      }
    }
  }
}

/// Finishes the vectors of one row, which are in registers.
///
/// One loop for each operation: loops with branches inside do not unroll, and sums that a loop indexes
/// would have to lie in memory.
@inline(__always)
func complete<let vectors: Int>(
  _ sums: inout InlineArray<vectors, Vector>, _ f: Finish, row: Int
) {
  if let residual = f.residual {
    let source = residual + f.residualRows[row]
    for v in 0..<vectors { sums[v] += load(source + v * lanes) }
  }
  let lower = Vector(repeating: f.lower)
  let upper = Vector(repeating: f.upper)
  for v in 0..<vectors { sums[v] = clamp(sums[v], lower, upper) }
  if let mask = f.mask {
    for v in 0..<vectors { sums[v] = masked(sums[v], mask + v * lanes) }
  }
  let output = f.output + f.outputRows[row]
  if case .beyond = f.distance {
    for v in 0..<vectors { storeAroundCaches(sums[v], to: output + v * lanes) }
  } else {
    for v in 0..<vectors { store(sums[v], to: output + v * lanes) }
  }
}

/// Asks for the lines that finishing a row will touch.
@inline(__always)
func prefetch(_ f: Finish, row: Int, vectors: Int) {
  // Patterns, not `==`: that is a function of another module.
  if case .near = f.distance { return }
  if let residual = f.residual {
    let source = residual + f.residualRows[row]
    for v in 0..<vectors { prefetch_to_read(source + v * lanes) }
  }
  if case .far = f.distance {
    let output = f.output + f.outputRows[row]
    for v in 0..<vectors { prefetch_to_write(output + v * lanes) }
  }
}

/// Asks for the share of a block in the lines that a stream asks for.
@inline(__always)
func prefetch(_ ahead: BlockStream.Ahead, block: Int) {
  let first = ahead.planesPerBlock &* block &>> 16
  let end = ahead.planesPerBlock &* (block + 1) &>> 16
  for plane in first..<end {
    let start = ahead.start + plane * ahead.planeStride
    for line in 0..<ahead.lineCount { prefetch_nearby(start + line * 16) }
  }
}
