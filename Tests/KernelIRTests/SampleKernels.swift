import KernelIR

struct ScaleArguments {
  var x: DeviceAddress<F32>
  var y: DeviceAddress<F32>
  var factor: Float
  var count: UInt32
}

/// Kernels that show what the builder makes of things.
enum SampleKernels {
  /// y[i] = factor · x[i]
  static func scale() throws -> Kernel {
    try Kernel.build("scale", threads: 256, registers: 32, arguments: ScaleArguments.self) {
      k, arguments in
      let i = k.blockIndex.x * 256 + k.threadIndex
      k.if(i < arguments.count) {
        arguments.y[i] = arguments.x[i] * arguments.factor
      }
    }
  }

  /// y[block] = Σ x[i] over all i ≡ thread mod 128, one block.
  static func sum() throws -> Kernel {
    try Kernel.build("sum", threads: 128, registers: 32, arguments: ScaleArguments.self) {
      k, arguments in
      let partial = k.shared(F32.self, count: 4)
      let sum = k.variable(F32.self, "sum", initially: 0)
      k.loop(from: k.threadIndex, to: arguments.count, by: 128) { i in
        sum += arguments.x[i]
      }
      let warpSum = k.reduceWarp(sum.value, +)
      k.if(k.laneIndex == 0) { partial[k.warpIndex] = warpSum }
      k.barrier()
      k.if(k.threadIndex == 0) {
        let total = partial[0] + partial[1] + partial[2] + partial[3]
        arguments.y[0] = total * arguments.factor
      }
    }
  }
}
