package import Tensors

extension BlockTiling {
  /// The tiling with the shortest predicted time.
  ///
  /// - Throws: `unsupported` where none fits: even a tile of two pixels needs more shared memory than
  ///   a block has, or the output has more tiles than a grid.
  package static func choose(
    for outline: BlockOutline, precision: BlockPrecision, on figures: GPUFigures
  ) throws(HewnError) -> BlockTiling {
    if let best = candidates(for: outline, precision: precision, on: figures).first {
      return best.tiling
    }
    let range = outline.range
    let extent = "\(range.y.count)x\(range.x.count) pixels"
    throw HewnError(
      .unsupported,
      "a convolution whose taps span \(extent) with an output of \(outline.problem.output.height)x"
        + "\(outline.problem.output.width) for \(8 * outline.problem.imageGroups) images has no tiling"
        + " in \(precision.rawValue) on \(figures.name): a tile takes more than"
        + " \(figures.sharedByteLimit) bytes of shared memory, or there are more than"
        + " \(KernelSize.gridLimit) tiles; use another precision or a smaller batch")
  }

  /// The tilings that fit a GPU with their predictions, the fastest first.
  ///
  /// - Complexity: some thousand predictions.
  package static func candidates(
    for outline: BlockOutline, precision: BlockPrecision, on figures: GPUFigures
  ) -> [(tiling: BlockTiling, prediction: ConvolutionPrediction)] {
    var result: [(tiling: BlockTiling, prediction: ConvolutionPrediction)] = []
    for shape in shapes(outline, precision, figures) {
      for tiling in shape.withChunks(outline, figures) {
        let loads = tiling.expectedLoads(outline)
        for splitCount in tiling.splitCounts(outline.problem, loads[0], figures) {
          var tiling = tiling
          tiling.splitCount = splitCount
          let predictions = loads.map {
            ConvolutionPrediction(outline.problem, tiling, load: $0, on: figures)
          }
          // A cover takes the segments that suit best.
          if let best = predictions.min(by: { $0.seconds < $1.seconds }) {
            result.append((tiling, best))
          }
        }
      }
    }
    return result.sorted { $0.prediction.seconds < $1.prediction.seconds }
  }

  private static let rootRowChoices = [16, 32, 64]
  private static let warpChoices = [1, 2, 4, 8]
  private static let pixelChoices = [2, 4, 8, 16, 32]
  private static let stageChoices = [2, 3]
  private static let channelLimit = 1 << 10

  /// Whether warps of the form can be so many and have so much, before anything is staged.
  private func hasKernel(on figures: GPUFigures) -> Bool {
    (2...8).contains(rootsPerBlock * pixelWarps) && (form == .warp || pixelsPerWarp >= 8)
      && hasInstructions(on: figures) && accumulatorCount <= 128
      && residentBlocks(sharedByteCount: 0, copies: 1, on: figures) > 0
  }

  /// Whether kernels can compute the layer so. Every candidate is such a tiling; what files state may be none.
  package func fits(_ outline: BlockOutline, on figures: GPUFigures) -> Bool {
    // Choices first, so that nothing overflows afterwards.
    guard Self.rootRowChoices.contains(rootRows), Self.warpChoices.contains(rootsPerBlock),
      Self.warpChoices.contains(pixelWarps), Self.pixelChoices.contains(pixelsPerWarp),
      hasKernel(on: figures),
      [tileGroups, tileRows, tileColumns].allSatisfy((1...pixelCount).contains),
      tileGroups * tileRows * tileColumns <= pixelCount,
      tileCount(outline.problem) <= KernelSize.gridLimit,
      (1...Self.channelLimit).contains(channelsPerChunk), Self.stageChoices.contains(stageCount),
      fitsMultiprocessor(outline, on: figures), (1...Self.splitLimit).contains(splitCount)
    else { return false }
    let blocks = outline.rootCount(rootRows).dividedRoundingUp(by: rootsPerBlock)
    return splitCount == 1 || canSplit(outline.problem, rowBlocks: blocks)
  }

  /// Blocks that share a tile, at most: more than fill any GPU.
  private static let splitLimit = 1 << 12

  /// Whether the kernel that adds the sums of so many blocks to a tile reaches all of them.
  private func canSplit(_ problem: BlockProblem, rowBlocks: Int) -> Bool {
    let positions = rowBlocks * rootsPerBlock * rootRows
    let (sums, overflows) = splitCount.multipliedReportingOverflow(by: problem.splitVectorCount)
    return BlockFinishKernel.reaches(positions: positions, groups: problem.imageGroups)
      && !overflows && sums <= KernelSize.limit
  }

