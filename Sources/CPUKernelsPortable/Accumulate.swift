import CMemory
import CPUKernels

/// acc[i][v] = start[i] + Σ_t weight[t][i] · input[offset[t] + v · step …] for each block of `rows`
/// rows, left in the accumulators or finished; see ``BlockStream``.
///
/// Each block's `rows × vectors` accumulators live in registers while its taps run. Per tap:
/// `vectors` loads, `rows` broadcasts, `rows · vectors` multiply-adds. Limit: the two load ports
/// for one row, the two FMA ports from two rows on, while the taps' inputs lie in L1. A block that
/// does not start loads its accumulators, one that does not finish stores them.
///
/// Addresses: `input + offset` needs no alignment, but see ``runUnaligned``; accumulator rows are
/// `accumulatorStride` floats apart.
enum Accumulate<let rows: Int, let vectors: Int> {
  /// How many blocks before it is finished a row's lines are asked for.
  @inline(__always)
  private static var blocksAhead: Int { 2 }

  /// Vectors follow each other.
  @inline(__always)
  static func run(
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
  ) {
    run(input, stream, accumulators, accumulatorStride, step: lanes)
  }

  #if KERNELS_AVX512
    /// Vectors follow each other, and taps begin anywhere in a cache line.
    ///
    /// A vector is as large as a line, so that it lies in two of them, and its load takes the time of two.
    /// One row has but one multiply-add for a load; therefore most of its vectors are composed of aligned
    /// ones, each loaded once for two neighbours. Composing takes the ports of the multiply-adds, so that
    /// a quarter of the vectors is better loaded as it is.
    ///
    /// Addresses: `input` is aligned; the vectors that the first and the last float of a tap lie in, and
    /// the one behind, are readable.
    @inline(__always)
    static func runUnaligned(
      _ input: UnsafePointer<Float>, _ stream: BlockStream,
      _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
    ) {
      run(input, stream, accumulators, accumulatorStride, step: lanes, composes: true)
    }

    /// sums[v] += weight · input[offset + v · lanes …].
    @inline(__always)
    private static func accumulateComposed(
      _ sums: inout InlineArray<vectors, Vector>, _ input: UnsafePointer<Float>, _ offset: Int32,
      _ weight: Vector
    ) {
      let shift = offset & Int32(lanes - 1)
      let line = input + Int(offset - shift)
      let composed = vectors - vectors / 4
      var low = load(line)
      for v in 0..<composed {
        let high = load(line + (v + 1) * lanes)
        sums[v].accumulate(elements(low, high, from: shift), weight)
        low = high
      }
      let tap = input + Int(offset)
      for v in composed..<vectors { sums[v].accumulate(load(tap + v * lanes), weight) }
    }
  #endif

  /// Vectors lie `stream.step` floats apart.
  @inline(__always)
  static func runStrided(
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
  ) {
    run(input, stream, accumulators, accumulatorStride, step: stream.step)
  }

  @inline(__always)
  private static func run(
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int, step: Int,
    composes: Bool = false
  ) {
    var offset = stream.offsets
    var weight = stream.weights
    for b in 0..<stream.blockCount {
      let block = stream.blocks[b]
      let row = Int(block.firstRow)
      if rows == 1, let target = stream.finish, b + blocksAhead < stream.blockCount {
        prefetch(
          target.pointee, row: Int(stream.blocks[b + blocksAhead].firstRow), vectors: vectors)
      }
      let base = accumulators + row * accumulatorStride
      var sums = InlineArray<rows, InlineArray<vectors, Vector>>(
        repeating: .init(repeating: .zero))
      if let start = stream.start {
        for i in 0..<rows {
          let value = Vector(repeating: start[row + i])
          for v in 0..<vectors { sums[i][v] = value }
        }
      } else {
        for i in 0..<rows {
          for v in 0..<vectors { sums[i][v] = load(base + i * accumulatorStride + v * lanes) }
        }
      }
      if stream.sharesOffsets { offset = stream.offsets }
      let end = offset + Int(block.tapCount)
      #if KERNELS_AVX512
        while rows == 1, composes, offset != end {
          accumulateComposed(
            &sums[0], input, offset.pointee, Vector(repeating: weight.pointee))
          offset += 1
          weight += 1
        }
      #endif
      if rows == 1, !composes {
        // The next tap's address and weight are loaded before this tap's inputs; behind the last tap
        // there are others, or the slack of the arrays.
        var tap = input + Int(offset.pointee)
        var w = Vector(repeating: weight.pointee)
        while offset != end {
          offset += 1
          weight += 1
          let (nextTap, nextW) = (input + Int(offset.pointee), Vector(repeating: weight.pointee))
          for v in 0..<vectors { sums[0][v].accumulate(load(tap + v * step), w) }
          (tap, w) = (nextTap, nextW)
        }
      }
      while rows > 1, offset != end {
        let tap = input + Int(offset.pointee)
        if rows == 2 {
          for v in 0..<vectors {
            let x = load(tap + v * step)
            for i in 0..<rows { sums[i][v].accumulate(x, Vector(repeating: weight[i])) }
          }
        } else {
          // Each weight is used but once for each tile: where a layer has many, they come from memory.
          prefetch_to_read(weight + prefetchDistance)
          var x = InlineArray<vectors, Vector>(repeating: .zero)
          for v in 0..<vectors { x[v] = load(tap + v * step) }
          for i in 0..<rows {
            let w = Vector(repeating: weight[i])
            for v in 0..<vectors { sums[i][v].accumulate(x[v], w) }
          }
        }
        weight += rows
        offset += 1
      }
      if let ahead = stream.ahead { prefetch(ahead, block: b) }
      if rows == 1, let target = stream.finish {
        complete(&sums[0], target.pointee, row: row)
        continue
      }
      for i in 0..<rows {
        for v in 0..<vectors { store(sums[i][v], to: base + i * accumulatorStride + v * lanes) }
      }
      // Through memory: a loop over rows with this body would not unroll.
      if let target = stream.finish {
        for i in 0..<rows {
          var row = InlineArray<vectors, Vector>(repeating: .zero)
          for v in 0..<vectors { row[v] = load(base + i * accumulatorStride + v * lanes) }
          complete(&row, target.pointee, row: Int(block.firstRow) + i)
        }
      }
    }
  }
}
