import CPUKernels

/// One channel of a depthwise convolution; see ``Depthwise`` for the equation.
///
/// A pass holds up to eight vectors of outputs in registers while all taps run over them: each tap is
/// one load and one multiply-add a vector. With stride 2 a tap reads two vectors and keeps their
/// even elements. Limit: the load ports (stride 1), the shuffle port (stride 2).
@inline(never)
func depthwise(_ p: Depthwise) {
  if p.stride == 1 {
    runAll(p) { load($0) }
  } else {
    runAll(p) { UnsafeRawPointer($0).loadUnaligned(as: VectorPair.self).evenHalf }
  }
}

@inline(__always)
private func runAll(_ p: Depthwise, _ loadTap: (UnsafePointer<Float>) -> Vector) {
  for run in 0..<p.runCount {
    let input = p.input + run * p.inputRunStride
    let output = p.output + run * p.outputRunStride
    var v = 0
    while v + 8 <= p.vectorCount {
      DepthwisePass<8>.run(p, input, output, at: v, loadTap)
      v += 8
    }
    if v + 4 <= p.vectorCount {
      DepthwisePass<4>.run(p, input, output, at: v, loadTap)
      v += 4
    }
    if v + 2 <= p.vectorCount {
      DepthwisePass<2>.run(p, input, output, at: v, loadTap)
      v += 2
    }
    if v < p.vectorCount { DepthwisePass<1>.run(p, input, output, at: v, loadTap) }
  }
}

/// `vectors` vectors of one run, from vector `at` on.
private enum DepthwisePass<let vectors: Int> {
  @inline(__always)
  static func run(
    _ p: Depthwise, _ runInput: UnsafePointer<Float>, _ runOutput: UnsafeMutablePointer<Float>,
    at first: Int, _ loadTap: (UnsafePointer<Float>) -> Vector
  ) {
    let input = runInput + first * lanes * p.stride
    var sums = InlineArray<vectors, Vector>(repeating: Vector(repeating: p.bias))
    for t in 0..<p.tapCount {
      let tap = input + Int(p.offsets[t])
      let weight = Vector(repeating: p.weights[t])
      for v in 0..<vectors { sums[v].accumulate(loadTap(tap + v * lanes * p.stride), weight) }
    }
    let lower = Vector(repeating: p.lower)
    let upper = Vector(repeating: p.upper)
    for v in 0..<vectors {
      let x = clamp(sums[v], lower, upper)
      store(masked(x, p.mask + (first + v) * lanes), to: runOutput + (first + v) * lanes)
    }
  }
}
