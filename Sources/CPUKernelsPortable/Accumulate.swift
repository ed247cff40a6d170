import CMemory
import CPUKernels

/// acc[i][v] = start[i] + Σ_t weight[t][i] · input[offset[t] + v · lanes …] for each block of `rows`
/// rows; see ``BlockStream``.
///
/// Each block's `rows × vectors` accumulators live in registers while its taps run. Per tap:
/// `vectors` loads, `rows` broadcasts, `rows · vectors` multiply-adds. Limit: the two load ports
/// for one row, the two FMA ports from two rows on, while the taps' inputs lie in L1.
///
/// Addresses: `input + offset` needs no alignment; accumulator rows are `accumulatorStride` floats
/// apart.
enum Accumulate<let rows: Int, let vectors: Int> {
  @inline(__always)
  static func run(
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
  ) {
    var offset = stream.offsets
    var weight = stream.weights
    for b in 0..<stream.blockCount {
      let block = stream.blocks[b]
      let base = accumulators + Int(block.firstRow) * accumulatorStride
      var sums = InlineArray<rows, InlineArray<vectors, Vector>>(
        repeating: .init(repeating: .zero))
      if let start = stream.start {
        for i in 0..<rows {
          let value = Vector(repeating: start[Int(block.firstRow) + i])
          for v in 0..<vectors { sums[i][v] = value }
        }
      } else {
        for i in 0..<rows {
          for v in 0..<vectors { sums[i][v] = load(base + i * accumulatorStride + v * lanes) }
        }
      }
      if stream.sharesOffsets { offset = stream.offsets }
      let end = offset + Int(block.tapCount)
      while offset != end {
        let tap = input + Int(offset.pointee)
        if rows <= 2 {
          for v in 0..<vectors {
            let x = load(tap + v * lanes)
            for i in 0..<rows { sums[i][v].accumulate(x, Vector(repeating: weight[i])) }
          }
        } else {
          // Each weight is used but once for each tile: where a layer has many, they come from memory.
          prefetch_to_read(weight + prefetchDistance)
          var x = InlineArray<vectors, Vector>(repeating: .zero)
          for v in 0..<vectors { x[v] = load(tap + v * lanes) }
          for i in 0..<rows {
            let w = Vector(repeating: weight[i])
            for v in 0..<vectors { sums[i][v].accumulate(x[v], w) }
          }
        }
        weight += rows
        offset += 1
      }
      for i in 0..<rows {
        for v in 0..<vectors { store(sums[i][v], to: base + i * accumulatorStride + v * lanes) }
      }
    }
  }
}
