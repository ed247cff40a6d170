package import Covers

extension LeafTiling {
  /// What a warp's share of one tap takes.
  ///
  /// A run's activations are four passes of shared memory; a word that all lanes read is one. Besides V · 4
  /// multiply-adds a run has a load and an address, the tap its loads of two words, and a half of the loop's
  /// three instructions.
  package struct TapCost: Hashable, Sendable {
    package var wavefronts: Double
    package var instructions: Double
    /// Of these.
    package var multiplyAdds: Double

    package init(height: Int, pixelRuns: Int) {
      let words = LeafSegment.entryWordCount(height: height)
      multiplyAdds = Double(4 * height * pixelRuns)
      wavefronts = Double(4 * pixelRuns + words)
      instructions = multiplyAdds + Double(2 * pixelRuns + words / 2 + 2)
    }

    /// Cycles of a multiprocessor: the longest of what its schedulers, its multiply-adds and its shared memory
    /// take.
    func cycles(on figures: GPUFigures) -> Double {
      max(
        instructions / GPUFigures.schedulerCount, 32 * multiplyAdds / figures.fmaRate,
        128 * wavefronts / figures.sharedRate)
    }
  }

  /// What a cover's parts cost on this kernel, in cycles of a multiprocessor for one warp.
  ///
  /// - Parameter tapsPerChunk: of a filter.
  package static func coverCosts(
    pixelRuns: Int = 4, tapsPerChunk: Int = .max, on figures: GPUFigures = .h100
  ) -> CoverCosts {
    func cycles(_ height: Int) -> Double {
      TapCost(height: height, pixelRuns: pixelRuns).cycles(on: figures)
    }
    return CoverCosts(
      leaf: cycles(1),
      heights: [2, 4, 8].map { CoverCosts.HeightCost(height: $0, perTap: cycles($0)) },
      tapsPerChunk: tapsPerChunk)
  }
}
