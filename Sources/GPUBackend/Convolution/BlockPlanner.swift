package import Covers
package import GPUKernels
internal import Runtime
package import Tensors

/// A convolution on blocks as it will be launched, and what that is predicted to take.
package struct BlockPlan: Sendable {
  package var layer: BlockLayer
  package var covers: [Cover]
  package var prediction: ConvolutionPrediction
}

/// Chooses tilings, covers filters and packs them. A pure function of the target and the work.
package struct BlockPlanner: Sendable {
  package let target: GPUTarget

  package init(target: GPUTarget) { self.target = target }

  /// The arithmetic of products.
  package var precision: BlockPrecision {
    switch target.precision {
    case .f32: .tf32x3
    case .tf32: .tf32
    case .f16: .f16
    case .bf16: .bf16
    }
  }

  /// One full segment for each root group.
  package func dense(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> BlockPlan {
    let outline = outline(problem, branches, density: 1)
    let tiling = try BlockTiling.choose(for: outline, precision: precision, on: target.figures)
    return try plan(
      problem, branches, tiling, covers: branches.denseCovers(rootHeight: tiling.rootRows))
  }

  /// The cheapest covers that hold every weight.
  package func sparse(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> BlockPlan {
    let tall = [32, 64].map { ($0, branches.density(rows: $0)) }
    let outline = outline(
      problem, branches, density: min(branches.density(rows: BlockWork.leastRows), Self.anyDensity),
      tall: Dictionary(uniqueKeysWithValues: tall))
    let tiling = try BlockTiling.choose(for: outline, precision: precision, on: target.figures)
    let channelTaps = branches.map(\.channelTapCount).max() ?? 1
    let costs = target.figures.blockCosts.coverCosts(
      problem, channelTaps: channelTaps, tiling: tiling, on: target.figures)
    return try plan(problem, branches, tiling, covers: branches.exactCovers(costs))
  }

  /// A tiling for pruned covers, and what they cost with it.
  ///
  /// - Parameter density: of 16 rows and a tap; taller row groups are taken to share their taps.
  func coverTimes(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], density: Double
  ) throws(HewnError) -> (tiling: BlockTiling, times: CoverTimes) {
    let outline = outline(
      problem, branches, density: density, tall: [32: density, 64: density])
    let tiling = try BlockTiling.choose(for: outline, precision: precision, on: target.figures)
    return (tiling, tiling.coverTimes(outline, on: target.figures))
  }

  /// The blocks of a tiling and covers that were chosen before.
  ///
  /// - Parameter covers: `nil` for those of ``dense(_:_:)``.
  /// - Throws: `invalidFile` where kernels cannot compute the layer so.
  func plan(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], _ tiling: BlockTiling,
    _ covers: [Cover]?
  ) throws(HewnError) -> BlockPlan {
    let outline = outline(problem, branches, density: covers == nil ? 1 : Self.anyDensity)
    guard tiling.precision == precision, tiling.fits(outline, on: target.figures) else {
      throw HewnError(.invalidFile, "no kernel of \(target.figures.name) computes it by \(tiling)")
    }
    return try plan(
      problem, branches, tiling,
      covers: covers ?? branches.denseCovers(rootHeight: tiling.rootRows))
  }

  /// The greatest of covers: 1 stands for whole root groups.
  private static let anyDensity = 1 - Double.ulpOfOne

  private func outline(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], density: Double,
    tall: [Int: Double] = [:]
  ) -> BlockOutline {
    BlockOutline(
      problem, branches: branches.outlines, density: density, tallDensities: tall)
  }

  private func plan(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], _ tiling: BlockTiling,
    covers: [Cover]
  ) throws(HewnError) -> BlockPlan {
    let layer = try BlockLayer(
      problem, branches: branches.covered(by: covers), tiling: tiling)
    return BlockPlan(
      layer: layer, covers: covers,
      prediction: ConvolutionPrediction(
        problem, tiling, load: BlockLoad(layer), on: target.figures))
  }
}

extension KernelReport {
  init(_ plan: BlockPlan) {
    let tiling = plan.layer.tiling
    let kernel = BlockKernel(plan.layer)
    let grid = kernel.grid
    self.init(
      name: kernel.name,
      tile: Self.tile(
        rows: tiling.rootRows * tiling.rootsPerBlock, groups: tiling.tileGroups, tiling.tileRows,
        tiling.tileColumns),
      stageCount: tiling.stageCount, splitCount: tiling.splitCount,
      blockCount: grid.x * grid.y * grid.z, waves: plan.prediction.waves,
      sharedByteCount: plan.layer.sharedByteCount, limiter: plan.prediction.limiter.text)
  }
}
