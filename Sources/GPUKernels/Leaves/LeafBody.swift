internal import KernelIR

/// Emits a ``LeafKernel``.
struct LeafBody {
  let k: KernelBuilder
  let a: KernelArguments<LeafArguments>
  let tiling: LeafTiling
  let finish: BlockFinish

  func emit(sharedByteCount: Int) {
    // Make tiles.
    let shared = k.shared(U32.self, count: sharedByteCount / 4, alignment: 128)
    let (tile, rowBlock) = a.rowBlocks.divide(k.blockIndex.x)
    let origin = origin(tile)
    let input = LeafInput(k: k, a: a, tiling: tiling, positions: shared)
    input.writePositions(origin)
    let stages = shared.advanced(byBytes: a.positionsByteCount)
    let (root, warp) = (
      k.warpIndex / Value(tiling.pixelWarps), k.warpIndex % Value(tiling.pixelWarps)
    )
    let pixels = (0..<tiling.pixelRuns).map { run in
      LeafPixel(
        k: k, a: a, origin: origin,
        index: (warp * Value(tiling.pixelRuns) + Value(run)) * Value(LeafTiling.runPixels)
          + k.laneIndex / 2)
    }
    let sums = pixels.map { _ in
      (0..<LeafSegment.rootRows).map { _ in k.variables(4, F32.self, initially: 0) }
    }  // [pixelRuns][8][4]

    // Start the copies of all stages but one.
    let work = a.work.advanced(
      by: multiplyAdd(rowBlock, a.splitCount, k.blockIndex.z) * 2
    ).loadVector(2, cache: .readOnly)
    let end = work[0] + work[1]
    let copied = k.variable(U32.self, "copied", initially: 0)
    let read = k.variable(U32.self, "read", initially: 0)
    k.barrier()
    for index in 0..<tiling.stageCount - 1 {
      input.startCopies(of: work[0] + Value(index), end: end, to: stages, stage: copied.value)
      advance(copied)
    }

    // Load and multiply.
    k.loop(from: work[0], to: end) { chunk in
      k.waitForCopies(pending: tiling.stageCount - 2)
      k.barrier()
      input.startCopies(
        of: chunk + Value(tiling.stageCount - 1), end: end, to: stages, stage: copied.value)
      advance(copied)
      let stage = stages.advanced(byBytes: read.value)
      let packet = stage.advanced(byBytes: a.packetOffset).address
      let lanes = pixels.map { stage.address + $0.stageOffset }
      multiply(
        stage, packet: packet, header: packet + root * Value(LeafTiling.headerByteCount), lanes,
        sums)
      advance(read)
    }
    k.waitForCopies()

    // Epilogue and store.
    let position = (rowBlock * Value(tiling.rootsPerBlock) + root) * Value(LeafSegment.rootRows)
    store(sums, position: position, pixels)
  }

  /// The first group, row and column of a tile.
  private func origin(_ tile: Value<U32>) -> BlockPixel {
    let (above, x) = a.tilesAcross.divide(tile)
    let (group, y) = a.tilesDown.divide(above)
    return BlockPixel(
      group: group * a.tileGroups, row: y * a.tileRows.divisor, column: x * a.tileColumns.divisor)
  }

  /// To the next stage, which after the last is the first.
  private func advance(_ stage: Variable<U32>) {
    let next = stage.value + a.stageByteCount
    stage.value = select(next == a.stageByteCount * Value(tiling.stageCount), 0, next)
  }

  // MARK: Products

  /// Adds the products of a chunk: for each segment a loop over pairs of its taps, and one more for the odd one.
  private func multiply(
    _ stage: SharedPointer<U32>, packet: Value<U32>, header: Value<U32>, _ lanes: [Value<U32>],
    _ sums: [[[Variable<F32>]]]
  ) {
    let header = stage.at(address: header)
    var start = packet + header[1]
    for (index, segment) in LeafSegment.all.enumerated() {
      let byteCount = 4 * LeafSegment.entryWordCount(height: segment.height)
      let ends = header.advanced(by: 2 + 2 * index).loadVector(2).map { packet + $0 }
      let rows = segment.firstRow..<segment.firstRow + segment.height
      let sums = sums.map { $0[rows] }
      k.loop(from: start, to: ends[0], by: Value(2 * byteCount)) { entry in
        let entry = stage.at(address: entry)
        multiply([entry, entry.advanced(byBytes: byteCount)], lanes, sums)
      }
      k.if(ends[0] < ends[1]) { multiply([stage.at(address: ends[0])], lanes, sums) }
      start = ends[1]
    }
  }

