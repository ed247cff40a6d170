package import CPUKernels
internal import Runtime

/// Chooses how a convolution is cut, by predicted time on one core.
///
/// A wide tile needs fewer loads of weights, a narrow one lets more channels stay in the first-level
/// cache, so that a row finds more taps each time that its accumulators are loaded. What is best
/// depends on the layer's zeros.
package struct TilePlanner {
  private let problem: ConvolutionProblem
  private let kernels: KernelSet
  private let costs: CPUCostTable

  /// The share of the first-level cache that a chunk's inputs may take; the rest is for accumulators
  /// and weights that pass through.
  private static let leafShare = 0.75
  private static let blockShare = 0.5
  /// The share of the second-level cache that a section's accumulators may take.
  private static let accumulatorShare = 0.25
  /// Passes of blocks have some vectors; more than a few passes' worth make no tile better.
  private static let widestBlockTile = 12

  package init(_ problem: ConvolutionProblem, kernels: KernelSet, costs: CPUCostTable) {
    self.problem = problem
    self.kernels = kernels
    self.costs = costs
  }

  /// The plan of a program of leaves for filters with so many weights that are not zero.
  package func leaves(nonZeroCount: Int) -> TilePlan {
    let rows = Double(problem.rowCount)
    return best(upTo: kernels.widestPass[1], share: Self.leafShare) { grid, chunks in
      // Zeros spread evenly leave some rows nothing in a chunk.
      let leaves = Double(nonZeroCount) / max(1, rows * Double(chunks))
      let visits =
        rows * (1 + Double(chunks - 1) * (leaves < 20 ? 1 - leaves.inverseExponential : 1))
      return costs.blockTime(rows: 1, grid: grid) * visits
        + costs.tapTime(rows: 1, grid: grid) * Double(nonZeroCount)
    }
  }

  /// The plan of a program of full blocks.
  package func blocks() -> TilePlan {
    best(upTo: Self.widestBlockTile, share: Self.blockShare) { grid, chunks in
      accumulatingTime(grid) { _ in chunks }
    }
  }

  /// The time of a program of full blocks on one core, for all images.
  func blockTime(_ plan: TilePlan) -> Double {
    let grid = TileGrid(problem, tileVectors: plan.tileVectors, lanes: kernels.lanes)
    return Double(problem.output.imageGroups)
      * (accumulatingTime(grid) { plan.chunkCount(taps: $0) }
        + costs.finishTime(grid: grid) * Double(problem.rowCount))
  }

  /// The time of full blocks for one group of images, but for finishing rows.
  ///
  /// - Parameter chunks: of a branch, by its taps.
  private func accumulatingTime(_ grid: TileGrid, chunks: (_ taps: Int) -> Int) -> Double {
    problem.branches.reduce(0) { sum, branch in
      let taps = branch.taps.count
      return BlockProgram.blockHeights(rows: branch.rowCount).reduce(sum) {
        $0 + costs.blockTime(rows: $1, grid: grid) * Double(chunks(taps))
          + costs.tapTime(rows: $1, grid: grid) * Double(taps)
      }
    }
  }

  private func best(
    upTo widest: Int, share: Double,
    time: (_ grid: TileGrid, _ chunks: Int) -> Double
  ) -> TilePlan {
    let taps = problem.branches.map(\.taps.count).max() ?? 0
    var best: (plan: TilePlan, time: Double)?
    var seen: Set<Int> = []
    for vectors in 1...widest {
      let grid = TileGrid(problem, tileVectors: vectors, lanes: kernels.lanes)
      guard seen.insert(grid.tileVectors).inserted else { continue }
      let plan = TilePlan(
        problem, grid: grid, chunkBytes: Int(share * Double(costs.firstCacheByteCount)))
      // Each tile is a part of its own, which takes its time even where hardly a weight is left.
      let time =
        time(grid, plan.chunkCount(taps: taps)) + costs.part * Double(grid.tileCount)
      if time < best?.time ?? .infinity { best = (plan, time) }
    }
    return best?.plan ?? TilePlan(tileVectors: 1, tapsPerChunk: max(1, taps))
  }

  /// Most rows of a section: their accumulators stay in the second-level cache.
  package func sectionRows(_ plan: TilePlan) -> Int {
    let bytes = Self.accumulatorShare * Double(costs.secondCacheByteCount)
    return max(4, Int(bytes) / (4 * kernels.lanes * plan.tileVectors))
  }

  /// Into how many sections of equal work the rows are cut at least, so that `threads` threads find
  /// work that divides evenly.
  package func partitions(_ plan: TilePlan, threads: Int) -> Int {
    guard threads > 1 else { return 1 }
    let grid = TileGrid(problem, tileVectors: plan.tileVectors, lanes: kernels.lanes)
    let tiles = problem.output.imageGroups * grid.tileCount
    // Each section reads all inputs of a tile again, so that few are better than an even division.
    for count in 1..<Self.mostSectionsPerThread * threads {
      let parts = tiles * count
      let busiest = (parts + threads - 1) / threads * threads
      if Double(busiest) <= Self.unevenness * Double(parts) { return count }
    }
    return Self.mostSectionsPerThread * threads
  }

  private static let mostSectionsPerThread = 16
  /// The time of the busiest thread over an even share that is good enough.
  private static let unevenness = 1.05
}

extension Double {
  /// e^−x for x ≥ 0, by repeated squaring: precise enough for expectations.
  fileprivate var inverseExponential: Double {
    var power = 1 - self / 1024
    for _ in 0..<10 { power *= power }
    return max(0, power)
  }
}
