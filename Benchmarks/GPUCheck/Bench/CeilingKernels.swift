import KernelIR

/// What a kernel is measured against.
enum CeilingKind: String, CaseIterable, Codable, Sendable {
  /// Copying device memory: bytes read and written.
  case memory
  /// Loads from shared memory, in bytes.
  case shared
  /// `fma` of f32, in operations; a multiply-add is two.
  case scalar
  /// `mma.sync` of f16 and of tf32.
  case warpF16 = "mma_f16"
  case warpTF32 = "mma_tf32"
  /// `wgmma` of f16.
  case warpgroupF16 = "wgmma_f16"
}

/// A loop that does one thing alone, all operands in registers or shared memory.
struct CeilingKernel: Sendable {
  struct Arguments: BitwiseCopyable {
    var turns: UInt32
    /// ``inputWordCount`` words.
    var input: DeviceAddress<U32>
    /// A number for each thread, so that nothing is done in vain.
    var output: DeviceAddress<F32>

    init(turns: Int, input: UInt64, output: UInt64) {
      self.turns = UInt32(turns)
      self.input = DeviceAddress(input)
      self.output = DeviceAddress(output)
    }
  }

  let kind: CeilingKind
  let kernel: Kernel
  /// Operations or bytes of a block in a turn.
  let workPerTurn: Int
  /// Blocks that keep a multiprocessor busy.
  let blocksPerMultiprocessor: Int
  let inputWordCount: Int

  static func all() throws -> [CeilingKernel] {
    try [shared(), scalar(), warps(.f16), warps(.tf32), warpgroups()]
  }

  private static let threadCount = 256

  /// Sixteen independent products of four fragments of A and four of B.
  private static func warps(_ type: MatrixType) throws -> CeilingKernel {
    let shape = MatrixShape(k: type == .f16 ? 16 : 8, type: type)
    let (aCount, bCount) = (shape.aRegisterCount, shape.bRegisterCount)
    let wordCount = 4 * (aCount + bCount)
    let kernel = try Kernel.build(
      "ceiling_mma_\(type)__sm80", threads: threadCount, registers: 128, arguments: Arguments.self
    ) { k, arguments in
      let own = arguments.input.advanced(by: k.threadIndex * Value(wordCount))
      let words = stride(from: 0, to: wordCount, by: 4).flatMap {
        own.advanced(by: $0).loadVector(4)
      }
      let a = (0..<4).map { Array(words[$0 * aCount..<($0 + 1) * aCount]) }
      let b = (0..<4).map { index in
        Array(words[4 * aCount + index * bCount..<4 * aCount + (index + 1) * bCount])
      }
      let sums = (0..<16).map { _ in k.variables(4, F32.self, initially: 0) }
      k.loop(to: arguments.turns) { _ in
        for (index, sum) in sums.enumerated() {
          k.multiplyAdd(sum, a[index / 4], b[index % 4], shape)
        }
      }
      store(sums.flatMap(\.self), k, arguments)
    }
    return CeilingKernel(
      kind: type == .f16 ? .warpF16 : .warpTF32, kernel: kernel,
      workPerTurn: threadCount / 32 * 16 * 2 * 16 * 8 * shape.k, blocksPerMultiprocessor: 2,
      inputWordCount: threadCount * wordCount)
  }

  /// Two warpgroups with products of 64 × 256 × 16 from shared memory, as those of a large tile.
  private static func warpgroups() throws -> CeilingKernel {
    let shape = WarpgroupShape(n: 256, type: .f16)
    // Rows of 128 bytes: 128 of A, and 256 of B.
    let (rowsOfA, rowsOfB, rowByteCount) = (128, 256, 128)
    let wordCount = (rowsOfA + rowsOfB) * rowByteCount / 4
    let kernel = try Kernel.build(
      "ceiling_wgmma_f16__sm90a", target: .sm90a, threads: threadCount, registers: 168,
      arguments: Arguments.self
    ) { k, arguments in
      let tile = k.shared(U32.self, count: wordCount, alignment: 1024)
      for start in stride(from: 0, to: wordCount, by: 4 * threadCount) {
        let place = k.threadIndex * 4 + Value(start)
        tile.advanced(by: place).storeVector(arguments.input.advanced(by: place).loadVector(4))
      }
      k.fenceAsyncProxy()
      k.barrier()
      let fields = Value<U64>(
        bits: MatrixDescriptor(start: 0, strideOffset: 8 * rowByteCount, swizzle: .bytes128).bits)
      func descriptor(_ address: Value<U32>) -> Value<U64> {
        Value<U64>(address >> 4 & 0x3fff) | fields
      }
      let a = descriptor(tile.address + k.warpIndex / 4 * Value(64 * rowByteCount))
      let b = descriptor(tile.address + Value(rowsOfA * rowByteCount))
      let sums = k.variables(shape.accumulatorCount, F32.self, initially: 0)
      k.loop(to: arguments.turns) { _ in
        k.warpgroupFence()
        for step in 0..<4 {
          k.multiplyWarpgroup(
            sums, a: a + Value(2 * step), b: b + Value(2 * step), accumulating: Value(true), shape)
        }
        k.commitWarpgroup()
        k.waitForWarpgroup(pending: 1)
      }
      k.waitForWarpgroup()
      store(sums, k, arguments)
    }
    return CeilingKernel(
      kind: .warpgroupF16, kernel: kernel, workPerTurn: 2 * 4 * 2 * 64 * 256 * 16,
      blocksPerMultiprocessor: 1, inputWordCount: wordCount)
  }