  /// Adds the products of some taps.
  private func multiply(
    _ entries: [SharedPointer<U32>], _ lanes: [Value<U32>], _ sums: [ArraySlice<[Variable<F32>]>]
  ) {
    let height = sums[0].count
    let taps = entries.map { entry in
      let first = entry.loadVector(2)
      let others = stride(from: 2, through: height, by: 2).flatMap {
        entry.advanced(by: $0).cast(to: F32.self).loadVector(2)
      }
      return (offset: first[0], weights: [Value<F32>(bitPattern: first[1])] + others)
    }
    for tap in taps {
      for (lane, rows) in zip(lanes, sums) {
        let x = entries[0].at(address: lane + tap.offset).cast(to: F32.self).loadVector(4)
        for (row, weight) in zip(rows, tap.weights) {
          for (sum, x) in zip(row, x) { sum.value = fma(x, weight, sum.value) }
        }
      }
    }
  }

  // MARK: Results

  private func store(
    _ sums: [[[Variable<F32>]]], position: Value<U32>, _ pixels: [LeafPixel]
  ) {
    // The lane's half of all vectors.
    let half = k.laneIndex % 2 * 4
    let (output, residual) = (a.output.advanced(by: half), a.residual.advanced(by: half))
    let isSplit = tiling.splitCount > 1
    for index in 0..<LeafSegment.rootRows {
      let place = position + Value(index)
      let row = a.rows.advanced(by: place).loadReadOnly()
      k.if(row != Value(Int(BlockRoot.noRow))) {
        let bias = isSplit ? 0 : a.bias.advanced(by: place).loadReadOnly()
        for (pixel, sums) in zip(pixels, sums) {
          k.if(pixel.isInside) {
            func vector(_ strides: LanesStrides.InKernel) -> Value<U32> {
              multiplyAdd(row, strides.channel, strides.vector(pixel.place))
            }
            var values = sums[index].map(\.value)
            if !isSplit { values = values.map { $0 + bias } }
            if finish.hasResidual {
              let vector = residual.advanced(by: vector(a.residualStrides), rowsOf: 32)
              values = zip(values, vector.loadVector(4)).map { $0 + $1 }
            }
            var result = vector(a.outputStrides)
            if isSplit { result = multiplyAdd(k.blockIndex.z, a.splitVectors, result) }
            output.advanced(by: result, rowsOf: 32)
              .storeVector(values.map { finish.activated($0, a.numbers) })
          }
        }
      }
    }
  }
}

/// A lane's pixel of a tile, of which it has half of the images.
struct LeafPixel {
  /// Whether there is such a pixel in the tile and in the output.
  let isInside: Value<Predicate>
  /// From a tap of the tile's first pixel to that of this one, in bytes; some pixel's where there is none.
  let stageOffset: Value<U32>
  let place: BlockPixel

  init(
    k: KernelBuilder, a: KernelArguments<LeafArguments>, origin: BlockPixel, index: Value<U32>
  ) {
    let pixelCount = a.tileGroups * a.tileRows.divisor * a.tileColumns.divisor
    let (above, column) = a.tileColumns.divide(min(index, pixelCount - 1))
    let (group, row) = a.tileRows.divide(above)
    let place = BlockPixel(
      group: origin.group + group, row: origin.row + row, column: origin.column + column)
    isInside =
      index < pixelCount && place.group < a.imageGroups && place.row < a.outputHeight
      && place.column < a.outputWidth
    let vector = multiplyAdd(group, a.groupPitch.divisor, multiplyAdd(row, a.pitch.divisor, column))
    stageOffset = vector * Value(LeafStage.vectorByteCount) + k.laneIndex % 2 * 16
    self.place = place
  }
}
