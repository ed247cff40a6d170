import CPUKernels

/// out[v] = the maximum or sum over taps t of in[v · step + t · tapStep], in whole vectors; see ``Pool``.
///
/// Limit: the load ports; two or three taps, which most windows have, are loops of their own.
@inline(never)
func pool(_ p: Pool) {
  if p.readsEvenFloats {
    fold(p) { evenElements(load($0), load($0 + lanes)) }
  } else {
    fold(p) { load($0) }
  }
}

@inline(__always)
private func fold(_ p: Pool, _ loadTap: (UnsafePointer<Float>) -> Vector) {
  if p.isMaximum {
    fold(p, loadTap) { larger($0, $1) }
  } else {
    fold(p, loadTap) { $0 + $1 }
  }
}

@inline(__always)
private func fold(
  _ p: Pool, _ loadTap: (UnsafePointer<Float>) -> Vector,
  _ combine: (Vector, Vector) -> Vector
) {
  let (step, tapStep) = (p.step, p.tapStep)
  switch p.tapCount {
  case 2:
    for v in 0..<p.vectorCount {
      let x = p.input + v * step
      store(combine(loadTap(x), loadTap(x + tapStep)), to: p.output + v * lanes)
    }
  case 3:
    for v in 0..<p.vectorCount {
      let x = p.input + v * step
      let two = combine(loadTap(x), loadTap(x + tapStep))
      store(combine(two, loadTap(x + 2 * tapStep)), to: p.output + v * lanes)
    }
  default:
    for v in 0..<p.vectorCount {
      var x = p.input + v * step
      var result = loadTap(x)
      for _ in 1..<p.tapCount {
        x += tapStep
        result = combine(result, loadTap(x))
      }
      store(result, to: p.output + v * lanes)
    }
  }
}

/// The larger elements; x where either is no number.
@inline(__always)
private func larger(_ x: Vector, _ y: Vector) -> Vector {
  var result = x
  result.replace(with: y, where: y .> x)
  return result
}