  /// Sixteen chains of multiply-adds, four links a turn.
  private static func scalar() throws -> CeilingKernel {
    let kernel = try Kernel.build(
      "ceiling_fma_f32__sm80", threads: threadCount, registers: 64, arguments: Arguments.self
    ) { k, arguments in
      let own = arguments.input.cast(to: F32.self).advanced(by: k.threadIndex * 2)
      let (factor, summand) = (own[0], own[1])
      let sums = k.variables(16, F32.self, initially: 0)
      k.loop(to: arguments.turns) { _ in
        for _ in 0..<4 {
          for sum in sums { sum.value = fma(sum.value, factor, summand) }
        }
      }
      store(sums, k, arguments)
    }
    return CeilingKernel(
      kind: .scalar, kernel: kernel, workPerTurn: threadCount * 16 * 4 * 2,
      blocksPerMultiprocessor: 8, inputWordCount: 2 * threadCount)
  }

  /// Loads of 16 bytes, neighbours by neighbouring lanes; each turn elsewhere, so that none can be
  /// saved.
  private static func shared() throws -> CeilingKernel {
    let (loadCount, wordCount) = (8, 8192)
    let kernel = try Kernel.build(
      "ceiling_shared__sm80", threads: threadCount, registers: 64, arguments: Arguments.self
    ) { k, arguments in
      let memory = k.shared(U32.self, count: wordCount)
      for start in stride(from: 0, to: wordCount, by: 4 * threadCount) {
        let place = k.threadIndex * 4 + Value(start)
        memory.advanced(by: place).storeVector(arguments.input.advanced(by: place).loadVector(4))
      }
      k.barrier()
      let sums = k.variables(4, U32.self, initially: 0)
      // 4 KiB of a block's loads, the next of which lie 2 KiB further, within 32 KiB.
      let offset = k.variable(initially: k.threadIndex * 16)
      k.loop(to: arguments.turns) { _ in
        let place = memory.advanced(byBytes: offset.value)
        for load in 0..<loadCount {
          let vector = place.advanced(byBytes: load * 2048).loadVector(4)
          for (sum, word) in zip(sums, vector) { sum.value = sum.value ^ word }
        }
        offset.value = (offset.value + 512) & 0x3fff
      }
      let total = sums.map(\.value).reduce(Value<U32>(0)) { $0 ^ $1 }
      let index = k.blockIndex.x * Value(threadCount) + k.threadIndex
      // A number of 24 bits, which f32 holds.
      arguments.output[index] = Value<F32>(total >> 8)
    }
    return CeilingKernel(
      kind: .shared, kernel: kernel, workPerTurn: threadCount * loadCount * 16,
      blocksPerMultiprocessor: 4, inputWordCount: wordCount)
  }

  private static func store(
    _ sums: [Variable<F32>], _ k: KernelBuilder, _ arguments: KernelArguments<Arguments>
  ) {
    let total = sums.map(\.value).reduce(Value<F32>(0)) { $0 + $1 }
    arguments.output[k.blockIndex.x * Value(threadCount) + k.threadIndex] = total
  }
}

/// Copies device memory: four vectors of 16 bytes a thread.
enum CopyKernel {
  struct Arguments: BitwiseCopyable {
    var input: DeviceAddress<U32>
    var output: DeviceAddress<U32>

    init(input: UInt64, output: UInt64) {
      self.input = DeviceAddress(input)
      self.output = DeviceAddress(output)
    }
  }

  static let name = "ceiling_copy__sm80"
  /// Bytes that a block copies.
  static let blockByteCount = 256 * 64

  static func kernel() throws -> Kernel {
    try Kernel.build(name, threads: 256, registers: 64, arguments: Arguments.self) {
      k, arguments in
      let first = k.blockIndex.x * 1024 + k.threadIndex
      let (source, target) = (
        arguments.input.advanced(by: first * 4), arguments.output.advanced(by: first * 4)
      )
      let vectors = (0..<4).map { source.advanced(by: 1024 * $0).loadVector(4) }
      for (index, vector) in vectors.enumerated() {
        target.advanced(by: 1024 * index).storeVector(vector)
      }
    }
  }
}
