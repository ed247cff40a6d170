import CPUKernels

/// out[n][v] += Σ_k x[n · xStride + k] · panel[k][v] for `images` images and `vectors` vectors.
///
/// The accumulators stay in registers. Per k: `vectors` loads of weights, `images` broadcasts.
/// Limit: the stream of weights for one image, the FMA ports for six while the panel lies in L2.
enum Panel<let images: Int, let vectors: Int> {
  @inline(__always)
  static func run(
    _ panel: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ xStride: Int, _ taps: Int,
    _ out: UnsafeMutablePointer<Float>
  ) {
    var sums = InlineArray<images, InlineArray<vectors, Vector>>(
      repeating: .init(repeating: .zero))
    for n in 0..<images {
      for v in 0..<vectors { sums[n][v] = load(out + (n * vectors + v) * lanes) }
    }
    var row = panel
    for k in 0..<taps {
      var weights = InlineArray<vectors, Vector>(repeating: .zero)
      for v in 0..<vectors { weights[v] = load(row + v * lanes) }
      for n in 0..<images {
        let value = Vector(repeating: x[n * xStride + k])
        for v in 0..<vectors { sums[n][v].accumulate(weights[v], value) }
      }
      row += vectors * lanes
    }
    for n in 0..<images {
      for v in 0..<vectors { store(sums[n][v], to: out + (n * vectors + v) * lanes) }
    }
  }
}
