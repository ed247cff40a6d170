import KernelIR

/// Small kernels that the documentation and the snapshots show.
package enum SampleKernels {
  package struct Arguments: BitwiseCopyable {
    package var x: DeviceAddress<F32>
    package var y: DeviceAddress<F32>
    package var factor: Float
    package var count: UInt32

    package init(x: UInt64, y: UInt64, factor: Float, count: UInt32) {
      self.x = DeviceAddress(x)
      self.y = DeviceAddress(y)
      self.factor = factor
      self.count = count
    }
  }

  /// y[i] = factor · x[i]
  package static func scale() throws(KernelError) -> Kernel {
    try Kernel.build("scale", threads: 256, registers: 32, arguments: Arguments.self) {
      k, arguments in
      let i = k.blockIndex.x * 256 + k.threadIndex
      k.if(i < arguments.count) {
        arguments.y[i] = arguments.x[i] * arguments.factor
      }
    }
  }

  /// y[0] = factor · Σ x[i], in one block.
  package static func sum() throws(KernelError) -> Kernel {
    try Kernel.build("sum", threads: 128, registers: 32, arguments: Arguments.self) {
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
