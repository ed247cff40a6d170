internal import Covers

extension BlockTiling {
  /// What covers of a layer cost with this tiling.
  ///
  /// The expected covers are segments of the height that suits best, with the outline's densities.
  ///
  /// - Precondition: the tiling fits the GPU; the densities are above 0 and below 1.
  package func coverTimes(_ outline: BlockOutline, on figures: GPUFigures) -> CoverTimes {
    let costs = figures.blockCosts.coverCosts(
      outline.problem, channelTaps: outline.parts.map(\.channelTaps).max() ?? 1, tiling: self,
      on: figures)
    func prediction(_ load: BlockLoad) -> ConvolutionPrediction {
      ConvolutionPrediction(outline.problem, self, load: load, on: figures)
    }
    let share = outline.greatestBandShare(self)
    let expected = expectedLoads(outline).map { expected in
      var load = expected
      load.greatestBandSteps = share * load.bandSteps
      return (load: load, prediction: prediction(load))
    }
    guard let (load, loaded) = expected.min(by: { $0.prediction.seconds < $1.prediction.seconds })
    else { preconditionFailure("root groups of \(rootRows) rows") }
    return CoverTimes(
      costs.withPaddedBands, coverTime: load.time(by: costs), loaded: loaded,
      empty: prediction(load.withoutSegments(self)))
  }
}

extension BlockLoad {
  /// What its segments cost.
  fileprivate func time(by costs: CoverCosts) -> Double {
    costs.heights.reduce(0) { sum, entry in
      sum + entry.perTap * Double(entry.rounding) * steps[entry.height, default: 0]
        + entry.startUp * segments[entry.height, default: 0]
    }
  }

  /// The same chunks, staged for nothing.
  fileprivate func withoutSegments(_ tiling: BlockTiling) -> BlockLoad {
    var load = self
    // Band steps say how work is distributed, which stays as it is.
    (load.steps, load.segments, load.wavefronts) = ([:], [:], 0)
    load.packetBytes = chunks * Double(tiling.rootsPerBlock * BlockPacket.headerByteCount)
    return load
  }
}

extension BlockOutline {
  /// The share of all bands of 16 rows that the row block with the most of them has.
  fileprivate func greatestBandShare(_ tiling: BlockTiling) -> Double {
    let bandRows = BlockTiling.bandRows
    var roots: [Int] = []
    for part in parts {
      let bands = stride(from: 0, to: part.rows, by: tiling.rootRows).map {
        min(tiling.rootRows, part.rows - $0).dividedRoundingUp(by: bandRows)
      }
      for _ in 0..<part.branchCount { roots += bands }
    }
    let greatest =
      stride(from: 0, to: roots.count, by: tiling.rootsPerBlock).map {
        roots[$0..<min(roots.count, $0 + tiling.rootsPerBlock)].reduce(0, +)
      }.max() ?? 0
    return Double(greatest) / Double(max(1, roots.reduce(0, +)))
  }
}
