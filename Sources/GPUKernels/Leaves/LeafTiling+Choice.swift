internal import KernelIR
package import Tensors

extension BlockProblem {
  /// Checks that the kernels for leaves can compute with the problem's numbers.
  ///
  /// - Throws: `unsupported` for tensors of more than 2³⁰ vectors, and taps further away than 2²⁹ pixels;
  ///   `invalidArgument` for extents that are not positive, and coordinates of more than 31 bits.
  func checkLeaves(_ window: TapWindow) throws(HewnError) {
    let reach = -(1 << 29)...1 << 29
    guard
      [window.y, window.x].allSatisfy({
        reach.contains($0.lowerBound) && reach.contains($0.upperBound)
      })
    else {
      throw HewnError(
        .unsupported, "a convolution by leaves whose taps are over 2^29 pixels away")
    }
    _ = try KernelSize.count([imageGroups, stride.vertical, stride.horizontal])
    for geometry in [input, output, residual ?? output] {
      _ = try KernelSize.count([geometry.height, geometry.width])
      _ = try KernelSize.count([imageGroups, geometry.channels])
      let last = [
        (imageGroups, geometry.groupStride), (geometry.channels, geometry.channelStride),
        (geometry.height, geometry.rowStride), (geometry.width, geometry.pixelStride),
      ].reduce(0.0) { $0 + Double($1.0 - 1) * Double($1.1) }
      guard last < 0x1p30 else {
        throw HewnError(
          .unsupported,
          "a tensor of more than 2^30 vectors of 8 images in a convolution by leaves; run fewer"
            + " images at a time")
      }
    }
    _ = try KernelSize.count([output.height + 1024, stride.vertical])
    _ = try KernelSize.count([output.width + 1024, stride.horizontal])
  }
}

extension LeafTiling {
  /// The tiling that is predicted to be fastest, and its prediction.
  ///
  /// - Throws: `unsupported` where no tile's input fits in shared memory, or as
  ///   ``LeafLayer/init(_:_:_:)``.
  /// - Complexity: some thousand predictions.
  package static func best(
    _ problem: BlockProblem, _ branches: [BlockBranch], on figures: GPUFigures
  ) throws(HewnError) -> (tiling: LeafTiling, prediction: ConvolutionPrediction) {
    try best(problem, LeafLoad(problem, branches), on: figures)
  }

  /// The same for what is counted or expected of covers.
  static func best(
    _ problem: BlockProblem, _ load: LeafLoad, on figures: GPUFigures
  ) throws(HewnError) -> (tiling: LeafTiling, prediction: ConvolutionPrediction) {
    try problem.checkLeaves(load.window)
    var best: (tiling: LeafTiling, prediction: ConvolutionPrediction)?
    for candidate in candidates(problem, load, figures.target) {
      let chunks = load.channels.dividedRoundingUp(by: candidate.channelsPerChunk)
      let positions =
        load.rootCount.dividedRoundingUp(by: candidate.rootsPerBlock) * candidate.rowCount
      let canSplit = BlockFinishKernel.reaches(
        positions: positions, groups: problem.imageGroups)
      for splits in splitChoices where splits <= (canSplit ? chunks : 1) {
        var candidate = candidate
        candidate.splitCount = splits
        let prediction = ConvolutionPrediction(problem, candidate, load: load, on: figures)
        if prediction.seconds < best?.prediction.seconds ?? .infinity {
          best = (candidate, prediction)
        }
      }
    }
    guard let best else {
      throw HewnError(
        .unsupported,
        "the taps of a convolution by leaves span \(load.window.y.count) × \(load.window.x.count)"
          + " pixels, too many for \(figures.sharedByteLimit) bytes of shared memory; use another"
          + " kernel")
    }
    return best
  }

  /// What a tiling that was chosen before is predicted to take.
  ///
  /// - Throws: `invalidFile` where the kernel cannot compute the layer so; `unsupported` as
  ///   ``best(_:_:on:)``.
  package func prediction(
    _ problem: BlockProblem, _ branches: [BlockBranch], on figures: GPUFigures
  ) throws(HewnError) -> ConvolutionPrediction {
    let load = LeafLoad(problem, branches)
    try problem.checkLeaves(load.window)
    guard fits(problem, load, on: figures) else {
      throw HewnError(.invalidFile, "no kernel of \(figures.name) computes it by \(self)")
    }
    return ConvolutionPrediction(problem, self, load: load, on: figures)
  }

