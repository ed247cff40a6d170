import CMemory
import CPUKernels

/// out[i][v] = Σ_c weights[c][i] · inputs[c][v] for `rows` rows and `vectors` vectors.
///
/// The sums stay in registers. Per c: `vectors` loads, `rows` broadcasts, `rows · vectors`
/// multiply-adds. Weights are prefetched a page ahead, since they come from memory where a layer has many.
/// Limit: the FMA ports where `vectors` ≥ 2; with one vector each multiply-add needs a
/// broadcast of its own, and the load ports limit as much.
enum ProductBlock<let rows: Int, let vectors: Int> {
  @inline(__always)
  static func run(_ p: Product) {
    var sums = InlineArray<rows, InlineArray<vectors, Vector>>(
      repeating: .init(repeating: .zero))
    var weight = p.weights
    var input = p.inputs
    for _ in 0..<p.depth {
      prefetch_to_read(weight + prefetchDistance)
      var x = InlineArray<vectors, Vector>(repeating: .zero)
      for v in 0..<vectors { x[v] = load(input + v * lanes) }
      for i in 0..<rows {
        let w = Vector(repeating: weight[i])
        for v in 0..<vectors { sums[i][v].accumulate(x[v], w) }
      }
      weight += rows
      input += p.inputStride
    }
    for i in 0..<rows {
      for v in 0..<vectors { store(sums[i][v], to: p.output + i * p.outputStride + v * lanes) }
    }
  }
}

/// By rows, then by vectors: what fits into 32 registers, or into 16.
#if KERNELS_AVX512
  let productKernels: [[ProductKernel?]] = [
    [],
    [nil, ProductBlock<1, 1>.run, ProductBlock<1, 2>.run],
    [nil, ProductBlock<2, 1>.run, ProductBlock<2, 2>.run],
    [nil, ProductBlock<3, 1>.run, ProductBlock<3, 2>.run],
    [nil, ProductBlock<4, 1>.run, ProductBlock<4, 2>.run],
    [nil, ProductBlock<5, 1>.run, ProductBlock<5, 2>.run],
    [nil, ProductBlock<6, 1>.run, ProductBlock<6, 2>.run],
    [nil, ProductBlock<7, 1>.run, ProductBlock<7, 2>.run],
    [nil, ProductBlock<8, 1>.run, ProductBlock<8, 2>.run],
    [nil, ProductBlock<9, 1>.run, ProductBlock<9, 2>.run],
    [nil, ProductBlock<10, 1>.run, ProductBlock<10, 2>.run],
    [nil, ProductBlock<11, 1>.run, ProductBlock<11, 2>.run],
    [nil, ProductBlock<12, 1>.run, ProductBlock<12, 2>.run],
  ]
#else
  let productKernels: [[ProductKernel?]] = [
    [],
    [nil, ProductBlock<1, 1>.run, ProductBlock<1, 2>.run],
    [nil, ProductBlock<2, 1>.run, ProductBlock<2, 2>.run],
    [nil, ProductBlock<3, 1>.run, ProductBlock<3, 2>.run],
    [nil, ProductBlock<4, 1>.run, ProductBlock<4, 2>.run],
    [nil, ProductBlock<5, 1>.run, ProductBlock<5, 2>.run],
    [nil, ProductBlock<6, 1>.run, ProductBlock<6, 2>.run],
  ]
#endif
