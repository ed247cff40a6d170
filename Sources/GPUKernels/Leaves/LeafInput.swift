internal import KernelIR

/// Brings the input of a tile to shared memory, chunk by chunk.
///
/// Where the pieces of 16 bytes of a plane come from is the same in all channels, and written to a table
/// once; then a piece costs a look at this table and one at that of the channels.
struct LeafInput {
  let k: KernelBuilder
  let a: KernelArguments<LeafArguments>
  let tiling: LeafTiling
  /// For each piece of a plane its place in channel 0 of the input, or `outside`.
  let positions: SharedPointer<U32>

  private var outside: Value<U32> { Value(0xffff_ffff) }
  private var threadCount: Value<U32> { Value(tiling.threadCount) }

  /// Writes the table for the tile at a place. A barrier must follow.
  func writePositions(_ origin: BlockPixel) {
    let firstY = multiplyAdd(origin.row, a.strideY, a.leastY)
    let firstX = multiplyAdd(origin.column, a.strideX, a.leastX)
    k.loop(from: k.threadIndex, to: a.planePieces.divisor, by: threadCount) { piece in
      let (group, inGroup) = a.groupPitch.divide(piece / 2)
      let (row, column) = a.pitch.divide(inGroup)
      let (rowPhase, p) = a.phaseRows.divide(row)
      let (columnPhase, q) = a.phaseColumns.divide(column)
      // Coordinates before the input's start wrap around, and so lie beyond its end.
      let y = multiplyAdd(p, a.strideY, firstY + rowPhase)
      let x = multiplyAdd(q, a.strideX, firstX + columnPhase)
      let isInside =
        origin.group + group < a.imageGroups && rowPhase < a.rowPhases
        && columnPhase < a.columnPhases && y < a.inputHeight && x < a.inputWidth
      let vector = a.inputStrides.vector(
        BlockPixel(group: origin.group + group, row: y, column: x))
      positions[piece] = select(isInside, vector * 2 + piece % 2, outside)
    }
  }

  /// Starts the copies of a chunk's planes and packet to the stage so many bytes behind the first, if there
  /// is such a chunk, and ends the group of the thread's copies.
  func startCopies(
    of chunk: Value<U32>, end: Value<U32>, to stages: SharedPointer<U32>, stage: Value<U32>
  ) {
    k.if(chunk < end) {
      let record = a.chunks.advanced(by: chunk * 4).loadVector(4, cache: .readOnly)
      let (firstChannel, channelCount) = (record[0], record[1])
      let (firstVector, vectorCount) = (record[2], record[3])
      let stage = stages.advanced(byBytes: stage)
      let channels = a.channels.advanced(by: firstChannel)
      let pieceCount = channelCount * a.planePieces.divisor
      k.loop(from: k.threadIndex, to: pieceCount, by: threadCount) { piece in
        let (slot, inPlane) = a.planePieces.divide(piece)
        let position = positions[inPlane]
        let isInside = position != outside
        let source = channels.advanced(by: slot).loadReadOnly() + position
        stage.advanced(byBytes: piece * 16).copy(
          from: a.input.cast(to: U32.self).advanced(by: select(isInside, source, 0), rowsOf: 16),
          sourceByteCount: select(isInside, 16, 0))
      }
      let packet = stage.advanced(byBytes: a.packetOffset)
      let source = a.packets.advanced(by: firstVector, rowsOf: 16)
      k.loop(from: k.threadIndex, to: vectorCount, by: threadCount) { vector in
        packet.advanced(byBytes: vector * 16).copy(from: source.advanced(by: vector * 4))
      }
    }
    k.commitCopies()
  }
}