  private static let rootChoices = [1, 2, 4, 8]
  /// Warps along pixels, and runs of each.
  private static let pixelChoices = [
    (1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (4, 2), (1, 4), (2, 4), (3, 4), (4, 4),
  ]
  private static let channelChoices = [32, 24, 16, 12, 8, 6, 4, 3, 2, 1]
  private static let splitChoices = [1, 2, 3, 4, 6, 8]

  private func hasRegisters(on target: Target) -> Bool {
    threadCount * registerBudget <= target.registerCount
  }

  /// Whether the kernel can compute the layer so. Every candidate is such a tiling; what files state may be none.
  func fits(_ problem: BlockProblem, _ load: LeafLoad, on figures: GPUFigures) -> Bool {
    let limit = figures.sharedByteLimit
    // Choices first, so that nothing overflows afterwards.
    guard Self.rootChoices.contains(rootsPerBlock),
      Self.pixelChoices.contains(where: { $0 == (pixelWarps, pixelRuns) }),
      hasRegisters(on: figures.target),
      [tileGroups, tileRows, tileColumns].allSatisfy((1...pixelCount).contains),
      tilePixels <= pixelCount, Self.channelChoices.contains(channelsPerChunk),
      (leastPacketByteCount...limit).contains(packetByteCount), packetByteCount % 128 == 0,
      stageCount == 2, Self.splitChoices.contains(splitCount), load.hasStagedWindow
    else { return false }
    let positions = load.rootCount.dividedRoundingUp(by: rootsPerBlock) * rowCount
    return
      (splitCount == 1
      || BlockFinishKernel.reaches(positions: positions, groups: problem.imageGroups))
      && LeafStage(problem, window: load.window, self).sharedByteCount(stages: stageCount) <= limit
  }

  private static func candidates(
    _ problem: BlockProblem, _ load: LeafLoad, _ target: Target
  ) -> [LeafTiling] {
    guard load.hasStagedWindow else { return [] }
    var list: [LeafTiling] = []
    for roots in rootChoices where roots == 1 || roots / 2 < load.rootCount {
      for (warps, runs) in pixelChoices {
        let pixels = warps * runs * runPixels
        for tile in tiles(problem, pixels: pixels) {
          for share in [2, 1] {
            var tiling = LeafTiling(
              rootsPerBlock: roots, pixelWarps: warps, pixelRuns: runs, tileGroups: tile.groups,
              tileRows: tile.rows, tileColumns: tile.columns, channelsPerChunk: 1,
              packetByteCount: 128)
            guard tiling.hasRegisters(on: target) else { continue }
            let limit = target.sharedByteLimit / share - 1024
            if tiling.fill(problem, load, sharedByteLimit: limit) { list.append(tiling) }
          }
        }
      }
    }
    return list
  }

  /// Boxes of at most so many pixels that cut an output into even parts.
  private static func tiles(
    _ problem: BlockProblem, pixels: Int
  ) -> [(groups: Int, rows: Int, columns: Int)] {
    func even(_ extent: Int, atMost limit: Int) -> Int {
      extent.dividedRoundingUp(by: extent.dividedRoundingUp(by: limit))
    }
    let output = problem.output
    let limits = Set([4, 8, 16, 32, pixels].map { min($0, pixels) })
    let columns = Set(limits.flatMap { [even(output.width, atMost: $0), min($0, output.width)] })
    return columns.sorted().map { columns in
      let rows = even(output.height, atMost: max(pixels / columns, 1))
      let groups = min(problem.imageGroups, pixels / (rows * columns))
      return (even(problem.imageGroups, atMost: groups), rows, columns)
    }
  }

  /// Takes as many channels a chunk as fit in shared memory; `false` where not one does.
  private mutating func fill(
    _ problem: BlockProblem, _ load: LeafLoad, sharedByteLimit: Int
  ) -> Bool {
    let bytesPerChannel =
      Double(load.tapByteCount) / Double(max(load.rootCount, 1) * load.channels)
    for count in Self.channelChoices where count == 1 || count <= load.channels {
      channelsPerChunk = count
      // Somewhat more than what is expected; a chunk that is fuller becomes two.
      let expected =
        rootsPerBlock * (Self.headerByteCount + Int(1.25 * bytesPerChannel * Double(count)))
      packetByteCount = max(expected, leastPacketByteCount).roundedUp(to: 128)
      let stage = LeafStage(problem, window: load.window, self)
      if stage.sharedByteCount(stages: stageCount) <= sharedByteLimit { return true }
    }
    return false
  }
}
