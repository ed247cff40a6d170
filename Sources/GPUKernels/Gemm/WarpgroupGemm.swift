internal import KernelIR

/// The kernel of a matrix product with `wgmma`: D[M×N] = activation(A[M×K] · B[K×N] + bias[M]).
///
/// - Layouts: A is M rows of K, B is K rows of N or N rows of K, D is M rows of N; rows start at
///   multiples of 16 bytes.
/// - Tile map: blocks stay on their multiprocessor and take the tiles of D in turn, in the order of
///   ``GemmRasterization``. Warpgroup 0 copies; the others have 64 rows of a tile each, or a
///   multiple.
/// - Pipeline: a thread of warpgroup 0 starts TMA copies of tiles of A and B into `stageCount`
///   stages, also those of the next tile of D while this one is stored. A stage is full when its
///   bytes have come, and empty when all warps of the other warpgroups have multiplied it.
/// - Clusters: the tiles of a cluster's blocks lie above each other and share the tile of B, of
///   which each block copies a part to all of them. So a stage of a block is empty when all blocks
///   have multiplied theirs.
/// - Limiter: the rate of `wgmma`. A product of 64 × 256 × 16 takes 128 cycles, in which shared
///   memory could give 16 KiB; it reads 10.
/// - Preconditions: what ``GemmProblem`` and ``WarpgroupGemmArguments`` say; tiles of 64 columns of
///   A and a multiple of 64 rows for each warpgroup that multiplies.
extension GemmConfiguration {
  func warpgroupKernel(
    _ operation: GemmOperation, consumers: Int
  ) throws(KernelError) -> Kernel {
    try Kernel.build(
      kernelName(operation), target: target, threads: threadCount, cluster: clusterSize,
      registers: registerBudget, arguments: WarpgroupGemmArguments.self
    ) { k, arguments in
      WarpgroupGemm(
        k: k, arguments: arguments, operation: operation, configuration: self,
        consumers: consumers
      ).emit()
    }
  }

  /// What barriers take of shared memory: two for each stage, with warpgroups.
  var barriersByteCount: Int {
    if case .warpgroups = method { 16 * stageCount } else { 0 }
  }
}

private struct WarpgroupGemm {
  let k: KernelBuilder
  let arguments: KernelArguments<WarpgroupGemmArguments>
  let operation: GemmOperation
  let configuration: GemmConfiguration
  let consumers: Int

  private var tileM: Int { configuration.tileM }
  private var tileN: Int { configuration.tileN }
  private var tileK: Int { configuration.tileK }
  private var clusterSize: Int { configuration.clusterSize }
  private var shape: WarpgroupShape {
    WarpgroupShape(n: tileN, type: .f16, transposesB: operation.layoutOfB == .rowMajor)
  }
  private var stageByteCount: Int { configuration.stageByteCount(operation.format) }
  /// Rows of a warpgroup's part of the tile, in blocks of 64.
  private var rowsOfConsumer: Int { tileM / consumers }

  /// The registers of a thread that copies, and of one that multiplies. The block has as many as
  /// its budget says at the launch; more could never come.
  private var registers: (copying: Int, multiplying: Int) {
    let budget = (configuration.registerBudget + 7) / 8 * 8
    let copying = 40
    let multiplying = min((budget * (consumers + 1) - copying) / consumers / 8 * 8, 240)
    precondition(
      copying <= budget && multiplying >= budget,
      "warpgroups cannot share \(budget) registers a thread")
    return (copying, multiplying)
  }

