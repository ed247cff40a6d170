package import Covers

/// What the CPU kernels cost, in nanoseconds on one core with inputs in L1.
///
/// Made by the benchmark `KernelCosts`; the built-in tables are its committed output.
package struct CPUCostTable: Sendable, Codable, Hashable {
  package var isa: String
  /// The machine the table was measured on.
  package var machine: String
  /// Time of one tap by rows of the block, then by vectors of the pass; entry 0 is unused, a
  /// missing kernel has an empty row.
  package var tap: [[Double]]
  /// The same for taps whose vectors begin anywhere in a cache line.
  package var unalignedTap: [[Double]]
  /// Time to start a block, accumulators loaded and stored, likewise.
  package var block: [[Double]]
  /// Time to finish and store one vector.
  package var finish: Double
  /// Time to hand out one part to a worker.
  package var part: Double
  /// Time of one multiply-add vector of a dense fully connected layer, weights from memory.
  package var panel: Double
  /// Time of one leaf of a fully connected layer.
  package var gatheredLeaf: Double
  package var winograd: WinogradCosts
  /// Times of matrix products of several images.
  package var matrix: MatrixCosts
  /// Bytes of a core's first-level data cache and second-level cache.
  package var firstCacheByteCount = 32 << 10
  package var secondCacheByteCount = 512 << 10
  /// Bytes of the last cache that a process may hope for; neighbours use it too.
  package var lastCacheByteCount = 16 << 20
  /// Nanoseconds of one core for a byte from memory.
  package var memoryByteTime = 1 / 18.0

  package init(
    isa: String, machine: String, tap: [[Double]], unalignedTap: [[Double]],
    block: [[Double]], finish: Double, part: Double, panel: Double, gatheredLeaf: Double,
    winograd: WinogradCosts, matrix: MatrixCosts
  ) {
    self.isa = isa
    self.machine = machine
    self.tap = tap
    self.unalignedTap = unalignedTap
    self.block = block
    self.finish = finish
    self.part = part
    self.panel = panel
    self.gatheredLeaf = gatheredLeaf
    self.winograd = winograd
    self.matrix = matrix
  }

  /// The time of one tap of a block of `rows` rows over all tiles of a plane.
  package func tapTime(rows: Int, grid: TileGrid) -> Double {
    time(grid.readsAligned ? tap[rows] : unalignedTap[rows], grid)
  }

  /// The time to start one block of `rows` rows in all tiles of a plane.
  package func blockTime(rows: Int, grid: TileGrid) -> Double { time(block[rows], grid) }

  private func time(_ byVectors: [Double], _ grid: TileGrid) -> Double {
    guard byVectors.count > 1 else { return 0 }
    let widest = byVectors.count - 1
    return grid.widths.reduce(0) { sum, tiles in
      sum
        + Double(tiles.tileCount)
        * TileGrid.passes(of: tiles.vectors, widest: widest).reduce(0) { $0 + byVectors[$1] }
    }
  }

  /// The time to finish and store the cells of one row in all tiles of a plane.
  func finishTime(grid: TileGrid) -> Double {
    finish * grid.widths.reduce(0) { $0 + Double($1.vectors * $1.tileCount) }
  }

  /// The costs of a cover of one branch of `taps` taps, for one group of images.
  ///
  /// A block of leaves finishes each row in the last chunk, be there any or none. It belongs to
  /// ``rowTime(grid:)``, so that of n chunks n − 1 are started for leaves. Leaves that are spread evenly over
  /// the chunks are charged what they cost; with a single chunk all are.
  package func coverCosts(taps: Int, _ plan: TilePlan, _ grid: TileGrid) -> CoverCosts {
    let chunks = Double(plan.chunkCount(taps: taps))
    return CoverCosts(
      leaf: tapTime(rows: 1, grid: grid),
      rowStartUp: blockTime(rows: 1, grid: grid) * (chunks - 1) / chunks,
      heights: Self.segmentHeights.map {
        CoverCosts.HeightCost(
          height: $0, perTap: tapTime(rows: $0, grid: grid),
          startUp: blockTime(rows: $0, grid: grid))
      }, tapsPerChunk: plan.tapsPerChunk)
  }

  /// What a row of a sparse program takes whatever its weights are, for one group of images.
  func rowTime(grid: TileGrid) -> Double {
    blockTime(rows: 1, grid: grid) + finishTime(grid: grid)
  }

  /// The time of a byte that is read or written where so many are at work: none in the second-level cache,
  /// and the more of that of memory the less of them the last cache has room for.
  func byteTime(residentByteCount: Double) -> Double {
    guard residentByteCount > Double(secondCacheByteCount) / 2 else { return 0 }
    return memoryByteTime * min(1, residentByteCount / Double(lastCacheByteCount))
  }

  /// The same with the caches of this processor, where the system tells their sizes.
  package func withCachesOfProcessor() -> CPUCostTable {
    var table = self
    table.firstCacheByteCount = Processor.cacheByteCount(level: 1) ?? firstCacheByteCount
    table.secondCacheByteCount = Processor.cacheByteCount(level: 2) ?? secondCacheByteCount
    return table
  }

  /// The segment heights that have a kernel.
  package static let segmentHeights = [2, 4]
}
