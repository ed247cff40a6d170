import CPUKernels

/// out[i][p] = mask[p] & min(max(acc[i][p] + residual[i][p], lower), upper) for whole vectors.
///
/// Limit: the store port; per vector one or two loads, two compare-and-blends, one store.
@inline(never)
func finish(_ f: Finish) {
  let lower = Vector(repeating: f.lower)
  let upper = Vector(repeating: f.upper)
  for i in 0..<f.rowCount {
    let sums = f.accumulators + i * f.accumulatorStride
    let output = f.output + f.outputRows[i]
    let residual = f.residual.map { $0 + f.residualRows[i] }
    for v in 0..<f.vectorCount {
      var x = load(sums + v * lanes)
      if let residual { x += load(residual + v * lanes) }
      x = clamp(x, lower, upper)
      if let mask = f.mask { x = masked(x, mask + v * lanes) }
      store(x, to: output + v * lanes)
    }
  }
}