  func emit() {
    checkTiles()
    // Make tiles.
    let stages = k.shared(
      U32.self, count: configuration.tilesByteCount(operation.format) / 4,
      alignment: WarpgroupTile.alignment)
    let pipeline = StagePipeline(
      k, stageCount: configuration.stageCount, clusterSize: clusterSize)
    k.if(k.threadIndex == 0) { pipeline.initialize(consumingWarps: 4 * consumers) }
    synchronize()

    k.if(k.warpIndex < 4) {
      // The registers that copying does not need go to the warpgroups that multiply.
      k.setMaxRegisters(registers.copying, increases: false)
      k.if(k.warpIndex == 0) {
        k.if(k.electOne()) { copyTiles(to: stages, pipeline) }
      }
    } else: {
      k.setMaxRegisters(registers.multiplying, increases: true)
      multiplyTiles(in: stages, pipeline)
    }
    // Other blocks may still write to this one's memory, or arrive at its barriers.
    if clusterSize > 1 { synchronize() }
  }

  /// What tiles and boxes must be: a row of A in a stage is one of a box, a warpgroup multiplies 64
  /// rows at a time, and boxes have up to 256 rows.
  private func checkTiles() {
    let isRowMajor = operation.layoutOfB == .rowMajor
    let width = tileN / clusterSize
    precondition(tileM % (64 * consumers) == 0, "\(tileM) rows for \(consumers) warpgroups")
    precondition(tileK == WarpgroupTile.rowElementCount, "a stage of \(tileK) columns of A")
    precondition(
      tileN % clusterSize == 0 && width % (isRowMajor ? WarpgroupTile.rowElementCount : 8) == 0,
      "\(tileN) columns for \(clusterSize) blocks")
    precondition(
      tileM <= 256 && (isRowMajor ? tileK : width) <= 256, "a box of more than 256 rows")
  }

  /// Waits for the block, or for the cluster.
  private func synchronize() {
    if clusterSize > 1 { k.clusterBarrier() } else { k.barrier() }
  }

  /// Runs `body` with the first row and column of each of the block's tiles of D.
  private func forEachTile(_ body: (_ row: Value<U32>, _ column: Value<U32>) -> Void) {
    let order = GemmRasterization(configuration, m: arguments.m, n: arguments.n)
    let size = Value<U32>(clusterSize)
    k.loop(from: k.blockIndex.x / size, to: order.tileCount, by: k.blockCount / size) { index in
      let place = order.tile(index)
      body(
        place.row * Value(order.height) + ofBlock(tileM), place.column * Value(tileN))
    }
  }

  /// A number for each block of the cluster: 0, and multiples of a step.
  private func ofBlock(_ step: Int) -> Value<U32> {
    clusterSize > 1 ? k.blockRank * Value(step) : 0
  }

  /// Runs `body` for each tile along K.
  private func forEachStage(_ body: (_ index: Value<U32>) -> Void) {
    k.loop(to: arguments.k.dividedRoundingUp(by: tileK), body)
  }

  // MARK: Copying

  /// What one thread does.
  private func copyTiles(to stages: SharedPointer<U32>, _ pipeline: StagePipeline) {
    k.fence(tensorMap: arguments.mapOfA)
    k.fence(tensorMap: arguments.mapOfB)
    let place = pipeline.start()
    forEachTile { row, column in
      forEachStage { index in
        let depth = index * Value(tileK)
        let full = pipeline.awaitEmpty(place)
        // What lies outside of A and B comes as zeros, and counts.
        full.arrive(expectingBytes: Value(stageByteCount))
        let stage = stages.advanced(byBytes: place.stage.value * Value(stageByteCount))
        full.copy(box: coordinates(depth, row), of: arguments.mapOfA, to: stage)
        copyPartOfB(depth, column, to: stage, full)
        pipeline.advance(place)
      }
    }
  }

  /// Starts copying the tile of B, or the block's part of it to all blocks of the cluster.
  private func copyPartOfB(
    _ depth: Value<U32>, _ column: Value<U32>, to stage: SharedPointer<U32>, _ full: SharedBarrier
  ) {
    let width = tileN / clusterSize
    let first = column + ofBlock(width)
    let part = stage.advanced(byBytes: tileM * WarpgroupTile.rowByteCount)
      .advanced(byBytes: ofBlock(width * tileK * operation.format.byteCount))
    switch operation.layoutOfB {
    case .columnMajor: copyBoxOfB(coordinates(depth, first), to: part, full)
    case .rowMajor:
      for box in 0..<width / WarpgroupTile.rowElementCount {
        copyBoxOfB(
          coordinates(first + Value(box * WarpgroupTile.rowElementCount), depth),
          to: part.advanced(byBytes: box * tileK * WarpgroupTile.rowByteCount), full)
      }
    }
  }

