package import Covers
internal import KernelIR

/// What a convolution by leaves has to do, and a prediction of how long that takes.
struct LeafLoad {
  let window: TapWindow
  /// Input channels that are read.
  let channels: Int
  let rootCount: Int
  /// Means over the root groups.
  let entriesPerRoot: Double
  let cyclesPerRoot: [Int: Double]
  let bytesPerEntry: Double

  init(_ problem: BlockProblem, _ branches: [BlockBranch]) {
    window = TapWindow(branches.lazy.flatMap(\.taps))
    channels = max(Set(branches.lazy.flatMap { $0.taps.lazy.map(\.channel) }).count, 1)
    rootCount = branches.reduce(0) {
      $0 + $1.cover.rows.dividedRoundingUp(by: LeafSegment.rootRows)
    }
    var counts: [Int: Int] = [:]
    for branch in branches {
      for segment in branch.cover.segments {
        counts[segment.height, default: 0] += segment.taps.count
      }
      counts[1, default: 0] += branch.cover.leavesByRow.reduce(0) { $0 + $1.count }
    }
    let roots = Double(max(rootCount, 1))
    let entries = Double(counts.values.reduce(0, +))
    let words = counts.reduce(0) { $0 + $1.value * LeafSegment.entryWordCount(height: $1.key) }
    entriesPerRoot = entries / roots
    bytesPerEntry = entries == 0 ? 8 : 4 * Double(words) / entries
    cyclesPerRoot = Dictionary(
      uniqueKeysWithValues: [1, 2, 4].map { runs in
        let cycles = counts.reduce(0) {
          $0 + Double($1.value) * LeafTiling.cyclesPerTap(height: $1.key, pixelRuns: runs)
        }
        return (runs, cycles / roots)
      })
  }

  /// A prediction in cycles of a multiprocessor.
  func time(
    _ tiling: LeafTiling, _ problem: BlockProblem, _ target: Target, _ multiprocessors: Int
  ) -> Double {
    let stage = LeafStage(problem, window: window, tiling)
    let splits = Double(tiling.splitCount)
    let chunks = Double(channels.dividedRoundingUp(by: tiling.channelsPerChunk)) / splits
    // Pieces of 16 bytes come in requests of 32; each takes four passes, and one for where it comes from.
    let requests = (tiling.channelsPerChunk * stage.planeVectors * 2).dividedRoundingUp(by: 32)
    let staging = chunks * Double(5 * requests)
    let starts = chunks * Double(tiling.warpCount * LeafSegment.all.count * 3)
    let products =
      Double(tiling.warpCount) * (cyclesPerRoot[tiling.pixelRuns] ?? 0) / splits
    let blockCycles = staging + starts + products + 500
    let blocks =
      tiling.tileCount(problem) * rootCount.dividedRoundingUp(by: tiling.rootsPerBlock)
      * tiling.splitCount
    let blocksEach = max(1, Double(blocks) / Double(max(multiprocessors, 1)))
    let residentByMemory =
      target.sharedByteLimit / (stage.sharedByteCount(stages: tiling.stageCount) + 1024)
    let residentByRegisters =
      target.registerCount / (tiling.threadCount * tiling.registerBudget)
    let resident = min(Double(max(min(residentByMemory, residentByRegisters), 1)), blocksEach)
    // Fewer than 8 warps do not hide the latency of shared memory.
    let utilization = min(1, resident * Double(tiling.warpCount) / 8)
    // Sums go through the second-level cache twice; the second kernel must be started.
    let sumsBytes = Double(2 * problem.sumsByteCount(splits: tiling.splitCount))
    let finish =
      tiling.splitCount == 1 ? 0 : 4000 + sumsBytes / (32 * Double(max(multiprocessors, 1)))
    return blocksEach * blockCycles / utilization + finish
  }
}

extension LeafTiling {
  /// The most registers of a thread: four sums of each of 8 rows and each run, and what is beside them.
  package var registerBudget: Int {
    switch pixelRuns {
    case 1: 80
    case 2: 128
    default: 255
    }
  }

  /// Cycles of a multiprocessor that a warp's share of one tap takes: of shared memory, which passes 128 bytes
  /// in a cycle, or of issuing, which begins four instructions.
  ///
  /// A run's activations are four passes; a word that all lanes read is one. Besides V · 4 multiply-adds a run
  /// has a load and an address, the tap its loads, and a half of the loop's three instructions.
  static func cyclesPerTap(height: Int, pixelRuns: Int) -> Double {
    let words = LeafSegment.entryWordCount(height: height)
    let passes = 4 * pixelRuns + words
    let instructions = pixelRuns * (4 * height + 2) + words / 2 + 2
    return max(Double(passes), Double(instructions) / 4)
  }

  /// What a cover's parts cost on this kernel, in cycles of a multiprocessor for one warp.
  ///
  /// - Parameter tapsPerChunk: of a filter.
  package static func coverCosts(pixelRuns: Int = 4, tapsPerChunk: Int = .max) -> CoverCosts {
    CoverCosts(
      leaf: cyclesPerTap(height: 1, pixelRuns: pixelRuns),
      heights: [2, 4, 8].map { height in
        CoverCosts.HeightCost(
          height: height, perTap: cyclesPerTap(height: height, pixelRuns: pixelRuns))
      }, tapsPerChunk: tapsPerChunk)
  }
}
