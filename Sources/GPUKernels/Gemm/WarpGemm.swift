internal import KernelIR

/// The kernel of a matrix product with `mma.sync`: D[M×N] = activation(A[M×K] · B[K×N] + bias[M]).
///
/// - Layouts: A is M rows of K, B is K rows of N or N rows of K, D is M rows of N; rows start at
///   multiples of 16 bytes.
/// - Tile map: block b computes the tile of D that ``GemmRasterization`` gives it, warp w the part
///   in row ⌊w / warps.n⌋ and column w mod warps.n of the tile, as 16 × 8 products.
/// - Pipeline: tiles of A and B come with `cp.async` into `stageCount` stages; while one is
///   multiplied the others are on their way. Fragments are loaded a step ahead of their products.
/// - Limiter: the rate of `mma.sync`. For a step of 16 (tf32: 8) along K, a warp of 64 × 64 loads 8
///   times four matrices and multiplies 32 times.
/// - Preconditions: what ``GemmProblem`` and ``GemmArguments`` say.
extension GemmConfiguration {
  func warpKernel(
    _ operation: GemmOperation, warps: (m: Int, n: Int)
  ) throws(KernelError) -> Kernel {
    try Kernel.build(
      kernelName(operation), target: target, threads: threadCount, registers: registerBudget,
      arguments: GemmArguments.self
    ) { k, arguments in
      WarpGemm(
        k: k, arguments: arguments, operation: operation, configuration: self, warps: warps
      ).emit()
    }
  }
}

private struct WarpGemm {
  let k: KernelBuilder
  let arguments: KernelArguments<GemmArguments>
  let operation: GemmOperation
  let configuration: GemmConfiguration
  let warps: (m: Int, n: Int)

  private var format: GemmOperation.Format { operation.format }
  private var tileM: Int { configuration.tileM }
  private var tileN: Int { configuration.tileN }
  private var tileK: Int { configuration.tileK }
  private var warpTileM: Int { tileM / warps.m }
  private var warpTileN: Int { tileN / warps.n }
  private var shape: MatrixShape { format.matrixShape }
  /// Steps along K of a tile.
  private var stepCount: Int { tileK / shape.k }

  func emit() {
    precondition(stepCount % 2 == 0, "fragments alternate from step to step")
    precondition(configuration.stageCount >= 2, "a stage is copied while another is multiplied")
    precondition(warpTileM % 16 == 0 && warpTileN % 32 == 0, "warps have whole lines of B")

    // Make tiles.
    let place = GemmRasterization(configuration, m: arguments.m, n: arguments.n)
      .tile(k.blockIndex.x)
    let (row, column) = (place.row * Value(tileM), place.column * Value(tileN))
    let stages = k.shared(
      U32.self, count: configuration.tilesByteCount(format) / 4, alignment: 128)
    let (tileA, tileB) = (tileOfA, tileOfB)
    let stagesOfB = stages.advanced(byBytes: tileA.byteCount)
    let copies: [any TileCopy] = [
      copyOfA(tileA, to: stages, row: row), copyOfB(tileB, to: stagesOfB, column: column),
    ]
    let warp = warpPlace
    let a = readerOfA(tileA, at: stages, row: warp.row)
    let b = readerOfB(tileB, at: stagesOfB, column: warp.column)
    let sums = (0..<warpTileM / 16).map { _ in
      (0..<warpTileN / 8).map { _ in k.variables(4, F32.self, initially: 0) }
    }  // [warpTileM / 16][warpTileN / 8][4]
    let fragments = (0..<2).map { _ in
      GemmFragments(k, rows: warpTileM, columns: warpTileN)
    }

    // Start the copies of all stages but one. Beyond K they bring zeros.
    let stageBytes = configuration.stageByteCount(format)
    let copied = k.variable(U32.self, "copied", initially: 0)
    let read = k.variable(U32.self, "read", initially: 0)
    for _ in 1..<configuration.stageCount {
      for chunk in copies.flatMap({ $0.copies(toStage: copied.value) }) { chunk() }
      finishCopies(copies, copied, stageBytes)
    }
    awaitStage()
    load(fragments[0], step: 0, a, b, stage: read.value)

    // Load and multiply. Copies of a stage are spread over the steps before it changes.
    k.loop(to: arguments.k.dividedRoundingUp(by: tileK)) { _ in
      let chunks = copies.flatMap { $0.copies(toStage: copied.value) }
      let chunksOfStep = chunks.count.dividedRoundingUp(by: stepCount - 1)
      for step in 0..<stepCount {
        if step == stepCount - 1 {
          advance(read, by: stageBytes)
          awaitStage()
        }
        load(
          fragments[(step + 1) % 2], step: (step + 1) % stepCount, a, b, stage: read.value)
        for chunk in chunks.dropFirst(step * chunksOfStep).prefix(chunksOfStep) { chunk() }
        if step == stepCount - 2 { finishCopies(copies, copied, stageBytes) }
        multiplyAdd(sums, fragments[step % 2])
      }
    }
    k.waitForCopies()

    // Epilogue and store.
    let epilogue = GemmEpilogue(
      k: k, operation: operation, matrix: arguments.d, bias: arguments.bias,
      rowBytes: arguments.rowBytesOfD, rowCount: arguments.m, columnCount: arguments.n)
    let isInside =
      row + Value(tileM) <= arguments.m && column + Value(tileN) <= arguments.n
    for (index, band) in sums.enumerated() {
      epilogue.store(
        band, row: row + warp.row + Value(16 * index), column: column + warp.column,
        isInside: isInside)
    }
  }

