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
  /// Times of matrix products of several images.
  package var matrix: MatrixCosts

  package init(
    isa: String, machine: String, tap: [[Double]], block: [[Double]], finish: Double,
    part: Double, panel: Double, gatheredLeaf: Double,
    matrix: MatrixCosts
  ) {
    self.isa = isa
    self.machine = machine
    self.tap = tap
    self.block = block
    self.finish = finish
    self.part = part
    self.panel = panel
    self.gatheredLeaf = gatheredLeaf
    self.matrix = matrix
  }

  /// The time of one tap of a block of `rows` rows over all vectors of a layer.
  package func tapTime(rows: Int, plan: TilePlan) -> Double {
    layerTime(tap[rows], plan)
  }

  /// The time to start one block of `rows` rows in all tiles of a layer.
  package func blockTime(rows: Int, plan: TilePlan) -> Double {
    layerTime(block[rows], plan)
  }

  private func layerTime(_ byVectors: [Double], _ plan: TilePlan) -> Double {
    let widest = byVectors.count - 1
    func tile(_ vectors: Int) -> Double {
      TilePlan.passes(of: vectors, widest: widest).reduce(0) { $0 + byVectors[$1] }
    }
    let full = Double(plan.tileCount - 1) * tile(plan.tileVectors)
    return full + tile(plan.vectors(ofTile: plan.tileCount - 1))
  }

  /// The costs of a cover for one layer.
  package func coverCosts(_ plan: TilePlan) -> CoverCosts {
    CoverCosts(
      leaf: tapTime(rows: 1, plan: plan), rowStartUp: blockTime(rows: 1, plan: plan),
      heights: Self.segmentHeights.map {
        CoverCosts.HeightCost(
          height: $0, perTap: tapTime(rows: $0, plan: plan),
          startUp: blockTime(rows: $0, plan: plan))
      }, tapsPerChunk: plan.tapsPerChunk)
  }

  /// The segment heights that have a kernel.
  package static let segmentHeights = [2, 4]
}
