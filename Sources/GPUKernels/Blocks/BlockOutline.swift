/// What is known of a layer before it is covered: what its tiling is chosen by.
package struct BlockOutline: Hashable, Sendable {
  /// Branches that are alike but for their channels and rows.
  package struct Part: Hashable, Sendable {
    package var branchCount: Int
    package var rows: Int
    package var channels: Int
    package var taps: Int
    /// The most taps of one channel.
    package var channelTaps: Int
  }

  package var problem: BlockProblem
  package var range: TapWindow
  package var parts: [Part]
  /// The share of the pairs of 16 rows and a tap that have a weight. With 1, each root group is one
  /// segment of all taps.
  package var density: Double
  /// The same of more rows, by their number: 32, 64. Where it is not known, pairs of 16 rows count as
  /// independent.
  package var tallDensities: [Int: Double]

  /// - Precondition: an image, a row and a pixel or more; layers without have nothing to compute.
  package init(
    _ problem: BlockProblem, branches: [(rows: Int, taps: [BlockTap])], density: Double = 1,
    tallDensities: [Int: Double] = [:]
  ) {
    precondition(
      problem.imageGroups > 0 && problem.output.height > 0 && problem.output.width > 0
        && branches.contains { $0.rows > 0 }, "an empty output of blocks")
    self.problem = problem
    self.density = density
    self.tallDensities = tallDensities
    range = TapWindow(branches.lazy.flatMap(\.taps))
    var counts: [Part: Int] = [:]
    for (rows, taps) in branches {
      var byChannel: [Int: Int] = [:]
      for tap in taps { byChannel[tap.channel, default: 0] += 1 }
      let part = Part(
        branchCount: 1, rows: rows, channels: byChannel.count, taps: taps.count,
        channelTaps: byChannel.values.max() ?? 0)
      counts[part, default: 0] += 1
    }
    parts = counts.map { part, count in
      var part = part
      part.branchCount = count
      return part
    }.sorted { ($0.rows, $0.taps, $0.channels) < ($1.rows, $1.taps, $1.channels) }
  }

  /// The share of the pairs of `height` rows and a tap that have a weight.
  func density(height: Int) -> Double {
    if let known = tallDensities[height] { return known }
    let zeros = (0..<height / BlockTiling.bandRows).reduce(1) { product, _ in
      product * (1 - density)
    }
    return 1 - zeros
  }

  var greatestRows: Int { parts.map(\.rows).max() ?? 1 }
  var greatestChannels: Int { parts.map(\.channels).max() ?? 0 }

  /// Root groups of all branches.
  func rootCount(_ rootRows: Int) -> Int {
    parts.reduce(0) { $0 + $1.branchCount * $1.rows.dividedRoundingUp(by: rootRows) }
  }
}

/// What the blocks of a layer do, for one tile of pixels: counted in a packed layer, or expected.
package struct BlockLoad: Hashable, Sendable {
  package var rowBlockCount: Int
  /// Products of 16 rows, a step and a pixel: of all row blocks, and of the one that has most.
  package var bandSteps: Double
  package var greatestBandSteps: Double
  /// Steps of segments, and segments that chunks have, by height.
  package var steps: [Int: Double]
  package var segments: [Int: Double]
  /// Wavefronts in which one pixel's taps are read.
  package var wavefronts: Double
  package var chunks: Double
  /// Bytes of channel planes that are staged.
  package var planeBytes: Double
  package var packetBytes: Double
  /// Shared memory of a block.
  package var sharedByteCount: Int
  /// 16-byte units of a plane that each thread copies.
  package var copiesPerThread: Int

  /// What a packed layer consists of.
  package init(_ layer: BlockLayer) {
    rowBlockCount = layer.rowBlockCount
    bandSteps = Double(layer.counts.bandSteps)
    greatestBandSteps = Double(layer.counts.greatestBandSteps)
    steps = layer.counts.steps.mapValues(Double.init)
    segments = layer.counts.segments.mapValues(Double.init)
    wavefronts = Double(layer.counts.wavefronts)
    chunks = Double(layer.counts.chunkCount)
    planeBytes = Double(layer.counts.channelCount * layer.stage.planeByteCount)
    packetBytes = Double(layer.counts.packetByteCount)
    sharedByteCount = layer.sharedByteCount
    copiesPerThread = layer.stage.copiesPerThread(threadCount: layer.tiling.threadCount)
  }

  /// What is to be expected of segments of one height, without bank conflicts.
  ///
  /// - Parameter height: at most `rootRows`.
  package init(expected outline: BlockOutline, _ tiling: BlockTiling, height: Int) {
    let (rootRows, stepTaps) = (tiling.rootRows, tiling.precision.stepTaps)
    let bands = height / BlockTiling.bandRows
    let density = outline.density(height: height)
    rowBlockCount = outline.rootCount(rootRows).dividedRoundingUp(by: tiling.rootsPerBlock)
    let stage = BlockStage(outline.problem, range: outline.range, tiling: tiling)
    (chunks, planeBytes) = (0, 0)
    var (stepCount, segmentCount) = (0.0, 0.0)
    for part in outline.parts {
      let channelChunks = part.channels.dividedRoundingUp(by: tiling.channelsPerChunk)
      let repeats =
        tiling.channelsPerChunk == 1
        ? max(1, part.channelTaps.dividedRoundingUp(by: BlockTiling.channelTapLimit)) : 1
      let rootChunks = channelChunks * repeats
      let chunkTaps = Double(part.taps) / Double(max(rootChunks, 1)) * density
      let segments = Double(
        part.branchCount * part.rows.dividedRoundingUp(by: height) * rootChunks)
      stepCount += segments * (chunkTaps / Double(stepTaps)).rounded(.up)
      segmentCount += segments * min(1, chunkTaps)
      let roots = part.rows.dividedRoundingUp(by: rootRows)
      let blocks = part.branchCount * roots.dividedRoundingUp(by: tiling.rootsPerBlock)
      planeBytes += Double(blocks * part.channels * repeats * stage.planeByteCount)
      chunks += Double(blocks * rootChunks)
    }
    (steps, segments) = ([height: stepCount], [height: segmentCount])
    bandSteps = stepCount * Double(bands)
    greatestBandSteps = bandSteps / Double(rowBlockCount)
    wavefronts = 2 * stepCount
    packetBytes =
      bandSteps * Double(tiling.stepWeightByteCount(height: BlockTiling.bandRows))
      + stepCount * Double(tiling.stepTapByteCount)
      + chunks * Double(tiling.rootsPerBlock * BlockPacket.headerByteCount)
    sharedByteCount = tiling.sharedByteBound(outline)
    copiesPerThread = stage.copiesPerThread(threadCount: tiling.threadCount)
  }
}