  /// The first row and column of the warp's part of the tile.
  private var warpPlace: (row: Value<U32>, column: Value<U32>) {
    (
      k.warpIndex / Value(warps.n) * Value(warpTileM),
      k.warpIndex % Value(warps.n) * Value(warpTileN)
    )
  }

  /// The tile of A of a stage.
  private var tileOfA: SwizzledTile {
    SwizzledTile(rows: tileM, rowByteCount: tileK * format.byteCount)
  }

  /// The tile of B of a stage, which lies as B does.
  private var tileOfB: SwizzledTile {
    switch (operation.layoutOfB, format) {
    case (.columnMajor, _): SwizzledTile(rows: tileN, rowByteCount: tileK * format.byteCount)
    case (.rowMajor, .f16): SwizzledTile(rows: tileK, rowByteCount: tileN * format.byteCount)
    // There is no transposition of 32-bit elements.
    case (.rowMajor, .tf32):
      SwizzledTile(rows: tileK, rowByteCount: tileN * format.byteCount, .rowQuads)
    }
  }

  // MARK: Copying

  private func copyOfA(
    _ tile: SwizzledTile, to base: SharedPointer<U32>, row: Value<U32>
  ) -> any TileCopy {
    CopyAlongRows(
      k, tile, of: arguments.a, rowBytes: arguments.rowBytesOfA, first: row,
      rowCount: arguments.m, depth: arguments.k * Value(format.byteCount), to: base,
      threadCount: configuration.threadCount)
  }

  private func copyOfB(
    _ tile: SwizzledTile, to base: SharedPointer<U32>, column: Value<U32>
  ) -> any TileCopy {
    let size = Value<U32>(format.byteCount)
    return switch operation.layoutOfB {
    case .rowMajor:
      CopyAlongColumns(
        k, tile, of: arguments.b, rowBytes: arguments.rowBytesOfB, first: column * size,
        width: arguments.n * size, depth: arguments.k, to: base,
        threadCount: configuration.threadCount)
    case .columnMajor:
      CopyAlongRows(
        k, tile, of: arguments.b, rowBytes: arguments.rowBytesOfB, first: column,
        rowCount: arguments.n, depth: arguments.k * size, to: base,
        threadCount: configuration.threadCount)
    }
  }

  /// Ends the copies of a stage, and turns to the next one.
  private func finishCopies(
    _ copies: [any TileCopy], _ stage: Variable<U32>, _ stageBytes: Int
  ) {
    for copy in copies { copy.advance() }
    k.commitCopies()
    advance(stage, by: stageBytes)
  }

  /// To the next stage, which after the last is the first.
  private func advance(_ stage: Variable<U32>, by stageBytes: Int) {
    let next = stage.value + Value(stageBytes)
    stage.value = select(next == Value(stageBytes * configuration.stageCount), 0, next)
  }