  private func copyBoxOfB(
    _ coordinates: [Value<S32>], to place: SharedPointer<U32>, _ full: SharedBarrier
  ) {
    if clusterSize > 1 {
      full.copy(
        box: coordinates, of: arguments.mapOfB, to: place,
        inBlocks: Value((1 << clusterSize) - 1))
    } else {
      full.copy(box: coordinates, of: arguments.mapOfB, to: place)
    }
  }

  private func coordinates(_ x: Value<U32>, _ y: Value<U32>) -> [Value<S32>] {
    [Value<S32>(bitPattern: x), Value<S32>(bitPattern: y)]
  }

  // MARK: Multiplying

  /// What each warpgroup but the first does.
  private func multiplyTiles(in stages: SharedPointer<U32>, _ pipeline: StagePipeline) {
    let warp = k.warpIndex - 4
    let firstRow = warp / 4 * Value(rowsOfConsumer)
    let a = WarpgroupTile(rowMajorDepth: nil, at: stages.address + firstRow * 128)
    let b = WarpgroupTile(
      rowMajorDepth: operation.layoutOfB == .rowMajor ? tileK : nil,
      at: stages.address + Value(tileM * WarpgroupTile.rowByteCount))
    let sums = (0..<rowsOfConsumer / 64).map { _ in k.variables(tileN / 2, F32.self) }
    let epilogue = GemmEpilogue(
      k: k, operation: operation, matrix: arguments.d, bias: arguments.bias,
      rowBytes: arguments.rowBytesOfD, rowCount: arguments.m, columnCount: arguments.n)
    let place = pipeline.start()
    let previous = k.variable(U32.self, "previous", initially: 0)

    forEachTile { row, column in
      for block in sums { for sum in block { sum.value = 0 } }

      // Multiply-accumulate.
      forEachStage { index in
        pipeline.awaitFull(place)
        let offset = place.stage.value * Value(stageByteCount)
        k.warpgroupFence()
        multiply(sums, a.descriptor(stage: offset), b.descriptor(stage: offset), a, b)
        k.commitWarpgroup()
        // The products of the stage before are finished then, while these go on.
        k.waitForWarpgroup(pending: 1)
        k.if(index != 0) { pipeline.release(previous.value) }
        previous.value = place.stage.value
        pipeline.advance(place)
      }
      k.waitForWarpgroup()
      pipeline.release(previous.value)

      // Epilogue and store.
      let isInside =
        row + Value(tileM) <= arguments.m && column + Value(tileN) <= arguments.n
      for (index, block) in sums.enumerated() {
        let fragments = stride(from: 0, to: block.count, by: 4).map { Array(block[$0..<$0 + 4]) }
        epilogue.store(
          fragments, row: row + firstRow + warp % 4 * 16 + Value(64 * index), column: column,
          isInside: isInside)
      }
    }
  }

  /// Starts sums += A · B for one stage.
  private func multiply(
    _ sums: [[Variable<F32>]], _ descriptorOfA: Value<U64>, _ descriptorOfB: Value<U64>,
    _ a: WarpgroupTile, _ b: WarpgroupTile
  ) {
    for step in 0..<tileK / shape.k {
      for (index, block) in sums.enumerated() {
        let offset = a.stepOffset(step) + 64 * index * WarpgroupTile.rowByteCount
        k.multiplyWarpgroup(
          block, a: descriptorOfA + Value(offset / 16),
          b: descriptorOfB + Value(b.stepOffset(step) / 16), accumulating: Value(true), shape)
      }
    }
  }
}
