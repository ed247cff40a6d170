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
    let load = LeafLoad(problem, branches)
    try problem.checkLeaves(load.window)
    var best: (tiling: LeafTiling, prediction: ConvolutionPrediction)?
    for candidate in candidates(problem, load, figures.target) {
      let chunks = load.channels.dividedRoundingUp(by: candidate.channelsPerChunk)
      let positions =
        load.rootCount.dividedRoundingUp(by: candidate.rootsPerBlock) * candidate.rowCount
      let canSplit = BlockFinishKernel.reaches(
        positions: positions, groups: problem.imageGroups)
      for splits in [1, 2, 3, 4, 6, 8] where splits <= (canSplit ? chunks : 1) {
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

  private static func candidates(
    _ problem: BlockProblem, _ load: LeafLoad, _ target: Target
  ) -> [LeafTiling] {
    // A plane that is larger than shared memory in any case would only overflow.
    guard load.window.y.count <= 1 << 16, load.window.x.count <= 1 << 16 else { return [] }
    var list: [LeafTiling] = []
    for roots in [1, 2, 4, 8] where roots == 1 || roots / 2 < load.rootCount {
      for (warps, runs) in [
        (1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (4, 2), (1, 4), (2, 4), (3, 4), (4, 4),
      ] {
        let pixels = warps * runs * runPixels
        for tile in tiles(problem, pixels: pixels) {
          for share in [2, 1] {
            var tiling = LeafTiling(
              rootsPerBlock: roots, pixelWarps: warps, pixelRuns: runs, tileGroups: tile.groups,
              tileRows: tile.rows, tileColumns: tile.columns, channelsPerChunk: 1,
              packetByteCount: 128)
            guard tiling.threadCount * tiling.registerBudget <= target.registerCount else {
              continue
            }
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
    for count in [32, 24, 16, 12, 8, 6, 4, 3, 2, 1] where count == 1 || count <= load.channels {
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