  /// Waits until the copies of the stage to be read next are done, by all threads.
  private func awaitStage() {
    k.waitForCopies(pending: configuration.stageCount - 2)
    k.barrier()
  }

  // MARK: Fragments

  /// A is read with `ldmatrix`, four matrices of 8 rows and a chunk at a time: 0 and 1 are the
  /// upper and lower eight rows, 2 and 3 those further along K. Of tf32, a row of a matrix is four
  /// elements, and each lane gets the one that `mma.sync` wants there, as two halves.
  private func readerOfA(
    _ tile: SwizzledTile, at base: SharedPointer<U32>, row: Value<U32>
  ) -> FragmentReader {
    FragmentReader(
      tile, at: base, row: row + k.laneIndex % 16, chunk: k.laneIndex / 16, pairCount: stepCount)
  }

  private func readerOfB(
    _ tile: SwizzledTile, at base: SharedPointer<U32>, column: Value<U32>
  ) -> FragmentReader {
    let lane = k.laneIndex
    switch (operation.layoutOfB, format) {
    case (.columnMajor, _):
      // As A: matrices 0 and 1 follow each other along K, 2 and 3 are the next eight columns.
      return FragmentReader(
        tile, at: base, row: column + lane % 8 + lane / 16 * 8, chunk: lane / 8 % 2,
        pairCount: stepCount)
    case (.rowMajor, .f16):
      // Matrices are transposed: 0 and 1 follow each other along K, 2 and 3 are the next eight
      // columns.
      return FragmentReader(
        tile, at: base, row: lane % 16, chunk: column / 8 + lane / 16, pairCount: warpTileN / 16)
    case (.rowMajor, .tf32):
      // Matrices of 32-bit elements cannot be transposed. A lane loads one of each 4 × 8 elements.
      let laneColumn = lane / 4
      return FragmentReader(
        tile, at: base, row: lane % 4, chunk: column / 4 + laneColumn / 4,
        pairCount: warpTileN / 8, offset: laneColumn % 4 * 4)
    }
  }

  /// Loads the fragments of a step from a stage.
  private func load(
    _ fragments: GemmFragments, step: Int, _ a: FragmentReader, _ b: FragmentReader,
    stage: Value<U32>
  ) {
    let rows = a.places(step..<step + 1, stage: stage)[0]
    for (index, registers) in fragments.a.enumerated() {
      a.below(rows, rows: 16 * index).loadMatrices(into: registers)
    }
    let ofB = fragments.b
    let pairsOfB = stride(from: 0, to: ofB.count, by: 2).map { ofB[$0] + ofB[$0 + 1] }
    switch (operation.layoutOfB, format) {
    case (.columnMajor, _):
      let columns = b.places(step..<step + 1, stage: stage)[0]
      for (index, registers) in pairsOfB.enumerated() {
        b.below(columns, rows: 16 * index).loadMatrices(into: registers)
      }
    case (.rowMajor, .f16):
      let columns = b.places(0..<pairsOfB.count, stage: stage)
      for (place, registers) in zip(columns, pairsOfB) {
        b.below(place, rows: 16 * step).loadMatrices(into: registers, transposed: true)
      }
    case (.rowMajor, .tf32):
      let columns = b.places(0..<ofB.count, stage: stage)
      for (place, registers) in zip(columns, ofB) {
        for (half, register) in registers.enumerated() {
          register.value = b.below(place, rows: 8 * step + 4 * half)[0]
        }
      }
    }
  }

  /// sums += A · B for one step along K.
  private func multiplyAdd(_ sums: [[[Variable<F32>]]], _ fragments: GemmFragments) {
    let (a, b) = (fragments.a.map(operands), fragments.b.map(operands))
    for (row, a) in zip(sums, a) {
      for (sum, b) in zip(row, b) { k.multiplyAdd(sum, a, b, shape) }
    }
  }

  /// A fragment as `mma.sync` takes it.
  private func operands(_ registers: [Variable<U32>]) -> [Value<U32>] {
    registers.map { register in
      format == .tf32
        ? Value<U32>(tf32: Value<F32>(bitPattern: register.value)) : register.value
    }
  }
}
