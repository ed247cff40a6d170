import KernelIR

/// Kernels of one loop each, whose instructions the emulator is measured by.
package enum SpeedKernels {
  struct Arguments: BitwiseCopyable {
    var turns: UInt32
    var output: DeviceAddress<U32>

    init(turns: Int, output: UInt64) {
      self.turns = UInt32(turns)
      self.output = DeviceAddress(output)
    }
  }

  static let threadCount = 256

  package static func all() throws -> [Kernel] {
    try [
      scalar(), shared(), global(), matrices(.f16, k: 16), matrices(.tf32, k: 8), tile(),
    ]
  }

  /// Integers and floats in equal parts.
  private static func scalar() throws -> Kernel {
    try kernel("scalar") { k, _ in
      let (x, y) = (k.variable(initially: k.threadIndex), k.variable(U32.self, initially: 1))
      let (a, b) = (
        k.variable(initially: Value<F32>(k.threadIndex)), k.variable(F32.self, initially: 1)
      )
      return (
        body: { _ in
          for _ in 0..<4 {
            x.value = multiplyAdd(x.value, y.value, Value(1_013_904_223))
            y.value = (x.value ^ y.value) >> 3
            a.value = fma(a.value, 0.5, b.value)
            b.value = max(a.value + b.value, 0)
          }
        },
        result: { x.value ^ Value<U32>(bitPattern: b.value) }
      )
    }
  }

  /// One instruction in three loads from or stores to shared memory, without conflicts.
  private static func shared() throws -> Kernel {
    try kernel("shared_memory") { k, _ in
      let own = k.shared(U32.self, count: threadCount).advanced(by: k.threadIndex)
      own[0] = k.threadIndex
      return (
        body: { turn in
          for _ in 0..<4 {
            let sum = own[0] + turn
            own[0] = (sum ^ turn) & (sum - k.threadIndex)
          }
        }, result: { own[0] }
      )
    }
  }

  /// Loads of neighbouring words.
  private static func global() throws -> Kernel {
    try kernel("global_memory") { k, output in
      let sum = k.variable(U32.self, initially: 0)
      let own = output.advanced(by: k.threadIndex)
      own[0] = k.threadIndex
      return (
        body: { turn in for _ in 0..<4 { sum += own[0] ^ turn } }, result: { sum.value }
      )
    }
  }

  /// Matrix products alone.
  private static func matrices(_ type: MatrixType, k depth: Int) throws -> Kernel {
    try kernel("mma_\(type)") { k, _ in
      let shape = MatrixShape(k: depth, type: type)
      let ones = Value<U32>(type == .f16 ? 0x3c00_3c00 : 0x3f80_0000)
      let factors = (0..<shape.aRegisterCount + shape.bRegisterCount).map { _ in
        k.variable(initially: ones).value
      }
      let sums = (0..<4).map { _ in k.variables(4, F32.self, initially: 0) }
      return (
        body: { _ in
          for product in sums {
            k.multiplyAdd(
              product, Array(factors.prefix(shape.aRegisterCount)),
              Array(factors.suffix(shape.bRegisterCount)), shape)
          }
        },
        result: { Value<U32>(bitPattern: sums.map { $0[0].value }.reduce(0, +)) }
      )
    }
  }

  /// The inner loop of a matrix product: `ldmatrix` for two operands, and eight products.
  private static func tile() throws -> Kernel {
    try kernel("ldmatrix_mma") { k, _ in
      let shape = MatrixShape(k: 16, type: .f16)
      let tile = k.shared(U32.self, count: 4 * threadCount)
      let own = tile.advanced(by: k.threadIndex * 4)
      own.storeVector(Array(repeating: Value<U32>(0x3c00_3c00), count: 4))
      k.barrier()
      let sums = (0..<8).map { _ in k.variables(4, F32.self, initially: 0) }
      return (
        body: { _ in
          let a = own.loadMatrices(4)
          let b = (0..<4).map { _ in own.loadMatrices(4, transposed: true) }.flatMap { $0 }
          for (index, product) in sums.enumerated() {
            k.multiplyAdd(product, a, Array(b[2 * index..<2 * index + 2]), shape)
          }
        },
        result: { Value<U32>(bitPattern: sums.map { $0[0].value }.reduce(0, +)) }
      )
    }
  }

  private typealias Parts = (body: (Value<U32>) -> Void, result: () -> Value<U32>)

  /// A loop of so many turns as the arguments say, whose result is stored so that nothing is idle.
  private static func kernel(
    _ name: String, _ parts: (KernelBuilder, GlobalPointer<U32>) -> Parts
  ) throws -> Kernel {
    try Kernel.build(
      name, threads: threadCount, registers: 128, arguments: Arguments.self
    ) { k, arguments in
      let parts = parts(k, arguments.output)
      k.loop(to: arguments.turns) { parts.body($0) }
      arguments.output[k.threadIndex] = parts.result()
    }
  }
}
