internal import KernelIR

extension BlockTiling {
  /// Sums of a thread: at most 128.
  package var accumulatorCount: Int { rootRows * pixelsPerWarp / (form == .warp ? 4 : 16) }

  /// The most registers of a thread: as many as it wants, or its share of a multiprocessor's.
  ///
  /// - Parameter copies: 16-byte units of a plane that the thread copies.
  package func registerBudget(copies: Int) -> Int {
    min(registerDemand(copies: copies), Target.sm80.registerCount / threadCount / 8 * 8)
  }

  /// The registers that a thread wants: the sums, about as many as addresses, fragments and the pipeline take, and
  /// two for the place of each copy beyond a few.
  private func registerDemand(copies: Int) -> Int {
    registerDemand + 2 * max(0, copies - Self.usualCopies)
  }

  private static let usualCopies = 6

  /// With a few copies.
  private var registerDemand: Int {
    guard form == .warp else {
      return switch accumulatorCount {
      case ...32: 96
      case ...64: 128
      case ...96: 168
      default: 208
      }
    }
    return switch accumulatorCount {
    case ...32: 96
    // Places of many pixels, and of f32, take more.
    case ...64: precision.element == .f32 || pixelsPerWarp > 8 ? 160 : 128
    case ...96: 192
    default: 255
    }
  }

  /// Tiles that cover the output.
  package func tileCount(_ problem: BlockProblem) -> Int {
    problem.imageGroups.dividedRoundingUp(by: tileGroups)
      * problem.output.height.dividedRoundingUp(by: tileRows)
      * problem.output.width.dividedRoundingUp(by: tileColumns)
  }

  /// Bytes of shared memory that no cover of the layer exceeds.
  ///
  /// With a density of 1 the covers are those of full segments.
  package func sharedByteBound(_ outline: BlockOutline) -> Int {
    let stage = BlockStage(outline.problem, range: outline.range, tiling: self)
    let channels = min(channelsPerChunk, outline.problem.input.channels)
    // A plane may begin at any residue.
    let residues = BlockStage.wavefrontByteCount / stage.vectorByteCount
    let planes = channels * (stage.planeVectorCount + residues - 1) * stage.vectorByteCount
    let packet = outline.parts.map { packetByteBound($0, isFull: outline.density == 1) }.max() ?? 0
    let stages = stageCount * (planes.roundedUp(to: 128) + packet.roundedUp(to: 128))
    return max(stages, epilogueByteCount)
  }

  /// Bytes of shared memory, where the stages were, through which warpgroups store.
  var epilogueByteCount: Int {
    guard form == .warpgroup else { return 0 }
    return rootsPerBlock * pixelWarps * WarpgroupEpilogue.byteCount(pixelCount: pixelsPerWarp)
  }

  /// The most taps of a chunk.
  func chunkTaps(channelTaps: Int, channels: Int) -> Int {
    channelsPerChunk == 1
      ? min(channelTaps, Self.channelTapLimit) : min(channelsPerChunk, channels) * channelTaps
  }

  private func packetByteBound(_ part: BlockOutline.Part, isFull: Bool) -> Int {
    let taps = chunkTaps(channelTaps: part.channelTaps, channels: part.channels)
    let steps = taps.dividedRoundingUp(by: precision.stepTaps)
    let bands = rootRows / Self.bandRows
    let levels = rootRows == 64 ? 3 : rootRows / 16
    // Each band reads each tap at one level, and each level may have a step that is not full.
    let bandSteps = isFull ? steps : steps + min(levels, taps) - 1
    // The rest of the rows is at most one segment of each height.
    let segmentSteps = isFull ? levels * steps : bands * bandSteps
    let root =
      BlockPacket.headerByteCount + segmentSteps * stepTapByteCount
      + bands * bandSteps * stepWeightByteCount(height: Self.bandRows) + weightAlignment
    return rootsPerBlock * root
  }

  /// Blocks that a multiprocessor holds at a time, 0 where one is too large.
  ///
  /// - Parameter copies: 16-byte units of a plane that each thread copies.
  package func residentBlocks(
    sharedByteCount: Int, copies: Int, on figures: GPUFigures
  ) -> Int {
    let demand = registerDemand(copies: copies)
    // Those that would have to spill are none to choose.
    guard sharedByteCount <= figures.sharedByteLimit, threadCount <= 1024,
      demand <= Self.registerLimit
    else { return 0 }
    return min(
      figures.sharedByteCount / (sharedByteCount + 1024),
      figures.registerCount / (demand.roundedUp(to: 8) * threadCount),
      figures.threadLimit / threadCount, figures.blockLimit)
  }

  /// Registers that instructions can name.
  private static let registerLimit = 255

  /// Whether a multiprocessor holds a block, whatever the cover.
  func fitsMultiprocessor(_ outline: BlockOutline, on figures: GPUFigures) -> Bool {
    let stage = BlockStage(outline.problem, range: outline.range, tiling: self)
    return residentBlocks(
      sharedByteCount: sharedByteBound(outline),
      copies: stage.copiesPerThread(threadCount: threadCount), on: figures) > 0
  }

  /// Whether a GPU has the instructions.
  package func hasInstructions(on figures: GPUFigures) -> Bool {
    switch form {
    case .warp: figures.target >= .sm80
    case .warpgroup:
      figures.target == .sm90a && figures.warpgroupRate != nil && precision.element.byteCount == 2
    }
  }
}