  /// The divisions of rows and pixels among warps and blocks; of chunks they have one channel.
  private static func shapes(
    _ outline: BlockOutline, _ precision: BlockPrecision, _ figures: GPUFigures
  ) -> [BlockTiling] {
    var boxes: [Int: [Box]] = [:]
    var shapes: [BlockTiling] = []
    for form in Form.allCases {
      for rootRows in rootRowChoices where rootRows < 2 * max(16, outline.greatestRows) {
        let roots = outline.rootCount(rootRows)
        for rootsPerBlock in warpChoices where rootsPerBlock < 2 * roots {
          for pixelWarps in warpChoices {
            for pixels in pixelChoices {
              var tiling = BlockTiling(
                precision: precision, form: form, rootRows: rootRows, rootsPerBlock: rootsPerBlock,
                pixelWarps: pixelWarps, pixelsPerWarp: pixels, tileGroups: 1, tileRows: 1,
                tileColumns: 1, channelsPerChunk: 1, stageCount: 2)
              guard tiling.hasKernel(on: figures) else { continue }
              let count = tiling.pixelCount
              let choices = boxes[count] ?? Box.all(pixelCount: count, outline)
              boxes[count] = choices
              for box in choices {
                tiling.tileGroups = box.groups
                tiling.tileRows = box.rows
                tiling.tileColumns = box.columns
                guard tiling.tileCount(outline.problem) <= KernelSize.gridLimit else { continue }
                shapes.append(tiling)
              }
            }
          }
        }
      }
    }
    return shapes
  }

  /// The same shape with chunks of different sizes: the largest that fit, in two and in three stages.
  private func withChunks(_ outline: BlockOutline, _ figures: GPUFigures) -> [BlockTiling] {
    let channels = max(1, outline.greatestChannels)
    var sizes = (0...10).map { 1 << $0 }.filter { $0 < channels }
    sizes.append(min(channels, Self.channelLimit))
    var result: [BlockTiling] = []
    for stageCount in Self.stageChoices {
      let fitting = sizes.reversed().lazy.map { size in
        var tiling = self
        tiling.channelsPerChunk = size
        tiling.stageCount = stageCount
        return tiling
      }.filter { $0.fitsMultiprocessor(outline, on: figures) }
      result += fitting.prefix(3)
    }
    return result
  }

  /// Those of segments of each height, tall ones first; of full root groups where there are no zeros.
  func expectedLoads(_ outline: BlockOutline) -> [BlockLoad] {
    let heights = outline.density == 1 ? [rootRows] : [64, 32, 16].filter { $0 <= rootRows }
    return heights.map { BlockLoad(expected: outline, self, height: $0) }
  }

  /// As many splits as fill the GPU twice at most, each with a chunk or more.
  private func splitCounts(
    _ problem: BlockProblem, _ load: BlockLoad, _ figures: GPUFigures
  ) -> [Int] {
    let blocks = tileCount(problem) * load.rowBlockCount
    let chunks = Int(load.chunks) / load.rowBlockCount
    var counts = [1]
    var next = self
    while let last = counts.last, 2 * last <= min(chunks, Self.splitLimit),
      last * blocks < 2 * figures.multiprocessorCount
    {
      next.splitCount = 2 * last
      guard next.canSplit(problem, rowBlocks: load.rowBlockCount) else { break }
      counts.append(2 * last)
    }
    return counts
  }
}

/// The groups, rows and columns of a tile.
private struct Box: Hashable {
  var groups: Int
  var rows: Int
  var columns: Int

  /// Boxes of up to a number of pixels: the best three by the pixels that all tiles compute and
  /// stage, the one that stages least at a time, and a single pixel.
  static func all(pixelCount: Int, _ outline: BlockOutline) -> [Box] {
    let (problem, output) = (outline.problem, outline.problem.output)
    var choices: [(box: Box, staged: Int, cost: Double)] = []
    for columns in evenParts(of: output.width, atMost: pixelCount) {
      let rows = evenParts(of: output.height, atMost: pixelCount / columns)[0]
      let groups = evenParts(of: problem.imageGroups, atMost: pixelCount / (columns * rows))[0]
      let tiling = BlockTiling(
        precision: .f16, rootRows: 16, rootsPerBlock: 1, pixelWarps: 1, pixelsPerWarp: pixelCount,
        tileGroups: groups, tileRows: rows, tileColumns: columns, channelsPerChunk: 1)
      let staged = BlockStage(problem, range: outline.range, tiling: tiling).planeVectorCount
      let cost = Double(tiling.tileCount(problem)) * Double(staged + 2 * pixelCount)
      choices.append((Box(groups: groups, rows: rows, columns: columns), staged, cost))
    }
    var boxes = choices.sorted { $0.cost < $1.cost }.prefix(3).map(\.box)
    if let least = choices.min(by: { $0.staged < $1.staged })?.box { boxes.append(least) }
    if pixelCount == 2 { boxes.append(Box(groups: 1, rows: 1, columns: 1)) }
    return boxes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The lengths of the parts into which a length is divided most evenly, up to a limit, the
  /// greatest first.
  private static func evenParts(of length: Int, atMost limit: Int) -> [Int] {
    var parts: [Int] = []
    var count = length.dividedRoundingUp(by: limit)
    while count <= length {
      let part = length.dividedRoundingUp(by: count)
      parts.append(part)
      // The next count with shorter parts.
      count = part == 1 ? length + 1 : length.dividedRoundingUp(by: part - 1)
    }
    return parts
  }
}
