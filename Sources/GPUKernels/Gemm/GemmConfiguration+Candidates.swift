package import KernelIR

extension GemmConfiguration {
  /// The configurations that can compute a product on a target, the cheapest first.
  package static func candidates(
    for problem: GemmProblem, target: Target, ceilings: GemmCeilings? = nil
  ) -> [GemmConfiguration] {
    let ceilings = ceilings ?? GemmCeilings(target)
    let costs = table(problem.operation).filter { $0.runs(problem.operation, on: target) }
      .map { ($0, $0.cost(of: problem, ceilings).cycles) }
    return costs.sorted { $0.1 < $1.1 }.map(\.0)
  }

  /// Whether a GPU has the instructions and the shared memory.
  package func runs(_ operation: GemmOperation, on target: Target) -> Bool {
    let hasInstructions = self.target == .sm90a ? target == .sm90a : self.target <= target
    return hasInstructions
      && tilesByteCount(operation.format) + barriersByteCount <= target.sharedByteLimit
  }

  /// All configurations of an operation. No two have the same tile, cluster and target, which name
  /// the kernel.
  package static func table(_ operation: GemmOperation) -> [GemmConfiguration] {
    let warps: [GemmConfiguration] =
      switch operation.format {
      case .f16:
        [
          .init(tile: (128, 256, 32), .warps(m: 2, n: 4), stages: 3, registers: 255),
          .init(tile: (256, 128, 32), .warps(m: 4, n: 2), stages: 3, registers: 255),
          .init(tile: (128, 256, 64), .warps(m: 2, n: 4), stages: 3, registers: 255),
          .init(tile: (128, 128, 32), .warps(m: 2, n: 2), stages: 4, registers: 255),
          .init(tile: (128, 64, 32), .warps(m: 2, n: 2), stages: 4, registers: 168),
          .init(tile: (64, 128, 32), .warps(m: 2, n: 2), stages: 4, registers: 168),
          .init(tile: (64, 64, 32), .warps(m: 2, n: 2), stages: 4, registers: 128),
          .init(tile: (32, 128, 32), .warps(m: 1, n: 4), stages: 4, registers: 128),
          .init(tile: (32, 64, 64), .warps(m: 1, n: 2), stages: 4, registers: 168),
        ]
      case .tf32:
        [
          .init(tile: (128, 128, 16), .warps(m: 2, n: 2), stages: 4, registers: 255),
          .init(tile: (128, 64, 16), .warps(m: 2, n: 2), stages: 4, registers: 168),
          .init(tile: (64, 128, 16), .warps(m: 2, n: 2), stages: 4, registers: 168),
          .init(tile: (64, 64, 16), .warps(m: 2, n: 2), stages: 4, registers: 128),
          .init(tile: (32, 64, 32), .warps(m: 1, n: 2), stages: 4, registers: 128),
        ]
      }
    // tf32 must be rounded before it is multiplied, and `wgmma` takes B from shared memory.
    guard operation.format == .f16 else { return warps }
    let warpgroups: [GemmConfiguration] = [
      .init(
        target: .sm90a, tile: (128, 256, 64), .warpgroups(2), stages: 4, registers: 168),
      .init(
        target: .sm90a, tile: (128, 128, 64), .warpgroups(2), stages: 6, registers: 168),
    ]
    return warps + warpgroups
      + warpgroups.map { configuration in
        var pair = configuration
        pair.clusterSize = 2
        return pair
      }
  }
}
