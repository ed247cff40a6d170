internal import CPUKernels
package import Tensors

extension CPUBackend {
  /// Measures the greatest rate of multiply-adds that the kernels reach, in GFLOP/s with all threads
  /// busy: blocks of six rows over inputs that stay in L1. Takes some tens of milliseconds.
  ///
  /// - Throws: `outOfMemory`.
  package func measurePeakGFLOPs(threads: Int) throws(HewnError) -> Double {
    let (rows, vectors, taps) = (6, 2, 512)
    guard let kernel = kernels.accumulate[rows][vectors] else { return 0 }
    let lanes = kernels.lanes
    let input = try AlignedArray([Float](repeating: 1, count: 1 << 10))
    let weights = try AlignedArray([Float](repeating: 1e-3, count: taps * rows))
    let offsets = try AlignedArray(
      (0..<taps).map { Int32($0 * vectors * lanes % (input.count - vectors * lanes)) })
    let blocks = try AlignedArray([BlockStream.Block(firstRow: 0, tapCount: Int32(taps))])
    let pool = ThreadPool(threadCount: threads)
    let scratchFloats = rows * vectors * lanes + 1024
    let scratch = UnsafeMutablePointer<Float>.allocate(
      capacity: scratchFloats * pool.threadCount)
    scratch.initialize(repeating: 0, count: scratchFloats * pool.threadCount)
    defer { scratch.deallocate() }

    let (repeats, rounds) = (2000, 7)
    let flops = Double(2 * rows * vectors * lanes * taps * repeats * pool.threadCount)
    var best = 0.0
    for _ in 0..<rounds {
      let elapsed = ContinuousClock().measure {
        pool.run(partCount: pool.threadCount) { part, _ in
          let stream = BlockStream(
            blocks: blocks.pointer, blockCount: 1, offsets: offsets.pointer, sharesOffsets: true,
            weights: weights.pointer, start: nil)
          for _ in 0..<repeats {
            kernel(input.pointer, stream, scratch + part * scratchFloats, vectors * lanes)
          }
        }
      }
      let seconds =
        Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
      best = max(best, flops / seconds * 1e-9)
    }
    return best
  }
}
