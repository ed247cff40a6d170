import CPUKernels

/// One channel of a depthwise convolution; see ``Depthwise`` for the equation.
///
/// A pass holds up to eight vectors of outputs in registers while all taps run over them: each tap is
/// one load and one multiply-add a vector. The vectors follow each other in a run or, where a run
/// is a single vector, lie below each other in up to eight runs. With stride 2 a tap reads two vectors
/// and keeps their even elements. Limit: the load ports (stride 1), the shuffle port (stride 2). Taps in
/// rows of neighbours have kernels of their own, which load less.
@inline(never)
func depthwise(_ p: Depthwise) {
  if !p.readsEvenFloats {
    #if KERNELS_AVX512
      if p.inputStep == lanes {
        if p.columns == 3 { return DepthwiseRow<3>.run(p) }
        if p.columns == 5 { return DepthwiseRow<5>.run(p) }
      }
    #endif
    runAll(p) { load($0) }
  } else if p.columns == 3 {
    DepthwisePairs<3>.run(p)
  } else if p.columns == 5 {
    DepthwisePairs<5>.run(p)
  } else {
    runAll(p) { UnsafeRawPointer($0).loadUnaligned(as: VectorPair.self).evenHalf }
  }
}

@inline(__always)
private func runAll(_ p: Depthwise, _ loadTap: (UnsafePointer<Float>) -> Vector) {
  if p.vectorCount == 1 {
    let steps = DepthwiseSteps(input: p.inputRunStride, output: p.outputRunStride, mask: 0)
    runPasses(p, input: p.input, output: p.output, count: p.runCount, steps, loadTap)
    return
  }
  let steps = DepthwiseSteps(input: p.inputStep, output: lanes, mask: lanes)
  for run in 0..<p.runCount {
    runPasses(
      p, input: p.input + run * p.inputRunStride, output: p.output + run * p.outputRunStride,
      count: p.vectorCount, steps, loadTap)
  }
}

/// Floats from one vector of a pass to the next.
private struct DepthwiseSteps {
  let input: Int
  let output: Int
  let mask: Int
}

@inline(__always)
private func runPasses(
  _ p: Depthwise, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int,
  _ steps: DepthwiseSteps, _ loadTap: (UnsafePointer<Float>) -> Vector
) {
  var v = 0
  while v + 8 <= count {
    DepthwisePass<8>.run(p, input, output, at: v, steps, loadTap)
    v += 8
  }
  if v + 4 <= count {
    DepthwisePass<4>.run(p, input, output, at: v, steps, loadTap)
    v += 4
  }
  if v + 2 <= count {
    DepthwisePass<2>.run(p, input, output, at: v, steps, loadTap)
    v += 2
  }
  if v < count { DepthwisePass<1>.run(p, input, output, at: v, steps, loadTap) }
}

/// `vectors` vectors, from vector `at` on. Vectors are stored in order: what one writes beyond the end
/// of its row, the next row's overwrites.
private enum DepthwisePass<let vectors: Int> {
  @inline(__always)
  static func run(
    _ p: Depthwise, _ firstInput: UnsafePointer<Float>,
    _ firstOutput: UnsafeMutablePointer<Float>, at first: Int, _ steps: DepthwiseSteps,
    _ loadTap: (UnsafePointer<Float>) -> Vector
  ) {
    let input = firstInput + first * steps.input
    var sums = InlineArray<vectors, Vector>(repeating: Vector(repeating: p.bias))
    for t in 0..<p.tapCount {
      let tap = input + Int(p.offsets[t])
      let weight = Vector(repeating: p.weights[t])
      for v in 0..<vectors { sums[v].accumulate(loadTap(tap + v * steps.input), weight) }
    }
    let lower = Vector(repeating: p.lower)
    let upper = Vector(repeating: p.upper)
    let output = firstOutput + first * steps.output
    let mask = p.mask + first * steps.mask
    for v in 0..<vectors {
      let x = clamp(sums[v], lower, upper)
      store(masked(x, mask + v * steps.mask), to: output + v * steps.output)
    }
  }
}
