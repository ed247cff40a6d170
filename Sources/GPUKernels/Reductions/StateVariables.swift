internal import KernelIR

/// The numbers that a thread carries along an axis.
final class StateVariables {
  private let variables: [Variable<F32>]

  init(_ k: KernelBuilder, _ initial: [Double]) {
    variables = initial.map { k.variable(initially: Value<F32>($0)) }
  }

  var values: [Value<F32>] {
    get { variables.map(\.value) }
    set {
      // All are computed before the first is assigned.
      for (variable, value) in zip(variables, newValue) { variable.value = value }
    }
  }
}

extension KernelBuilder {
  /// The combined state of all lanes, in each of them.
  func reduceWarp(
    _ state: [Value<F32>], _ combine: ([Value<F32>], [Value<F32>]) -> [Value<F32>]
  ) -> [Value<F32>] {
    [16, 8, 4, 2, 1].reduce(state) { state, mask in
      combine(state, state.map { exchange($0, mask: mask) })
    }
  }

  /// The combined state of all threads of a block, in each of them: warps first, then their results in
  /// order, through shared memory.
  func reduceBlock(
    _ state: [Value<F32>], threadCount: Int,
    _ combine: ([Value<F32>], [Value<F32>]) -> [Value<F32>]
  ) -> [Value<F32>] {
    let warpCount = threadCount / 32
    let shared = state.map { _ in self.shared(F32.self, count: warpCount) }
    let ofWarp = reduceWarp(state, combine)
    `if`(laneIndex == 0) {
      for (pointer, value) in zip(shared, ofWarp) { pointer[warpIndex] = value }
    }
    barrier()
    return (1..<warpCount).reduce(shared.map { $0[0] }) { state, warp in
      combine(state, shared.map { $0[warp] })
    }
  }
}
